// What must not get in, and what must not stop us: strangers, noise, malformed messages.

#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "telephony/testing/telephony_fixture.h"

namespace carillon::telephony::testing {
namespace {

std::string request_to(int port, const ScriptedPeer& from, const std::string& method,
                       const std::string& branch = "z9hG4bK-stranger") {
  return fmt::format(
      "{0} sip:carillon@127.0.0.1:{1} SIP/2.0\r\nVia: SIP/2.0/UDP {2}:{3};branch={4};rport\r\n"
      "From: <sip:stranger@{2}>;tag=s\r\nTo: <sip:carillon@127.0.0.1>\r\nCall-ID: {4}\r\n"
      "CSeq: 1 {0}\r\nMax-Forwards: 70\r\nContact: <sip:stranger@{2}:{3}>\r\n"
      "Content-Length: 0\r\n\r\n",
      method, port, from.address(), from.port(), branch);
}

class LoopbackStrangers : public TelephonyTest {
 protected:
  /// A call from INVITE to BYE works: the SIP thread is alive and its state is sound.
  void expect_a_call_works(ScriptedPeer& carrier, int64_t attempt) {
    const auto invite = talk(carrier, attempt);
    carrier.request(invite, {.method = "BYE", .cseq = 50});
    const auto end = ended(attempt);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->outcome, Outcome::kAnswered);
  }
};

TEST_F(LoopbackStrangers, NothingOfThemArrivesByUdp) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  ScriptedPeer stranger(Wire::kUdp, "127.0.0.2");
  stranger.aim_at(telephony_->trunk_port());
  for (const char* method : {"INVITE", "OPTIONS", "REGISTER", "MESSAGE", "SUBSCRIBE"}) {
    stranger.send(request_to(telephony_->trunk_port(), stranger, method));
  }
  EXPECT_FALSE(stranger.receive(500ms));
  EXPECT_TRUE(counted([](const auto& now) { return now.strangers_dropped == 5; }));
  EXPECT_EQ(telephony_->counters().inbound_refused, 0U);
}

TEST_F(LoopbackStrangers, TheirByeDoesNotEndACall) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  ScriptedPeer stranger(Wire::kUdp, "127.0.0.2");
  stranger.aim_at(telephony_->trunk_port());
  stranger.send(carrier.request_text(invite, {.method = "BYE"}));  // every word is right
  EXPECT_FALSE(ended(1, 500ms));
  carrier.request(invite, {.method = "BYE", .cseq = 2});
  EXPECT_TRUE(ended(1));
}

TEST_F(LoopbackStrangers, TheyCannotConnectByTcp) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  ScriptedPeer stranger(Wire::kTcp, "127.0.0.2");
  EXPECT_FALSE(stranger.aim_at(telephony_->trunk_port()));
  ScriptedPeer known(Wire::kTcp, "127.0.0.1");
  EXPECT_TRUE(known.aim_at(telephony_->trunk_port()));
}

TEST_F(LoopbackStrangers, ATrunkThatIsTakenAwayIsAStrangerWhenItsLastCallHasEnded) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  telephony_->send(SetTrunks{});
  carrier.request(invite, {.method = "BYE", .cseq = 2});
  ASSERT_TRUE(ended(1)) << "calls under way go on";
  EXPECT_TRUE(counted([](const auto& now) { return now.calls_active == 0; }));
  carrier.send(request_to(telephony_->trunk_port(), carrier, "OPTIONS"));
  EXPECT_FALSE(carrier.expect_response("1 OPTIONS", 200, 500ms));
}

// Calls from carriers are not taken yet. They are refused, never challenged.
TEST_F(LoopbackStrangers, CallFromATrunkIsRefused) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  carrier.send(request_to(telephony_->trunk_port(), carrier, "INVITE"));
  const auto answer = carrier.expect_response("1 INVITE");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 403);
  EXPECT_TRUE(counted([](const auto& now) { return now.inbound_refused == 1; }));
}

