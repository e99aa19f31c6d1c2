// SDP (RFC 8866, offer/answer of RFC 3264) for Carillon's legs, in plain structs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telephony/media/remote_media.h"

namespace carillon::sdp {

/// Longer descriptions are refused unread: a browser's audio-only offer has 2 to 4 kB.
constexpr size_t kMaxSize = 16 * 1024;
/// What we name for telephone-event in our own offers (RFC 4733, 8000 Hz).
constexpr int kDtmfPayloadType = 101;

// ---------------------------------------------------------------- carriers and desk phones

/// Our side of a plain RTP leg.
struct LocalAudio {
  media::RtpEndpoint endpoint;
  uint64_t session_id = 0;  ///< constant over a dialog
  uint32_t version = 1;     ///< raise with every description that differs (RFC 3264, section 8)
  int bandwidth_kbps = 0;   ///< b=AS (RFC 8866, section 5.8); 0: not said
};

/// An offer of one audio stream with `codecs` in order of preference and telephone-event.
std::string make_offer(const LocalAudio& local, std::span<const media::Codec> codecs,
                       media::Direction direction = media::Direction::kSendRecv);

/// The peer's answer to make_offer(). kInvalid with a sentence: malformed, audio refused, or no
/// codec of ours. `direction` comes out as seen from us: the peer's "sendonly" is our kRecvOnly.
Result<media::RemoteMedia> parse_answer(std::string_view answer);

struct Negotiated {
  media::RemoteMedia remote;
  std::string answer;    ///< our SDP for the 200 OK
  bool on_hold = false;  ///< the peer put us on hold: sendonly, inactive or address 0.0.0.0
};

/// Answers the peer's offer (a re-INVITE, an UPDATE, an INVITE to us). The first codec of
/// `accepted` that the offer has wins; streams other than the first audio are refused with port 0.
Result<Negotiated> answer_offer(const LocalAudio& local, std::string_view offer,
                                std::span<const media::Codec> accepted);

// ---------------------------------------------------------------------------- browsers

/// What an ICE-lite answerer needs of a browser's offer (RFC 8829, RFC 8839, RFC 8842).
struct WebRtcOffer {
  std::string ice_ufrag;
  std::string ice_pwd;
  std::string fingerprint;  ///< sha-256, upper case, "AB:CD:..."
  std::string mid;
  bool bundle = false;
  media::Codec codec = media::Codec::kPcmu;
  int dtmf_payload_type = -1;
  media::Direction direction = media::Direction::kSendRecv;  ///< as seen from us
};

/// kInvalid with a sentence when something that we need is missing or of the wrong form.
Result<WebRtcOffer> parse_webrtc_offer(std::string_view offer);

/// Our side of a browser's leg.
struct WebRtcAnswer {
  std::string address;  ///< numeric IPv4 of the only candidate
  uint16_t port = 0;
  std::string ice_ufrag;
  std::string ice_pwd;
  std::string fingerprint;
  uint32_t ssrc = 0;
  uint64_t session_id = 0;
  uint32_t version = 1;
};

std::string make_webrtc_answer(const WebRtcOffer& offer, const WebRtcAnswer& local);

}  // namespace carillon::sdp
