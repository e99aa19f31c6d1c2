#include "store/import/phone_set.h"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::store {
namespace {

TEST(PhoneSet, KnowsWhatCameBefore) {
  PhoneSet set;
  std::mt19937_64 random(5);
  std::set<std::string> known;
  for (int i = 0; i < 50'000; ++i) {
    const auto phone = "+1" + std::to_string(random() % 40'000);
    ASSERT_EQ(set.add(phone), known.insert(phone).second) << phone;
  }
  EXPECT_TRUE(set.knows_all());
}

TEST(PhoneSet, TellsNumbersWithZerosApart) {
  PhoneSet set;
  for (const char* phone : {"+1", "+10", "+100", "+1000", "+999999999999999", "+100000000000000"}) {
    EXPECT_TRUE(set.add(phone)) << phone;
    EXPECT_FALSE(set.add(phone)) << phone;
  }
}

TEST(PhoneSet, SaysWhenItHadTooMany) {
  PhoneSet set(2);
  EXPECT_TRUE(set.add("+1") && set.add("+2") && set.knows_all());
  EXPECT_TRUE(set.add("+3"));
  EXPECT_FALSE(set.knows_all());
  EXPECT_FALSE(set.add("+3"));
  set.forget_if_full();
  EXPECT_TRUE(set.add("+3"));
  EXPECT_FALSE(set.add("+3"));
  EXPECT_FALSE(set.knows_all());
}

}  // namespace
}  // namespace carillon::store
