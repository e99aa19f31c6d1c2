#include "telephony/media/webrtc_leg.h"

#include <cstring>

#include <fmt/format.h>

namespace carillon::media {

WebRtcLeg::WebRtcLeg(LegId leg_id, const DtlsContext& dtls, AgentSocket& socket)
    : Leg(leg_id), dtls_context_(dtls), socket_(socket) {}

void WebRtcLeg::offered(const std::string& connection, const sdp::WebRtcOffer& offer,
                        SteadyTime now) {
  // A certificate that is kept over a reload looks like the old session: the connection tells.
  const bool is_new = connection != connection_ || offer.fingerprint != fingerprint_;
  if (is_new) {
    connection_ = connection;
    fingerprint_ = offer.fingerprint;
    ice_.reset(offer.ice_ufrag);
    start_dtls(offer.fingerprint);
    state_ = State::kConnecting;
  } else {
    ice_.set_remote(offer.ice_ufrag);
  }
  codec = offer.codec;
  dtmf_payload_type = offer.dtmf_payload_type;
  sending_ = we_send(offer.direction);
  offered_at_ = now;
  ++version_;
}

void WebRtcLeg::start_dtls(const std::string& fingerprint) {
  srtp_.reset();
  dtls_ = std::make_unique<DtlsSession>(
      dtls_context_, DtlsSession::Role::kServer, fingerprint, [this](Bytes datagram) {
        const auto to = dtls_reply_to_ ? dtls_reply_to_ : ice_.peer();
        if (to) socket_.send_now(*to, datagram);
      });
}

sdp::WebRtcAnswer WebRtcLeg::answer(const std::string& address, uint16_t port,
                                    const std::string& fingerprint) {
  return {address,
          port,
          ice_.local().ufrag,
          ice_.local().pwd,
          fingerprint,
          outgoing.ssrc(),
          static_cast<uint64_t>(id.value),
          version_};
}

void WebRtcLeg::received_dtls(Bytes datagram, const SocketAddress& from) {
  if (!dtls_) return;
  dtls_reply_to_ = from;
  dtls_->received(datagram);
  dtls_reply_to_.reset();
  if (const auto keys = dtls_->take_keys()) {
    srtp_ = SrtpSession::create(keys->profile, keys->sending, keys->receiving);
    outgoing.source_changed();
  }
}

size_t WebRtcLeg::unprotect_rtp(uint8_t* packet, size_t size) {
  return srtp_ ? srtp_->unprotect_rtp(packet, size) : 0;
}

size_t WebRtcLeg::unprotect_rtcp(uint8_t* packet, size_t size) {
  return srtp_ ? srtp_->unprotect_rtcp(packet, size) : 0;
}

std::optional<std::string> WebRtcLeg::advance(Duration consent_timeout, SteadyTime now) {
  if (dtls_) dtls_->tick();
  const auto checked_at = ice_.last_check();
  const bool consent = checked_at && now - *checked_at < consent_timeout;
  switch (state_) {
    case State::kWaiting: return std::nullopt;
    case State::kConnecting:
      if (srtp_ && consent) {
        state_ = State::kUp;
        return "";
      }
      if (dtls_->state() == DtlsSession::State::kFailed) {
        state_ = State::kDown;
        return dtls_->failure();
      }
      if (now - offered_at_ < 2 * consent_timeout) return std::nullopt;
      state_ = State::kDown;
      return checked_at ? "The browser did not finish the DTLS handshake."
                        : fmt::format(
                              "The browser's audio does not reach UDP port {}; check the "
                              "public address and the firewall.",
                              socket_.port());
    case State::kUp:
      if (consent) return std::nullopt;
      state_ = State::kDown;
      return dtls_->state() == DtlsSession::State::kClosed
                 ? "The browser closed its audio connection."
                 : "The network between the browser and Carillon is interrupted.";
    case State::kDown:
      if (!srtp_ || !consent) return std::nullopt;
      state_ = State::kUp;
      return "";
  }
  return std::nullopt;
}

void WebRtcLeg::close() {
  if (dtls_) dtls_->close();
}

bool WebRtcLeg::send_rtp(uint8_t* packet, size_t size) {
  const auto to = ice_.peer();
  if (!srtp_ || !to) return false;
  uint8_t* slot = socket_.slot();
  if (packet != slot) {
    std::memcpy(slot, packet, size);
  }
  const size_t sealed = srtp_->protect_rtp(slot, size);
  if (sealed == 0) return false;
  socket_.queue(*to, sealed);
  return true;
}

bool WebRtcLeg::send_rtcp(uint8_t* packet, size_t size) {
  const auto to = ice_.peer();
  if (!srtp_ || !to) return false;
  const size_t sealed = srtp_->protect_rtcp(packet, size);
  if (sealed == 0) return false;
  socket_.send_now(*to, {packet, sealed});
  return true;
}

}  // namespace carillon::media
