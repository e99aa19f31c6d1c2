#include "server/time_zones.h"

#include <gtest/gtest.h>

namespace carillon::server {
namespace {

TEST(SystemTimeZones, KnowsSummerTimeAndHalfHours) {
  const SystemTimeZones zones;
  // 2026-01-15 12:00:00 UTC and 2026-07-15 12:00:00 UTC.
  const auto winter = from_unix_ms(1'768'478'400'000);
  const auto summer = from_unix_ms(1'784'116'800'000);
  EXPECT_EQ(zones.minutes_after_midnight("America/New_York", winter), 7 * 60);
  EXPECT_EQ(zones.minutes_after_midnight("America/New_York", summer), 8 * 60);
  EXPECT_EQ(zones.minutes_after_midnight("Asia/Kolkata", winter), 17 * 60 + 30);
  EXPECT_EQ(zones.minutes_after_midnight("America/New_York", winter + 61s), 7 * 60 + 1);
  EXPECT_EQ(zones.minutes_after_midnight("Pacific/Kiritimati", winter), 2 * 60);
}

TEST(SystemTimeZones, KnowsWhenADayBegan) {
  const SystemTimeZones zones;
  // 2026-11-01 12:00 UTC: summer time ended that night in New York, at 2:00.
  const auto noon = from_unix_ms(1'793'534'400'000);
  EXPECT_EQ(zones.day_began("America/New_York", noon), noon - 8h);
  EXPECT_EQ(zones.day_began("Asia/Kolkata", noon), noon - 17h - 30min);
  EXPECT_EQ(zones.day_began("Europe/Atlantis", noon), noon - 12h);
  EXPECT_EQ(zones.day_began("UTC", noon - 12h), noon - 12h);
  // 2018-11-04: midnight did not exist in Sao Paulo.
  EXPECT_EQ(zones.day_began("America/Sao_Paulo", from_unix_ms(1'541'332'800'000)),
            from_unix_ms(1'541'300'400'000));
}

TEST(SystemTimeZones, DoesNotInventZones) {
  const SystemTimeZones zones;
  EXPECT_EQ(zones.minutes_after_midnight("Europe/Atlantis", from_unix_ms(0)), std::nullopt);
  EXPECT_EQ(zones.minutes_after_midnight("", from_unix_ms(0)), std::nullopt);
}

}  // namespace
}  // namespace carillon::server
