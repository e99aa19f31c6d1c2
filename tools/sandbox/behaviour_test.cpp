#include "sandbox/behaviour.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace carillon::sandbox {
namespace {

TEST(Behaviour, IsTheSameForTheSameSeedNumberAndCall) {
  const PopulationMix mix;
  for (int i = 0; i < 100; ++i) {
    const auto number = std::to_string(12025550100 + i);
    EXPECT_EQ(draw_behaviour(mix, 7, number, 0), draw_behaviour(mix, 7, number, 0));
  }
}

TEST(Behaviour, ANumberThatDoesNotExistNeverDoes) {
  const PopulationMix mix;
  int missing = 0;
  for (int i = 0; i < 2'000; ++i) {
    const auto number = std::to_string(12025550100 + i);
    if (draw_behaviour(mix, 3, number, 0).status != 404) continue;
    ++missing;
    for (int nth = 1; nth < 5; ++nth) EXPECT_EQ(draw_behaviour(mix, 3, number, nth).status, 404);
  }
  EXPECT_GT(missing, 0);
}

TEST(Behaviour, SharesAreThoseOfTheMix) {
  PopulationMix mix;
  mix.busy = 20;
  mix.no_answer = 30;
  mix.machine = 10;
  mix.rejects = 5;
  mix.not_found = 5;
  std::map<int, int> statuses;
  int machines = 0;
  constexpr int kCalls = 20'000;
  for (int i = 0; i < kCalls; ++i) {
    const auto plan = draw_behaviour(mix, 1, std::to_string(40'000'000 + i), 0);
    statuses[plan.status]++;
    if (plan.voice == VoiceKind::kMachine && plan.status == 200) ++machines;
    if (plan.status == 200) {
      EXPECT_GE(plan.after_ms, mix.answer_min_ms);
      EXPECT_LE(plan.after_ms, mix.answer_max_ms);
      EXPECT_GT(plan.talk_ms, 0);
    }
  }
  const auto percent = [](int count) { return 100.0 * count / kCalls; };
  EXPECT_NEAR(percent(statuses[486]), 20, 1.5);
  EXPECT_NEAR(percent(statuses[0]), 30, 1.5);
  EXPECT_NEAR(percent(statuses[603]), 5, 1.0);
  EXPECT_NEAR(percent(statuses[404]), 5, 1.0);
  EXPECT_NEAR(percent(machines), 10, 1.5);
}

TEST(Behaviour, ToneFollowsTheLastTwoDigits) {
  EXPECT_EQ(tone_hz("+12025550100"), 300);
  EXPECT_EQ(tone_hz("12025550142"), 300 + 25 * 42);
  EXPECT_EQ(tone_hz("7"), 300 + 25 * 7);
  EXPECT_EQ(tone_hz(""), 300);
}

}  // namespace
}  // namespace carillon::sandbox
