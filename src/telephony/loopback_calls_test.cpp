// Calls over a trunk against a scripted carrier: what a carrier may do, and what becomes of it.

#include <chrono>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "telephony/testing/telephony_fixture.h"

namespace carillon::telephony::testing {
namespace {

class LoopbackCalls : public TelephonyTest {};

TEST_F(LoopbackCalls, AnsweredAndEndedByTheCustomer) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_TRUE(invite->request_uri().starts_with("sip:4930123456@127.0.0.1:"));
  EXPECT_NE(invite->header("From").find("<sip:+4930999@calls.example.com>"), std::string::npos);
  EXPECT_EQ(invite->header("P-Asserted-Identity"), "<sip:+4930999@calls.example.com>");
  EXPECT_NE(invite->header("Supported").find("100rel"), std::string::npos);
  EXPECT_NE(invite->body().find("m=audio"), std::string::npos);
  carrier.reply(*invite, 100, {.to_tag = ""});
  carrier.reply(*invite, 180);
  const auto progress = events_.wait<CallProgress>();
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->sip_call_id, invite->header("Call-ID"));
  EXPECT_FALSE(progress->early_media);
  carrier.reply(*invite, 200, {.sdp = carrier.sdp()});
  ASSERT_TRUE(carrier.expect("ACK"));
  ASSERT_TRUE(events_.wait<CallAnswered>());

  const auto before = std::chrono::steady_clock::now();
  carrier.request(*invite, {.method = "BYE"});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
  EXPECT_EQ(end->by, EndedBy::kCustomer);
  const auto goodbye = carrier.expect_response("1 BYE");
  ASSERT_TRUE(goodbye);
  EXPECT_EQ(goodbye->status(), 200);
}

// Bound to every address, we still say one that can be reached.
TEST_F(LoopbackCalls, BoundToEveryAddress) {
  config_.bind_address = "0.0.0.0";
  config_.public_address = "127.0.0.1";
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  EXPECT_EQ(invite.text().find("0.0.0.0"), std::string::npos) << invite.text();
  EXPECT_NE(invite.header("Contact").find("127.0.0.1"), std::string::npos);
  carrier.request(invite, {.method = "INVITE", .cseq = 1, .sdp = carrier.sdp("sendrecv", 9, 2)});
  const auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text().find("0.0.0.0"), std::string::npos) << answer->text();
  carrier.request(invite, {.method = "ACK", .cseq = 1});
  carrier.request(invite, {.method = "BYE", .cseq = 2});
  EXPECT_TRUE(ended(1));
}

TEST_F(LoopbackCalls, EndedByUs) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  talk(carrier, 1);
  telephony_->send(EndCall{AttemptId{1}});
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  carrier.reply(*bye, 200);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
  EXPECT_EQ(end->by, EndedBy::kSystem);
}

// ---------------------------------------------------------------- final responses

struct Final {
  int status;
  Outcome outcome;
  bool try_next_trunk;
};
std::ostream& operator<<(std::ostream& out, const Final& each) { return out << each.status; }

class LoopbackFinals : public TelephonyTest, public ::testing::WithParamInterface<Final> {};

TEST_P(LoopbackFinals, BecomesItsOutcome) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  // Retry-After must not make the stack call again by itself; Contact must not be followed.
  carrier.reply(*invite, GetParam().status, {.headers = {"Retry-After: 1"}});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, GetParam().outcome) << end->reason;
  EXPECT_EQ(end->try_next_trunk, GetParam().try_next_trunk);
  EXPECT_EQ(end->sip_status, GetParam().status);
  EXPECT_FALSE(end->reason.empty());
  EXPECT_TRUE(carrier.expect("ACK"));
  EXPECT_FALSE(carrier.expect("INVITE", 1500ms)) << "called again";
  EXPECT_EQ(events_.count<CallEnded>(), 0U) << "ended twice";
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, LoopbackFinals,
    ::testing::Values(Final{302, Outcome::kRejected, false},
                      Final{402, Outcome::kConnectionError, true},
                      Final{403, Outcome::kRejected, true}, Final{404, Outcome::kRejected, false},
                      Final{480, Outcome::kNoAnswer, false}, Final{486, Outcome::kBusy, false},
                      Final{488, Outcome::kError, true},
                      Final{500, Outcome::kConnectionError, true},
                      Final{503, Outcome::kConnectionError, true},
                      Final{600, Outcome::kBusy, false}, Final{603, Outcome::kRejected, false}),
    [](const auto& each) { return std::to_string(each.param.status); });

