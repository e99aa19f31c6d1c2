#include "telephony/media/srtp.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include "telephony/media/rtp_packet.h"

namespace carillon::media {
namespace {

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

SrtpMaster master_of(const std::string& key, const std::string& salt) {
  SrtpMaster master;
  const auto k = from_hex(key);
  const auto s = from_hex(salt);
  std::copy(k.begin(), k.end(), master.key.begin());
  std::copy(s.begin(), s.end(), master.salt.begin());
  return master;
}

SrtpMaster random_master(std::mt19937& random) {
  SrtpMaster master;
  for (auto& byte : master.key) byte = static_cast<uint8_t>(random());
  for (auto& byte : master.salt) byte = static_cast<uint8_t>(random());
  return master;
}

/// libsrtp2, the oracle.
class Oracle {
 public:
  Oracle(SrtpProfile profile, const SrtpMaster& key_out, const SrtpMaster& key_in) {
    static const bool initialized = srtp_init() == srtp_err_status_ok;
    EXPECT_TRUE(initialized);
    out_ = create(profile, key_out, ssrc_any_outbound);
    in_ = create(profile, key_in, ssrc_any_inbound);
  }
  ~Oracle() {
    srtp_dealloc(out_);
    srtp_dealloc(in_);
  }
  bool protect(std::vector<uint8_t>& packet, bool rtcp) {
    int size = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
    const auto status = rtcp ? srtp_protect_rtcp(out_, packet.data(), &size)
                             : srtp_protect(out_, packet.data(), &size);
    packet.resize(static_cast<size_t>(size));
    return status == srtp_err_status_ok;
  }
  bool unprotect(std::vector<uint8_t>& packet, bool rtcp) {
    int size = static_cast<int>(packet.size());
    const auto status = rtcp ? srtp_unprotect_rtcp(in_, packet.data(), &size)
                             : srtp_unprotect(in_, packet.data(), &size);
    packet.resize(static_cast<size_t>(size));
    return status == srtp_err_status_ok;
  }

 private:
  static srtp_t create(SrtpProfile profile, const SrtpMaster& master, srtp_ssrc_type_t direction) {
    const bool gcm = profile == SrtpProfile::kAeadAes128Gcm;
    std::vector<uint8_t> key(master.key.begin(), master.key.end());
    key.insert(key.end(), master.salt.begin(), master.salt.begin() + (gcm ? 12 : 14));
    const auto which = gcm ? srtp_profile_aead_aes_128_gcm : srtp_profile_aes128_cm_sha1_80;
    srtp_policy_t policy{};
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, which);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, which);
    policy.ssrc.type = direction;
    policy.key = key.data();
    policy.window_size = 128;
    srtp_t session = nullptr;
    EXPECT_EQ(srtp_create(&session, &policy), srtp_err_status_ok);
    return session;
  }
  srtp_t out_ = nullptr;
  srtp_t in_ = nullptr;
};

std::vector<uint8_t> rtp(uint32_t ssrc, uint16_t sequence, size_t payload, std::mt19937& random) {
  std::vector<uint8_t> packet(kRtpHeaderSize + payload);
  write_rtp_header(packet.data(), {false, 0, sequence, 160u * sequence, ssrc});
  for (size_t i = kRtpHeaderSize; i < packet.size(); ++i)
    packet[i] = static_cast<uint8_t>(random());
  return packet;
}

std::vector<uint8_t> rtcp(uint32_t ssrc, std::mt19937& random) {
  std::vector<uint8_t> packet(160);
  ReportBlock block;
  block.jitter = static_cast<uint32_t>(random());
  packet.resize(write_rtcp(packet.data(), ssrc, "c", SenderInfo{}, block, false));
  return packet;
}

std::vector<uint8_t> sealed(SrtpSession& session, std::vector<uint8_t> packet, bool control) {
  const size_t size = packet.size();
  packet.resize(size + kSrtpTailRoom);
  packet.resize(control ? session.protect_rtcp(packet.data(), size)
                        : session.protect_rtp(packet.data(), size));
  return packet;
}

