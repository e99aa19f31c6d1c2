// The states of an agent session and the ways between them.
#pragma once

#include <string_view>

#include "core/messages/live.h"

namespace carillon::core {

/// | From             | On                                          | To                          |
/// | ---              | ---                                         | ---                         |
/// | (none)           | logs in                                     | Paused                      |
/// | Paused           | ready, line up, browser there               | Waiting                     |
/// | Waiting          | pauses; line or browser lost                | Paused                      |
/// | Waiting          | an answered call is there (auto)            | In Call                     |
/// | Waiting          | a lead is reserved for the agent (preview)  | Preview                     |
/// | Waiting          | an own call-back is dialed (auto)           | Ringing                     |
/// | Preview          | dials                                       | Ringing                     |
/// | Preview          | skips                                       | Waiting                     |
/// | Preview          | pauses; preview_limit passed                | Paused                      |
/// | Ringing          | the customer answers                        | In Call                     |
/// | Ringing          | nobody answers, or the agent gives up       | Waiting or Paused, as asked |
/// | In Call          | hold                                        | On Hold                     |
/// | On Hold          | back                                        | In Call                     |
/// | In Call, On Hold | the call ends; it is parked or handed on    | Wrap-up                     |
/// | Paused           | takes a parked call; a manager is given one | In Call                     |
/// | Wrap-up          | the transfer failed: the customer is back   | In Call                     |
/// | Wrap-up          | disposition saved                           | Waiting or Paused, as asked |
/// | Wrap-up          | wrap_up_limit_ms passed                     | Paused, "no disposition"    |
/// | Paused           | late disposition saved                      | Waiting or Paused, as asked |
/// | any              | logs out, thrown out, browser gone too long | (none)                      |
///
/// In Waiting the agent's line is up and the browser is there, always.
bool is_allowed(AgentState from, AgentState to);

/// The stable name: paused, waiting, preview, ringing, in_call, on_hold, wrap_up.
std::string_view to_string(AgentState state);

/// In Call or On Hold: a customer is on the agent's line.
inline bool is_talking(AgentState state) {
  return state == AgentState::kInCall || state == AgentState::kOnHold;
}

/// Talking, or a call is on its way to the agent.
inline bool has_call(AgentState state) {
  return is_talking(state) || state == AgentState::kRinging;
}

}  // namespace carillon::core
