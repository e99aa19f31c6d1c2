#include "telephony/agent_line.h"

#include <fmt/format.h>

namespace carillon::telephony {
namespace {

constexpr Duration kPhoneRingTimeout = 60s;

std::string why_phone_ended(const sip::CallEnd& end) {
  using How = sip::CallEnd::How;
  switch (end.how) {
    case How::kTheyHungUp: return "The desk phone hung up. Sign in again to open the line.";
    case How::kRingTimeout: return "The desk phone was not answered. Sign in again and pick it up.";
    case How::kRefused:
      return end.status == 486 || end.status == 600 || end.status == 603
                 ? "The desk phone is busy or declined. End its call and sign in again."
                 : fmt::format("The desk phone did not take the call ({} {}).", end.status,
                               end.phrase);
    case How::kBadAnswer: return "The desk phone speaks no codec of ours: switch G.711 on in it.";
    default: return "The desk phone cannot be reached. Check its network and sign in again.";
  }
}

}  // namespace

AgentLine::AgentLine(OpenAgentLine order, media::MediaPlane& plane, LegId leg,
                     std::function<void(TelephonyEvent)> report)
    : order_(std::move(order)), plane_(plane), leg_id_(leg), report_(std::move(report)) {}

AgentLine::~AgentLine() {
  if (call_ != nullptr) call_->abandon();
  if (!rtp_) plane_.close(leg_id_);
}

void AgentLine::open(sip::UserAgent* phones, sip::Registrar* registrar, Duration session_interval) {
  if (order_.kind == LineKind::kWebRtc) return plane_.open_webrtc_leg(leg_id_);
  if (phones == nullptr || registrar == nullptr) {
    return give_up("Desk phones are switched off on this server: use the browser.");
  }
  auto way = registrar->way_to(order_.sip_username);
  if (!way) {
    return give_up(
        fmt::format("The desk phone '{}' is not signed in. Check its user name, password "
                    "and network, or use the browser.",
                    order_.sip_username));
  }
  auto opened = RtpLeg::open(plane_, leg_id_, way->codecs, way->address, way->bandwidth_kbps);
  if (!opened) return give_up(opened.error().message);
  rtp_ = std::move(*opened);
  way->spec.sdp = rtp_->offer();
  way->spec.ring_timeout = kPhoneRingTimeout;
  way->spec.session_interval = session_interval;
  call_ = &phones->place(std::move(way->spec), *this);
}

Result<void> AgentLine::offer(const AgentOffer& offer) {
  if (order_.kind != LineKind::kWebRtc) {
    return Error{ErrorCode::kConflict, "This session uses a desk phone, not the browser's audio.",
                 "line"};
  }
  plane_.offer(leg_id_, offer.request, offer.connection, offer.sdp);
  return {};
}

void AgentLine::line_up() { report_(AgentLineUp{order_.session}); }

void AgentLine::line_down(const std::string& reason) {
  report_(AgentLineDown{order_.session, reason, false});
}

void AgentLine::went_silent() {
  if (call_ == nullptr || !rtp_ || rtp_->is_held_by_peer()) return;
  call_->abandon();
  call_ = nullptr;
  give_up("No audio came from the desk phone any more: the line was closed. Sign in again.");
}

void AgentLine::give_up(std::string reason) {
  report_(AgentLineDown{order_.session, std::move(reason), true});
}

void AgentLine::call_progress(const std::string&, std::string_view) {}

bool AgentLine::call_answered(const std::string&, std::string_view sdp) {
  if (!rtp_->take_answer(sdp)) return false;
  line_up();
  return true;
}

std::optional<std::string> AgentLine::call_offered(std::string_view sdp) {
  return rtp_->answer(sdp);
}

std::string AgentLine::call_wants_offer() { return rtp_->offer(); }

void AgentLine::call_settled(std::string_view sdp) { rtp_->take_answer(sdp); }

void AgentLine::call_digit(char) {}

void AgentLine::call_ended(const sip::CallEnd& end) {
  call_ = nullptr;
  give_up(why_phone_ended(end));
}

}  // namespace carillon::telephony