TEST_F(LoopbackStrangers, OptionsOfATrunkIsAnswered) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  carrier.send(request_to(telephony_->trunk_port(), carrier, "OPTIONS"));
  const auto answer = carrier.expect_response("1 OPTIONS");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 200);
}

TEST_F(LoopbackStrangers, MethodsThatNobodyNeedsAreRefused) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  for (const char* method :
       {"REGISTER", "MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER", "FROBNICATE", "UPDATE"}) {
    carrier.send(
        request_to(telephony_->trunk_port(), carrier, method, fmt::format("z9hG4bK-{}", method)));
    const auto answer = carrier.expect_response(fmt::format("1 {}", method));
    ASSERT_TRUE(answer) << method;
    EXPECT_GE(answer->status(), 400) << method;
  }
}

TEST_F(LoopbackStrangers, ReferWithinACallIsRefused) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  carrier.request(
      invite, {.method = "REFER", .cseq = 2, .headers = {"Refer-To: <sip:0900123456@127.0.0.1>"}});
  const auto answer = carrier.expect_response("2 REFER");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status(), 403);
  EXPECT_FALSE(carrier.expect("INVITE", 300ms));
  carrier.request(invite, {.method = "BYE", .cseq = 3});
  EXPECT_TRUE(ended(1));
}

