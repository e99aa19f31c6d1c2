// Attempts: the life of one call to a lead, from the decision to its outcome (attempt_state.h).
#pragma once

#include <string>

#include "core/world.h"

namespace carillon::core::attempts {

/// An attempt that never left stays on disk at most so long before it is taken back.
inline constexpr Duration kOnDiskLimit = 10s;

/// Decides to call `lead`: CommitAttempt leaves. `agent`: the one for whom alone
/// it is made, and who is Ringing from now on; null: whoever is free takes it.
Call& begin(World& world, DialingCampaign& campaign, LeadPtr lead, AgentSession* agent);

/// The store's answers.
void committed(World& world, AttemptId attempt);
void refused(World& world, const AttemptRefused& event);

/// Sends the INVITE of an attempt on disk over `trunk`, whose start and channel it takes.
void place(World& world, DialingCampaign& campaign, Call& call, TrunkLine& trunk);

/// What telephony reports. An attempt that is not under way any more is told to end.
void progress(World& world, const CallProgress& event);
void answered(World& world, AttemptId attempt);
void ended(World& world, const CallEnded& event);
void recording_finished(World& world, const RecordingFinished& event);

/// Gives a waiting or parked call to an agent: ConnectCall leaves now.
void connect(World& world, Call& call, AgentSession& session);

/// The connected call leaves its agent, and the customer hears music for at most `limit`.
void park(World& world, Call& call, Duration limit);
/// The parked call goes to the head of the queue.
void requeue(World& world, Call& call);
/// The call goes on with a third party and without an agent.
void leave_to_third(World& world, Call& call);
/// What happens next must happen within `in`, or overdue() is called. Zero: no such limit.
void set_limit(World& world, const Call& call, Duration in);

/// Nobody is free in time: plays the safe-harbour message, then the call ends as dropped
/// (16 CFR 310.4(b)(4)(iii)).
void announce(World& world, Call& call);

/// Ends the attempt from whatever state it is in, as `why` says. May erase the call.
void end(World& world, Call& call, OurEnd why);

/// The deadline of the attempt's present state has passed.
void overdue(World& world, AttemptId attempt);

}  // namespace carillon::core::attempts
