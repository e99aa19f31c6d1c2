#include "telephony/media/srtp.h"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/assert.h"
#include "telephony/media/rtp_packet.h"

namespace carillon::media {
namespace {

struct CipherDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter>;
struct DigestDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, DigestDeleter>;

constexpr size_t kRtcpClearSize = 8;  // header and SSRC stay readable
constexpr size_t kRtcpIndexSize = 4;  // E flag and index
constexpr uint32_t kEncryptedFlag = 0x80000000;
constexpr uint32_t kRtcpIndexMask = 0x7FFFFFFF;

// Labels of the key derivation (RFC 3711, 4.3.1 and 4.3.2).
enum Label : uint8_t {
  kRtpKey = 0,
  kRtpAuthentication = 1,
  kRtpSalt = 2,
  kRtcpKey = 3,
  kRtcpAuthentication = 4,
  kRtcpSalt = 5,
};

/// AES-CM key derivation with a rate of zero (RFC 3711, 4.3.3). GCM's shorter salt is padded with
/// zeros (RFC 7714, 11).
template <size_t kSize>
std::array<uint8_t, kSize> derive(const SrtpMaster& master, Label label) {
  static_assert(kSize <= 32);
  std::array<uint8_t, 16> counter{};
  std::copy(master.salt.begin(), master.salt.end(), counter.begin());
  counter[7] ^= label;
  const std::array<uint8_t, 32> zeros{};
  std::array<uint8_t, 32> stream{};
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool done =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, master.key.data(),
                         counter.data()) == 1 &&
      EVP_EncryptUpdate(cipher.get(), stream.data(), &written, zeros.data(), zeros.size()) == 1;
  CARILLON_ASSERT(done, "OpenSSL has no AES-128-CTR");
  std::array<uint8_t, kSize> out;
  std::copy_n(stream.begin(), kSize, out.begin());
  OPENSSL_cleanse(stream.data(), stream.size());
  return out;
}

/// The packet numbers of the SSRCs of one direction; latest used first.
class StreamTable {
 public:
  ReplayWindow* find(uint32_t ssrc) {
    for (size_t i = 0; i < count_; ++i) {
      if (streams_[i].ssrc != ssrc) continue;
      if (i > 0)
        std::rotate(streams_.begin(), streams_.begin() + static_cast<ptrdiff_t>(i),
                    streams_.begin() + static_cast<ptrdiff_t>(i) + 1);
      return &streams_[0].window;
    }
    return nullptr;
  }
  ReplayWindow& add(uint32_t ssrc) {
    if (count_ < streams_.size()) ++count_;
    std::rotate(streams_.begin(), streams_.begin() + static_cast<ptrdiff_t>(count_) - 1,
                streams_.begin() + static_cast<ptrdiff_t>(count_));
    streams_[0] = {ssrc, {}};
    return streams_[0].window;
  }

 private:
  struct Stream {
    uint32_t ssrc = 0;
    ReplayWindow window;
  };
  std::array<Stream, 16> streams_{};
  size_t count_ = 0;
};

/// What both profiles share: finding the packet's number, refusing replays, remembering.
/// Algorithm seals and opens one packet whose number is known.
template <class Algorithm>
class Session final : public SrtpSession {
 public:
  Session(const SrtpMaster& sending, const SrtpMaster& receiving)
      : rtp_out_(sending, kRtpKey, true),
        rtcp_out_(sending, kRtcpKey, true),
        rtp_in_(receiving, kRtpKey, false),
        rtcp_in_(receiving, kRtcpKey, false) {}

  size_t protect_rtp(uint8_t* packet, size_t size) override {
    const auto header = parse_rtp({packet, size});
    if (!header) return 0;
    ReplayWindow* window = sent_.find(header->ssrc);
    if (window == nullptr) window = &sent_.add(header->ssrc);
    const auto index = estimate_packet_index(*window, header->sequence);
    if (!index) return 0;
    window->add(*index);
    return rtp_out_.seal_rtp(packet, header->payload_at, size, *index);
  }

  size_t unprotect_rtp(uint8_t* packet, size_t size) override {
    // Padding is encrypted: its length is checked by whoever parses the result.
    const auto payload_at = header_size({packet, size});
    if (!payload_at || size < *payload_at + Algorithm::kTagSize) return 0;
    const uint32_t ssrc = read_u32(packet + 8);
    ReplayWindow* window = seen_.find(ssrc);
    const ReplayWindow empty;
    const ReplayWindow& known = window != nullptr ? *window : empty;
    const auto index = estimate_packet_index(known, read_u16(packet + 2));
    if (!index || known.is_replay(*index)) return 0;
    const size_t opened = rtp_in_.open_rtp(packet, *payload_at, size, *index);
    if (opened == 0) return 0;
    (window != nullptr ? *window : seen_.add(ssrc)).add(*index);
    return opened;
  }

