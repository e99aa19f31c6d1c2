#include "telephony/sip/call.h"

#include "telephony/sip/header_fields.h"
#include "telephony/sip/sofia.h"
#include "telephony/sip/user_agent.h"

namespace carillon::telephony::sip {
namespace {

constexpr const char* kSdp = "application/sdp";
/// A second nonce may be stale and a proxy may ask before the carrier: more is a wrong password.
constexpr int kMostChallenges = 3;

std::string printable(const char* text) {
  constexpr size_t kLongest = 120;
  std::string out;
  for (const char* p = text; p != nullptr && *p != '\0' && out.size() < kLongest; ++p) {
    out += *p >= ' ' && *p <= '~' ? *p : '?';
  }
  return out;
}

std::string call_id_of(const Event& event) {
  if (event.message == nullptr || event.message->sip_call_id == nullptr) return {};
  return printable(event.message->sip_call_id->i_id);
}

}  // namespace

Call::Call(EventLoop& loop, UserAgent& agent, CallSpec spec, CallListener& listener)
    : loop_(loop), agent_(agent), spec_(std::move(spec)), listener_(&listener), deadline_(loop) {
  handle_ = nua_handle(agent_.nua(), this, SIPTAG_TO_STR(spec_.to.c_str()),
                       SIPTAG_FROM_STR(spec_.from.c_str()), TAG_END());
  invite();
  deadline_.set(spec_.ring_timeout, [this] { cancel(CallEnd::How::kRingTimeout); });
}

Call::~Call() = default;

void Call::invite() {
  const std::string identity =
      spec_.identity.empty() ? "" : "P-Asserted-Identity: " + spec_.identity;
  const auto interval =
      std::chrono::duration_cast<std::chrono::seconds>(spec_.session_interval).count();
  nua_invite(handle_, NUTAG_URL(spec_.request_uri.c_str()), NUTAG_PROXY(spec_.route.c_str()),
             SIPTAG_CONTACT_STR(spec_.contact.c_str()), SIPTAG_MAX_FORWARDS_STR("70"),
             TAG_IF(!identity.empty(), SIPTAG_HEADER_STR(identity.c_str())),
             NUTAG_SESSION_TIMER(spec_.session_timers ? static_cast<unsigned>(interval) : 0),
             NUTAG_SESSION_REFRESHER(nua_any_refresher), SIPTAG_CONTENT_TYPE_STR(kSdp),
             SIPTAG_PAYLOAD_STR(spec_.sdp.c_str()), TAG_END());
}

void Call::hang_up() {
  switch (state_) {
    case State::kInviting: return cancel(CallEnd::How::kGivenUp);
    case State::kTalking: return close(end_with(CallEnd::How::kWeHungUp));
    case State::kCancelling:
    case State::kClosing:
    case State::kGone: return;
  }
}

void Call::abandon() {
  listener_ = nullptr;
  hang_up();
}

void Call::on_event(const Event& event) {
  if (state_ == State::kGone) return;
  if (event.message != nullptr && !made_by_stack(event.message)) heard_ = true;
  switch (event.type) {
    case nua_r_invite: return on_invite_response(event);
    case nua_r_bye: return on_bye_response(event);
    case nua_r_update:
    case nua_r_prack:
      if (event.status == 401 || event.status == 407) authenticate(event);
      return;
    case nua_i_invite:
    case nua_i_update: return on_offer(event);
    case nua_i_ack: return on_ack(event);
    case nua_i_info: return on_info(event);
    case nua_i_bye: report(end_with(CallEnd::How::kTheyHungUp)); return let_go();
    case nua_i_terminated: report(end_with(CallEnd::How::kSessionLost)); return let_go();
    case nua_i_fork: return;  // the UserAgent ends the other branch
    case nua_i_options:
      if (event.status < 200) {
        nua_respond(event.handle, SIP_200_OK, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
      }
      return;
    case nua_i_refer:  // nobody but us connects calls (toll fraud)
      return refuse(event, SIP_403_FORBIDDEN);
    case nua_i_message:
    case nua_i_subscribe:
    case nua_i_notify:
    case nua_i_publish:
    case nua_i_register:
    case nua_i_method: return refuse(event, SIP_405_METHOD_NOT_ALLOWED);
    default: return;
  }
}

void Call::on_invite_response(const Event& event) {
  if (event.status < 101) return;
  if (state_ == State::kTalking || (state_ == State::kClosing && event.status >= 300)) {
    return on_answer_in_call(event);
  }
  if (event.status < 200) {
    rang_ = true;
    if (listener_ != nullptr && state_ == State::kInviting) {
      listener_->call_progress(call_id_of(event), body_of(event.message));
    }
    return;
  }
  if (event.status < 300) return on_answer(event);
  if ((event.status == 401 || event.status == 407) && state_ == State::kInviting) {
    if (authenticate(event)) return;
    CallEnd end = end_with(CallEnd::How::kSignInFailed);
    end.status = event.status;
    report(end);
    return let_go();
  }
  CallEnd end = end_with(state_ == State::kCancelling ? cancelled_why_ : CallEnd::How::kRefused);
  if (event.message != nullptr && !made_by_stack(event.message)) {
    end.status = event.status;
    end.phrase = printable(event.phrase);
  } else if (state_ == State::kInviting) {
    end.how = event.status == 408 ? (heard_ ? CallEnd::How::kRingTimeout : CallEnd::How::kSilence)
                                  : CallEnd::How::kTransportFailed;
    end.phrase = printable(event.phrase);
  }
  report(end);
  let_go();
}

void Call::on_answer(const Event& event) {
  deadline_.clear();
  if (state_ != State::kInviting) {
    // The 200 crossed our CANCEL (RFC 3261 section 9.1). nua has acknowledged it and never ends it.
    ++agent_.call_counters().crossed;
    return close(end_with(CallEnd::How::kCrossed));
  }
  state_ = State::kTalking;
  answered_ = true;
  challenges_ = 0;
  if (!listener_->call_answered(call_id_of(event), body_of(event.message))) {
    close(end_with(CallEnd::How::kBadAnswer));
  }
}

// The answer to a re-INVITE that the stack sent to refresh the session (RFC 4028).
void Call::on_answer_in_call(const Event& event) {
  if (event.status == 401 || event.status == 407) {
    authenticate(event);
  } else if (event.status >= 200 && event.status < 300) {
    challenges_ = 0;
    if (const auto sdp = body_of(event.message); !sdp.empty() && listener_ != nullptr) {
      listener_->call_settled(sdp);
    }
  } else if (event.status == 491 && listener_ != nullptr) {
    // Both refreshed at once. We made the Call-ID, so we wait 2.1 to 4 s (RFC 3261 section 14.1).
    const auto spread = machine_now().steady.time_since_epoch() % 1900ms;
    deadline_.set(2100ms + spread, [this] { refresh(); });
  }
  // 408 and 481 end the session: nua_i_terminated follows. Others leave it as it was.
}

void Call::refresh() {
  if (state_ != State::kTalking || listener_ == nullptr) return;
  const auto sdp = listener_->call_wants_offer();
  nua_invite(handle_, SIPTAG_CONTENT_TYPE_STR(kSdp), SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
}

void Call::on_offer(const Event& event) {
  if (event.status >= 200) return;
  const bool may_offer =
      state_ == State::kTalking || (state_ == State::kInviting && event.type == nua_i_update);
  if (!may_offer || listener_ == nullptr) {
    return refuse(event, SIP_481_NO_CALL);
  }
  std::string sdp;
  if (const auto offer = body_of(event.message); !offer.empty()) {
    auto answer = listener_->call_offered(offer);
    if (!answer) {
      nua_respond(event.handle, SIP_488_NOT_ACCEPTABLE, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
      return;
    }
    sdp = std::move(*answer);
  } else if (event.type == nua_i_invite) {
    sdp = listener_->call_wants_offer();  // RFC 3261 section 14.2
    offer_is_out_ = true;
  }
  nua_respond(event.handle, SIP_200_OK, NUTAG_WITH_THIS(agent_.nua()),
              SIPTAG_CONTACT_STR(spec_.contact.c_str()),
              TAG_IF(!sdp.empty(), SIPTAG_CONTENT_TYPE_STR(kSdp)),
              TAG_IF(!sdp.empty(), SIPTAG_PAYLOAD_STR(sdp.c_str())), TAG_END());
}

void Call::on_ack(const Event& event) {
  if (!offer_is_out_) return;
  offer_is_out_ = false;
  const auto sdp = body_of(event.message);
  if (listener_ != nullptr && !sdp.empty()) listener_->call_settled(sdp);
}

void Call::on_info(const Event& event) {
  const char digit = digit_of_info(event.message);
  if (event.status < 200) {
    // RFC 6086 section 4.2.2: 415 for a body that we do not know; an empty one is a keep-alive.
    if (digit != '\0' || body_of(event.message).empty()) {
      nua_respond(event.handle, SIP_200_OK, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
    } else {
      nua_respond(event.handle, SIP_415_UNSUPPORTED_MEDIA, NUTAG_WITH_THIS(agent_.nua()),
                  TAG_END());
    }
  }
  if (digit != '\0' && listener_ != nullptr && state_ == State::kTalking) {
    listener_->call_digit(digit);
  }
}

void Call::on_bye_response(const Event& event) {
  if (event.status < 200) return;
  if ((event.status == 401 || event.status == 407) && authenticate(event)) return;
  report(end_with(CallEnd::How::kSessionLost));  // a BYE that the stack sent: session timer
  let_go();
}

void Call::refuse(const Event& event, int status, const char* phrase) {
  ++agent_.call_counters().refused;
  if (event.status >= 200) return;
  nua_respond(event.handle, status, phrase, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
}

// Answers a challenge of the trunk. False: there is nothing (new) to answer it with.
bool Call::authenticate(const Event& event) {
  if (spec_.username.empty() || event.message == nullptr || event.status >= 900) return false;
  const auto realm = realm_of(event.message);
  const bool repeated = challenges_ > 0 && realm == last_realm_ && !is_stale(event.message);
  if (realm.empty() || repeated || ++challenges_ > kMostChallenges) return false;
  last_realm_ = realm;
  ++agent_.call_counters().challenges;
  const auto credentials = "Digest:" + realm + ":" + spec_.username + ":" + spec_.password;
  nua_authenticate(handle_, NUTAG_AUTH(credentials.c_str()), TAG_END());
  return true;
}

void Call::cancel(CallEnd::How why) {
  if (state_ != State::kInviting) return;
  state_ = State::kCancelling;
  cancelled_why_ = why;
  nua_cancel(handle_, TAG_END());  // held back by the stack until a provisional response came
  deadline_.set(agent_.transaction_timeout(), [this] {
    report(end_with(cancelled_why_));
    let_go();
  });
  if (!heard_) {
    // Not even 100 Trying: the trunk is dead, and there is nothing to wait for. A late 200 still
    // finds this dialog and is ended.
    report(end_with(why == CallEnd::How::kRingTimeout ? CallEnd::How::kSilence : why));
  }
}

void Call::close(const CallEnd& end) {
  state_ = State::kClosing;
  nua_bye(handle_, TAG_END());
  // nua gives up after 64 * T1 by itself; this is for the case that it does not say so.
  deadline_.set(2 * agent_.transaction_timeout(), [this] { let_go(); });
  report(end);
}

CallEnd Call::end_with(CallEnd::How how) const {
  CallEnd end;
  end.how = how;
  end.rang = rang_;
  end.answered = answered_;
  return end;
}

void Call::report(const CallEnd& end) {
  if (listener_ == nullptr) return;
  auto* listener = std::exchange(listener_, nullptr);
  listener->call_ended(end);
}

void Call::let_go() {
  if (state_ == State::kGone) return;
  state_ = State::kGone;
  deadline_.clear();
  agent_.release(*this);
}

}  // namespace carillon::telephony::sip
