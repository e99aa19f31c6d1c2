// What tests and benchmarks of the whole media plane share: a plane on 127.0.0.1 in a temporary
// folder, its events, and the steps that bring a leg up.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "telephony/media/media_plane.h"
#include "telephony/media/testing/browser.h"
#include "telephony/media/testing/peer.h"

namespace carillon::media::testing {

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Collects a plane's events. Thread-safe.
class EventLog {
 public:
  void add(MediaEvent event);
  /// Waits until some event of type T satisfies `matches`, which is removed and returned.
  template <class T>
  std::optional<T> wait_for(std::function<bool(const T&)> matches, Duration timeout = 20s) {
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    changed_.wait_for(lock, timeout, [&] {
      for (auto at = events_.begin(); at != events_.end(); ++at) {
        const T* event = std::get_if<T>(&*at);
        if (event == nullptr || !matches(*event)) continue;
        found = *event;
        events_.erase(at);
        return true;
      }
      return false;
    });
    return found;
  }
  template <class T>
  size_t count() const {
    std::lock_guard lock(mutex_);
    size_t n = 0;
    for (const auto& event : events_) n += std::holds_alternative<T>(event) ? 1 : 0;
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<MediaEvent> events_;
};

/// True as soon as `condition` is; false after `timeout`.
bool eventually(const std::function<bool()>& condition, Duration timeout = 20s);

/// Ports of planes of this process that do not meet those of other tests on the machine.
MediaConfig loopback_config(const TemporaryFolder& folder);

/// Gives `peer` an RTP leg. Asserts on failure.
void open_leg(MediaPlane& plane, LegId leg, RtpPeer& peer);
/// Sends the browser's offer and gives it the answer. False when it was refused.
bool negotiate(MediaPlane& plane, EventLog& events, LegId leg, Browser& browser);

}  // namespace carillon::media::testing
