#include "store/import/phone.h"

#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/import/known_number.h"
#include "store/import/number_table.h"

namespace carillon::store {
namespace {

using testing::HasSubstr;

std::string e164(std::string_view input, std::string_view country = "") {
  const auto parsed = parse_phone(input, country);
  return parsed ? parsed->e164 : "error: " + parsed.error().message;
}

TEST(Phone, NothingIsLongerThanFifteenDigits) {
  // German numbers of 14 and more national digits are valid to the library.
  for (const auto& [text, country] :
       {std::pair{"+4946020790112123", ""}, std::pair{"046020790112123", "DE"}}) {
    const auto number = parse_phone(text, country);
    ASSERT_FALSE(number.ok()) << text << " became " << number->e164;
    EXPECT_NE(number.error().message.find("too long"), std::string::npos) << number.error().message;
  }
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

TEST(Phone, NumbersThatChargeTheCallerAreReadButNotToBeCalled) {
  for (const char* text : {"+19002345678", "+449098790123", "+499001234567", "+33899123456"}) {
    ASSERT_TRUE(parse_phone(text, "")) << text;
    EXPECT_TRUE(parse_phone(text, "")->premium_rate) << text;
    EXPECT_TRUE(parse_phone_by_library(text, "")->premium_rate) << text;
    const auto refused = parse_phone_to_call(text, "");
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().field, "phone");
    EXPECT_THAT(refused.error().message, HasSubstr("premium-rate number"));
  }
  EXPECT_TRUE(recognise_number("+19002345678", "")) << "an import need not ask the library";
  for (const char* text : {"+442079460123", "+18005550123", "+447911123456"}) {
    EXPECT_TRUE(parse_phone_to_call(text, "")) << text;
  }
}

/// Walks the automaton at random, so that most of what comes out is nearly or wholly valid.
std::string random_number(uint16_t state, std::mt19937& random) {
  std::string digits;
  while (state != 0 && digits.size() < 15) {
    const auto& now = number_table::kStates[state];
    if (now.label != 0 && random() % 3 == 0) break;
    int digit = static_cast<int>(random() % 10);
    for (int tries = 0; now.next[digit] == 0 && tries < 10; ++tries) digit = (digit + 1) % 10;
    digits += static_cast<char>('0' + digit);
    state = now.next[digit];
  }
  if (random() % 8 == 0) digits += static_cast<char>('0' + random() % 10);
  if (random() % 8 == 0 && !digits.empty()) digits[random() % digits.size()] = '0';
  return digits;
}

void expect_the_same(const std::string& text, const std::string& country, int& recognised) {
  const auto fast = recognise_number(text, country);
  if (!fast) return;
  ++recognised;
  const auto slow = parse_phone_by_library(text, country);
  ASSERT_TRUE(slow.ok()) << text << " in " << country << ": " << slow.error().message;
  EXPECT_EQ(fast->e164, slow->e164) << text << " in " << country;
  EXPECT_EQ(fast->geographical, slow->geographical) << text << " in " << country;
  EXPECT_EQ(fast->premium_rate, slow->premium_rate) << text << " in " << country;
  EXPECT_EQ(fast->country_calling_code, slow->country_calling_code) << text << " in " << country;
}

// Property: what the automaton recognises, the library reads in the same way, in every country.
TEST(Phone, TheAutomatonAgreesWithTheLibrary) {
  const char* given = std::getenv("CARILLON_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::atoi(given)) : 271828;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int recognised = 0, asked = 0;
  for (size_t i = 0; i < number_table::kRootCount; ++i) {
    const auto& root = number_table::kRoots[i];
    for (int n = 0; n < 40; ++n, ++asked) {
      expect_the_same(
          "+" + std::to_string(root.country_calling_code) + random_number(root.state, random), "",
          recognised);
    }
    for (size_t d = 0; d < number_table::kDialingCount; ++d) {
      const auto& dialing = number_table::kDialing[d];
      if (dialing.country_calling_code != root.country_calling_code) continue;
      for (int n = 0; n < 40; ++n, ++asked) {
        std::string text = random_number(root.state, random);
        if (random() % 2) text.insert(0, dialing.national);
        if (random() % 8 == 0) text.insert(0, std::to_string(root.country_calling_code));
        expect_the_same(text, dialing.region, recognised);
      }
    }
  }
  EXPECT_GT(recognised, asked / 5) << "of " << asked;
}

TEST(Phone, TheAutomatonKnowsTheUsualForms) {
  const std::pair<const char*, const char*> kForms[] = {
      {"+12125550123", ""},     {"(212) 555-0123", "US"}, {"1-212-555-0123", "US"},
      {"+44 20 7946 0123", ""}, {"020 7946 0123", "GB"},  {"030/23125001", "DE"},
      {"+61255501234", "US"}};
  for (const auto& [text, country] : kForms) {
    EXPECT_TRUE(recognise_number(text, country)) << text;
  }
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
