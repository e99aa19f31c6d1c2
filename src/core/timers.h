// Timers: every deadline of the core in one ordered place.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/clock.h"

namespace carillon::core {

/// What a deadline is about. At most one deadline per kind and id.
enum class TimerKind : uint8_t {
  kAttempt,          ///< the attempt's present state has lasted too long
  kSessionWrapUp,    ///< the disposition is overdue
  kSessionAbsent,    ///< the browser's absence is no mere hiccup any more
  kSessionGone,      ///< the browser is gone for good
  kSessionLine,      ///< the line is down for too long during a call
  kSessionResume,    ///< a paused agent whose line comes back is not made ready any more
  kSessionPreview,   ///< the previewed lead goes back
  kSessionEcho,      ///< the echo test has lasted long enough
  kCampaignWake,     ///< something that the dialer waits for becomes possible
  kCampaignPublish,  ///< the figures may be published again
  kParkedLeads,      ///< skipped leads of a campaign go back
  kTrunkTurn,        ///< the next call may be placed over the trunk
  kTrunkRest,        ///< the trunk is tried again
  kTrunkPublish,
  kDay,  ///< the day of the house may be over
};

/// Deadlines in steady time. All operations are O(log n). Owned by the World.
class Timers {
 public:
  struct Due {
    TimerKind kind;
    int64_t id;
  };

  /// Sets or moves the deadline of (kind, id).
  void set(TimerKind kind, int64_t id, SteadyTime at);
  /// Sets it unless an earlier one is set.
  void set_earlier(TimerKind kind, int64_t id, SteadyTime at);
  void cancel(TimerKind kind, int64_t id);
  bool is_set(TimerKind kind, int64_t id) const;
  std::optional<SteadyTime> next() const;
  /// Takes the earliest deadline that `now` has reached.
  std::optional<Due> pop_due(SteadyTime now);

 private:
  using Key = std::pair<TimerKind, int64_t>;
  std::map<Key, SteadyTime> at_;
  std::set<std::pair<SteadyTime, Key>> order_;
};

}  // namespace carillon::core