  size_t protect_rtcp(uint8_t* packet, size_t size) override {
    if (size < kRtcpClearSize) return 0;
    rtcp_index_ = (rtcp_index_ + 1) & kRtcpIndexMask;
    return rtcp_out_.seal_rtcp(packet, size, rtcp_index_);
  }

  size_t unprotect_rtcp(uint8_t* packet, size_t size) override {
    if (size < kRtcpClearSize + kRtcpIndexSize + Algorithm::kTagSize) return 0;
    const uint32_t word = read_u32(packet + Algorithm::rtcp_index_at(size));
    const uint32_t index = word & kRtcpIndexMask;
    // Unencrypted SRTCP is not what DTLS-SRTP negotiates; refuse it.
    if ((word & kEncryptedFlag) == 0 || rtcp_seen_.is_replay(index)) return 0;
    const size_t opened = rtcp_in_.open_rtcp(packet, size, index);
    if (opened != 0) rtcp_seen_.add(index);
    return opened;
  }

 private:
  static std::optional<size_t> header_size(Bytes packet) {
    if (packet.size() < kRtpHeaderSize || packet[0] >> 6 != 2) return std::nullopt;
    size_t at = kRtpHeaderSize + 4 * size_t{packet[0] & 0x0Fu};
    if ((packet[0] & 0x10) != 0) {
      if (packet.size() < at + 4) return std::nullopt;
      at += 4 + 4 * size_t{read_u16(&packet[at + 2])};
    }
    if (packet.size() < at) return std::nullopt;
    return at;
  }

  Algorithm rtp_out_;
  Algorithm rtcp_out_;
  Algorithm rtp_in_;
  Algorithm rtcp_in_;
  StreamTable sent_;
  StreamTable seen_;
  uint32_t rtcp_index_ = 0;
  ReplayWindow rtcp_seen_;
};

/// AES-128-GCM (RFC 7714). The tag covers header and payload.
class Gcm {
 public:
  static constexpr size_t kTagSize = 16;
  /// Tag, then E flag and index (RFC 7714, 9.2).
  static size_t rtcp_index_at(size_t size) { return size - kRtcpIndexSize; }

  Gcm(const SrtpMaster& master, Label key_label, bool sealing)
      : cipher_(EVP_CIPHER_CTX_new()),
        salt_(derive<12>(master, static_cast<Label>(key_label + 2))),
        sealing_(sealing) {
    auto key = derive<16>(master, key_label);
    CARILLON_ASSERT(EVP_CipherInit_ex(cipher_.get(), EVP_aes_128_gcm(), nullptr, key.data(),
                                      nullptr, sealing ? 1 : 0) == 1,
                    "OpenSSL has no AES-128-GCM");
    OPENSSL_cleanse(key.data(), key.size());
  }

  size_t seal_rtp(uint8_t* packet, size_t payload_at, size_t size, uint64_t index) {
    start(read_u32(packet + 8), index);
    if (!authenticate(packet, payload_at) || !run(packet + payload_at, size - payload_at) ||
        !finish_sealing(packet + size)) {
      return 0;
    }
    return size + kTagSize;
  }

  size_t open_rtp(uint8_t* packet, size_t payload_at, size_t size, uint64_t index) {
    const size_t end = size - kTagSize;
    start(read_u32(packet + 8), index);
    if (!authenticate(packet, payload_at) || !run(packet + payload_at, end - payload_at) ||
        !finish_opening(packet + end)) {
      return 0;
    }
    return end;
  }

  size_t seal_rtcp(uint8_t* packet, size_t size, uint32_t index) {
    std::array<uint8_t, kRtcpIndexSize> word;
    write_u32(word.data(), index | kEncryptedFlag);
    start(read_u32(packet + 4), index);
    if (!authenticate(packet, kRtcpClearSize) || !authenticate(word.data(), word.size()) ||
        !run(packet + kRtcpClearSize, size - kRtcpClearSize) || !finish_sealing(packet + size)) {
      return 0;
    }
    std::copy(word.begin(), word.end(), packet + size + kTagSize);
    return size + kTagSize + kRtcpIndexSize;
  }

  size_t open_rtcp(uint8_t* packet, size_t size, uint32_t index) {
    const size_t end = size - kTagSize - kRtcpIndexSize;
    start(read_u32(packet + 4), index);
    if (!authenticate(packet, kRtcpClearSize) ||
        !authenticate(packet + size - kRtcpIndexSize, kRtcpIndexSize) ||
        !run(packet + kRtcpClearSize, end - kRtcpClearSize) || !finish_opening(packet + end)) {
      return 0;
    }
    return end;
  }

