#include "store/import/zones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::store {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> zones(const char* number) {
  const auto parsed = parse_phone(number, "");
  EXPECT_TRUE(parsed.ok()) << number;
  return parsed ? zones_of(zone_list_of(*parsed)) : std::vector<std::string>{};
}

TEST(Zones, OneZonePrefixes) {
  EXPECT_THAT(zones("+12125550123"), ElementsAre("America/New_York"));
  EXPECT_THAT(zones("+13105550123"), ElementsAre("America/Los_Angeles"));
  EXPECT_THAT(zones("+18085550123"), ElementsAre("Pacific/Honolulu"));
  EXPECT_THAT(zones("+442079460123"), ElementsAre("Europe/London"));
  EXPECT_THAT(zones("+493023125001"), ElementsAre("Europe/Berlin"));
  EXPECT_THAT(zones("+61255501234"), ElementsAre("Australia/Sydney"));
}

TEST(Zones, LongestPrefixWins) {
  // Idaho's 208 lies in two zones; its office codes say in which.
  EXPECT_THAT(zones("+12082015555"), ElementsAre("America/Denver"));
}

TEST(Zones, PrefixInSeveralZones) {
  EXPECT_THAT(zones("+61870101234"), ElementsAre("Australia/Adelaide", "Australia/Perth"));
}

TEST(Zones, NumbersWithoutAPlaceMayBeAnywhereInTheCountry) {
  EXPECT_THAT(zones("+61491570156"), Contains("Australia/Perth"));
  EXPECT_THAT(zones("+61491570156"), Contains("Australia/Sydney"));
  EXPECT_THAT(zones("+18005550123"), Contains("Pacific/Honolulu"));
  EXPECT_THAT(zones("+18005550123"), Contains("America/New_York"));
}

TEST(Zones, UnknownIsEmpty) {
  EXPECT_THAT(zones("+80012345678"), IsEmpty()) << "international freephone has no place";
  EXPECT_THAT(zones_of(0), IsEmpty());
  EXPECT_EQ(zone_list_of({"+99999", 999, true}), 0);
}

TEST(Zones, EveryZoneOfTheTableIsKnownToThisMachine) {
  for (int list = 0; list < zone_list_count(); ++list) {
    for (const auto& zone : zones_of(list)) EXPECT_TRUE(is_time_zone(zone)) << zone;
  }
  EXPECT_FALSE(is_time_zone("Europe/Atlantis"));
  EXPECT_FALSE(is_time_zone("../../etc/passwd"));
}

}  // namespace
}  // namespace carillon::store
