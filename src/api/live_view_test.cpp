#include "api/live_view.h"

#include <gtest/gtest.h>

namespace carillon::api {
namespace {

class LiveViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [id, type] :
         {std::pair{1, DialerType::kAuto}, std::pair{2, DialerType::kPreview},
          std::pair{3, DialerType::kBroadcast}}) {
      CampaignLive campaign;
      campaign.campaign = CampaignId{id};
      campaign.type = type;
      view.apply(campaign);
    }
  }
  void agent(int session, int campaign, AgentState state, int attempt = 0) {
    AgentLive live;
    live.session = AgentSessionId{session};
    live.agent = UserId{100 + session};
    live.campaign = CampaignId{campaign};
    live.state = state;
    live.attempt = AttemptId{attempt};
    view.apply(live);
  }
  void call(int attempt, int campaign, CallState state) {
    CallLive live;
    live.attempt = AttemptId{attempt};
    live.campaign = CampaignId{campaign};
    live.state = state;
    view.apply(live);
  }
  LiveView view;
};

TEST_F(LiveViewTest, PresenceCountsStreamsAndKnowsThePhone) {
  const UserId ann{7};
  const WallTime noon{std::chrono::hours(12)};
  ASSERT_NE(view.stream_counted(ann, +1, noon), nullptr);
  EXPECT_EQ(view.stream_counted(ann, +1, noon), nullptr) << "a second tab changes nothing";
  view.phone_registered({ann, true, "192.0.2.7:5060", "tls"});
  auto shown = view.snapshot()["presence"][0];
  EXPECT_EQ(shown["user_id"], 7);
  EXPECT_EQ(shown["online"], true);
  EXPECT_EQ(shown["phone"]["transport"], "tls");
  EXPECT_EQ(view.stream_counted(ann, -1, noon), nullptr);
  ASSERT_NE(view.stream_counted(ann, -1, noon + std::chrono::minutes(1)), nullptr);
  view.phone_registered({ann, false, "", ""});
  shown = view.snapshot()["presence"][0];
  EXPECT_EQ(shown["online"], false);
  EXPECT_EQ(shown["since"], to_unix_ms(noon + std::chrono::minutes(1)));
  EXPECT_TRUE(shown["phone"].is_null());
}

TEST_F(LiveViewTest, FiguresKeepTheirScopeByDialer) {
  agent(1, 1, AgentState::kWaiting);
  agent(2, 1, AgentState::kInCall);
  agent(3, 1, AgentState::kOnHold);
  agent(4, 1, AgentState::kPaused);
  agent(5, 2, AgentState::kWaiting);
  agent(6, 2, AgentState::kPaused);
  agent(7, 2, AgentState::kInCall);
  call(1, 1, CallState::kConnected);
  call(2, 1, CallState::kOnHold);
  call(3, 1, CallState::kWaiting);
  call(4, 1, CallState::kRinging);
  call(5, 1, CallState::kDialing);
  call(6, 2, CallState::kConnected);
  call(7, 2, CallState::kRinging);
  call(8, 3, CallState::kConnected);
  call(9, 3, CallState::kRinging);
  call(10, 3, CallState::kDialing);
  LeadStats stats;
  stats.dialable = 40;
  view.set_lead_stats(CampaignId{1}, stats);
  stats.dialable = 2;
  view.set_lead_stats(CampaignId{3}, stats);

  const Figures expected{.agents_logged_in = 7,
                         .agents_paused = 2,
                         .agents_waiting = 1,
                         .agents_in_call = 2,
                         .active_calls = 2,
                         .calls_waiting = 1,
                         .calls_ringing = 2,
                         .data_remaining = 42,
                         .ai_calls_ringing = 2,
                         .ai_calls_active = 1};
  EXPECT_EQ(to_json(view.figures()), to_json(expected));
}

TEST_F(LiveViewTest, EndedCallsAndGoneAgentsLeave) {
  agent(1, 1, AgentState::kInCall, 9);
  call(9, 1, CallState::kConnected);
  EXPECT_NE(view.session_of(UserId{101}), nullptr);
  CallLive lone;
  lone.attempt = AttemptId{9};
  EXPECT_EQ(view.agent_of(lone), UserId{101});

  call(9, 1, CallState::kEnded);
  EXPECT_EQ(view.call(AttemptId{9}), nullptr);
  EXPECT_EQ(view.agent_of(lone), UserId{101});  // still in the panel, in wrap-up
  agent(1, 1, AgentState::kWaiting);
  EXPECT_FALSE(view.agent_of(lone));

  view.apply(AgentGone{AgentSessionId{1}, UserId{101}, CampaignId{1}, "signed out"});
  EXPECT_EQ(view.session_of(UserId{101}), nullptr);
  EXPECT_EQ(view.figures(), Figures{});
}

TEST_F(LiveViewTest, ALateGoneDoesNotTakeTheNewerSession) {
  AgentLive first;
  first.session = AgentSessionId{1};
  first.agent = UserId{5};
  view.apply(first);
  AgentLive second = first;
  second.session = AgentSessionId{2};
  view.apply(second);
  view.apply(AgentGone{AgentSessionId{1}, UserId{5}, {}, "replaced"});
  ASSERT_NE(view.session_of(UserId{5}), nullptr);
  EXPECT_EQ(view.session_of(UserId{5})->session, AgentSessionId{2});
}

TEST_F(LiveViewTest, SnapshotHoldsAll) {
  agent(1, 1, AgentState::kPaused);
  call(4, 1, CallState::kRinging);
  view.set_lead_stats(CampaignId{1}, {});
  const auto json = view.snapshot();
  EXPECT_EQ(json["agents"].size(), 1u);
  EXPECT_EQ(json["calls"].size(), 1u);
  EXPECT_EQ(json["campaigns"].size(), 3u);
  EXPECT_TRUE(json["lead_stats"].contains("1"));
  view.forget_campaign(CampaignId{1});
  EXPECT_EQ(view.snapshot()["campaigns"].size(), 2u);
}

}  // namespace
}  // namespace carillon::api