// In the manner of RFC 4475: wrong, odd or hostile, from the address of a trunk.
TEST_F(LoopbackStrangers, MalformedMessagesOfATrunkDoNoHarm) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  const int port = telephony_->trunk_port();
  const auto invite = request_to(port, carrier, "INVITE");
  auto with = [&](const std::string& from, const std::string& to) {
    auto text = invite;
    if (const auto place = text.find(from); place != std::string::npos) {
      text.replace(place, from.size(), to);
    }
    return text;
  };
  const std::vector<std::string> odd{
      "INVITE",
      "INVITE \r\n\r\n",
      "SIP/2.0 200 OK\r\n\r\n",
      "SIP/2.0 99999 \r\n\r\n",
      "\r\n\r\n\r\n\r\n",
      std::string(60'000, 'A'),
      "A\r\n" + std::string(30'000, ':') + "\r\n\r\n",
      with("branch=z9hG4bK-stranger", "branch=z"),            // short branch
      with("branch=z9hG4bK-stranger", "branch="),             // empty branch
      with(";branch=z9hG4bK-stranger", ""),                   // no branch
      with("CSeq: 1 INVITE", "CSeq: 99999999999999 INVITE"),  // scalar overflow
      with("CSeq: 1 INVITE", "CSeq: -1 INVITE"),
      with("CSeq: 1 INVITE", "CSeq: 1 BYE"),  // method mismatch
      with("Content-Length: 0", "Content-Length: -999"),
      with("Content-Length: 0", "Content-Length: 9999999"),
      with("Content-Length: 0", "Content-Length: 4294967297"),
      with("Max-Forwards: 70", "Max-Forwards: 999999"),
      with("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"),
      with("From: <sip:stranger", "From: \"unterminated <sip:stranger"),
      with("From: <sip:", "From: <<<<<sip:"),
      with("To: <sip:carillon@127.0.0.1>", "To: <sip:%00%ff%@[::::]:99999;;;;=>"),
      with("Contact: <sip:", "Contact: <sip:" + std::string(20'000, 'x')),
      with("Call-ID: ", "Call-ID: " + std::string(20'000, 'y')),
      with("Via: SIP/2.0/UDP", "Via: SIP  / 2.0 / UDP"),
      with("Via: SIP/2.0/UDP", "Via: SIP/2.0/SCTP"),
      with("INVITE sip:", "INVITE  sip:"),
      with("INVITE sip:", "INVITE http:"),
      with("INVITE sip:carillon", "INVITE sip:" + std::string(3000, '%')),
      with("Content-Length: 0", "Content-Type: multipart/mixed;boundary=\"\"\r\nContent-Length: 0"),
      with("Content-Length: 0",
           "Authorization: Digest " + std::string(5000, ',') + "\r\nContent-Length: 0"),
      with("Content-Length: 0",
           "Authorization: " + std::string(3000, '"') + "\r\nContent-Length: 0"),
      with("Content-Length: 0", "Session-Expires: 0;refresher=\r\nMin-SE: -1\r\nContent-Length: 0"),
      with("Content-Length: 0", "Require: nothing.we.know, 100rel\r\nContent-Length: 0"),
      with("\r\nVia", "\nVia"),
      with("From:", "From:\r\n\t\r\n "),
      with("Content-Length: 0\r\n\r\n",
           "Content-Type: application/sdp\r\nContent-Length: 4\r\n\r\nv=0\n"),
      "ACK" + invite.substr(6),
      "CANCEL" + invite.substr(6),
      "PRACK" + invite.substr(6)};
  for (const auto& text : odd) {
    carrier.send(text);
    carrier.send(text);  // a retransmission is looked up by its branch
  }
  while (carrier.receive(300ms)) {
  }
  expect_a_call_works(carrier, 1);
}

// guards.h: the stack itself would read past the end of such a branch.
TEST_F(LoopbackStrangers, ShortBranchIsMalformed) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  carrier.send(request_to(telephony_->trunk_port(), carrier, "INVITE", "z9hG4b"));
  // Without a Via that can be read there is nowhere to send an answer to: it is dropped.
  EXPECT_FALSE(carrier.receive(1s));
  EXPECT_FALSE(counted([](const auto& now) { return now.inbound_refused > 0; }, 500ms));
  expect_a_call_works(carrier, 1);
}

// The same within a call: every message names the right dialog.
TEST_F(LoopbackStrangers, MalformedMessagesWithinACallDoNoHarm) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  const auto invite = talk(carrier, 1);
  int cseq = 1;
  for (const std::string& sdp :
       {std::string("v=0"), std::string("\r\n\r\n"), std::string(30'000, 'v'),
        std::string("v=0\r\no=- 1 1 IN IP4 999.1.1.1\r\ns=-\r\nc=IN IP4\r\nm=audio 99999999 X\r\n"),
        std::string("v=0\r\nm=audio 0 RTP/AVP\r\n"), std::string("\0\1\2\3", 4)}) {
    carrier.request(invite, {.method = "INVITE", .cseq = cseq, .sdp = sdp});
    const auto answer = carrier.expect_response(fmt::format("{} INVITE", cseq));
    ASSERT_TRUE(answer) << sdp;
    EXPECT_EQ(answer->status(), 488) << sdp;
    carrier.request(invite, {.method = "ACK", .cseq = cseq++});
    carrier.request(invite, {.method = "UPDATE", .cseq = cseq, .sdp = sdp});
    const auto update = carrier.expect_response(fmt::format("{} UPDATE", cseq++));
    ASSERT_TRUE(update) << sdp;
    EXPECT_EQ(update->status(), 488) << sdp;
  }
  carrier.request(invite, {.method = "INFO", .cseq = cseq++, .sdp = "Signal="});
  carrier.request(invite, {.method = "BYE", .cseq = cseq, .headers = {"Reason: ;;;;\"\""}});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
}

// A host name in Via or maddr must not be looked up on the SIP thread: each look-up would take
// seconds here, where no DNS answers.
TEST_F(LoopbackStrangers, HostNamesInDatagramsAreNotLookedUp) {
  ScriptedPeer carrier;
  use_trunk(carrier);
  carrier.aim_at(telephony_->trunk_port());
  for (int i = 0; i < 30; ++i) {
    carrier.send(fmt::format(
        "BROKEN sip:x SIP/2.0\r\nVia: SIP/2.0/UDP host{0}.slow-dns.invalid;branch=z9hG4bK{0};"
        "maddr=other{0}.slow-dns.invalid\r\nCall-ID: {0}\r\nCSeq: x BROKEN\r\n\r\n",
        i));
  }
  const auto before = std::chrono::steady_clock::now();
  place(1);
  const auto invite = carrier.expect("INVITE");
  ASSERT_TRUE(invite);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
  carrier.reply(*invite, 486);
  EXPECT_TRUE(ended(1));
}

// ---------------------------------------------------------------- trunks that do not work

TEST_F(LoopbackStrangers, HostThatDoesNotExistIsSaidSo) {
  ScriptedPeer carrier;
  start();
  auto trunk = trunk_to(carrier);
  trunk.host = "no-such-carrier.invalid";  // RFC 6761: never resolves
  telephony_->send(SetTrunks{{trunk}});
  const auto state = events_.wait<TrunkStateChanged>(nullptr, 60s);
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->up);
  EXPECT_NE(state->reason.find("no-such-carrier.invalid"), std::string::npos);
  EXPECT_NE(state->reason.find("Check"), std::string::npos);
}

TEST_F(LoopbackStrangers, PingSaysWhetherTheTrunkIsUp) {
  config_.transaction_timeout = 1s;
  ScriptedPeer carrier;
  use_trunk(carrier, SipTransport::kUdp, [](Trunk& trunk) {
    trunk.options_ping = true;
    trunk.ping_interval_s = 1;
  });
  auto ping = carrier.expect("OPTIONS");
  ASSERT_TRUE(ping);
  carrier.reply(*ping, 404);  // alive, whatever it says
  auto state = events_.wait<TrunkStateChanged>();
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->up);
  ping = carrier.expect("OPTIONS");
  ASSERT_TRUE(ping);
  carrier.reply(*ping, 503);
  state = events_.wait<TrunkStateChanged>();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->up);
  ping = carrier.expect("OPTIONS");
  ASSERT_TRUE(ping);
  carrier.reply(*ping, 200);
  state = events_.wait<TrunkStateChanged>();
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->up);
  ASSERT_TRUE(carrier.expect("OPTIONS"));  // and now silence
  state = events_.wait<TrunkStateChanged>();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->up);
  EXPECT_NE(state->reason.find("does not answer"), std::string::npos);
}

