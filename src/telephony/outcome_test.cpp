#include "telephony/outcome.h"

#include <gtest/gtest.h>

namespace carillon::telephony {
namespace {

using How = sip::CallEnd::How;

Verdict refused_with(int status, bool rang = false) {
  sip::CallEnd end;
  end.how = How::kRefused;
  end.status = status;
  end.phrase = "Why";
  end.rang = rang;
  return judge(end);
}

Verdict ended(How how, bool answered) {
  sip::CallEnd end;
  end.how = how;
  end.answered = answered;
  return judge(end);
}

TEST(Outcome, EveryFinalStatusHasOneWithASentence) {
  for (int status = 300; status < 700; ++status) {
    const auto verdict = refused_with(status);
    EXPECT_FALSE(verdict.reason.empty()) << status;
    EXPECT_GE(verdict.outcome, Outcome::kBusy) << status << " has a live or an answered state";
    EXPECT_NE(verdict.outcome, Outcome::kDropped) << status;
  }
}

TEST(Outcome, OnlyAFailureOfTheTrunkGoesToTheNext) {
  for (const int status : {500, 502, 503, 504, 401, 402, 407}) {
    EXPECT_TRUE(refused_with(status).try_next_trunk) << status;
    EXPECT_EQ(refused_with(status).outcome, Outcome::kConnectionError) << status;
  }
  for (const int status : {302, 404, 408, 410, 480, 484, 486, 487, 600, 603, 604, 607, 608}) {
    EXPECT_FALSE(refused_with(status).try_next_trunk) << status;
  }
  EXPECT_FALSE(refused_with(503, true).try_next_trunk) << "the customer's telephone rang";
}

TEST(Outcome, WhatMayBeTheTrunksFaultGoesToTheNextWithAWordForTheAdministrator) {
  for (const int status : {403, 415, 488, 606}) {
    const auto verdict = refused_with(status);
    EXPECT_TRUE(verdict.try_next_trunk) << status;
    EXPECT_NE(verdict.outcome, Outcome::kConnectionError) << status << " alone is the number's";
    EXPECT_NE(verdict.trunk_doubt.find("ask it"), std::string::npos) << status;
    EXPECT_FALSE(refused_with(status, true).try_next_trunk) << status << " after ringing";
  }
  EXPECT_TRUE(refused_with(403, true).trunk_doubt.empty()) << "the called one does not want it";
  EXPECT_FALSE(refused_with(488, true).trunk_doubt.empty()) << "codecs are seen at the answer";
  for (const int status : {404, 486, 503, 603}) {
    EXPECT_TRUE(refused_with(status).trunk_doubt.empty()) << status;
  }
}

TEST(Outcome, StatusesThatSayWhatTheNumberDid) {
  EXPECT_EQ(refused_with(486).outcome, Outcome::kBusy);
  EXPECT_EQ(refused_with(600).outcome, Outcome::kBusy);
  EXPECT_EQ(refused_with(480).outcome, Outcome::kNoAnswer);
  EXPECT_EQ(refused_with(408).outcome, Outcome::kNoAnswer);
  EXPECT_EQ(refused_with(487).outcome, Outcome::kNoAnswer);
  EXPECT_EQ(refused_with(404).outcome, Outcome::kRejected);
  EXPECT_EQ(refused_with(301).outcome, Outcome::kRejected);
  EXPECT_EQ(refused_with(488).outcome, Outcome::kError);
}

TEST(Outcome, EndsWithoutAStatus) {
  EXPECT_EQ(ended(How::kTheyHungUp, true).outcome, Outcome::kAnswered);
  EXPECT_EQ(ended(How::kTheyHungUp, true).by, EndedBy::kCustomer);
  EXPECT_EQ(ended(How::kWeHungUp, true).by, EndedBy::kSystem);
  EXPECT_EQ(ended(How::kSessionLost, true).outcome, Outcome::kAnswered);
  EXPECT_EQ(ended(How::kCrossed, false).outcome, Outcome::kDropped);
  EXPECT_EQ(ended(How::kBadAnswer, false).outcome, Outcome::kDropped);
  EXPECT_FALSE(ended(How::kBadAnswer, false).try_next_trunk);
  EXPECT_NE(ended(How::kBadAnswer, false).trunk_doubt.find("codecs"), std::string::npos);
  EXPECT_EQ(ended(How::kRingTimeout, false).outcome, Outcome::kNoAnswer);
  EXPECT_TRUE(ended(How::kSilence, false).try_next_trunk);
  EXPECT_TRUE(ended(How::kTransportFailed, false).try_next_trunk);
  EXPECT_TRUE(ended(How::kSignInFailed, false).try_next_trunk);
}

}  // namespace
}  // namespace carillon::telephony
