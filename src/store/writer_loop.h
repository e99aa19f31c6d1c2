// WriterLoop: the one thread that changes the database.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/inbox.h"
#include "store/commands.h"
#include "store/database.h"
#include "store/file_lock.h"
#include "store/store.h"

namespace carillon::store {

/// A change that people or imports make.
struct Change {
  Actor actor;
  std::function<Result<void>(Writer&)> work;
  std::function<void(Result<void>)> committed;
};

/// Drains its inbox into groups, each one transaction; tells the results after the commit.
///
/// A group is first run without savepoints around the core's commands, which do not fail. When a
/// statement fails all the same, the group is rolled back and run again with a savepoint around
/// each job, so that only the culprit is refused.
///
/// | What failed                     | What happens                                              |
/// | ------------------------------- | --------------------------------------------------------- |
/// | one job (constraint, bad text)  | it is refused, the others are committed                   |
/// | deadlock, lock timeout          | the group runs again                                      |
/// | disk full, read-only            | who waits for an answer gets the sentence; the rest is    |
/// |                                 | kept in order and tried again each second                 |
/// | PostgreSQL's connection         | everything waits in order; reconnects with backoff; a     |
/// |                                 | commit whose answer was lost is recognised by its number  |
///
/// Owned by Store; from start() to stop().
class WriterLoop {
 public:
  using Clock = std::chrono::steady_clock;
  /// Told on the writer thread after each commit.
  struct Hooks {
    std::function<void(StoreEvent)> to_core;
    std::function<void(RecordKind, int64_t)> record_changed;
    std::function<void(CampaignId)> stats_dirty;
  };

  WriterLoop(StoreConfig config, DatabaseAddress address, Hooks hooks);
  ~WriterLoop();

  /// Opens the database, brings it up to date, recovers, and starts the thread. StoreReady is
  /// reported first.
  Result<void> start();
  /// Commits what waits, then ends the thread. Gives up on a database that does not answer.
  void stop();

  void send(StoreCommand command) { inbox_.push(std::move(command)); }
  void change(Change change);

  void add_to(StoreCounters& counters) const;
  std::string trouble() const;

 private:
  using Job = std::variant<StoreCommand, Change>;
  struct Pending {
    Job job;
    WallTime at{};
  };
  /// A group that has been run, with what is to be told to whom.
  struct Ran {
    Group group;
    std::vector<std::pair<std::function<void(Result<void>)>, Result<void>>> answers;
    size_t jobs = 0;
    int64_t number = 0;
  };

  Result<void> open();
  Result<void> take_name(Database& db);
  Result<void> recover(Database& db);

  void run();
  void wait();
  void take_in();
  bool ready_to_write();
  bool reconnect();
  void commit_group();
  Ran run_group(bool careful);
  void run_job(Pending& pending, bool careful, Ran& ran);
  void run_command(const StoreCommand& command, WallTime at, bool careful, Ran& ran);
  void run_change(Change& change, WallTime at, Ran& ran);
  void after_commit(Ran ran);
  void on_lost(const DatabaseError& error, std::optional<Ran> in_doubt);
  void refuse_group(const DatabaseError& error);
  void tell_effects();
  void tell_leads_changed();
  void keep_lease();
  void set_trouble(std::string trouble);

  const StoreConfig config_;
  const DatabaseAddress address_;
  const Hooks hooks_;
  const Outbox outbox_;
  CommandRunner runner_;
  FileLock lock_;
  Inbox<Job> inbox_;
  std::thread thread_;
  Clock::time_point give_up_at_{};  ///< set before stopping_
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};

  // The writer thread's own:
  std::deque<Pending> pending_;
  std::vector<Job> drained_;
  int64_t group_number_ = 0;     ///< of the last group, kept in `nodes` too
  std::optional<Ran> in_doubt_;  ///< its COMMIT was sent, the answer is missing
  Effects untold_;               ///< committed, to be told once it can be read
  std::map<CampaignId, Clock::time_point> leads_changed_at_;
  Clock::time_point retry_at_{};
  std::chrono::milliseconds backoff_{0};
  Clock::time_point lease_kept_at_{};
  int retries_ = 0;

  std::mutex database_mutex_;  ///< guards the pointer, for stop()
  std::unique_ptr<Database> database_;
  mutable std::mutex trouble_mutex_;
  std::string trouble_;

  std::atomic<uint64_t> commits_{0}, commands_{0}, commit_us_total_{0}, commit_us_max_{0},
      last_group_size_{0}, failed_commits_{0}, reconnects_{0}, waiting_{0};
};

}  // namespace carillon::store
