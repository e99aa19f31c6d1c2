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

WallTime SystemTimeZones::day_began(const std::string& zone, WallTime at) const {
  try {
    const auto* rules = date::locate_zone(zone);
    const auto midnight = std::chrono::floor<date::days>(rules->to_local(at));
    // Where summer time begins at midnight, the day begins at one o'clock.
    return std::chrono::floor<Duration>(rules->to_sys(midnight, date::choose::earliest));
  } catch (const std::exception&) {
    return std::chrono::floor<date::days>(at);
  }
}

std::string zone_of_this_machine() {
  try {
    return date::current_zone()->name();
  } catch (const std::exception& failure) {
    spdlog::warn("This machine's time zone is not known, days begin at midnight UTC: {}",
                 failure.what());
    return "UTC";
  }
}

}  // namespace carillon::server
