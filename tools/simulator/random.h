// Random: the only source of chance in the simulator; the same seed gives the same run everywhere.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/clock.h"

namespace carillon::simulator {

/// splitmix64 (Steele, Lea and Flood, 2014): small, fast, and the same on every platform, which the
/// distributions of the standard library are not.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}

  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// True with probability `p`.
  bool chance(double p) { return fraction() < p; }
  /// In [from, to].
  int64_t between(int64_t from, int64_t to) {
    return from + static_cast<int64_t>(next() % static_cast<uint64_t>(to - from + 1));
  }
  Duration between(Duration from, Duration to) {
    return Duration{between(from.count(), to.count())};
  }
  /// Exponentially distributed with this mean.
  Duration around(Duration mean) {
    return Duration{
        static_cast<int64_t>(-std::log(1.0 - fraction()) * static_cast<double>(mean.count()))};
  }

 private:
  uint64_t state_;
};

}  // namespace carillon::simulator
