// Pacing: how many calls a campaign may have under way, and how fast they may start.
#pragma once

#include "base/clock.h"

namespace carillon::core {

/// What the pace of one campaign depends on.
struct PacingInput {
  double multiplier = 1.0;  ///< 1.0 to 10.0, calls per ready agent; taken into this range
  int ready_agents = 0;     ///< Waiting, with their line up
  int calls_waiting = 0;    ///< answered, without an agent yet: each will take one
  int calls_in_flight = 0;  ///< being written to disk, dialing or ringing
};

/// Calls wanted for `agents` at `multiplier`: their product rounded down, never fewer than one per
/// agent. Rounding down keeps the promise of "at most": 1.5 is one call for one agent and three
/// for two.
int calls_wanted(double multiplier, int agents);

/// How many calls may be started now; 0 when enough are under way. Without a ready agent always 0.
int calls_to_add(const PacingInput& input);

/// Limits starts to a rate in calls a second. It saves up at most a tenth of a second's worth (at
/// least one start), so that calls leave evenly: carriers count each second of theirs, not ours.
class TokenBucket {
 public:
  /// `per_second`: 0.1 to 1000; taken into this range.
  explicit TokenBucket(double per_second = 1.0);

  void set_rate(double per_second);
  double rate() const { return per_second_; }
  /// Whether a start is allowed at `now`.
  bool ready(SteadyTime now) const { return next(now) <= now; }
  /// The earliest time, not before `now`, at which a start is allowed.
  SteadyTime next(SteadyTime now) const;
  /// Uses up one start. Only when ready().
  void take(SteadyTime now);

 private:
  double tokens_at(SteadyTime now) const;

  double per_second_ = 1.0;
  double capacity_ = 1.0;
  double tokens_ = 1.0;
  SteadyTime counted_at_{};
};

}  // namespace carillon::core
