#include "store/import/sample_leads.h"

#include <algorithm>
#include <set>

#include <date/tz.h>
#include <gtest/gtest.h>

#include "store/import/phone.h"
#include "store/import/zones.h"

namespace carillon::store {
namespace {

TEST(SampleLeads, EveryNumberIsValidDifferentAndInAZone) {
  const auto leads = sample_leads(4'000, 3);
  std::set<std::string> phones;
  for (const auto& lead : leads) {
    const auto phone = parse_phone(lead.phone, "");
    ASSERT_TRUE(phone.ok()) << lead.phone << ": " << phone.error().message;
    EXPECT_EQ(phone->e164, lead.phone);
    EXPECT_FALSE(zones_of(zone_list_of(*phone)).empty()) << lead.phone;
    EXPECT_FALSE(lead.first_name.empty());
    EXPECT_EQ(lead.status, "New");
    phones.insert(lead.phone);
  }
  EXPECT_EQ(phones.size(), leads.size());
}

TEST(SampleLeads, SameSeedSamePeople) {
  const auto names = [](uint64_t seed) {
    std::string all;
    for (const auto& lead : sample_leads(50, seed)) all += lead.first_name + lead.last_name;
    return all;
  };
  EXPECT_EQ(names(1), names(1));
  EXPECT_NE(names(1), names(2));
}

// All zones of a number must be inside the window, as the core wants it.
TEST(SampleLeads, AQuarterCanBeDialedAtEveryHour) {
  const auto leads = sample_leads(1'000, 1);
  std::vector<std::vector<std::string>> zones;
  for (const auto& lead : leads)
    zones.push_back(zones_of(zone_list_of(*parse_phone(lead.phone, ""))));
  using namespace date::literals;
  for (const auto day : {date::sys_days{2026_y / 1 / 15}, date::sys_days{2026_y / 7 / 15}}) {
    for (int half_hour = 0; half_hour < 48; ++half_hour) {
      const auto now = day + std::chrono::minutes(30 * half_hour);
      const auto open = [&](const std::vector<std::string>& names) {
        return std::ranges::all_of(names, [&](const std::string& name) {
          const auto local = date::locate_zone(name)->to_local(now);
          const auto of_day = local - date::floor<date::days>(local);
          return of_day >= std::chrono::hours(8) && of_day < std::chrono::hours(21);
        });
      };
      EXPECT_GE(std::ranges::count_if(zones, open), 250) << half_hour / 2 << " o'clock UTC";
    }
  }
}

}  // namespace
}  // namespace carillon::store
