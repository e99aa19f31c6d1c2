// Handover: what an agent can do with a customer besides talking and hanging up: park, transfer,
// consult a third party, hold a conference.
#pragma once

#include "core/messages/live.h"
#include "core/world.h"

namespace carillon::core::handover {

/// A call has at most one third party, a colleague or a number:
///
/// | Third party         | On                         | Then                                     |
/// | ---                 | ---                        | ---                                      |
/// | none                | the agent consults         | ringing (number) or talking (colleague); |
/// |                     |                            | the customer hears music                 |
/// | none                | blind transfer to a number | ringing; call Parked, agent in wrap-up   |
/// | ringing             | answers                    | talking; if it was blind: Transferred    |
/// | ringing             | fails                      | none; the agent has the customer again,  |
/// |                     |                            | if it was blind perhaps the queue        |
/// | talking             | conference                 | conference: all three hear each other    |
/// | talking, conference | complete                   | the agent leaves it to the colleague, or |
/// |                     |                            | it is Transferred to the number          |
/// | ringing             | complete                   | as a blind transfer                      |
/// | any                 | back, or it hangs up       | none; the agent has the customer again   |
///
/// A colleague who was asked in is a guest: In Call with the host's attempt, owes no disposition,
/// and takes the call over only when the host leaves it to him.

void handle(World& world, const AgentPark& request);
void handle(World& world, const AgentRetrieve& request);
void handle(World& world, const AgentTransfer& request);
void handle(World& world, const AgentConsult& request);
void handle(World& world, const AgentConsultStep& request);

/// What telephony reports of side calls.
void side_answered(World& world, SideCallId call);
void side_ended(World& world, const SideCallEnded& event);

/// The guest leaves the call that it was asked into; the host has the customer back. The guest's
/// own state is the caller's business.
void guest_left(World& world, Call& call);
/// The call is ending: its third party goes too.
void send_third_away(World& world, Call& call);
/// Nobody took the parked call, or the third party rings too long.
void overdue(World& world, Call& call);

/// Whether `session` is the guest of `call`.
inline bool is_guest(const Call& call, const AgentSession& session) {
  return call.third && call.third->colleague == session.id;
}

}  // namespace carillon::core::handover
