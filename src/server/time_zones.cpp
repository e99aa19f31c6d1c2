#include "server/time_zones.h"

#include <date/tz.h>

#include "base/log.h"

namespace carillon::server {
namespace {

std::optional<int> look_up(const std::string& zone, WallTime at) {
  try {
    const auto local = date::locate_zone(zone)->to_local(at);
    const auto since_midnight = local - std::chrono::floor<date::days>(local);
    return static_cast<int>(std::chrono::floor<std::chrono::minutes>(since_midnight).count());
  } catch (const std::exception& failure) {
    spdlog::warn("Time zone \"{}\" is unknown to this system: {}", zone, failure.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<int> SystemTimeZones::minutes_after_midnight(const std::string& zone,
                                                           WallTime at) const {
  const int64_t minute = std::chrono::floor<std::chrono::minutes>(at.time_since_epoch()).count();
  const std::lock_guard lock(mutex_);
  Answer& answer = answers_[zone];
  if (answer.unix_minute != minute) answer = {minute, look_up(zone, at)};
  return answer.minutes;
}

}  // namespace carillon::server
