// TimeZones: what the core needs to know about the world's clocks.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace carillon::core {

/// The time-zone rules, an input of the core: it reads no files and knows no dates by itself.
/// Called on the core's loop only. Lifetime: outlives the Engine.
class TimeZones {
 public:
  virtual ~TimeZones() = default;

  /// Minutes after local midnight (0 to 1439) in the IANA zone `zone` at `at`; nothing when there
  /// is no such zone.
  virtual std::optional<int> minutes_after_midnight(const std::string& zone, WallTime at) const = 0;

  /// When the day of `at` began in `zone`; of UTC's day when there is no such zone.
  virtual WallTime day_began(const std::string& zone, WallTime at) const = 0;
};

}  // namespace carillon::core