std::vector<uint8_t> opened(SrtpSession& session, std::vector<uint8_t> packet, bool control) {
  packet.resize(control ? session.unprotect_rtcp(packet.data(), packet.size())
                        : session.unprotect_rtp(packet.data(), packet.size()));
  return packet;
}

// RFC 3711, B.3 gives the derivation of keys; these packets are those of libsrtp's and RFC 7714's
// published tests, made from the same keys.
TEST(SrtpVectors, CounterModeOfRfc3711Keys) {
  const auto master = master_of("e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6");
  const auto session = SrtpSession::create(SrtpProfile::kAes128CmHmac80, master, master);
  const auto plain = from_hex("800f1234decafbadcafebabeabababababababababababababababab");
  const auto cipher =
      from_hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  EXPECT_EQ(sealed(*session, plain, false), cipher);
  EXPECT_EQ(opened(*session, cipher, false), plain);
}

TEST(SrtpVectors, GcmOfLibsrtpKeys) {
  const auto master = master_of("000102030405060708090a0b0c0d0e0f", "a0a1a2a3a4a5a6a7a8a9aaab");
  const auto session = SrtpSession::create(SrtpProfile::kAeadAes128Gcm, master, master);
  const auto plain = from_hex("800f1234decafbadcafebabeabababababababababababababababab");
  const auto cipher = from_hex(
      "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392");
  EXPECT_EQ(sealed(*session, plain, false), cipher);
  EXPECT_EQ(opened(*session, cipher, false), plain);
}

class Srtp : public ::testing::TestWithParam<SrtpProfile> {
 protected:
  std::mt19937 random_{20261122};
  SrtpMaster ours_ = random_master(random_);
  SrtpMaster theirs_ = random_master(random_);
  std::unique_ptr<SrtpSession> session_ = SrtpSession::create(GetParam(), ours_, theirs_);
  std::unique_ptr<SrtpSession> peer_ = SrtpSession::create(GetParam(), theirs_, ours_);
};
INSTANTIATE_TEST_SUITE_P(Profiles, Srtp,
                         ::testing::Values(SrtpProfile::kAeadAes128Gcm,
                                           SrtpProfile::kAes128CmHmac80));

TEST_P(Srtp, AgreesWithLibsrtpOverTwoSequenceWraps) {
  Oracle oracle(GetParam(), theirs_, ours_);
  uint16_t sequence = 65000;
  for (int i = 0; i < 140'000; ++i, ++sequence) {
    if (i % 97 == 0) ++sequence;  // loss
    const auto plain = rtp(0x1234, sequence, random_() % 200, random_);
    auto ours = sealed(*session_, plain, false);
    ASSERT_TRUE(oracle.unprotect(ours, false)) << i;
    ASSERT_EQ(ours, plain) << i;
    auto theirs = plain;
    ASSERT_TRUE(oracle.protect(theirs, false)) << i;
    ASSERT_EQ(opened(*session_, theirs, false), plain) << i;
  }
}

TEST_P(Srtp, AgreesWithLibsrtpOnRtcp) {
  Oracle oracle(GetParam(), theirs_, ours_);
  for (int i = 0; i < 2000; ++i) {
    const auto plain = rtcp(0x77, random_);
    auto ours = sealed(*session_, plain, true);
    ASSERT_TRUE(oracle.unprotect(ours, true)) << i;
    ASSERT_EQ(ours, plain);
    auto theirs = plain;
    ASSERT_TRUE(oracle.protect(theirs, true));
    ASSERT_EQ(opened(*session_, theirs, true), plain) << i;
  }
}

TEST_P(Srtp, ExtensionsAndContributingSourcesStayReadable) {
  Oracle oracle(GetParam(), theirs_, ours_);
  auto packet = from_hex("92000001000000a0000000aa0000000100000002bede000151ff0000");
  packet.resize(packet.size() + 40, 0x55);
  auto ours = sealed(*session_, packet, false);
  EXPECT_TRUE(std::equal(packet.begin(), packet.begin() + 28, ours.begin()));
  ASSERT_TRUE(oracle.unprotect(ours, false));
  EXPECT_EQ(ours, packet);
}

