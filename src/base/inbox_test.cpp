#include "base/inbox.h"

#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

namespace carillon {
namespace {

TEST(Inbox, KeepsOrderAndWakesItsOwner) {
  Inbox<int> inbox{10};
  inbox.push(1);
  ASSERT_TRUE(inbox.try_push(2));
  pollfd wait{inbox.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&wait, 1, 0), 1);
  std::vector<int> out;
  inbox.drain(out);
  EXPECT_EQ(out, (std::vector{1, 2}));
  EXPECT_EQ(poll(&wait, 1, 0), 0);
}

TEST(Inbox, RefusesWhenFullAndLeavesTheMessageUntouched) {
  Inbox<std::unique_ptr<int>> inbox{1};
  ASSERT_TRUE(inbox.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(inbox.try_push(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(Inbox, TakesFromManyThreadsWithoutLoss) {
  Inbox<int> inbox{100'000};
  std::vector<std::thread> producers;
  for (int t = 0; t < 4; ++t) {
    producers.emplace_back([&inbox] {
      for (int i = 0; i < 1000; ++i) inbox.push(i);
    });
  }
  for (auto& producer : producers) producer.join();
  std::vector<int> out;
  inbox.drain(out);
  EXPECT_EQ(out.size(), 4000u);
}

TEST(InboxDeathTest, OverflowOfMessagesThatMustNotBeLostStopsTheProcess) {
  EXPECT_DEATH(
      {
        Inbox<int> inbox{1};
        for (int i = 0; i < 5; ++i) inbox.push(i);
      },
      "inbox overflow");
}

}  // namespace
}  // namespace carillon
