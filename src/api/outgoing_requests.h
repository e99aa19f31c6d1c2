// Threads for requests to other people's servers.
#pragma once

#include <atomic>
#include <functional>

#include "api/workers.h"

namespace carillon::api {

/// Downloads and tests of webhooks that somebody waits for, apart from the threads that people's
/// sign-ins wait for. Owner: Services. The destructor ends the requests under way.
class OutgoingRequests {
 public:
  ~OutgoingRequests() { stop_ = true; }

  /// Any thread. False: as many as may wait are waiting.
  [[nodiscard]] bool post(std::function<void(const std::atomic<bool>& stop)> work) {
    return workers_.post([this, work = std::move(work)] { work(stop_); });
  }

 private:
  std::atomic<bool> stop_{false};
  Workers workers_{2, 8};
};

}  // namespace carillon::api
