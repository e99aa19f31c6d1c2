// What the engine promises as a whole and no script can say.
#include "core/engine.h"

#include <gtest/gtest.h>

#include "core/testing/fixed_zones.h"

namespace carillon::core {
namespace {

constexpr SteadyTime kStart{Duration{50'000}};
const WallTime kNoon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

template <class T, class Nested>
std::vector<T> all_of(const std::vector<CoreCommand>& commands) {
  std::vector<T> found;
  for (const CoreCommand& command : commands) {
    if (const auto* nested = std::get_if<Nested>(&command)) {
      if (const auto* one = std::get_if<T>(nested)) found.push_back(*one);
    }
  }
  return found;
}

class EngineTest : public ::testing::Test {
 protected:
  std::vector<CoreCommand> step(const CoreEvent& event, Duration at = 0s) {
    std::vector<CoreCommand> commands;
    engine_.step(event, {kStart + at, kNoon + at}, commands);
    return commands;
  }

  StoreReady world() {
    StoreReady ready;
    ready.last_attempt = AttemptId{100};
    ready.last_agent_session = AgentSessionId{10};
    Campaign campaign;
    campaign.id = CampaignId{1};
    campaign.active = true;
    campaign.source_statuses = {"New"};
    campaign.trunks = {TrunkId{1}};
    campaign.agents = {UserId{1}};
    ready.campaigns = {campaign};
    Trunk trunk;
    trunk.id = TrunkId{1};
    ready.trunks = {trunk};
    ready.zone_sets = {{ZoneSetId{1}, {"UTC"}}};
    User user;
    user.id = UserId{1};
    ready.agents = {user};
    return ready;
  }

  /// A ready agent of campaign 1; the last step's commands.
  std::vector<CoreCommand> ready_agent() {
    OpenAgentSession open;
    open.request = RequestId{1};
    open.agent = UserId{1};
    open.campaign = CampaignId{1};
    step(open);
    step(TelephonyEvent{AgentLineUp{AgentSessionId{11}}});
    SetAgentReady ready;
    ready.request = RequestId{2};
    ready.session = AgentSessionId{11};
    ready.ready = true;
    return step(ready);
  }

  LeadsClaimed one_lead() {
    Lead lead;
    lead.id = LeadId{5};
    lead.phone = "+4930111";
    lead.zone_set = ZoneSetId{1};
    LeadsClaimed claimed;
    claimed.campaign = CampaignId{1};
    claimed.leads = {std::make_shared<const Lead>(lead)};
    claimed.exhausted = true;
    return claimed;
  }

  testing::FixedZones zones_;
  Engine engine_{EngineOptions{}, zones_};
};

TEST_F(EngineTest, AnswersUnavailableBeforeTheStoreIsReady) {
  AgentHangUp request;
  request.request = RequestId{9};
  const auto commands = step(request);
  ASSERT_EQ(commands.size(), 1u);
  const auto& done = std::get<RequestDone>(commands[0]);
  EXPECT_EQ(done.request, RequestId{9});
  EXPECT_EQ(done.result.error().code, ErrorCode::kUnavailable);
}

TEST_F(EngineTest, TellsTelephonyTheTrunksAtTheStart) {
  const auto commands = step(StoreEvent{world()});
  EXPECT_EQ((all_of<SetTrunks, TelephonyCommand>(commands).size()), 1u);
}

TEST_F(EngineTest, IdsGoOnWhereTheStoreStopped) {
  step(StoreEvent{world()});
  EXPECT_EQ((all_of<ClaimLeads, StoreCommand>(ready_agent()).size()), 1u);
  const auto commits = all_of<CommitAttempt, StoreCommand>(step(StoreEvent{one_lead()}));
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_EQ(commits[0].attempt.id, AttemptId{101});
}

TEST_F(EngineTest, DialsOnlyAfterTheAttemptIsOnDisk) {
  step(StoreEvent{world()});
  ready_agent();
  auto commands = step(StoreEvent{one_lead()});
  EXPECT_TRUE((all_of<PlaceCall, TelephonyCommand>(commands).empty()));
  commands = step(StoreEvent{AttemptCommitted{AttemptId{101}}});
  EXPECT_EQ((all_of<PlaceCall, TelephonyCommand>(commands).size()), 1u);
}

TEST_F(EngineTest, BridgesInTheStepOfTheAnswer) {
  step(StoreEvent{world()});
  ready_agent();
  step(StoreEvent{one_lead()});
  step(StoreEvent{AttemptCommitted{AttemptId{101}}});
  const auto commands = step(TelephonyEvent{CallAnswered{AttemptId{101}}});
  const auto connects = all_of<ConnectCall, TelephonyCommand>(commands);
  ASSERT_EQ(connects.size(), 1u);
  EXPECT_EQ(connects[0].session, AgentSessionId{11});
}

TEST_F(EngineTest, ALeadThatTheStoreGivesOutTwiceIsCalledOnce) {
  step(StoreEvent{world()});
  ready_agent();
  step(StoreEvent{one_lead()});
  const auto again = step(StoreEvent{one_lead()});
  EXPECT_TRUE((all_of<CommitAttempt, StoreCommand>(again).empty()));
}

TEST_F(EngineTest, ACallThatNobodyKnowsIsEnded) {
  step(StoreEvent{world()});
  const auto commands = step(TelephonyEvent{CallAnswered{AttemptId{4711}}});
  const auto ends = all_of<EndCall, TelephonyCommand>(commands);
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].attempt, AttemptId{4711});
}

TEST_F(EngineTest, EndingTwiceFinishesOnce) {
  step(StoreEvent{world()});
  ready_agent();
  step(StoreEvent{one_lead()});
  step(StoreEvent{AttemptCommitted{AttemptId{101}}});
  CallEnded ended;
  ended.attempt = AttemptId{101};
  ended.outcome = Outcome::kBusy;
  EXPECT_EQ((all_of<FinishAttempt, StoreCommand>(step(TelephonyEvent{ended})).size()), 1u);
  EXPECT_TRUE((all_of<FinishAttempt, StoreCommand>(step(TelephonyEvent{ended})).empty()));
}

TEST_F(EngineTest, PublishesFiguresAtMostFourTimesASecondAndTheLastOnesAlways) {
  step(StoreEvent{world()});
  ready_agent();
  int published = 0;
  CampaignLive last;
  const auto count = [&](const std::vector<CoreCommand>& commands) {
    for (const CampaignLive& live : all_of<CampaignLive, LiveEvent>(commands)) {
      ++published;
      last = live;
    }
  };
  for (int i = 0; i < 100; ++i) {
    SetAgentReady request;
    request.request = RequestId{10 + i};
    request.session = AgentSessionId{11};
    request.ready = i % 2 == 1;
    count(step(request, 1s + Duration{10 * i}));
  }
  EXPECT_LE(published, 5);
  ASSERT_TRUE(engine_.next_deadline());
  count(step(Tick{}, 1s + 10ms * 99 + 250ms));
  EXPECT_EQ(last.agents_waiting, 1);
  EXPECT_EQ(last.agents_paused, 0);
}

TEST_F(EngineTest, NextDeadlineLiesAheadAfterATick) {
  step(StoreEvent{world()});
  ready_agent();
  for (int i = 0; i < 50; ++i) {
    const auto deadline = engine_.next_deadline();
    if (!deadline) return;
    step(Tick{}, *deadline - kStart);
    const auto next = engine_.next_deadline();
    EXPECT_TRUE(!next || *next > *deadline);
  }
}

TEST_F(EngineTest, SteadyTimeThatGoesBackIsIgnored) {
  step(StoreEvent{world()}, 10s);
  step(Tick{}, 5s);
  EXPECT_TRUE(!engine_.next_deadline() || *engine_.next_deadline() >= kStart + 10s);
}

}  // namespace
}  // namespace carillon::core