// ---------------------------------------------------------------- time-outs and races

TEST_F(LoopbackCalls, RingTimeoutCancels) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1, 400);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 180);
  const auto cancel = carrier.expect("CANCEL");
  ASSERT_TRUE(cancel);
  EXPECT_EQ(cancel->header("Via"), invite->header("Via"));  // RFC 3261 section 9.1
  carrier.reply(*cancel, 200);
  carrier.reply(*invite, 487);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kNoAnswer);
  EXPECT_FALSE(end->try_next_trunk);
}

TEST_F(LoopbackCalls, AnswerThatCrossesTheCancelIsEndedWithBye) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1, 400);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 180);
  const auto cancel = carrier.expect("CANCEL");
  ASSERT_TRUE(cancel);
  carrier.reply(*cancel, 200);
  carrier.reply(*invite, 200, {.sdp = carrier.sdp()});
  EXPECT_TRUE(carrier.expect("ACK"));
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  carrier.reply(*bye, 200);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kDropped);
  EXPECT_EQ(events_.count<CallAnswered>(), 0U);
  EXPECT_TRUE(counted([](const auto& now) { return now.answers_crossed_cancel == 1; }));
}

// RFC 3261 section 9.1: no CANCEL before a provisional response.
TEST_F(LoopbackCalls, CancelWaitsForAProvisionalResponse) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  telephony_->send(EndCall{AttemptId{1}});
  EXPECT_FALSE(carrier.expect("CANCEL", 300ms));
  carrier.reply(*invite, 180);
  const auto cancel = carrier.expect("CANCEL");
  ASSERT_TRUE(cancel);
  carrier.reply(*cancel, 200);
  carrier.reply(*invite, 487);
  EXPECT_TRUE(carrier.expect("ACK"));
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kNoAnswer);
}

TEST_F(LoopbackCalls, CarrierThatNeverAnswersTheCancelIsLetGo) {
  config_.transaction_timeout = 1s;
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1, 200);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 180);
  ASSERT_TRUE(carrier.expect("CANCEL"));
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kNoAnswer);
}

TEST_F(LoopbackCalls, SilenceIsAFailureOfTheTrunk) {
  config_.transaction_timeout = 1s;
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  ASSERT_TRUE(carrier.expect("INVITE"));
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
  EXPECT_TRUE(end->try_next_trunk);
  EXPECT_EQ(end->sip_status, 0);
}

TEST_F(LoopbackCalls, NobodyListeningIsAFailureOfTheTrunkAtOnce) {
  config_.transaction_timeout = 30s;
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.close();  // ICMP port unreachable
  place(1);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
  EXPECT_TRUE(end->try_next_trunk);
}

TEST_F(LoopbackCalls, RefusedTcpIsAFailureOfTheTrunkAtOnce) {
  config_.transaction_timeout = 30s;
  ScriptedPeer carrier(Wire::kTcp);
  use_trunk(carrier, SipTransport::kTcp);
  carrier.close();
  place(1);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
  EXPECT_TRUE(end->try_next_trunk);
}

TEST_F(LoopbackCalls, TcpTrunkWorks) {
  ScriptedPeer carrier(Wire::kTcp);
  use_trunk(carrier, SipTransport::kTcp);
  const auto invite = talk(carrier, 1);
  EXPECT_NE(invite.header("Via").find("SIP/2.0/TCP"), std::string::npos);
  EXPECT_NE(invite.header("Contact").find("transport=tcp"), std::string::npos);
  carrier.request(invite, {.method = "BYE"});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
}

TEST_F(LoopbackCalls, OurByeThatIsLostDoesNotHoldTheCall) {
  config_.transaction_timeout = 2s;
  ScriptedPeer carrier;
  use_trunk(carrier);
  talk(carrier, 1);
  telephony_->send(EndCall{AttemptId{1}});
  ASSERT_TRUE(carrier.expect("BYE"));  // and no answer to it
  ASSERT_TRUE(ended(1));
  const auto again = carrier.receive();  // sent again (RFC 3261 section 17.1.2.2)
  ASSERT_TRUE(again);
  EXPECT_EQ(again->method(), "BYE");
}

