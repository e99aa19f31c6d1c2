#include "core/call_window.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace carillon::core {
namespace {

bool inside(int minute, const CallWindow& window) {
  return window.from_min <= minute && minute < window.to_min;
}

std::string clock_text(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

}  // namespace

std::string describe(const CallWindow& window) {
  return clock_text(window.from_min) + " to " + clock_text(window.to_min);
}

void ZoneSets::replace(const std::vector<ZoneSet>& sets) {
  sets_.clear();
  for (const ZoneSet& set : sets) sets_[set.id] = set.zones;
}

WindowAnswer ZoneSets::check(ZoneSetId set, const CallWindow& window, WallTime at,
                             const TimeZones& zones) const {
  const auto it = sets_.find(set);
  if (it == sets_.end() || it->second.empty()) {
    return {false, "The time zone of this number is unknown, so no hour is known to be allowed."};
  }
  for (const std::string& zone : it->second) {
    const auto minute = zones.minutes_after_midnight(zone, at);
    if (!minute) return {false, fmt::format("The time zone {} is unknown to this server.", zone)};
    if (!inside(*minute, window)) {
      return {false, fmt::format("It is {} in {}, outside the call window of {}.",
                                 clock_text(*minute), zone, describe(window))};
    }
  }
  return {true, ""};
}

bool ZoneSets::open(ZoneSetId set, const CallWindow& window, WallTime at,
                    const TimeZones& zones) const {
  const auto it = sets_.find(set);
  if (it == sets_.end() || it->second.empty()) return false;
  return std::all_of(it->second.begin(), it->second.end(), [&](const std::string& zone) {
    const auto minute = zones.minutes_after_midnight(zone, at);
    return minute && inside(*minute, window);
  });
}

std::vector<ZoneSetId> ZoneSets::open_sets(const CallWindow& window, WallTime at,
                                           const TimeZones& zones) const {
  std::map<std::string, bool> known;  // each zone is looked up once, most are in many sets
  const auto zone_open = [&](const std::string& zone) {
    const auto [it, first] = known.try_emplace(zone, false);
    if (first) {
      const auto minute = zones.minutes_after_midnight(zone, at);
      it->second = minute && inside(*minute, window);
    }
    return it->second;
  };
  std::vector<ZoneSetId> result;
  for (const auto& [id, names] : sets_) {
    if (!names.empty() && std::all_of(names.begin(), names.end(), zone_open)) result.push_back(id);
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace carillon::core
