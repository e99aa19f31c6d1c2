#include "core/agent_state.h"

namespace carillon::core {

bool is_allowed(AgentState from, AgentState to) {
  using S = AgentState;
  switch (from) {
    case S::kPaused: return to == S::kWaiting || to == S::kPaused || to == S::kInCall;
    case S::kWaiting:
      return to == S::kPaused || to == S::kInCall || to == S::kPreview || to == S::kRinging;
    case S::kPreview: return to == S::kRinging || to == S::kWaiting || to == S::kPaused;
    case S::kRinging: return to == S::kInCall || to == S::kWaiting || to == S::kPaused;
    case S::kInCall: return to == S::kOnHold || to == S::kWrapUp;
    case S::kOnHold: return to == S::kInCall || to == S::kWrapUp;
    case S::kWrapUp: return to == S::kWaiting || to == S::kPaused || to == S::kInCall;
  }
  return false;
}

std::string_view to_string(AgentState state) {
  switch (state) {
    case AgentState::kPaused: return "paused";
    case AgentState::kWaiting: return "waiting";
    case AgentState::kPreview: return "preview";
    case AgentState::kRinging: return "ringing";
    case AgentState::kInCall: return "in_call";
    case AgentState::kOnHold: return "on_hold";
    case AgentState::kWrapUp: return "wrap_up";
  }
  return "?";
}

}  // namespace carillon::core
