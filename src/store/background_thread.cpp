#include "store/background_thread.h"

namespace carillon::store {

void BackgroundThread::stop(const std::function<void()>& interrupt) {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  interrupt();
  thread_.join();
}

void BackgroundThread::wake() {
  {
    std::lock_guard lock(mutex_);
    wake_ = true;
  }
  woken_.notify_one();
}

bool BackgroundThread::stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void BackgroundThread::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, time, [&] { return stopping_ || wake_; });
  wake_ = false;
}

}  // namespace carillon::store
