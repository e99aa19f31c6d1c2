// SRTP and SRTCP on OpenSSL's EVP: AES-128 in GCM (RFC 7714) and in counter mode with
// HMAC-SHA1-80 (RFC 3711).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "telephony/media/bytes.h"

namespace carillon::media {

enum class SrtpProfile : uint8_t { kAeadAes128Gcm, kAes128CmHmac80 };

/// A master key and its salt: 16 bytes, then 12 (GCM) or 14 (counter mode).
struct SrtpMaster {
  std::array<uint8_t, 16> key{};
  std::array<uint8_t, 14> salt{};
};

/// Bytes that must be free behind a packet that is to be protected.
constexpr size_t kSrtpTailRoom = 24;

/// The two directions of one peer. Packets are changed in place; no allocation after creation.
/// Not thread-safe: belongs to one media loop. At most 16 SSRCs a direction are remembered, then
/// the one that was quiet for longest makes room.
class SrtpSession {
 public:
  static std::unique_ptr<SrtpSession> create(SrtpProfile profile, const SrtpMaster& sending,
                                             const SrtpMaster& receiving);
  virtual ~SrtpSession() = default;

  /// Each returns the new size, or 0 when the packet is malformed, forged or a replay. State
  /// changes only with packets that were authentic. kSrtpTailRoom must be free behind `size`.
  virtual size_t protect_rtp(uint8_t* packet, size_t size) = 0;
  virtual size_t unprotect_rtp(uint8_t* packet, size_t size) = 0;
  virtual size_t protect_rtcp(uint8_t* packet, size_t size) = 0;
  virtual size_t unprotect_rtcp(uint8_t* packet, size_t size) = 0;
};

/// Remembers which of the last 128 packet numbers were seen (RFC 3711, 3.3.2).
class ReplayWindow {
 public:
  bool started() const { return started_; }
  uint64_t highest() const { return highest_; }
  bool is_replay(uint64_t index) const;
  void add(uint64_t index);

 private:
  static constexpr uint64_t kSize = 128;
  bool started_ = false;
  uint64_t highest_ = 0;
  std::array<uint64_t, 2> seen_{};  ///< bit i of the pair: highest_ - i
};

/// The 48-bit packet number that a 16-bit sequence number stands for (RFC 3711, 3.3.1).
/// nullopt: it would lie before the first packet of the stream.
std::optional<uint64_t> estimate_packet_index(const ReplayWindow& window, uint16_t sequence);

}  // namespace carillon::media
