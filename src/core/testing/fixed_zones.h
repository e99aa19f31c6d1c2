// FixedZones: time zones without summer time, for tests and the simulator.
#pragma once

#include <map>
#include <string>

#include "core/time_zones.h"

namespace carillon::core::testing {

/// A handful of well-known zones at their standard offset.
class FixedZones : public TimeZones {
 public:
  std::optional<int> minutes_after_midnight(const std::string& zone, WallTime at) const override;

  WallTime day_began(const std::string& zone, WallTime at) const override;

  /// Minutes east of UTC, by zone name.
  std::map<std::string, int> offset_min{{"UTC", 0},
                                        {"Europe/London", 0},
                                        {"Europe/Berlin", 60},
                                        {"Asia/Kolkata", 330},
                                        {"America/New_York", -300},
                                        {"America/Los_Angeles", -480}};
};

}  // namespace carillon::core::testing
