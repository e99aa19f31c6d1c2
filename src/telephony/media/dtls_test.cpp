#include "telephony/media/dtls.h"

#include <deque>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>

namespace carillon::media {
namespace {

using Datagram = std::vector<uint8_t>;

/// A server of ours and a client, joined by two queues.
class Dtls : public ::testing::Test {
 protected:
  Dtls()
      : server_context_(std::move(*DtlsContext::create())),
        client_context_(std::move(*DtlsContext::create())) {}

  void make_sessions(const std::string& client_print, const std::string& server_print) {
    server_ = std::make_unique<DtlsSession>(
        *server_context_, DtlsSession::Role::kServer, client_print,
        [this](Bytes d) { to_client_.emplace_back(d.begin(), d.end()); });
    client_ = std::make_unique<DtlsSession>(
        *client_context_, DtlsSession::Role::kClient, server_print,
        [this](Bytes d) { to_server_.emplace_back(d.begin(), d.end()); });
  }
  void make_sessions() {
    make_sessions(client_context_->fingerprint(), server_context_->fingerprint());
  }
  /// Delivers until both are quiet; `disturb` may change or add datagrams to the server.
  void run(const std::function<void(Datagram&)>& disturb = nullptr) {
    while (!to_server_.empty() || !to_client_.empty()) {
      if (!to_server_.empty()) {
        Datagram d = std::move(to_server_.front());
        to_server_.pop_front();
        if (disturb) disturb(d);
        if (!d.empty()) server_->received(d);
      }
      if (!to_client_.empty()) {
        const Datagram d = std::move(to_client_.front());
        to_client_.pop_front();
        EXPECT_LE(d.size(), 1200u);
        client_->received(d);
      }
    }
  }

  std::unique_ptr<DtlsContext> server_context_;
  std::unique_ptr<DtlsContext> client_context_;
  std::deque<Datagram> to_server_;
  std::deque<Datagram> to_client_;
  std::unique_ptr<DtlsSession> server_;
  std::unique_ptr<DtlsSession> client_;
};

TEST_F(Dtls, BothEndsGetTheSameKeysCrosswise) {
  make_sessions();
  client_->start();
  run();
  ASSERT_EQ(server_->state(), DtlsSession::State::kOpen);
  ASSERT_EQ(client_->state(), DtlsSession::State::kOpen);
  const auto a = server_->take_keys();
  const auto b = client_->take_keys();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->profile, SrtpProfile::kAeadAes128Gcm);
  EXPECT_EQ(a->sending.key, b->receiving.key);
  EXPECT_EQ(a->sending.salt, b->receiving.salt);
  EXPECT_EQ(a->receiving.key, b->sending.key);
  EXPECT_NE(a->sending.key, a->receiving.key);
  EXPECT_FALSE(server_->take_keys().has_value());
}

TEST_F(Dtls, AWrongFingerprintFails) {
  make_sessions(server_context_->fingerprint(), server_context_->fingerprint());
  client_->start();
  run();
  EXPECT_EQ(server_->state(), DtlsSession::State::kFailed);
  EXPECT_THAT(server_->failure(), ::testing::HasSubstr("certificate"));
  EXPECT_FALSE(server_->take_keys().has_value());
}

TEST_F(Dtls, JunkAndStrayHellosDisturbNeitherHandshakeNorSession) {
  make_sessions();
  Datagram hello;
  DtlsSession stranger(*client_context_, DtlsSession::Role::kClient, "",
                       [&](Bytes d) { hello.assign(d.begin(), d.end()); });
  stranger.start();
  client_->start();
  run();
  ASSERT_EQ(server_->state(), DtlsSession::State::kOpen);
  server_->received(hello);
  const Datagram alert{21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
  server_->received(alert);
  Datagram junk(300);
  for (int i = 0; i < 200; ++i) {
    RAND_bytes(junk.data(), static_cast<int>(junk.size()));
    junk[0] = 22;
    server_->received(junk);
  }
  EXPECT_EQ(server_->state(), DtlsSession::State::kOpen);
  client_->close();
  run();
  EXPECT_EQ(server_->state(), DtlsSession::State::kClosed);
}

TEST_F(Dtls, DamagedDatagramsBeforeTheHandshakeDoNotStopIt) {
  make_sessions();
  client_->start();
  int count = 0;
  run([&](Datagram& d) {
    if (++count > 3) return;
    Datagram broken = d;
    broken.resize(broken.size() / 2);
    server_->received(broken);
  });
  EXPECT_EQ(server_->state(), DtlsSession::State::kOpen);
}

TEST_F(Dtls, LostDatagramsAreSentAgain) {
  make_sessions();
  client_->start();
  int count = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (client_->state() == DtlsSession::State::kHandshake &&
         std::chrono::steady_clock::now() < deadline) {
    run([&](Datagram& d) {
      if (++count % 2 == 1) d.clear();
    });
    server_->tick();
    client_->tick();
  }
  EXPECT_EQ(server_->state(), DtlsSession::State::kOpen);
  EXPECT_EQ(client_->state(), DtlsSession::State::kOpen);
}

/// OpenSSL itself as the client, offering counter mode only.
TEST_F(Dtls, AClientOfCounterModeGetsCounterMode) {
  SSL_CTX_set_tlsext_use_srtp(client_context_->native(), "SRTP_AES128_CM_SHA1_80");
  make_sessions();
  client_->start();
  run();
  const auto keys = server_->take_keys();
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->profile, SrtpProfile::kAes128CmHmac80);
}

}  // namespace
}  // namespace carillon::media
