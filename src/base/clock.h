// Time as Carillon's loops see it: one steady clock for timers, one wall clock for people and law.
#pragma once

#include <chrono>

namespace carillon {

using namespace std::chrono_literals;
using Duration = std::chrono::milliseconds;

/// Steady time: never jumps, has no date. Timers and durations use it.
struct SteadyClockTag {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SteadyClockTag>;
  static constexpr bool is_steady = true;
};
using SteadyTime = std::chrono::time_point<SteadyClockTag>;

/// Wall time, UTC, milliseconds since 1970. It may jump; only dates and call windows use it.
using WallTime = std::chrono::sys_time<Duration>;

/// What "now" means to one step of the core.
struct Now {
  SteadyTime steady;
  WallTime wall;
};

/// The current time of this machine. The core never calls it: time is given to it.
Now machine_now();

/// Milliseconds since 1970, the form of a time in the database and the API.
constexpr int64_t to_unix_ms(WallTime t) { return t.time_since_epoch().count(); }
constexpr WallTime from_unix_ms(int64_t ms) { return WallTime{Duration{ms}}; }

}  // namespace carillon
