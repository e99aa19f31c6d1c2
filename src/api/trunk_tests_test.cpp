#include "api/trunk_tests.h"

#include <gtest/gtest.h>

namespace carillon::api {
namespace {

class TrunkTestsTest : public ::testing::Test {
 protected:
  const TestCall& begin() {
    return tests.begin({TrunkId{3}, "+442079460123", "99442079460123", "+12025550100"}, now);
  }
  std::vector<std::string> states() const {
    std::vector<std::string> out;
    for (const auto& step : tests.find(1)->steps) out.push_back(step.state);
    return out;
  }

  const Now now = machine_now();
  std::shared_ptr<Loop> loop = std::make_shared<Loop>();
  EventStream events{"epoch", 100, 100'000, [](UserId) { return CampaignId{}; }};
  std::vector<TelephonyCommand> sent;
  TrunkTests tests{loop, [this](TelephonyCommand each) { sent.push_back(std::move(each)); },
                   events};
};

TEST_F(TrunkTestsTest, ACallGoesThroughTheTrunkAndIsToldStepByStep) {
  begin();
  const auto place = std::get<PlaceCall>(sent.at(0));
  EXPECT_EQ(place.trunk, TrunkId{3});
  EXPECT_EQ(place.number, "99442079460123");
  EXPECT_LT(place.attempt, AttemptId{0}) << "no attempt of the core's";
  tests.take(CallProgress{place.attempt, false, "id"}, now.wall);
  tests.take(CallProgress{place.attempt, false, "id"}, now.wall);
  tests.take(CallAnswered{place.attempt}, now.wall);
  EXPECT_EQ(std::get<PlayAndEnd>(sent.at(1)).attempt, place.attempt);
  CallEnded ended;
  ended.attempt = place.attempt;
  ended.sip_status = 200;
  ended.by = EndedBy::kSystem;
  tests.take(ended, now.wall);
  EXPECT_EQ(states(),
            (std::vector<std::string>{"trying", "ringing", "answered", "prompt", "ended"}));
  EXPECT_EQ(tests.find(1)->steps.back().sentence, "We hung up. The trunk works. (SIP 200)");
  EXPECT_EQ(events.last_seq(), 5);
}

TEST_F(TrunkTestsTest, ARefusalIsSaidWithItsStatus) {
  const auto attempt = AttemptId{-begin().id};
  CallEnded ended;
  ended.attempt = attempt;
  ended.outcome = Outcome::kRejected;
  ended.sip_status = 403;
  ended.reason = "The carrier refused the call.";
  tests.take(ended, now.wall);
  const auto json = to_json(*tests.find(1));
  EXPECT_EQ(json["ended"], true);
  EXPECT_EQ(json["answered"], false);
  EXPECT_EQ(json["sip_status"], 403);
  EXPECT_EQ(json["steps"][1]["sentence"], "The carrier refused the call. (SIP 403)");
  tests.take(CallAnswered{attempt}, now.wall);
  EXPECT_EQ(states().size(), 2u) << "nothing comes after the end";
}

TEST_F(TrunkTestsTest, OneAtATimeAndThenAPause) {
  EXPECT_EQ(tests.wait(now.steady), Duration{0});
  const auto attempt = AttemptId{-begin().id};
  EXPECT_GT(tests.wait(machine_now().steady), Duration{0});
  CallEnded ended;
  ended.attempt = attempt;
  tests.take(ended, now.wall);
  EXPECT_GT(tests.wait(machine_now().steady), Duration{0});
  EXPECT_EQ(tests.wait(machine_now().steady + TrunkTests::kGap), Duration{0});
  EXPECT_EQ(tests.find(7), nullptr);
}

}  // namespace
}  // namespace carillon::api