TEST_F(LoopbackCalls, RetransmissionsChangeNothing) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 180);
  carrier.reply(*invite, 180);
  for (int i = 0; i < 3; ++i) carrier.reply(*invite, 200, {.sdp = carrier.sdp()});
  int acknowledged = 0;
  while (carrier.receive(700ms)) ++acknowledged;
  EXPECT_GE(acknowledged, 3) << "each 200 must be acknowledged (RFC 3261 section 13.2.2.4)";
  EXPECT_EQ(events_.count<CallProgress>(), 1U);
  EXPECT_EQ(events_.count<CallAnswered>(), 1U);
  const auto bye = carrier.request_text(*invite, {.method = "BYE"});
  carrier.send(bye);
  carrier.send(bye);
  ASSERT_TRUE(ended(1));
  EXPECT_TRUE(carrier.expect_response("1 BYE"));
  EXPECT_TRUE(carrier.expect_response("1 BYE"));
  EXPECT_FALSE(ended(1, 300ms)) << "ended twice";
}

// RFC 3261 section 13.2.2.4: every branch that answers gets ACK, all but one get BYE.
TEST_F(LoopbackCalls, ForkedCallKeepsOneBranch) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 180, {.to_tag = "one"});
  carrier.reply(*invite, 180, {.to_tag = "two"});
  carrier.reply(*invite, 183, {.to_tag = "three", .sdp = carrier.sdp()});
  carrier.reply(*invite, 200, {.to_tag = "two", .sdp = carrier.sdp()});
  const auto ack = carrier.expect("ACK");
  ASSERT_TRUE(ack);
  EXPECT_NE(ack->header("To").find("tag=two"), std::string::npos);
  ASSERT_TRUE(events_.wait<CallAnswered>());
  carrier.reply(*invite, 200, {.to_tag = "three", .sdp = carrier.sdp()});
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  EXPECT_NE(bye->header("To").find("tag=three"), std::string::npos);
  carrier.reply(*bye, 200);
  EXPECT_FALSE(ended(1, 300ms)) << "the call with the first branch goes on";
  carrier.request(*invite, {.method = "BYE", .to_tag = "two"});
  EXPECT_TRUE(ended(1));
}

// ---------------------------------------------------------------- digest

TEST_F(LoopbackCalls, ChallengeIsAnsweredWithTheTrunksPassword) {
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) {
    trunk.username = "alice";
    trunk.password = "open sesame";
  });
  place(1);
  auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_EQ(invite->header("Authorization"), "");
  carrier.reply(*invite, 401,
                {.to_tag = "c1",
                 .headers = {"WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", "
                             "algorithm=MD5, qop=\"auth\""}});
  invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  const auto authorization = invite->header("Authorization");
  EXPECT_NE(authorization.find("username=\"alice\""), std::string::npos);
  EXPECT_EQ(authorization.find("sesame"), std::string::npos);
  // A proxy behind it asks too.
  carrier.reply(*invite, 407,
                {.to_tag = "c2",
                 .headers = {"Proxy-Authenticate: Digest realm=\"proxy\", nonce=\"n2\", "
                             "algorithm=MD5"}});
  invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_NE(invite->header("Proxy-Authorization").find("realm=\"proxy\""), std::string::npos);
  carrier.reply(*invite, 200, {.sdp = carrier.sdp()});
  EXPECT_TRUE(events_.wait<CallAnswered>());
  EXPECT_TRUE(counted([](const auto& now) { return now.auth_challenges == 2; }));
}

TEST_F(LoopbackCalls, WrongPasswordEndsTheCallWithASentence) {
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) {
    trunk.username = "alice";
    trunk.password = "wrong";
  });
  place(1);
  const ScriptedPeer::Reply challenge{
      .headers = {"WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=MD5"}};
  for (int i = 0; i < 2; ++i) {
    const auto invite = carrier.expect("INVITE");
    ASSERT_TRUE(invite);
    carrier.reply(*invite, 401, challenge);
  }
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
  EXPECT_TRUE(end->try_next_trunk);
  EXPECT_NE(end->reason.find("password"), std::string::npos);
}

TEST_F(LoopbackCalls, ChallengeWithoutCredentialsEndsTheCall) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 407, {.headers = {"Proxy-Authenticate: Digest realm=\"c\", nonce=\"n\""}});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
}

