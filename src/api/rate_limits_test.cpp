#include "api/rate_limits.h"

#include <gtest/gtest.h>

namespace carillon::api {
namespace {

TEST(RateLimiter, AllowsTheBurstThenTheRate) {
  RateLimiter limiter(10, 20);
  SteadyTime now{1h};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.take("a", now), Duration{0});
  const auto wait = limiter.take("a", now);
  EXPECT_GT(wait, Duration{0});
  EXPECT_LE(wait, 101ms);
  EXPECT_EQ(limiter.take("b", now), Duration{0});  // somebody else
  now += 1s;
  int passed = 0;
  for (int i = 0; i < 20; ++i) passed += limiter.take("a", now) == Duration{0} ? 1 : 0;
  EXPECT_EQ(passed, 10);
}

TEST(RateLimiter, ForgetsWhoIsQuiet) {
  RateLimiter limiter(10, 20);
  SteadyTime now{1h};
  for (int i = 0; i < 1'000; ++i) (void)limiter.take(std::to_string(i), now);
  EXPECT_EQ(limiter.size(), 1'000u);
  (void)limiter.take("last", now + 1min);
  EXPECT_EQ(limiter.size(), 1u);
}

TEST(KnownCallers, AreKnownAsLongAsTheyComeAndAreGood) {
  KnownCallers known;
  SteadyTime now{1h};
  EXPECT_FALSE(known.knows("a", now));
  known.note("a", true, now);
  known.note("bad", false, now);
  EXPECT_TRUE(known.knows("a", now + 14min));
  EXPECT_FALSE(known.knows("bad", now));
  EXPECT_FALSE(known.knows("a", now + 15min));
  known.note("a", false, now);
  EXPECT_FALSE(known.knows("a", now)) << "signed out";
  known.note("a", true, now);
  known.note("b", true, now + 20min);
  EXPECT_EQ(known.size(), 1u) << "who has not come for long is forgotten";
}

TEST(SignInGuard, SlowsDownAfterFiveFailures) {
  SignInGuard guard;
  SteadyTime now{1h};
  for (int i = 0; i < 4; ++i) guard.failed("ann", "10.0.0.1", now);
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), Duration{0});
  guard.failed("ann", "10.0.0.1", now);
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), 1s);
  EXPECT_EQ(guard.wait("ann", "10.0.0.2", now), Duration{0});  // her own machine still works
  EXPECT_EQ(guard.wait("bob", "10.0.0.1", now), Duration{0});
  now += 1s;
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), Duration{0});
  guard.failed("ann", "10.0.0.1", now);
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), 2s);
  for (int i = 0; i < 30; ++i) guard.failed("ann", "10.0.0.1", now);
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), 15min);
}

TEST(SignInGuard, SuccessAndTimeForgive) {
  SignInGuard guard;
  SteadyTime now{1h};
  for (int i = 0; i < 6; ++i) guard.failed("ann", "10.0.0.1", now);
  EXPECT_GT(guard.wait("ann", "10.0.0.1", now), Duration{0});
  guard.succeeded("ann", "10.0.0.1");
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), Duration{0});

  for (int i = 0; i < 4; ++i) guard.failed("ann", "10.0.0.1", now);
  now += 16min;
  guard.failed("ann", "10.0.0.1", now);
  EXPECT_EQ(guard.wait("ann", "10.0.0.1", now), Duration{0});
}

TEST(SignInGuard, ManyNamesFromOneAddressSlowTheAddress) {
  SignInGuard guard;
  const SteadyTime now{1h};
  for (int i = 0; i < 50; ++i) guard.failed("user" + std::to_string(i), "10.0.0.1", now);
  EXPECT_GT(guard.wait("anybody", "10.0.0.1", now), Duration{0});
  EXPECT_EQ(guard.wait("anybody", "10.0.0.2", now), Duration{0});
}

}  // namespace
}  // namespace carillon::api
