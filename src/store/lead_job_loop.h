// LeadJobLoop: makes the changes to many leads that people asked for.
#pragma once

#include <functional>
#include <vector>

#include "store/background_thread.h"
#include "store/reader_pool.h"
#include "store/writer.h"

namespace carillon::store {

/// A thread that takes the running lead jobs in turn: it looks for their leads on a connection of
/// its own and hands the writer one batch after another, short enough that the commits of calls get
/// through in between. A batch and how far the job has come are one commit, so a job goes on after
/// a crash where it was. Also forgets, in time, what recycled leads were.
///
/// Owned by Store, from start() to stop().
class LeadJobLoop {
 public:
  /// Runs a change and waits until it is committed.
  using ChangeNow = std::function<Result<void>(std::function<Result<void>(Writer&)>)>;

  LeadJobLoop(DatabaseAddress address, ChangeNow change)
      : change_(std::move(change)), connection_(std::move(address)) {}
  ~LeadJobLoop() { stop(); }

  Result<void> start();
  void stop() {
    thread_.stop([this] { connection_.abort(); });
  }
  /// Any thread: there may be a new job.
  void wake() { thread_.wake(); }

 private:
  void run();
  std::vector<LeadJob> running_jobs();
  /// Works on a job for a while.
  void work_on(LeadJob job);
  /// One batch. False: nothing more to do now.
  bool step(LeadJob& job);
  void forget_old_recycles();

  const ChangeNow change_;
  ReadConnection connection_;
  int64_t batch_ = 200;  ///< leads; follows what the writer needs for them
  BackgroundThread thread_;
};

}  // namespace carillon::store
