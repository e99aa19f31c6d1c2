// The part of SDP (RFC 4566, RFC 3264) that the sandbox needs: one G.711 audio stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::sandbox {

/// What the caller offered, or answered.
struct AudioOffer {
  std::string address;  ///< numeric IPv4
  uint16_t port = 0;
  int payload_type = 0;         ///< 0 PCMU or 8 PCMA, the first of the two in the offer
  int event_payload_type = -1;  ///< telephone-event, -1: none
  bool wants_media = true;      ///< false: sendonly or inactive, or address 0.0.0.0 (hold)
  bool sends_media = true;      ///< false: recvonly or inactive
};

/// nullopt when there is no audio stream with PCMU or PCMA over RTP/AVP at an IPv4 address.
std::optional<AudioOffer> parse_offer(std::string_view sdp);

/// Our description for `offer`. `version` goes up by one with each change (RFC 3264 section 8).
std::string make_answer(const AudioOffer& offer, const std::string& address, uint16_t port,
                        unsigned version);

/// Our own offer, for an INVITE that carried none.
std::string make_offer(const std::string& address, uint16_t port, unsigned version);

}  // namespace carillon::sandbox
