// LongChange: one transaction that may take minutes.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "store/database.h"
#include "store/effects.h"
#include "store/outbox.h"
#include "store/writer.h"

namespace carillon::store {

/// Runs its works in order on a thread and a connection of its own, so that no call waits behind
/// them; nobody sees anything of them before commit(). For PostgreSQL: SQLite has one writer, the
/// store's. What the works mean to others is not told: a change through the store says it after the
/// commit. Works that webhooks hear of would keep the writer waiting. Any thread may call the
/// functions; the destructor rolls back what was not committed.
class LongChange {
 public:
  using Work = std::function<Result<void>(Writer&)>;
  using Done = std::function<void(Result<void>)>;

  static Result<std::unique_ptr<LongChange>> begin(const DatabaseAddress& address,
                                                   WebhookData webhook_data, Actor actor);
  ~LongChange();
  LongChange(const LongChange&) = delete;
  LongChange& operator=(const LongChange&) = delete;

  /// `done` is called on the thread. After an error all that follows gets the same error.
  void run(Work work, Done done) { push({std::move(work), std::move(done), false}); }
  /// The last work; `done` hears whether everything is durable.
  void commit(Work work, Done done) { push({std::move(work), std::move(done), true}); }

 private:
  struct Job {
    Work work;
    Done done;
    bool commits = false;
  };

  LongChange(std::unique_ptr<Database> database, WebhookData webhook_data, Actor actor);
  void push(Job job);
  std::optional<Job> next();
  void work_off();
  Result<void> perform(const Job& job);

  std::unique_ptr<Database> database_;
  const Outbox outbox_;
  Effects effects_;
  std::optional<Transaction> transaction_;
  Writer writer_;
  std::optional<Error> failure_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
};

}  // namespace carillon::store