// ---------------------------------------------------------------- start

TEST_F(LoopbackStrangers, TakenPortIsSaidSo) {
  ScriptedPeer other;
  config_.trunk_port = other.port();
  const auto started = Telephony::start(config_, Sinks{[](TelephonyEvent) {}, [](AgentAnswer) {}});
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find(std::to_string(other.port())), std::string::npos);
  EXPECT_NE(started.error().message.find("another port"), std::string::npos);
}

TEST_F(LoopbackStrangers, TakenTcpPortIsSaidSo) {
  ScriptedPeer other(Wire::kTcp);
  config_.trunk_port = other.port();
  const auto started = Telephony::start(config_, Sinks{[](TelephonyEvent) {}, [](AgentAnswer) {}});
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("TCP"), std::string::npos);
}

TEST_F(LoopbackStrangers, WrongAddressesAreSaidSo) {
  const Sinks nobody{[](TelephonyEvent) {}, [](AgentAnswer) {}};
  auto config = config_;
  config.bind_address = "192.0.2.77";  // RFC 5737: not of this machine
  auto started = Telephony::start(config, nobody);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("192.0.2.77"), std::string::npos);
  config = config_;
  config.bind_address = "localhost";
  EXPECT_FALSE(Telephony::start(config, nobody).ok());
  config = config_;
  config.phone_networks = {"10.0.0.0/99"};
  EXPECT_FALSE(Telephony::start(config, nobody).ok());
  config = config_;
  config.tls_certificate = "/nonexistent/certificate.pem";
  started = Telephony::start(config, nobody);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("/nonexistent/certificate.pem"), std::string::npos);
}

}  // namespace
}  // namespace carillon::telephony::testing
