// What SDP settles about one audio leg: words shared by sdp.h, the media plane and the SIP side.
#pragma once

#include <cstdint>
#include <string>

namespace carillon::media {

/// The two G.711 laws (RFC 3551): static payload types 0 and 8, 8000 samples a second.
enum class Codec : uint8_t { kPcmu, kPcma };

/// Samples a second, of both laws and of everything inside the media plane.
constexpr int kSampleRate = 8000;

constexpr uint8_t payload_type(Codec codec) { return codec == Codec::kPcmu ? 0 : 8; }

/// Direction of audio as seen from us: kSendOnly means that we send and do not listen.
enum class Direction : uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };

constexpr bool we_send(Direction d) {
  return d == Direction::kSendRecv || d == Direction::kSendOnly;
}
constexpr bool we_receive(Direction d) {
  return d == Direction::kSendRecv || d == Direction::kRecvOnly;
}

/// The negotiated peer of a plain RTP leg. Media from anybody else is dropped and never learned.
struct RemoteMedia {
  std::string address;  ///< IPv4 of the peer's RTP, numeric
  uint16_t port = 0;
  std::string rtcp_address;  ///< empty: `address`
  uint16_t rtcp_port = 0;    ///< 0: `port` + 1 (RFC 3550, section 11)
  Codec codec = Codec::kPcmu;
  int dtmf_payload_type = -1;  ///< telephone-event (RFC 4733); -1: not negotiated, in-band is heard
  bool comfort_noise = false;  ///< the peer listed payload type 13 (RFC 3389)
  Direction direction = Direction::kSendRecv;

  /// For desk phones behind NAT: the numeric IPv4 that the phone registered from. Media is then
  /// taken from this address and any port, the port of the first valid RTP packet stays until the
  /// next set_remote(), and ours goes there. Empty (carriers): only `address` and `port` count.
  std::string nat_address;

  /// Send silent frames while nothing else is to be heard. Off for early media, on when answered.
  bool fill_silence = true;
};

/// Where a leg of ours receives: goes into our SDP.
struct RtpEndpoint {
  std::string address;  ///< public address, numeric IPv4
  uint16_t rtp_port = 0;
  uint16_t rtcp_port = 0;
};

}  // namespace carillon::media