TEST_P(Srtp, ReplaysAreRefusedAndReorderingIsNot) {
  std::vector<std::vector<uint8_t>> packets;
  for (uint16_t i = 0; i < 300; ++i) {
    packets.push_back(
        sealed(*peer_, rtp(1, static_cast<uint16_t>(65400 + i), 160, random_), false));
  }
  std::vector<size_t> order(packets.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (size_t i = 0; i + 20 <= order.size(); i += 20) {
    std::shuffle(order.begin() + static_cast<long>(i), order.begin() + static_cast<long>(i) + 20,
                 random_);
  }
  // The first to come starts the count, so let it be the first that was sent.
  std::iter_swap(order.begin(), std::find(order.begin(), order.end(), 0u));
  for (const size_t i : order) EXPECT_FALSE(opened(*session_, packets[i], false).empty()) << i;
  for (const size_t i : order) EXPECT_TRUE(opened(*session_, packets[i], false).empty()) << i;
}

TEST_P(Srtp, ForgedPacketsChangeNothing) {
  const auto first = sealed(*peer_, rtp(1, 10, 160, random_), false);
  ASSERT_FALSE(opened(*session_, first, false).empty());
  for (int i = 0; i < 2000; ++i) {
    auto forged = sealed(*peer_, rtp(1, static_cast<uint16_t>(11 + i), 160, random_), false);
    forged[random_() % forged.size()] ^= static_cast<uint8_t>(1 + random_() % 255);
    EXPECT_TRUE(opened(*session_, forged, false).empty()) << i;
  }
  EXPECT_FALSE(opened(*session_, sealed(*peer_, rtp(1, 2011, 160, random_), false), false).empty());
}

TEST_P(Srtp, ReplayedAndForgedRtcpIsRefused) {
  const auto packet = sealed(*peer_, rtcp(5, random_), true);
  EXPECT_FALSE(opened(*session_, packet, true).empty());
  EXPECT_TRUE(opened(*session_, packet, true).empty());
  for (size_t i = 0; i < packet.size(); ++i) {
    auto forged = sealed(*peer_, rtcp(5, random_), true);
    forged[i] ^= 1;
    EXPECT_TRUE(opened(*session_, forged, true).empty()) << i;
  }
}

TEST_P(Srtp, ShortPacketsAreRefused) {
  for (size_t size = 0; size < 60; ++size) {
    std::vector<uint8_t> packet(size + kSrtpTailRoom, 0);
    packet[0] = 0x80;
    EXPECT_EQ(session_->unprotect_rtp(packet.data(), size), 0u);
    EXPECT_EQ(session_->unprotect_rtcp(packet.data(), size), 0u);
  }
}

TEST_P(Srtp, ManySourcesPushOutTheOldest) {
  for (uint32_t ssrc = 1; ssrc <= 40; ++ssrc) {
    const auto packet = sealed(*peer_, rtp(ssrc, 5, 20, random_), false);
    EXPECT_FALSE(opened(*session_, packet, false).empty());
    EXPECT_TRUE(opened(*session_, packet, false).empty());
  }
}

TEST(ReplayWindow, ForgetsNothingWithin128) {
  ReplayWindow window;
  std::mt19937 random(7);
  std::vector<bool> seen(100'000);
  uint64_t highest = 1000;
  window.add(highest);
  seen[highest] = true;
  while (highest < 99'000) {
    const uint64_t index = highest - std::min<uint64_t>(highest, 150) + random() % 220;
    const bool too_old = index + 128 <= highest;
    EXPECT_EQ(window.is_replay(index), too_old || (index <= highest && seen[index]));
    if (window.is_replay(index)) continue;
    window.add(index);
    seen[index] = true;
    highest = std::max(highest, index);
  }
}

}  // namespace
}  // namespace carillon::media
