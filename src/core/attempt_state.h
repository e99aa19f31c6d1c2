// The states of an attempt and the ways between them.
#pragma once

#include <cstdint>
#include <string_view>

namespace carillon::core {

/// Where an attempt stands.
///
/// | From                   | On                                | To          | Does           |
/// | ---                    | ---                               | ---         | ---            |
/// | (none)                 | pacing or an agent wants a call   | Committing  | CommitAttempt  |
/// | Committing             | AttemptCommitted                  | On disk     |                |
/// | Committing             | AttemptRefused                    | Finished    | ReleaseLeads   |
/// | Committing             | its agent is gone                 | Withdrawn   |                |
/// | Withdrawn              | AttemptCommitted                  | Finished    | FinishAttempt  |
/// | Withdrawn              | AttemptRefused                    | Finished    | ReleaseLeads   |
/// | On disk                | its turn, and still allowed       | Dialing     | PlaceCall      |
/// | On disk                | not allowed any more, or too late | Finished    | FinishAttempt  |
/// | Dialing                | CallProgress                      | Ringing     |                |
/// | Dialing                | CallEnded, another trunk is left  | On disk     |                |
/// | Dialing, Ringing       | CallAnswered                      | Waiting     |                |
/// | Waiting                | an agent is free                  | Connected   | ConnectCall    |
/// | Waiting                | answer_wait_ms passed             | Announcing  | PlayAndEnd     |
/// | Connected              | the agent parks it or hands it on | Parked      | DisconnectCall |
/// | Parked                 | an agent takes it                 | Connected   | ConnectCall    |
/// | Parked                 | the number called for it answers  | Transferred | JoinParties    |
/// | Parked                 | park_limit passed; number failed  | Waiting     |                |
/// | Connected              | the agent leaves it to a number   | Transferred | JoinParties    |
/// | Dialing to Transferred | we end it                         | Ending      | EndCall        |
/// | Dialing to Ending      | CallEnded                         | Finished    | FinishAttempt  |
/// | Ending                 | no CallEnded within end_limit     | Finished    | FinishAttempt  |
///
/// Hold and a third party (handover.h) are properties of Connected. Waiting lasts no time at all
/// when an agent is free: the ConnectCall leaves in the step that took CallAnswered.
enum class AttemptState : uint8_t {
  kCommitting,
  kWithdrawn,
  kOnDisk,
  kDialing,
  kRinging,
  kWaiting,
  kConnected,
  kAnnouncing,
  kParked,
  kTransferred,
  kEnding,
  kFinished,
};
inline constexpr int kAttemptStates = 12;

std::string_view to_string(AttemptState state);

/// Whether the table above has a way from `from` to `to`.
bool is_allowed(AttemptState from, AttemptState to);

}  // namespace carillon::core
