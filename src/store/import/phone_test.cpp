#include "store/import/phone.h"

#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::store {
namespace {

using testing::HasSubstr;

std::string e164(std::string_view input, std::string_view country = "") {
  const auto parsed = parse_phone(input, country);
  return parsed ? parsed->e164 : "error: " + parsed.error().message;
}

TEST(Phone, InternationalFormOfManyCountries) {
  EXPECT_EQ(e164("+1 (212) 555-0123"), "+12125550123");
  EXPECT_EQ(e164("+44 20 7946 0123"), "+442079460123");
  EXPECT_EQ(e164("+44 (0)20 7946 0123"), "+442079460123");
  EXPECT_EQ(e164("+49 30 23125-001"), "+493023125001");
  EXPECT_EQ(e164("+61 2 5550 1234"), "+61255501234");
  EXPECT_EQ(e164("+39 02 5550 1234"), "+390255501234") << "Italy keeps its zero";
  EXPECT_EQ(e164("+33 1 99 00 12 34"), "+33199001234");
  EXPECT_EQ(e164("+91 98765 43210"), "+919876543210");
  EXPECT_EQ(e164("+81 3-1234-5678"), "+81312345678");
  EXPECT_EQ(e164("+46 8 465 004 00"), "+46846500400");
  EXPECT_EQ(e164("+55 11 96123 4567"), "+5511961234567");
  EXPECT_EQ(e164("0044 20 7946 0123"), "+442079460123") << "00 means + without a country";
}

TEST(Phone, NationalFormNeedsACountry) {
  EXPECT_EQ(e164("212-555-0123", "US"), "+12125550123");
  EXPECT_EQ(e164("1 212 555 0123", "US"), "+12125550123");
  EXPECT_EQ(e164("020 7946 0123", "GB"), "+442079460123");
  EXPECT_EQ(e164("030/23125001", "DE"), "+493023125001");
  EXPECT_EQ(e164("02 5550 1234", "AU"), "+61255501234");
  EXPECT_EQ(e164("+12125550123", "GB"), "+12125550123");
  EXPECT_EQ(e164("0044 20 7946 0123", "DE"), "+442079460123");
  EXPECT_THAT(e164("020 7946 0123"), HasSubstr("no default country"));
  EXPECT_THAT(e164("020 7946 0123", "XX"), HasSubstr("not a known country"));
}

TEST(Phone, WhatSpreadsheetsDoToNumbers) {
  EXPECT_EQ(e164("'+442079460123"), "+442079460123");
  EXPECT_EQ(e164("  +442079460123\t"), "+442079460123");
  EXPECT_THAT(e164("4.42079E+11", "GB"), HasSubstr("scientific"));
  EXPECT_THAT(e164("4,42079e+11", "GB"), HasSubstr("scientific"));
}

TEST(Phone, EachRefusalHasItsReason) {
  EXPECT_THAT(e164("", "US"), HasSubstr("missing"));
  EXPECT_THAT(e164("n/a", "US"), HasSubstr("not a phone number"));
  EXPECT_THAT(e164("212-555", "US"), HasSubstr("too short"));
  EXPECT_THAT(e164("+1 212 555 01234567", "US"), HasSubstr("too long"));
  EXPECT_THAT(e164("+1 000 555 0123"), HasSubstr("no such phone number"));
  EXPECT_THAT(e164("+999 12345678"), HasSubstr("calling code"));
  EXPECT_THAT(e164("+1 212 555 0123 ext. 12"), HasSubstr("extension"));
  EXPECT_THAT(e164(std::string(300, '1')), HasSubstr("too long"));
  EXPECT_THAT(e164(std::string("\0\xFF\xFE", 3)), HasSubstr("not a phone number"));
}

TEST(Phone, TellsWhetherANumberIsTiedToAPlace) {
  EXPECT_TRUE(parse_phone("+442079460123", "")->geographical);
  EXPECT_FALSE(parse_phone("+447911123456", "")->geographical);
  EXPECT_FALSE(parse_phone("+18005550123", "")->geographical);
  EXPECT_EQ(parse_phone("+442079460123", "")->country_calling_code, 44);
}

TEST(Phone, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> right(4);
  for (size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        right[t] += e164("020 7946 0123", "GB") == "+442079460123";
        right[t] += e164("212 555 0123", "US") == "+12125550123";
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(right, testing::Each(400));
}

}  // namespace
}  // namespace carillon::store