// ---------------------------------------------------------------- early media, PRACK, offers

TEST_F(LoopbackCalls, ReliableEarlyMediaIsAcknowledged) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 183, {.headers = {"Require: 100rel", "RSeq: 4711"}, .sdp = carrier.sdp()});
  const auto prack = carrier.expect("PRACK");
  ASSERT_TRUE(prack);
  EXPECT_EQ(prack->header("RAck"), fmt::format("4711 {} INVITE", invite->cseq_number()));
  carrier.reply(*prack, 200);
  const auto progress = events_.wait<CallProgress>();
  ASSERT_TRUE(progress);
  EXPECT_TRUE(progress->early_media);
  carrier.reply(*invite, 200);  // the answer was in the 183
  EXPECT_TRUE(carrier.expect("ACK"));
  EXPECT_TRUE(events_.wait<CallAnswered>());
}

TEST_F(LoopbackCalls, AnswerWithoutACommonCodecIsEnded) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 200,
                {.sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                        "m=audio 9 RTP/AVP 18\r\n"});
  EXPECT_TRUE(carrier.expect("ACK"));
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  carrier.reply(*bye, 200);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kDropped);  // somebody picked up and heard nothing
  EXPECT_NE(end->trunk_doubt.find("choose both PCMU and PCMA"), std::string::npos);
}

TEST_F(LoopbackCalls, CarrierHoldsAndResumes) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  carrier.request(invite, {.method = "INVITE", .cseq = 1, .sdp = carrier.sdp("sendonly", 9, 2)});
  auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
  EXPECT_NE(answer->body().find("a=recvonly"), std::string::npos);
  carrier.request(invite, {.method = "ACK", .cseq = 1});
  carrier.request(invite, {.method = "UPDATE", .cseq = 2, .sdp = carrier.sdp("sendrecv", 9, 3)});
  answer = carrier.expect_response("2 UPDATE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
  EXPECT_NE(answer->body().find("a=sendrecv"), std::string::npos);
  EXPECT_FALSE(ended(1, 200ms));
}

TEST_F(LoopbackCalls, OfferThatCannotBeUsedIsRefusedAndTheCallGoesOn) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  carrier.request(
      invite, {.method = "INVITE",
               .cseq = 1,
               .sdp = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                      "m=video 9 RTP/AVP 31\r\n"});
  const auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 488);
  carrier.request(invite, {.method = "BYE", .cseq = 2});
  EXPECT_TRUE(ended(1));
}

TEST_F(LoopbackCalls, ReinviteWithoutSdpGetsOurOffer) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  carrier.request(invite, {.method = "INVITE", .cseq = 1});
  const auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
  EXPECT_NE(answer->body().find("m=audio"), std::string::npos);
  carrier.request(invite, {.method = "ACK", .cseq = 1, .sdp = carrier.sdp("sendrecv", 9, 2)});
  carrier.request(invite, {.method = "BYE", .cseq = 2});
  EXPECT_TRUE(ended(1));
}

TEST_F(LoopbackCalls, KeyPressByInfoIsReported) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  auto info = carrier.request_text(invite, {.method = "INFO", .cseq = 1});
  const std::string body = "Signal=5\r\nDuration=160\r\n";
  info.replace(
      info.find("Content-Length: 0"), 17,
      fmt::format("Content-Type: application/dtmf-relay\r\nContent-Length: {}", body.size()));
  carrier.send(info + body);
  const auto digit = events_.wait<CallDigit>();
  ASSERT_TRUE(digit);
  EXPECT_EQ(digit->digit, '5');
  const auto answer = carrier.expect_response("1 INFO");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
}

// RFC 3311 section 5.2: the early dialog may be changed, too, once its first answer is
// acknowledged.
TEST_F(LoopbackCalls, UpdateBeforeTheAnswerIsAnswered) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 183, {.headers = {"Require: 100rel", "RSeq: 1"}, .sdp = carrier.sdp()});
  const auto prack = carrier.expect("PRACK");
  ASSERT_TRUE(prack);
  carrier.reply(*prack, 200);
  ASSERT_TRUE(events_.wait<CallProgress>());
  carrier.request(*invite, {.method = "UPDATE", .cseq = 1, .sdp = carrier.sdp("sendonly", 9, 2)});
  const auto answer = carrier.expect_response("1 UPDATE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
  EXPECT_NE(answer->body().find("a=recvonly"), std::string::npos);
  carrier.reply(*invite, 200);
  EXPECT_TRUE(carrier.expect("ACK"));
  EXPECT_TRUE(events_.wait<CallAnswered>());
}

