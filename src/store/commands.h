// CommandRunner: carries out the core's commands inside the writer's transaction.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/messages/storage.h"
#include "store/database.h"
#include "store/effects.h"
#include "store/outbox.h"

namespace carillon::store {

/// What a group of commands has to say once it is committed.
struct Group {
  std::vector<StoreEvent> events;
  Effects effects;
};

/// Owned by the writer thread. A DatabaseError leaves the transaction to be rolled back by the
/// caller; a refusal that is part of the protocol (AttemptRefused) is an event.
///
/// | Command          | Writes                                            | Event             |
/// | ---------------- | ------------------------------------------------- | ----------------- |
/// | ClaimLeads       | reserves leads                                    | LeadsClaimed      |
/// | ClaimCallbacks   | reserves agents' own call-backs                   | CallbacksClaimed  |
/// | ReleaseLeads     | frees leads that are not in a call                |                   |
/// | CommitAttempt    | the attempt; lead: called count, last called      | AttemptCommitted, |
/// |                  |                                                   | AttemptRefused    |
/// | UpdateAttempt    | the attempt's state, while it is open             |                   |
/// | FinishAttempt    | the attempt's end; lead: freed, fate              |                   |
/// | SaveDisposition  | attempt and lead: disposition, fate; DNC          | DispositionSaved  |
/// | SaveRecording    | the attempt's recording                           |                   |
/// | agent session    | history                                           |                   |
class CommandRunner {
 public:
  CommandRunner(std::string node, std::chrono::milliseconds lease, const Outbox& outbox)
      : node_(std::move(node)), lease_(lease), outbox_(outbox) {}

  void run(Database& db, const StoreCommand& command, WallTime now, Group& group);

 private:
  void run(Database& db, const ClaimLeads& command, WallTime now, Group& group);
  void run(Database& db, const ClaimCallbacks& command, WallTime now, Group& group);
  void run(Database& db, const ReleaseLeads& command, WallTime now, Group& group);
  void run(Database& db, const CommitAttempt& command, WallTime now, Group& group);
  void run(Database& db, const FinishAttempt& command, WallTime now, Group& group);
  void run(Database& db, const UpdateAttempt& command, WallTime now, Group& group);
  void run(Database& db, const NoteAttempt& command, WallTime now, Group& group);
  void run(Database& db, const SaveDisposition& command, WallTime now, Group& group);
  void run(Database& db, const SaveRecording& command, WallTime now, Group& group);
  void run(Database& db, const BeginAgentSession& command, WallTime now, Group& group);
  void run(Database& db, const EndAgentSession& command, WallTime now, Group& group);
  void run(Database& db, const AgentStateLogged& command, WallTime now, Group& group);

  const std::string node_;
  const std::chrono::milliseconds lease_;
  const Outbox& outbox_;
};

/// The event that answers a command which could not be made durable; nothing for commands that
/// nobody waits for, which are kept and tried again.
std::optional<StoreEvent> refusal(const StoreCommand& command, const std::string& reason);

/// Adds a line to an attempt's timeline.
void add_attempt_event(Database& db, AttemptId attempt, WallTime at, const std::string& kind,
                       const std::string& detail);

}  // namespace carillon::store
