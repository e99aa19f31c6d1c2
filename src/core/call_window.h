// Call window: whether the law's hours allow a call to a number now.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/messages/records.h"
#include "core/time_zones.h"

namespace carillon::core {

/// Minutes after local midnight: from <= now < to. An empty or reversed window is never open.
struct CallWindow {
  int from_min = 8 * 60;
  int to_min = 21 * 60;
};

/// "08:00 to 21:00".
std::string describe(const CallWindow& window);

/// The answer, with a sentence for a person when it is no.
struct WindowAnswer {
  bool open = false;
  std::string why_not;
};

/// The zone sets that leads refer to, and the rule over them (47 CFR 64.1200(c)(1): the hours are
/// those of the called party).
///
/// A number that may lie in several zones is called only while all of them are open. A number
/// whose zones are unknown is not called at all: no hour is known to be allowed.
/// Owned by the World.
class ZoneSets {
 public:
  void replace(const std::vector<ZoneSet>& sets);

  WindowAnswer check(ZoneSetId set, const CallWindow& window, WallTime at,
                     const TimeZones& zones) const;
  /// As check(), without the sentence.
  bool open(ZoneSetId set, const CallWindow& window, WallTime at, const TimeZones& zones) const;
  /// Every set that is open at `at`, in ascending order.
  std::vector<ZoneSetId> open_sets(const CallWindow& window, WallTime at,
                                   const TimeZones& zones) const;
  bool empty() const { return sets_.empty(); }

 private:
  std::unordered_map<ZoneSetId, std::vector<std::string>> sets_;
};

}  // namespace carillon::core
