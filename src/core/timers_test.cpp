#include "core/timers.h"

#include <gtest/gtest.h>

namespace carillon::core {
namespace {

constexpr SteadyTime kStart{Duration{1000}};
constexpr auto kKind = TimerKind::kAttempt;

TEST(Timers, NextIsTheEarliest) {
  Timers timers;
  EXPECT_FALSE(timers.next());
  timers.set(kKind, 1, kStart + 5s);
  timers.set(kKind, 2, kStart + 3s);
  EXPECT_EQ(timers.next(), kStart + 3s);
  timers.cancel(kKind, 2);
  EXPECT_EQ(timers.next(), kStart + 5s);
}

TEST(Timers, SettingMovesADeadline) {
  Timers timers;
  timers.set(kKind, 1, kStart + 1s);
  timers.set(kKind, 1, kStart + 9s);
  EXPECT_EQ(timers.next(), kStart + 9s);
  EXPECT_FALSE(timers.pop_due(kStart + 8s));
  EXPECT_TRUE(timers.pop_due(kStart + 9s));
  EXPECT_FALSE(timers.next());
}

TEST(Timers, SetEarlierNeverMovesItBack) {
  Timers timers;
  timers.set_earlier(kKind, 1, kStart + 5s);
  timers.set_earlier(kKind, 1, kStart + 9s);
  EXPECT_EQ(timers.next(), kStart + 5s);
  timers.set_earlier(kKind, 1, kStart + 2s);
  EXPECT_EQ(timers.next(), kStart + 2s);
}

TEST(Timers, KindsWithTheSameIdAreDifferent) {
  Timers timers;
  timers.set(TimerKind::kAttempt, 1, kStart);
  timers.set(TimerKind::kTrunkRest, 1, kStart);
  timers.cancel(TimerKind::kAttempt, 1);
  const auto due = timers.pop_due(kStart);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->kind, TimerKind::kTrunkRest);
  EXPECT_FALSE(timers.is_set(TimerKind::kTrunkRest, 1));
}

}  // namespace
}  // namespace carillon::core
