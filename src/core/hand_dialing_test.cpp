#include "core/hand_dialing.h"

#include <gtest/gtest.h>

namespace carillon::core {
namespace {

TEST(DialPattern, NamesTheNumbersThatMayBeCalled) {
  EXPECT_TRUE(matches_dial_pattern("", "493012345"));
  EXPECT_TRUE(matches_dial_pattern("49.", "493012345"));
  EXPECT_FALSE(matches_dial_pattern("49.", "49")) << "the dot is one digit at least";
  EXPECT_FALSE(matches_dial_pattern("49.", "4312345"));
  EXPECT_TRUE(matches_dial_pattern("1NXXNXXXXXX", "12125550100"));
  EXPECT_FALSE(matches_dial_pattern("1NXXNXXXXXX", "11125550100")) << "N is 2 to 9";
  EXPECT_FALSE(matches_dial_pattern("1NXXNXXXXXX", "121255501001")) << "one digit too many";
  EXPECT_FALSE(matches_dial_pattern("1NXXNXXXXXX", "1212555010")) << "one too few";
  EXPECT_TRUE(matches_dial_pattern("44Z.", "441234"));
  EXPECT_FALSE(matches_dial_pattern("44Z.", "4401234"));
  EXPECT_TRUE(matches_dial_pattern("49.,1X.", "1700"));
  EXPECT_TRUE(matches_dial_pattern(".", "1"));
  EXPECT_FALSE(matches_dial_pattern(".", ""));
  EXPECT_FALSE(matches_dial_pattern("XXX", "4x9")) << "digits only";
}

}  // namespace
}  // namespace carillon::core
