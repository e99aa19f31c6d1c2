// RtpLeg: one plain RTP leg with its half of the offer/answer exchange (RFC 3264).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "telephony/media/media_plane.h"
#include "telephony/sdp.h"

namespace carillon::telephony {

/// Purpose: holds the leg open and keeps what was negotiated.
/// Owner: the SIP thread. Lifetime: the leg in the media plane closes with it.
class RtpLeg {
 public:
  /// `codecs`: names as in a Trunk, others than PCMU and PCMA are passed over. `nat_address`: see
  /// media::RemoteMedia; `bandwidth_kbps`: sdp::LocalAudio. kUnavailable when no port is left.
  static Result<std::unique_ptr<RtpLeg>> open(media::MediaPlane& plane, LegId leg,
                                              const std::vector<std::string>& codecs,
                                              std::string nat_address = "", int bandwidth_kbps = 0);
  ~RtpLeg();
  RtpLeg(const RtpLeg&) = delete;
  RtpLeg& operator=(const RtpLeg&) = delete;

  LegId id() const { return leg_; }

  /// Our offer: the same text until something changed.
  std::string offer();
  /// Early media: listened to, and silent from our side. False when it cannot be used.
  bool take_early_answer(std::string_view sdp);
  /// The answer of the 200 OK. Empty is right when early media already settled everything
  /// (RFC 6337 section 2.2). False when it cannot be used.
  bool take_answer(std::string_view sdp);
  /// Our answer to the peer's new offer; nullopt when nothing in it can be used.
  std::optional<std::string> answer(std::string_view offer);

  /// The peer holds the call: silence from it is no sign of a broken path.
  bool is_held_by_peer() const { return held_by_peer_; }

 private:
  RtpLeg(media::MediaPlane& plane, LegId leg, media::RtpEndpoint endpoint);
  bool settle(std::string_view sdp);
  void apply(media::RemoteMedia remote);

  media::MediaPlane& plane_;
  LegId leg_;
  sdp::LocalAudio local_;
  std::vector<media::Codec> codecs_;
  std::string nat_address_;
  std::optional<media::RemoteMedia> remote_;
  bool answered_ = false;
  bool held_by_peer_ = false;
};

}  // namespace carillon::telephony
