// RecordingWatch: do recordings reach their disk?
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "core/messages/calls.h"

namespace carillon::server {

/// Purpose: counts and logs the recordings that the disk would not take, for /metrics and /healthz.
/// Threads: any. Lifetime: longer than the telephony's.
class RecordingWatch {
 public:
  void note(const RecordingFinished& event, SteadyTime now);
  uint64_t failed() const;
  /// A sentence from a failure until a recording succeeds, or for ten minutes: a server that is
  /// given no calls because it reports this would report it for ever.
  std::string trouble(SteadyTime now) const;

 private:
  mutable std::mutex mutex_;
  uint64_t failed_ = 0;
  SteadyTime failed_at_{};
  std::string trouble_;
};

}  // namespace carillon::server