 private:
  /// Sets the nonce: 2 zeros, SSRC, 48-bit index, XOR the salt (RFC 7714, 8.1 and 9.1).
  void start(uint32_t ssrc, uint64_t index) {
    std::array<uint8_t, 12> nonce{};
    write_u32(&nonce[2], ssrc);
    write_u32(&nonce[6], static_cast<uint32_t>(index >> 16));
    write_u16(&nonce[10], static_cast<uint16_t>(index));
    for (size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= salt_[i];
    EVP_CipherInit_ex(cipher_.get(), nullptr, nullptr, nullptr, nonce.data(), sealing_ ? 1 : 0);
  }
  bool authenticate(const uint8_t* data, size_t size) {
    int written = 0;
    return EVP_CipherUpdate(cipher_.get(), nullptr, &written, data, static_cast<int>(size)) == 1;
  }
  bool run(uint8_t* data, size_t size) {
    int written = 0;
    return EVP_CipherUpdate(cipher_.get(), data, &written, data, static_cast<int>(size)) == 1;
  }
  bool finish_sealing(uint8_t* tag) {
    int written = 0;
    return EVP_CipherFinal_ex(cipher_.get(), tag, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag) == 1;
  }
  bool finish_opening(uint8_t* tag) {
    std::array<uint8_t, kTagSize> unused;
    int written = 0;
    return EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag) == 1 &&
           EVP_CipherFinal_ex(cipher_.get(), unused.data(), &written) == 1;
  }

  Cipher cipher_;
  std::array<uint8_t, 12> salt_;
  bool sealing_;
};

/// AES-128 in counter mode, HMAC-SHA1 of 80 bits (RFC 3711). The two pads of the HMAC are hashed
/// once; each packet starts from copies of these states.
class CounterMode {
 public:
  static constexpr size_t kTagSize = 10;
  /// E flag and index, then the tag (RFC 3711, 3.4).
  static size_t rtcp_index_at(size_t size) { return size - kTagSize - kRtcpIndexSize; }

  CounterMode(const SrtpMaster& master, Label key_label, bool /*sealing*/)
      : cipher_(EVP_CIPHER_CTX_new()),
        inner_(EVP_MD_CTX_new()),
        outer_(EVP_MD_CTX_new()),
        work_(EVP_MD_CTX_new()),
        salt_(derive<14>(master, static_cast<Label>(key_label + 2))) {
    auto key = derive<16>(master, key_label);
    CARILLON_ASSERT(
        EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_ctr(), nullptr, key.data(), nullptr) == 1,
        "OpenSSL has no AES-128-CTR");
    auto authentication_key = derive<20>(master, static_cast<Label>(key_label + 1));
    hash_pad(inner_.get(), authentication_key, 0x36);
    hash_pad(outer_.get(), authentication_key, 0x5C);
    OPENSSL_cleanse(key.data(), key.size());
    OPENSSL_cleanse(authentication_key.data(), authentication_key.size());
  }

  size_t seal_rtp(uint8_t* packet, size_t payload_at, size_t size, uint64_t index) {
    if (!crypt(read_u32(packet + 8), index, packet + payload_at, size - payload_at)) return 0;
    write_tag(packet, size, static_cast<uint32_t>(index >> 16), packet + size);
    return size + kTagSize;
  }

  size_t open_rtp(uint8_t* packet, size_t payload_at, size_t size, uint64_t index) {
    const size_t end = size - kTagSize;
    if (!tag_matches(packet, end, static_cast<uint32_t>(index >> 16), packet + end)) return 0;
    return crypt(read_u32(packet + 8), index, packet + payload_at, end - payload_at) ? end : 0;
  }

  size_t seal_rtcp(uint8_t* packet, size_t size, uint32_t index) {
    if (!crypt(read_u32(packet + 4), index, packet + kRtcpClearSize, size - kRtcpClearSize)) {
      return 0;
    }
    const uint32_t word = index | kEncryptedFlag;
    write_u32(packet + size, word);
    write_tag(packet, size, word, packet + size + kRtcpIndexSize);
    return size + kRtcpIndexSize + kTagSize;
  }

  size_t open_rtcp(uint8_t* packet, size_t size, uint32_t index) {
    const size_t end = size - kTagSize - kRtcpIndexSize;
    const uint32_t word = index | kEncryptedFlag;
    if (!tag_matches(packet, end, word, packet + size - kTagSize)) return 0;
    return crypt(read_u32(packet + 4), index, packet + kRtcpClearSize, end - kRtcpClearSize) ? end
                                                                                             : 0;
  }

