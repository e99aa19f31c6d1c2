// Trunks over TLS: the carrier's certificate must be of a known authority and of the trunk's host.

#include <gtest/gtest.h>

#include "telephony/testing/telephony_fixture.h"
#include "telephony/testing/test_certificate.h"

namespace carillon::telephony::testing {
namespace {

class LoopbackTls : public TelephonyTest {
 protected:
  void SetUp() override {
    make_certificate(folder_, "ours", "carillon.example.com");
    make_certificate(folder_, "carrier", "localhost");
    make_certificate(folder_, "other", "other.example.com");
    config_.tls_certificate = (folder_ / "ours.crt").string();
    config_.tls_key = (folder_ / "ours.key").string();
    config_.tls_authorities = (folder_ / "carrier.crt").string();
  }
  /// The trunk's host is a name: the certificate is checked against it.
  void use_tls_trunk(ScriptedPeer& carrier, const std::string& certificate,
                     const std::string& host = "localhost") {
    carrier.use_certificate((folder_ / (certificate + ".crt")).string(),
                            (folder_ / (certificate + ".key")).string());
    use_trunk(carrier, SipTransport::kTls, [&](Trunk& trunk) { trunk.host = host; });
  }
  void expect_no_call(ScriptedPeer& carrier) {
    place(1);
    EXPECT_FALSE(carrier.expect("INVITE", 2000ms)) << "sent to a carrier that was not checked";
    const auto end = ended(1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->outcome, Outcome::kConnectionError);
    EXPECT_TRUE(end->try_next_trunk);
  }
};

TEST_F(LoopbackTls, CallWorks) {
  ScriptedPeer carrier(Wire::kTls);
  use_tls_trunk(carrier, "carrier");
  const auto invite = talk(carrier, 1);
  EXPECT_NE(invite.header("Via").find("SIP/2.0/TLS"), std::string::npos);
  EXPECT_NE(invite.header("Contact").find("transport=tls"), std::string::npos);
  carrier.request(invite, {.method = "BYE"});
  const auto end = ended(1);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->outcome, Outcome::kAnswered);
}

TEST_F(LoopbackTls, CarrierOfAnUnknownAuthorityIsNotCalled) {
  ScriptedPeer carrier(Wire::kTls);
  use_tls_trunk(carrier, "other");
  expect_no_call(carrier);
}

TEST_F(LoopbackTls, CertificateOfAnotherHostIsNotCalled) {
  ScriptedPeer carrier(Wire::kTls);
  use_tls_trunk(carrier, "carrier", "127.0.0.1");  // its certificate is for localhost
  expect_no_call(carrier);
}

TEST_F(LoopbackTls, TrunkOverTlsWithoutACertificateOfOursIsSaidSo) {
  config_.tls_certificate.clear();
  start();
  ScriptedPeer carrier(Wire::kTls);
  telephony_->send(SetTrunks{{trunk_to(carrier, SipTransport::kTls)}});
  const auto state = events_.wait<TrunkStateChanged>();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->up);
  EXPECT_NE(state->reason.find("http.certificate and http.key"), std::string::npos);
}

TEST_F(LoopbackTls, KeyOfAnotherCertificateIsSaidSo) {
  config_.tls_key = (folder_ / "other.key").string();
  const auto started = Telephony::start(config_, Sinks{[](TelephonyEvent) {}, [](AgentAnswer) {}});
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("http.key"), std::string::npos);
}

}  // namespace
}  // namespace carillon::telephony::testing
