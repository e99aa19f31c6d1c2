#include "core/call_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/fixed_zones.h"

namespace carillon::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr ZoneSetId kUtc{1}, kBerlin{2}, kCoasts{3}, kUnknown{4}, kNonsense{5}, kMissing{99};

class CallWindowTest : public ::testing::Test {
 protected:
  CallWindowTest() {
    sets_.replace({{kUtc, {"UTC"}},
                   {kBerlin, {"Europe/Berlin"}},
                   {kCoasts, {"America/New_York", "America/Los_Angeles"}},
                   {kUnknown, {}},
                   {kNonsense, {"UTC", "Mars/Olympus"}}});
  }

  /// A moment of a day in UTC.
  static WallTime at(int hour, int minute, int second = 0, int ms = 0) {
    return std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{hour} +
           std::chrono::minutes{minute} + std::chrono::seconds{second} + Duration{ms};
  }
  bool open(ZoneSetId set, WallTime time) {
    const WindowAnswer answer = sets_.check(set, window_, time, zones_);
    EXPECT_EQ(answer.open, answer.why_not.empty());
    EXPECT_EQ(answer.open, sets_.open(set, window_, time, zones_));
    return answer.open;
  }

  testing::FixedZones zones_;
  ZoneSets sets_;
  CallWindow window_{8 * 60, 21 * 60};
};

TEST_F(CallWindowTest, OpensAndClosesOnTheMillisecond) {
  EXPECT_FALSE(open(kUtc, at(7, 59, 59, 999)));
  EXPECT_TRUE(open(kUtc, at(8, 0)));
  EXPECT_TRUE(open(kUtc, at(20, 59, 59, 999)));
  EXPECT_FALSE(open(kUtc, at(21, 0)));
  EXPECT_FALSE(open(kUtc, at(0, 0)));
}

TEST_F(CallWindowTest, HoursAreThoseOfTheCalledParty) {
  EXPECT_TRUE(open(kBerlin, at(7, 30)));
  EXPECT_FALSE(open(kBerlin, at(20, 0)));
}

TEST_F(CallWindowTest, EveryPossibleZoneMustBeOpen) {
  EXPECT_FALSE(open(kCoasts, at(13, 30)));  // 8:30 in New York, 5:30 in Los Angeles
  EXPECT_TRUE(open(kCoasts, at(16, 0)));    // 11:00 and 8:00
  EXPECT_FALSE(open(kCoasts, at(2, 0)));    // 21:00 and 18:00
}

TEST_F(CallWindowTest, UnknownZonesAreNeverOpen) {
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_FALSE(open(kUnknown, at(hour, 0)));
    EXPECT_FALSE(open(kMissing, at(hour, 0)));
    EXPECT_FALSE(open(ZoneSetId{}, at(hour, 0)));
    EXPECT_FALSE(open(kNonsense, at(hour, 0)));
  }
}

TEST_F(CallWindowTest, SaysWhyNot) {
  const auto why = [&](ZoneSetId set, WallTime time) {
    return sets_.check(set, window_, time, zones_).why_not;
  };
  EXPECT_EQ(why(kBerlin, at(20, 5)),
            "It is 21:05 in Europe/Berlin, outside the call window of 08:00 to 21:00.");
  EXPECT_THAT(why(kUnknown, at(12, 0)), HasSubstr("time zone of this number is unknown"));
  EXPECT_THAT(why(kNonsense, at(12, 0)), HasSubstr("Mars/Olympus"));
}

TEST_F(CallWindowTest, AWindowThatIsEmptyOrReversedIsNeverOpen) {
  window_ = {12 * 60, 12 * 60};
  EXPECT_FALSE(open(kUtc, at(12, 0)));
  window_ = {21 * 60, 8 * 60};
  EXPECT_FALSE(open(kUtc, at(22, 0)));
  EXPECT_FALSE(open(kUtc, at(12, 0)));
}

TEST_F(CallWindowTest, TheWholeDayIsFromNoughtToTwentyFour) {
  window_ = {0, 24 * 60};
  EXPECT_TRUE(open(kUtc, at(0, 0)));
  EXPECT_TRUE(open(kUtc, at(23, 59, 59, 999)));
}

TEST_F(CallWindowTest, OpenSetsAreExactlyThoseThatAreOpen) {
  EXPECT_THAT(sets_.open_sets(window_, at(7, 30), zones_), ElementsAre(kBerlin));
  EXPECT_THAT(sets_.open_sets(window_, at(16, 0), zones_), ElementsAre(kUtc, kBerlin, kCoasts));
  EXPECT_THAT(sets_.open_sets(window_, at(5, 0), zones_), IsEmpty());
}

TEST_F(CallWindowTest, ReplacingForgetsTheFormerSets) {
  sets_.replace({});
  EXPECT_TRUE(sets_.empty());
  EXPECT_FALSE(open(kUtc, at(12, 0)));
}

}  // namespace
}  // namespace carillon::core
