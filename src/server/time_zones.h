// The world's clocks from the system's tzdata.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "core/time_zones.h"

namespace carillon::server {

/// Answers from the operating system's time-zone database and remembers each zone's answer for the
/// minute. Any thread: the core's loop and the store's counting share one. Lifetime: the process.
class SystemTimeZones final : public core::TimeZones {
 public:
  std::optional<int> minutes_after_midnight(const std::string& zone, WallTime at) const override;
  WallTime day_began(const std::string& zone, WallTime at) const override;

 private:
  struct Answer {
    int64_t unix_minute = -1;
    std::optional<int> minutes;
  };
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, Answer> answers_;
};

/// The IANA name of the zone that this machine is set to; "UTC" when it does not say.
std::string zone_of_this_machine();

}  // namespace carillon::server
