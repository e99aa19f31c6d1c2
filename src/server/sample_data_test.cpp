#include "server/sample_data.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace carillon::server {
namespace {

TEST(SampleData, NobodyIsTwiceAndEveryNumberIsFiction) {
  const auto leads = sample_leads(2'400, 5);
  std::set<std::string> phones;
  for (const auto& lead : leads) {
    ASSERT_EQ(lead.phone.size(), 12U);
    EXPECT_EQ(lead.phone.substr(5, 5), "55501") << lead.phone;
    phones.insert(lead.phone);
    EXPECT_FALSE(lead.first_name.empty());
  }
  EXPECT_EQ(phones.size(), leads.size());
}

TEST(SampleData, TheCsvHasALineForEachLeadAndAsManyCells) {
  const auto text = to_csv(sample_leads(100, 5));
  EXPECT_EQ(std::ranges::count(text, '\n'), 101);
  const auto heading = text.substr(0, text.find('\r'));
  const auto last = text.substr(text.rfind('+'));
  EXPECT_EQ(std::ranges::count(heading, ','), std::ranges::count(last, ','));
  EXPECT_EQ(text, to_csv(sample_leads(100, 5)));
  EXPECT_NE(text, to_csv(sample_leads(100, 6)));
}

}  // namespace
}  // namespace carillon::server