 private:
  static void hash_pad(EVP_MD_CTX* context, const std::array<uint8_t, 20>& key, uint8_t fill) {
    std::array<uint8_t, 64> pad;
    pad.fill(fill);
    for (size_t i = 0; i < key.size(); ++i) pad[i] ^= key[i];
    CARILLON_ASSERT(EVP_DigestInit_ex(context, EVP_sha1(), nullptr) == 1 &&
                        EVP_DigestUpdate(context, pad.data(), pad.size()) == 1,
                    "OpenSSL has no SHA-1");
    OPENSSL_cleanse(pad.data(), pad.size());
  }

  /// Counter block: salt, XOR SSRC at byte 4, XOR 48-bit index at byte 8 (RFC 3711, 4.1.1).
  bool crypt(uint32_t ssrc, uint64_t index, uint8_t* data, size_t size) {
    std::array<uint8_t, 16> counter{};
    write_u32(&counter[4], ssrc);
    write_u32(&counter[8], static_cast<uint32_t>(index >> 16));
    write_u16(&counter[12], static_cast<uint16_t>(index));
    for (size_t i = 0; i < salt_.size(); ++i) counter[i] ^= salt_[i];
    int written = 0;
    return EVP_EncryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, counter.data()) == 1 &&
           EVP_EncryptUpdate(cipher_.get(), data, &written, data, static_cast<int>(size)) == 1;
  }

  /// `extra`: the roll-over counter of RTP, the index word of RTCP; it is hashed last.
  void write_tag(const uint8_t* packet, size_t size, uint32_t extra, uint8_t* tag) {
    std::array<uint8_t, 4> word;
    write_u32(word.data(), extra);
    std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned hash_size = 0;
    EVP_MD_CTX_copy_ex(work_.get(), inner_.get());
    EVP_DigestUpdate(work_.get(), packet, size);
    EVP_DigestUpdate(work_.get(), word.data(), word.size());
    EVP_DigestFinal_ex(work_.get(), hash.data(), &hash_size);
    EVP_MD_CTX_copy_ex(work_.get(), outer_.get());
    EVP_DigestUpdate(work_.get(), hash.data(), hash_size);
    EVP_DigestFinal_ex(work_.get(), hash.data(), &hash_size);
    std::copy_n(hash.begin(), kTagSize, tag);
  }

  bool tag_matches(const uint8_t* packet, size_t size, uint32_t extra, const uint8_t* tag) {
    std::array<uint8_t, kTagSize> expected;
    write_tag(packet, size, extra, expected.data());
    return CRYPTO_memcmp(expected.data(), tag, kTagSize) == 0;
  }

  Cipher cipher_;
  Digest inner_;
  Digest outer_;
  Digest work_;
  std::array<uint8_t, 14> salt_;
};

}  // namespace

std::unique_ptr<SrtpSession> SrtpSession::create(SrtpProfile profile, const SrtpMaster& sending,
                                                 const SrtpMaster& receiving) {
  if (profile == SrtpProfile::kAeadAes128Gcm) {
    const auto with_short_salt = [](SrtpMaster master) {
      std::fill(master.salt.begin() + 12, master.salt.end(), uint8_t{0});
      return master;
    };
    return std::make_unique<Session<Gcm>>(with_short_salt(sending), with_short_salt(receiving));
  }
  return std::make_unique<Session<CounterMode>>(sending, receiving);
}

bool ReplayWindow::is_replay(uint64_t index) const {
  if (!started_ || index > highest_) return false;
  const uint64_t age = highest_ - index;
  return age >= kSize || (seen_[age / 64] >> (age % 64) & 1) != 0;
}

void ReplayWindow::add(uint64_t index) {
  if (!started_ || index > highest_) {
    const uint64_t step = started_ ? index - highest_ : kSize;
    if (step >= kSize) {
      seen_ = {0, 0};
    } else if (step >= 64) {
      seen_ = {0, step == 64 ? seen_[0] : seen_[0] << (step - 64)};
    } else {
      seen_[1] = seen_[1] << step | seen_[0] >> (64 - step);
      seen_[0] <<= step;
    }
    started_ = true;
    highest_ = index;
    seen_[0] |= 1;
    return;
  }
  const uint64_t age = highest_ - index;
  if (age < kSize) seen_[age / 64] |= uint64_t{1} << (age % 64);
}

std::optional<uint64_t> estimate_packet_index(const ReplayWindow& window, uint16_t sequence) {
  if (!window.started()) return sequence;
  const uint64_t rollover = window.highest() >> 16;
  const int last = static_cast<uint16_t>(window.highest());
  const int distance = int{sequence} - last;
  if (distance > 0x8000) {
    if (rollover == 0) return std::nullopt;
    return (rollover - 1) << 16 | sequence;
  }
  if (distance < -0x8000) return (rollover + 1) << 16 | sequence;
  return rollover << 16 | sequence;
}

}  // namespace carillon::media
