// Workers: threads for what would stall the http loop: hashing passwords, syncing files.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace carillon::api {

/// A few threads and a bounded queue. post() may be called by any thread. The destructor waits for
/// the work under way and drops what waits.
class Workers {
 public:
  Workers(int threads, size_t queue);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// False: the queue is full.
  [[nodiscard]] bool post(std::function<void()> work);

 private:
  void run();

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace carillon::api
