#include "core/messages/dial_string.h"

#include <string>

#include <gtest/gtest.h>

namespace carillon {
namespace {

constexpr const char* kLongestDigits = "999999999999999";  // E.164: 15

TEST(DialString, EveryTechPrefixMakesADialableNumber) {
  for (const char* prefix : {"", "9", "+", "+49", "99#", "*31*", "#31#"}) {
    EXPECT_TRUE(is_tech_prefix(prefix)) << prefix;
    EXPECT_TRUE(is_dialable(prefix + std::string(kLongestDigits))) << prefix;
  }
  const std::string longest(kLongestTechPrefix, '9');
  EXPECT_TRUE(is_tech_prefix(longest));
  EXPECT_TRUE(is_dialable(longest + kLongestDigits));
  EXPECT_FALSE(is_tech_prefix(longest + "9"));
}

TEST(DialString, WhatCouldNotBeDialedIsNoTechPrefix) {
  for (const char* prefix : {"9+", "++", "+9+", "A", "1 2", "1-2", "%23", "1;x", "1@", "\r\n"}) {
    EXPECT_FALSE(is_tech_prefix(prefix)) << prefix;
  }
  EXPECT_FALSE(is_dialable("9+4930123456"));
}

TEST(DialString, NothingEndsTheUri) {
  for (const char* number :
       {"", "12@host", "12;tag=1", "12>", "12\r\n", "12 3", "sip:12", "\"12"}) {
    EXPECT_FALSE(is_dialable(number)) << number;
  }
  EXPECT_FALSE(is_dialable(std::string(65, '1')));
  EXPECT_TRUE(is_dialable("*21*4930123456#"));
  EXPECT_TRUE(is_dialable("12A"));
}

}  // namespace
}  // namespace carillon