// ---------------------------------------------------------------- challenges within a call

constexpr const char* kInCall = "WWW-Authenticate: Digest realm=\"in call\", nonce=\"n\"";

class LoopbackChallenges : public TelephonyTest {
 protected:
  void use_trunk_with_password(ScriptedPeer& carrier) {
    use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) {
      trunk.username = "alice";
      trunk.password = "open sesame";
      trunk.session_timers = true;
    });
  }
  /// The next request of that method, which must answer the challenge.
  std::optional<Message> expect_signed(ScriptedPeer& carrier, const std::string& method) {
    auto request = carrier.expect(method);
    EXPECT_TRUE(request);
    if (!request) return request;
    EXPECT_NE(request->header("Authorization").find("realm=\"in call\""), std::string::npos)
        << request->text();
    return request;
  }
};

TEST_F(LoopbackChallenges, ToByeIsAnswered) {
  ScriptedPeer carrier;
  use_trunk_with_password(carrier);
  talk(carrier, 1);
  telephony_->send(EndCall{AttemptId{1}});
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  carrier.reply(*bye, 401, {.headers = {kInCall}});
  const auto again = expect_signed(carrier, "BYE");
  ASSERT_TRUE(again);
  carrier.reply(*again, 200);
  EXPECT_TRUE(ended(1));
}

TEST_F(LoopbackChallenges, ToPrackIsAnswered) {
  ScriptedPeer carrier;
  use_trunk_with_password(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 183, {.headers = {"Require: 100rel", "RSeq: 1"}, .sdp = carrier.sdp()});
  const auto prack = carrier.expect("PRACK");
  ASSERT_TRUE(prack);
  carrier.reply(*prack, 401, {.headers = {kInCall}});
  const auto again = expect_signed(carrier, "PRACK");
  ASSERT_TRUE(again);
  carrier.reply(*again, 200);
  carrier.reply(*invite, 200);
  EXPECT_TRUE(events_.wait<CallAnswered>());
}

TEST_F(LoopbackChallenges, ToARefreshIsAnsweredAndTheCallGoesOn) {
  config_.session_interval = 4s;
  ScriptedPeer carrier;
  use_trunk_with_password(carrier);
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  const ScriptedPeer::Reply timed{
      .headers = {"Supported: timer", "Session-Expires: 4;refresher=uac"}, .sdp = carrier.sdp()};
  carrier.reply(*invite, 200, timed);
  ASSERT_TRUE(carrier.expect("ACK"));
  const auto refresh = carrier.expect("INVITE");
  ASSERT_TRUE(refresh);
  carrier.reply(*refresh, 401, {.headers = {kInCall}});
  const auto again = expect_signed(carrier, "INVITE");
  ASSERT_TRUE(again);
  carrier.reply(*again, 200, timed);
  EXPECT_TRUE(carrier.expect("ACK"));
  EXPECT_FALSE(ended(1, 300ms));
}

// ---------------------------------------------------------------- session timers (RFC 4028)

// RFC 4028 section 7.3: 422 says how short a session may be, and the call is tried again.
TEST_F(LoopbackCalls, SessionThatIsTooShortForTheCarrierIsMadeLonger) {
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) { trunk.session_timers = true; });
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(*invite, 422, {.to_tag = "short", .headers = {"Min-SE: 3600"}});
  const auto again = carrier.expect("INVITE");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->header("Min-SE"), "3600");
  EXPECT_TRUE(again->header("Session-Expires").starts_with("3600")) << again->text();
  EXPECT_GT(again->cseq_number(), invite->cseq_number());
  carrier.reply(*again, 200, {.sdp = carrier.sdp()});
  EXPECT_TRUE(events_.wait<CallAnswered>());
  EXPECT_EQ(events_.count<CallEnded>(), 0U);
}

