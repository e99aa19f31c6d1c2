#include "sandbox/rules.h"

#include <gtest/gtest.h>

namespace carillon::sandbox {
namespace {

TEST(Rules, BuiltInRulesCoverTheDocumentedEndings) {
  const auto rules = parse_rules(kBuiltInRules);
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  const auto* busy = find_rule(*rules, "+12025550002");
  ASSERT_NE(busy, nullptr);
  EXPECT_EQ(busy->behaviour.status, 486);
  const auto* digits = find_rule(*rules, "0013");
  ASSERT_NE(digits, nullptr);
  EXPECT_EQ(digits->behaviour.digits, "1234#");
  EXPECT_EQ(find_rule(*rules, "+12025550199"), nullptr);
}

TEST(Rules, TheLongestEndingWins) {
  const auto rules = parse_rules("* answer\n01 busy # both\n001 status=480 after=2m\n");
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ(find_rule(*rules, "5001")->behaviour.status, 480);
  EXPECT_EQ(find_rule(*rules, "5001")->behaviour.after_ms, 120'000);
  EXPECT_EQ(find_rule(*rules, "5101")->behaviour.status, 486);
  EXPECT_EQ(find_rule(*rules, "9")->behaviour.status, 200);
}

TEST(Rules, EveryMistakeIsASentenceWithItsLine) {
  for (const auto* text : {"12x busy", "12", "12 sleeps", "12 answer after=soon", "12 answer fast",
                           "12 answer voice=song", "12 answer digits=1Z", "12 status=200",
                           "12 answer mood=good", "12 answer early_media=perhaps"}) {
    const auto rules = parse_rules(std::string("# first line\n") + text);
    ASSERT_FALSE(rules.ok()) << text;
    EXPECT_NE(rules.error().message.find("line 2"), std::string::npos) << rules.error().message;
  }
}

}  // namespace
}  // namespace carillon::sandbox
