#include "core/pacing.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace carillon::core {
namespace {

constexpr SteadyTime kStart{Duration{1'000'000}};

TEST(CallsWanted, IsOnePerAgentAtOne) {
  EXPECT_EQ(calls_wanted(1.0, 0), 0);
  EXPECT_EQ(calls_wanted(1.0, 1), 1);
  EXPECT_EQ(calls_wanted(1.0, 2000), 2000);
}

TEST(CallsWanted, RoundsDown) {
  EXPECT_EQ(calls_wanted(1.5, 1), 1);
  EXPECT_EQ(calls_wanted(1.5, 2), 3);
  EXPECT_EQ(calls_wanted(1.99, 1), 1);
  EXPECT_EQ(calls_wanted(2.0, 1), 2);
}

TEST(CallsWanted, IsNotFooledByBinaryFractions) {
  EXPECT_EQ(calls_wanted(1.1, 10), 11);
  EXPECT_EQ(calls_wanted(1.15, 100), 115);
  EXPECT_EQ(calls_wanted(4.35, 100), 435);
}

TEST(CallsWanted, KeepsTheMultiplierInItsRange) {
  EXPECT_EQ(calls_wanted(0.0, 3), 3);
  EXPECT_EQ(calls_wanted(-5.0, 3), 3);
  EXPECT_EQ(calls_wanted(1000.0, 3), 30);
  EXPECT_EQ(calls_wanted(std::numeric_limits<double>::infinity(), 1), 10);
  EXPECT_EQ(calls_wanted(std::nan(""), 3), 3);
  EXPECT_EQ(calls_wanted(1.0, -1), 0);
}

TEST(CallsToAdd, TakesAwayWhatIsUnderWayAndWaiting) {
  EXPECT_EQ(calls_to_add({.multiplier = 2, .ready_agents = 5}), 10);
  EXPECT_EQ(calls_to_add({.multiplier = 2, .ready_agents = 5, .calls_in_flight = 4}), 6);
  EXPECT_EQ(calls_to_add({.multiplier = 2, .ready_agents = 5, .calls_waiting = 3}), 7);
  EXPECT_EQ(
      calls_to_add({.multiplier = 1, .ready_agents = 2, .calls_waiting = 1, .calls_in_flight = 1}),
      0);
}

TEST(CallsToAdd, IsNeverNegativeAndNeverWithoutAgents) {
  EXPECT_EQ(calls_to_add({.multiplier = 1, .ready_agents = 1, .calls_in_flight = 5}), 0);
  EXPECT_EQ(calls_to_add({.multiplier = 10, .ready_agents = 0}), 0);
}

TEST(TokenBucket, SpacesCallsEvenly) {
  TokenBucket bucket(2);
  SteadyTime now = kStart;
  ASSERT_TRUE(bucket.ready(now));
  bucket.take(now);
  EXPECT_FALSE(bucket.ready(now));
  EXPECT_EQ(bucket.next(now), now + 500ms);
  EXPECT_FALSE(bucket.ready(now + 499ms));
  EXPECT_TRUE(bucket.ready(now + 500ms));
}

/// Starts as often as it is allowed for `time`; the answer is how many.
int starts_within(TokenBucket& bucket, Duration time) {
  int starts = 0;
  for (SteadyTime now = kStart; now < kStart + time; now = std::max(now, bucket.next(now))) {
    if (!bucket.ready(now)) continue;
    bucket.take(now);
    ++starts;
  }
  return starts;
}

TEST(TokenBucket, KeepsItsRateOverTime) {
  for (const double rate : {0.1, 0.7, 1.0, 3.0, 10.0, 33.3, 250.0, 1000.0}) {
    TokenBucket bucket(rate);
    const double allowed = rate * 60 + std::max(1.0, rate / 10);
    const int starts = starts_within(bucket, 60s);
    EXPECT_LE(starts, allowed + 1e-6) << rate;
    // Its times are whole milliseconds, so a rate that does not divide 1000 loses a little.
    EXPECT_GE(starts, rate * 60 * 0.95 - 1) << rate;
  }
}

TEST(TokenBucket, SavesUpATenthOfASecondAtMost) {
  TokenBucket bucket(100);
  const SteadyTime later = kStart + 1h;
  int at_once = 0;
  while (bucket.ready(later)) {
    bucket.take(later);
    ++at_once;
  }
  EXPECT_EQ(at_once, 10);
}

TEST(TokenBucket, NextIsExact) {
  TokenBucket bucket(3);
  bucket.take(kStart);
  const SteadyTime next = bucket.next(kStart);
  EXPECT_TRUE(bucket.ready(next));
  EXPECT_FALSE(bucket.ready(next - 1ms));
}

TEST(TokenBucket, ALowerRateForgetsWhatWasSaved) {
  TokenBucket bucket(100);
  bucket.set_rate(1);
  bucket.take(kStart);
  EXPECT_FALSE(bucket.ready(kStart));
  EXPECT_EQ(bucket.next(kStart), kStart + 1s);
}

TEST(TokenBucket, SenselessRatesAreTakenIntoRange) {
  EXPECT_DOUBLE_EQ(TokenBucket(0).rate(), 0.1);
  EXPECT_DOUBLE_EQ(TokenBucket(-3).rate(), 0.1);
  EXPECT_DOUBLE_EQ(TokenBucket(1e9).rate(), 1000);
  EXPECT_DOUBLE_EQ(TokenBucket(std::nan("")).rate(), 0.1);
}

}  // namespace
}  // namespace carillon::core
