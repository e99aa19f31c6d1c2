#include "telephony/customer_call.h"

#include "telephony/outcome.h"

namespace carillon::telephony {

CustomerCall::CustomerCall(PlaceCall order, Owner owner)
    : order_(std::move(order)), owner_(std::move(owner)) {
  last_word_.attempt = order_.attempt;
  last_word_.outcome = Outcome::kError;
  last_word_.reason = "The telephony was stopped during the call.";
  last_word_.by = EndedBy::kSystem;
}

CustomerCall::~CustomerCall() {
  if (call_ != nullptr) call_->abandon();
  leg_.reset();
  if (address_ != 0) trunks_->release_address(address_);
  owner_.report(std::move(last_word_));
}

void CustomerCall::place(sip::UserAgent& agent, sip::TrunkSet& trunks, media::MediaPlane& plane,
                         LegId leg, Duration session_interval) {
  leg_id_ = leg;
  auto way = trunks.way_to(order_.trunk, order_.number, order_.caller_id);
  if (!way) return refuse(way.error());
  auto opened = RtpLeg::open(plane, leg, way->codecs);
  if (!opened) return refuse(opened.error());
  leg_ = std::move(*opened);
  trunks_ = &trunks;
  address_ = way->address;
  trunks.hold_address(address_);
  way->spec.sdp = leg_->offer();
  way->spec.ring_timeout = Duration{order_.ring_timeout_ms};
  way->spec.session_interval = session_interval;
  call_ = &agent.place(std::move(way->spec), *this);
}

void CustomerCall::refuse(const Error& error) {
  // A number that cannot be dialed cannot be dialed over the next trunk either.
  const bool number_is_bad = error.code == ErrorCode::kInvalid;
  last_word_.outcome = number_is_bad ? Outcome::kRejected : Outcome::kConnectionError;
  last_word_.try_next_trunk = !number_is_bad;
  last_word_.reason = error.message;
  owner_.remove(order_.attempt);
}

void CustomerCall::hang_up(EndedBy by, std::string reason) {
  if (call_ == nullptr) return;
  hung_up_by_ = by;
  hung_up_reason_ = std::move(reason);
  call_->hang_up();
}

void CustomerCall::call_progress(const std::string& call_id, std::string_view sdp) {
  // An unusable early answer is no reason to end a call that may yet be answered properly.
  const bool early_media = !sdp.empty() && leg_->take_early_answer(sdp);
  const bool is_news = !progress_reported_ || (early_media && !early_media_reported_);
  progress_reported_ = true;
  early_media_reported_ = early_media_reported_ || early_media;
  if (is_news) owner_.report(CallProgress{order_.attempt, early_media, call_id});
}

bool CustomerCall::call_answered(const std::string& call_id, std::string_view sdp) {
  if (!progress_reported_) owner_.report(CallProgress{order_.attempt, false, call_id});
  progress_reported_ = true;
  if (!leg_->take_answer(sdp)) return false;
  answered_ = true;
  owner_.report(CallAnswered{order_.attempt});
  return true;
}

std::optional<std::string> CustomerCall::call_offered(std::string_view sdp) {
  return leg_->answer(sdp);
}

std::string CustomerCall::call_wants_offer() { return leg_->offer(); }

void CustomerCall::call_settled(std::string_view sdp) { leg_->take_answer(sdp); }

void CustomerCall::call_digit(char digit) { owner_.report(CallDigit{order_.attempt, digit}); }

void CustomerCall::call_ended(const sip::CallEnd& end) {
  call_ = nullptr;
  auto verdict = judge(end);
  last_word_.outcome = verdict.outcome;
  last_word_.sip_status = end.status;
  last_word_.try_next_trunk = verdict.try_next_trunk;
  last_word_.by = verdict.by;
  last_word_.reason = std::move(verdict.reason);
  last_word_.trunk_doubt = std::move(verdict.trunk_doubt);
  if (end.how == sip::CallEnd::How::kWeHungUp) {
    last_word_.by = hung_up_by_;
    if (!hung_up_reason_.empty()) last_word_.reason = hung_up_reason_;
  }
  const bool trunk_failed =
      end.how == sip::CallEnd::How::kSilence || end.how == sip::CallEnd::How::kTransportFailed;
  if (trunk_failed) trunks_->suspect(order_.trunk, address_);
  owner_.remove(order_.attempt);
}

}  // namespace carillon::telephony
