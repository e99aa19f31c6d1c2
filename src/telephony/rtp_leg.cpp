#include "telephony/rtp_leg.h"

#include <spdlog/spdlog.h>

namespace carillon::telephony {
namespace {

std::vector<media::Codec> codecs_of(const std::vector<std::string>& names) {
  std::vector<media::Codec> codecs;
  for (const auto& name : names) {
    if (name == "PCMU") codecs.push_back(media::Codec::kPcmu);
    if (name == "PCMA") codecs.push_back(media::Codec::kPcma);
  }
  if (codecs.empty()) codecs = {media::Codec::kPcmu, media::Codec::kPcma};
  return codecs;
}

}  // namespace

RtpLeg::RtpLeg(media::MediaPlane& plane, LegId leg, media::RtpEndpoint endpoint)
    : plane_(plane), leg_(leg) {
  local_.endpoint = std::move(endpoint);
  local_.session_id = static_cast<uint64_t>(leg.value);
}

Result<std::unique_ptr<RtpLeg>> RtpLeg::open(media::MediaPlane& plane, LegId leg,
                                             const std::vector<std::string>& codecs,
                                             std::string nat_address, int bandwidth_kbps) {
  auto endpoint = plane.open_rtp_leg(leg);
  if (!endpoint) return endpoint.error();
  std::unique_ptr<RtpLeg> opened(new RtpLeg(plane, leg, std::move(*endpoint)));
  opened->codecs_ = codecs_of(codecs);
  opened->local_.bandwidth_kbps = bandwidth_kbps;
  opened->nat_address_ = std::move(nat_address);
  return opened;
}

RtpLeg::~RtpLeg() { plane_.close(leg_); }

std::string RtpLeg::offer() { return sdp::make_offer(local_, codecs_); }

bool RtpLeg::take_early_answer(std::string_view sdp) { return settle(sdp); }

bool RtpLeg::take_answer(std::string_view sdp) {
  answered_ = true;
  if (!sdp.empty()) return settle(sdp);
  if (!remote_) return false;
  apply(*remote_);
  return true;
}

bool RtpLeg::settle(std::string_view sdp) {
  auto remote = sdp::parse_answer(sdp);
  if (!remote) {
    spdlog::debug("Leg {}: the answer's SDP cannot be used: {}", leg_, remote.error().message);
    return false;
  }
  held_by_peer_ = !media::we_receive(remote->direction);
  apply(std::move(*remote));
  return true;
}

std::optional<std::string> RtpLeg::answer(std::string_view offer) {
  ++local_.version;
  auto negotiated = sdp::answer_offer(local_, offer, codecs_);
  if (!negotiated) {
    spdlog::debug("Leg {}: the new offer is refused: {}", leg_, negotiated.error().message);
    return std::nullopt;
  }
  held_by_peer_ = negotiated->on_hold;
  apply(std::move(negotiated->remote));
  return std::move(negotiated->answer);
}

// Before the answer we listen and stay silent: whoever plays the announcement wants no audio of
// ours, and some carriers take it for an answer.
void RtpLeg::apply(media::RemoteMedia remote) {
  remote.nat_address = nat_address_;
  remote.fill_silence = answered_;
  remote_ = remote;
  plane_.set_remote(leg_, std::move(remote));
}

}  // namespace carillon::telephony
