// STUN (RFC 8489) as far as an ICE-lite agent needs it (RFC 8445): reads Binding requests, writes
// Binding responses. Tests and the simulated browser also write requests with it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "telephony/media/bytes.h"
#include "telephony/media/socket_address.h"

namespace carillon::media::stun {

enum class Type : uint16_t {
  kBindingRequest = 0x0001,
  kBindingSuccess = 0x0101,
  kBindingError = 0x0111,
};

/// A view on one datagram; valid while the datagram is.
struct Message {
  Bytes raw;
  Type type = Type::kBindingRequest;
  std::string_view username;
  bool use_candidate = false;
  bool has_fingerprint = false;
  size_t integrity_at = 0;  ///< offset of MESSAGE-INTEGRITY, 0: absent
  std::optional<SocketAddress> mapped_address;

  Bytes transaction() const { return raw.subspan(8, 12); }
};

/// True for datagrams that RFC 7983 assigns to STUN; they may still be malformed.
inline bool looks_like_stun(Bytes datagram) { return !datagram.empty() && datagram[0] < 4; }

/// Checks lengths, cookie and FINGERPRINT (if present). nullopt: malformed.
/// Attributes behind MESSAGE-INTEGRITY are ignored, FINGERPRINT excepted (RFC 8489, 14.5).
std::optional<Message> parse(Bytes datagram);

/// True when MESSAGE-INTEGRITY is there and was made with `password` (short-term credentials).
bool integrity_matches(const Message& message, std::string_view password);

/// Builds one message in a fixed buffer.
class Builder {
 public:
  Builder(Type type, Bytes transaction);
  void add_username(std::string_view username);
  void add_priority(uint32_t priority);
  void add_use_candidate();
  void add_ice_controlling(uint64_t tie_breaker);
  void add_xor_mapped_address(const SocketAddress& address);
  /// Appends MESSAGE-INTEGRITY and FINGERPRINT. The result lives as long as the builder.
  Bytes finish(std::string_view password);

 private:
  void add(uint16_t attribute, Bytes value);
  void set_length(size_t size);
  std::array<uint8_t, 512> buffer_{};
  size_t size_ = 20;
};

}  // namespace carillon::media::stun
