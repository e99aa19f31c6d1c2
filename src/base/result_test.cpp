#include "base/result.h"

#include <gtest/gtest.h>

namespace carillon {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{ErrorCode::kInvalid, "The number is odd: give an even one.", "n"};
  return n / 2;
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  const auto failed = half(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().field, "n");
  EXPECT_EQ(to_string(failed.error().code), "invalid");
}

TEST(ResultDeathTest, ReadingTheWrongSideIsABug) {
  EXPECT_DEATH({ [[maybe_unused]] int v = half(3).value(); }, "failed Result");
}

}  // namespace
}  // namespace carillon
