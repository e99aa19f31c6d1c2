#include "core/attempt_state.h"

namespace carillon::core {

std::string_view to_string(AttemptState state) {
  switch (state) {
    case AttemptState::kCommitting: return "committing";
    case AttemptState::kWithdrawn: return "withdrawn";
    case AttemptState::kOnDisk: return "on disk";
    case AttemptState::kDialing: return "dialing";
    case AttemptState::kRinging: return "ringing";
    case AttemptState::kWaiting: return "waiting";
    case AttemptState::kConnected: return "connected";
    case AttemptState::kAnnouncing: return "announcing";
    case AttemptState::kParked: return "parked";
    case AttemptState::kTransferred: return "transferred";
    case AttemptState::kEnding: return "ending";
    case AttemptState::kFinished: return "finished";
  }
  return "?";
}

bool is_allowed(AttemptState from, AttemptState to) {
  using S = AttemptState;
  switch (from) {
    case S::kCommitting: return to == S::kOnDisk || to == S::kWithdrawn || to == S::kFinished;
    case S::kWithdrawn: return to == S::kFinished;
    case S::kOnDisk: return to == S::kDialing || to == S::kFinished;
    case S::kDialing:
      return to == S::kRinging || to == S::kOnDisk || to == S::kWaiting || to == S::kEnding ||
             to == S::kFinished;
    case S::kRinging: return to == S::kWaiting || to == S::kEnding || to == S::kFinished;
    case S::kWaiting:
      return to == S::kConnected || to == S::kAnnouncing || to == S::kEnding || to == S::kFinished;
    case S::kConnected:
      return to == S::kParked || to == S::kTransferred || to == S::kEnding || to == S::kFinished;
    case S::kParked:
      return to == S::kConnected || to == S::kTransferred || to == S::kWaiting ||
             to == S::kEnding || to == S::kFinished;
    case S::kTransferred:
    case S::kAnnouncing: return to == S::kEnding || to == S::kFinished;
    case S::kEnding: return to == S::kFinished;
    case S::kFinished: return false;
  }
  return false;
}

}  // namespace carillon::core
