#include "server/core_loop.h"

#include <algorithm>
#include <mutex>

#include <gtest/gtest.h>

namespace carillon::server {
namespace {

class NoZones final : public core::TimeZones {
 public:
  std::optional<int> minutes_after_midnight(const std::string&, WallTime) const override {
    return 12 * 60;
  }
  WallTime day_began(const std::string&, WallTime at) const override {
    return std::chrono::floor<std::chrono::days>(at);
  }
};

/// The loop with somebody who remembers what it says.
class CoreLoopTest : public testing::Test {
 protected:
  void start() {
    CoreSinks sinks;
    sinks.to_telephony = [this](TelephonyCommand command) { note(telephony_, std::move(command)); };
    sinks.to_store = [this](StoreCommand command) { note(store_, std::move(command)); };
    sinks.publish = [this](LiveEvent event) { note(live_, std::move(event)); };
    sinks.done = [this](RequestDone done) {
      note(done_, std::move(done));
      const std::lock_guard lock(mutex_);
      live_when_answered_ = live_;
    };
    loop_.start(std::move(sinks));
  }
  template <class T>
  void note(std::vector<T>& list, T what) {
    const std::lock_guard lock(mutex_);
    list.push_back(std::move(what));
  }
  template <class Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 1'000; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (condition()) return true;
      }
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  StoreReady world() const {
    StoreReady ready;
    Campaign campaign;
    campaign.id = CampaignId{1};
    campaign.name = "Test";
    campaign.agents = {UserId{7}};
    ready.campaigns = {campaign};
    User agent;
    agent.id = UserId{7};
    agent.username = "agent";
    ready.agents = {agent};
    return ready;
  }

  NoZones zones_;
  std::mutex mutex_;
  std::vector<TelephonyCommand> telephony_;
  std::vector<StoreCommand> store_;
  std::vector<LiveEvent> live_;
  std::vector<RequestDone> done_;
  std::vector<LiveEvent> live_when_answered_;
  CoreLoop loop_{core::EngineOptions{}, zones_};
};

TEST_F(CoreLoopTest, TakesWhatWaitedBeforeItsStart) {
  loop_.push(StoreEvent(world()));
  ASSERT_TRUE(loop_.request(OpenAgentSession{RequestId{5}, UserId{7}, CampaignId{1}, {}}));
  start();
  ASSERT_TRUE(eventually([&] { return !done_.empty(); }));
  EXPECT_EQ(done_[0].request, RequestId{5});
  EXPECT_TRUE(done_[0].result.ok()) << done_[0].result.error().message;
  EXPECT_LT(loop_.counters().idle_for_ms, 5'000);
}

TEST_F(CoreLoopTest, WhatAnAnswerSaysIsLiveAlready) {
  loop_.push(StoreEvent(world()));
  ASSERT_TRUE(loop_.request(OpenAgentSession{RequestId{5}, UserId{7}, CampaignId{1}, {}}));
  start();
  ASSERT_TRUE(eventually([&] { return !live_when_answered_.empty(); }));
  EXPECT_TRUE(std::ranges::any_of(live_when_answered_, [](const LiveEvent& e) {
    return std::holds_alternative<AgentLive>(e);
  }));
}

TEST_F(CoreLoopTest, SignsEverybodyOutAtTheEnd) {
  loop_.push(StoreEvent(world()));
  ASSERT_TRUE(loop_.request(OpenAgentSession{RequestId{5}, UserId{7}, CampaignId{1}, {}}));
  start();
  ASSERT_TRUE(eventually([&] { return !done_.empty(); }));
  EXPECT_EQ(loop_.counters().agent_sessions_now, 1U);
  EXPECT_TRUE(loop_.sign_everybody_out(10s));
  EXPECT_FALSE(loop_.request(OpenAgentSession{RequestId{6}, UserId{7}, CampaignId{1}, {}}));
  loop_.stop();
  const auto gone = [](const LiveEvent& e) { return std::holds_alternative<AgentGone>(e); };
  EXPECT_EQ(std::ranges::count_if(live_, gone), 1);
  EXPECT_EQ(done_.size(), 1U) << "the loop's own requests are nobody's business";
}

}  // namespace
}  // namespace carillon::server
