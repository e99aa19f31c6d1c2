#include "core/testing/fixed_zones.h"

namespace carillon::core::testing {

std::optional<int> FixedZones::minutes_after_midnight(const std::string& zone, WallTime at) const {
  const auto it = offset_min.find(zone);
  if (it == offset_min.end()) return std::nullopt;
  const WallTime local = at + std::chrono::minutes{it->second};
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  return static_cast<int>((local - midnight) / 1min);
}

WallTime FixedZones::day_began(const std::string& zone, WallTime at) const {
  const auto it = offset_min.find(zone);
  const std::chrono::minutes offset{it == offset_min.end() ? 0 : it->second};
  return WallTime{std::chrono::floor<std::chrono::days>(at + offset)} - offset;
}

}  // namespace carillon::core::testing
