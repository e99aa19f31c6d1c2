// Inbox: the only way from one loop to another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/unique_fd.h"

namespace carillon {

/// A bounded queue that many threads fill and one loop drains.
///
/// Policy when full: try_push() refuses, and the caller tells its own client (the API answers 503);
/// push() is for messages that must not be lost (a call ended, an attempt is durable): it asserts,
/// as a loop that lags by the whole hard bound is broken and a restart is safe. The owner waits for
/// fd() to become readable, then drains. Lifetime: outlives every producer.
template <class T>
class Inbox {
 public:
  /// `capacity`: where try_push() starts to refuse. push() goes up to four times that.
  explicit Inbox(size_t capacity)
      : capacity_(capacity), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    CARILLON_ASSERT(wake_.get() >= 0, "eventfd: no file descriptors left");
  }

  /// Any thread. False when `capacity` messages already wait; the message is then untouched.
  [[nodiscard]] bool try_push(T&& message) {
    {
      std::lock_guard lock(mutex_);
      if (items_.size() >= capacity_) return false;
      items_.push_back(std::move(message));
    }
    wake();
    return true;
  }

  /// Any thread. Never refuses; see the class comment for the bound.
  void push(T message) {
    {
      std::lock_guard lock(mutex_);
      CARILLON_ASSERT(items_.size() < 4 * capacity_, "inbox overflow: its loop has stopped");
      items_.push_back(std::move(message));
    }
    wake();
  }

  /// Owner only. Moves every waiting message into `out` (cleared first) in order of arrival.
  void drain(std::vector<T>& out) {
    out.clear();
    uint64_t count = 0;
    [[maybe_unused]] const auto n = ::read(wake_.get(), &count, sizeof count);
    std::lock_guard lock(mutex_);
    std::swap(out, items_);
  }

  /// Readable while messages wait (eventfd).
  int fd() const { return wake_.get(); }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  void wake() {
    const uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_.get(), &one, sizeof one);
  }

  const size_t capacity_;
  UniqueFd wake_;
  mutable std::mutex mutex_;
  std::vector<T> items_;
};

}  // namespace carillon
