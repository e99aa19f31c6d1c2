// BackgroundThread: a thread that works when woken, or after a while, until it is stopped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace carillon::store {

/// Its owner starts it once, and stops it before anything that `run` uses goes.
class BackgroundThread {
 public:
  /// `run` returns soon after stopping() became true.
  void start(std::function<void()> run) { thread_ = std::thread(std::move(run)); }
  /// Waits for `run` to return; `interrupt` cuts short what it may be waiting for elsewhere.
  void stop(const std::function<void()>& interrupt);
  /// Any thread: ends the pause, or the next one.
  void wake();

  // Of `run` alone.
  bool stopping();
  void pause(std::chrono::milliseconds time);

 private:
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  bool stopping_ = false;
};

}  // namespace carillon::store
