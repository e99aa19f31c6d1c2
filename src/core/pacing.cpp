#include "core/pacing.h"

#include <algorithm>
#include <cmath>

namespace carillon::core {
namespace {

// Absorbs the rounding of binary fractions: 1.15 x 100 must be 115.
constexpr double kRounding = 1e-6;

}  // namespace

int calls_wanted(double multiplier, int agents) {
  const double bounded = std::isnan(multiplier) ? 1.0 : std::clamp(multiplier, 1.0, 10.0);
  return static_cast<int>(std::floor(bounded * std::max(agents, 0) + kRounding));
}

int calls_to_add(const PacingInput& input) {
  const int wanted = calls_wanted(input.multiplier, input.ready_agents);
  return std::max(0, wanted - input.calls_waiting - input.calls_in_flight);
}

TokenBucket::TokenBucket(double per_second) {
  set_rate(per_second);
  tokens_ = capacity_;
}

void TokenBucket::set_rate(double per_second) {
  per_second_ = std::isnan(per_second) ? 0.1 : std::clamp(per_second, 0.1, 1000.0);
  capacity_ = std::max(1.0, per_second_ / 10);
  tokens_ = std::min(tokens_, capacity_);
}

double TokenBucket::tokens_at(SteadyTime now) const {
  const double passed_s = std::max(0.0, static_cast<double>((now - counted_at_).count()) / 1000);
  return std::min(capacity_, tokens_ + passed_s * per_second_);
}

SteadyTime TokenBucket::next(SteadyTime now) const {
  const double missing = 1.0 - tokens_at(now);
  if (missing <= kRounding) return now;
  return now + Duration{std::max<int64_t>(
                   1, std::llround(std::ceil(missing / per_second_ * 1000 - kRounding)))};
}

void TokenBucket::take(SteadyTime now) {
  tokens_ = std::max(0.0, tokens_at(now) - 1.0);
  counted_at_ = std::max(counted_at_, now);
}

}  // namespace carillon::core
