// Proves that the referee can whistle: each breakage of the world must be noticed, and by the rule
// that it breaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "referee.h"
#include "simulation.h"

namespace carillon::simulator {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Proof {
  Breakage breakage;
  const char* rule;
};

class Breakages : public ::testing::TestWithParam<Proof> {};

TEST_P(Breakages, AreNoticed) {
  std::vector<std::string> seen;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Options options;
    options.seed = seed;
    options.breakage = GetParam().breakage;
    const Report report = simulate(options);
    seen.insert(seen.end(), report.violations.begin(), report.violations.end());
    for (const std::string& violation : report.violations) {
      if (violation.starts_with(GetParam().rule)) return;
    }
  }
  EXPECT_THAT(seen, Contains(StartsWith(GetParam().rule)));
}

std::string breakage_name(const ::testing::TestParamInfo<Proof>& proof) {
  std::string name(to_string(proof.param.breakage));
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    All, Breakages,
    ::testing::Values(Proof{Breakage::kDialBeforeDisk, "on disk before dialed"},
                      Proof{Breakage::kForgetCommits, "on disk before dialed"},
                      Proof{Breakage::kForgetDispositions, "nothing acknowledged is lost"},
                      Proof{Breakage::kForgetOutcomes, "one outcome"},
                      Proof{Breakage::kForgetOpenAttempts, "no second call after a crash"},
                      Proof{Breakage::kReserveNothing, "only dialable leads"},
                      Proof{Breakage::kZombieCalls, "no zombie calls"},
                      Proof{Breakage::kDeafNetwork, "no stuck agents"},
                      Proof{Breakage::kWrongZones, "inside the call window"},
                      Proof{Breakage::kEndlessSessions, "every session ends"}),
    breakage_name);

TEST(Simulation, IsTheSameForTheSameSeed) {
  Options options;
  options.seed = 42;
  const Report one = simulate(options);
  const Report two = simulate(options);
  EXPECT_THAT(one.violations, IsEmpty());
  EXPECT_GT(one.calls, 10);
  EXPECT_GT(one.conversations, 0);
  EXPECT_EQ(one.steps, two.steps);
  EXPECT_EQ(one.calls, two.calls);
}

/// A referee with one campaign and two attempts of one lead on disk.
class RefereeTest : public ::testing::Test {
 protected:
  RefereeTest() {
    Campaign campaign;
    campaign.id = CampaignId{1};
    campaign.active = true;
    campaign.source_statuses = {"New"};
    disk_.campaigns[campaign.id] = campaign;
    Lead lead;
    lead.phone = "+4930111";
    lead.zone_set = disk_.zone_set({"UTC"});
    disk_.leads[disk_.add_lead(campaign.id, lead).id].reserved = true;
    for (const int64_t id : {1, 2}) disk_.attempts[AttemptId{id}].attempt.lead = LeadId{1};
    const WallTime noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;
    referee_.set_time({SteadyTime{Duration{1000}}, noon});
    StoreReady ready;
    ready.campaigns = {campaign};
    referee_.told(StoreEvent{std::move(ready)});
  }

  static core::CoreCommand place(int64_t attempt) {
    PlaceCall place;
    place.attempt = AttemptId{attempt};
    place.campaign = CampaignId{1};
    return TelephonyCommand{place};
  }
  static core::CoreCommand waiting_agent(int64_t session) {
    AgentLive live;
    live.session = AgentSessionId{session};
    live.campaign = CampaignId{1};
    live.state = AgentState::kWaiting;
    live.line_up = true;
    return LiveEvent{live};
  }

  core::testing::ModelStore disk_;
  core::testing::FixedZones zones_;
  Referee referee_{disk_, zones_};
};

TEST_F(RefereeTest, AllowsACallForAReadyAgent) {
  referee_.step_done({waiting_agent(1)});
  referee_.step_done({place(1)});
  EXPECT_THAT(referee_.violations(), IsEmpty());
}

TEST_F(RefereeTest, NoticesALeadInTwoCalls) {
  referee_.step_done({waiting_agent(1), waiting_agent(2)});
  referee_.step_done({place(1)});
  referee_.step_done({place(2)});
  EXPECT_THAT(referee_.violations(), Contains(StartsWith("no lead in two calls")));
}

TEST_F(RefereeTest, NoticesACallWithoutAReadyAgent) {
  referee_.step_done({place(1)});
  EXPECT_THAT(referee_.violations(), Contains(StartsWith("pace")));
}

TEST_F(RefereeTest, NoticesAnAnsweredCallBesideAReadyAgent) {
  referee_.step_done({waiting_agent(1)});
  referee_.step_done({place(1)});
  referee_.told(TelephonyEvent{CallAnswered{AttemptId{1}}});
  referee_.step_done({});
  EXPECT_THAT(referee_.violations(), Contains(StartsWith("answered calls go to ready agents")));
}

TEST_F(RefereeTest, NoticesARequestAnsweredTwice) {
  referee_.asked(RequestId{1});
  referee_.step_done({RequestDone{RequestId{1}, {}, {}}});
  EXPECT_THAT(referee_.violations(), IsEmpty());
  referee_.step_done({RequestDone{RequestId{1}, {}, {}}});
  EXPECT_THAT(referee_.violations(), Contains(StartsWith("each request is answered once")));
}

}  // namespace
}  // namespace carillon::simulator
