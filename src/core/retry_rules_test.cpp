#include "core/retry_rules.h"

#include <gtest/gtest.h>

namespace carillon::core {
namespace {

constexpr WallTime kNow{Duration{1'800'000'000'000}};

Campaign campaign() {
  Campaign campaign;
  campaign.max_attempts = 3;
  campaign.retry_rules = {{Outcome::kBusy, 900}, {Outcome::kNoAnswer, 0}};
  return campaign;
}

Lead lead(int called_count = 0) {
  Lead lead;
  lead.id = LeadId{7};
  lead.called_count = called_count;
  return lead;
}

TEST(FateAfterOutcome, ARuleBringsTheLeadBackAfterItsTime) {
  const LeadFate fate = fate_after_outcome(campaign(), lead(), Outcome::kBusy, kNow);
  EXPECT_EQ(fate.lead, LeadId{7});
  EXPECT_FALSE(fate.finished);
  EXPECT_EQ(fate.not_call_until, kNow + 900s);
}

TEST(FateAfterOutcome, WithoutARuleItIsFinished) {
  EXPECT_TRUE(fate_after_outcome(campaign(), lead(), Outcome::kRejected, kNow).finished);
  EXPECT_TRUE(fate_after_outcome(campaign(), lead(), Outcome::kAnswered, kNow).finished);
}

TEST(FateAfterOutcome, TheCapOnAttemptsCountsThisOne) {
  EXPECT_FALSE(fate_after_outcome(campaign(), lead(1), Outcome::kBusy, kNow).finished);
  EXPECT_TRUE(fate_after_outcome(campaign(), lead(2), Outcome::kBusy, kNow).finished);
  EXPECT_TRUE(fate_after_outcome(campaign(), lead(9), Outcome::kBusy, kNow).finished);
}

TEST(FateAfterOutcome, NegativeTimesAreNow) {
  Campaign odd = campaign();
  odd.retry_rules = {{Outcome::kBusy, -5}};
  EXPECT_EQ(fate_after_outcome(odd, lead(), Outcome::kBusy, kNow).not_call_until, kNow);
}

TEST(FateWhenNotDialed, ChangesNothing) {
  Lead waiting = lead(2);
  waiting.not_call_until = kNow - 1h;
  const LeadFate fate = fate_when_not_dialed(std::make_shared<const Lead>(waiting));
  EXPECT_FALSE(fate.finished);
  ASSERT_TRUE(fate.not_dialed);
  EXPECT_EQ(fate.not_dialed->called_count, 2);
  EXPECT_EQ(fate.not_call_until, waiting.not_call_until);
}

TEST(FateAfterDisposition, FinalAndDoNotCallEndIt) {
  EXPECT_TRUE(fate_after_disposition(campaign(), lead(), {.name = "SOLD", .final = true}, {}, kNow)
                  .finished);
  EXPECT_TRUE(
      fate_after_disposition(campaign(), lead(), {.name = "DNC", .do_not_call = true}, {}, kNow)
          .finished);
}

TEST(FateAfterDisposition, ACallBackComesAtItsTime) {
  const DispositionRule rule{.name = "CALL BACK", .callback = true};
  const LeadFate fate = fate_after_disposition(campaign(), lead(), rule, kNow + 2h, kNow);
  EXPECT_FALSE(fate.finished);
  EXPECT_EQ(fate.not_call_until, kNow + 2h);
}

TEST(FateAfterDisposition, FinalWinsOverCallBack) {
  const DispositionRule rule{.name = "ODD", .final = true, .callback = true};
  EXPECT_TRUE(fate_after_disposition(campaign(), lead(), rule, kNow + 2h, kNow).finished);
}

TEST(FateAfterDisposition, OthersFollowTheRuleForAnsweredCalls) {
  const DispositionRule rule{.name = "MAYBE"};
  EXPECT_TRUE(fate_after_disposition(campaign(), lead(), rule, {}, kNow).finished);
  Campaign again = campaign();
  again.retry_rules.push_back({Outcome::kAnswered, 60});
  EXPECT_EQ(fate_after_disposition(again, lead(), rule, {}, kNow).not_call_until, kNow + 60s);
}

TEST(IsFinal, TheFirstThreeAreLive) {
  EXPECT_FALSE(is_final(Outcome::kInProgress));
  EXPECT_FALSE(is_final(Outcome::kRinging));
  EXPECT_FALSE(is_final(Outcome::kConnected));
  EXPECT_TRUE(is_final(Outcome::kAnswered));
  EXPECT_TRUE(is_final(Outcome::kError));
}

}  // namespace
}  // namespace carillon::core