TEST_F(LoopbackCalls, SessionTimerIsOfferedAndRefreshed) {
  ScriptedPeer carrier;
  config_.session_interval = 4s;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) { trunk.session_timers = true; });
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_TRUE(invite->header("Session-Expires").starts_with("4"));
  carrier.reply(
      *invite, 200,
      {.headers = {"Supported: timer", "Require: timer", "Session-Expires: 4;refresher=uac"},
       .sdp = carrier.sdp()});
  ASSERT_TRUE(carrier.expect("ACK"));
  const auto refresh = carrier.expect("INVITE");
  ASSERT_TRUE(refresh);
  EXPECT_EQ(refresh->header("Call-ID"), invite->header("Call-ID"));
  EXPECT_NE(refresh->body().find("m=audio"), std::string::npos);
  carrier.reply(
      *refresh, 200,
      {.headers = {"Supported: timer", "Session-Expires: 4;refresher=uac"}, .sdp = carrier.sdp()});
  EXPECT_TRUE(carrier.expect("ACK"));
  EXPECT_FALSE(ended(1, 500ms));
}

TEST_F(LoopbackCalls, RefreshThatTheCarrierDoesNotKnowEndsTheCall) {
  config_.session_interval = 4s;
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) { trunk.session_timers = true; });
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(
      *invite, 200,
      {.headers = {"Supported: timer", "Session-Expires: 4;refresher=uac"}, .sdp = carrier.sdp()});
  ASSERT_TRUE(carrier.expect("ACK"));
  const auto refresh = carrier.expect("INVITE");
  ASSERT_TRUE(refresh);
  carrier.reply(*refresh, 481);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
}

// A BYE lost: the carrier promised to refresh and never does.
TEST_F(LoopbackCalls, SessionThatTheCarrierDoesNotRefreshIsEnded) {
  config_.session_interval = 4s;
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) { trunk.session_timers = true; });
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(
      *invite, 200,
      {.headers = {"Supported: timer", "Session-Expires: 4;refresher=uas"}, .sdp = carrier.sdp()});
  ASSERT_TRUE(carrier.expect("ACK"));
  const auto bye = carrier.expect("BYE");
  ASSERT_TRUE(bye);
  carrier.reply(*bye, 200);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
}

// RFC 3261 section 14.2: an offer while ours is out is answered 491.
TEST_F(LoopbackCalls, GlareIsAnswered491) {
  config_.session_interval = 4s;
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) { trunk.session_timers = true; });
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  carrier.reply(
      *invite, 200,
      {.headers = {"Supported: timer", "Session-Expires: 4;refresher=uac"}, .sdp = carrier.sdp()});
  ASSERT_TRUE(carrier.expect("ACK"));
  const auto refresh = carrier.expect("INVITE");
  ASSERT_TRUE(refresh);
  carrier.request(*invite, {.method = "INVITE", .cseq = 1, .sdp = carrier.sdp("sendrecv", 9, 2)});
  const auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 491);
  carrier.reply(*refresh, 491);  // and so does the carrier: we try again later
  const auto again = carrier.expect("INVITE");
  ASSERT_TRUE(again);
  carrier.reply(*again, 200, {.sdp = carrier.sdp()});
  EXPECT_FALSE(ended(1, 300ms));
}

// ---------------------------------------------------------------- orders that cannot be carried
// out

TEST_F(LoopbackCalls, UnknownTrunkEndsTheCallAtOnce) {
  start();
  place(1);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kConnectionError);
  EXPECT_TRUE(end->try_next_trunk);
}

TEST_F(LoopbackCalls, NumberWithStrangeCharactersIsNeverSent) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  auto call = order(1);
  call.number = "49301\r\nRoute: <sip:evil>";
  telephony_->send(call);
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kRejected);
  EXPECT_FALSE(carrier.receive(200ms));
}

TEST_F(LoopbackCalls, StoppingEndsEveryCallOnce) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  talk(carrier, 1);
  place(2);
  const auto ringing = carrier.expect("INVITE");
  ASSERT_TRUE(ringing);
  carrier.reply(*ringing, 180);
  ASSERT_TRUE(events_.wait<CallProgress>(
      [](const CallProgress& event) { return event.attempt.value == 2; }));
  stop();  // nobody answers our BYE and CANCEL
  EXPECT_TRUE(ended(1, 0ms));
  EXPECT_TRUE(ended(2, 0ms));
  EXPECT_EQ(events_.count<CallEnded>(), 0U);
}

}  // namespace
}  // namespace carillon::telephony::testing
