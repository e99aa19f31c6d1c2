// WebRtcLeg: a browser's leg. ICE-lite, DTLS and SRTP behind the shared port of its loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "telephony/media/agent_socket.h"
#include "telephony/media/dtls.h"
#include "telephony/media/ice_lite.h"
#include "telephony/media/leg.h"
#include "telephony/media/srtp.h"
#include "telephony/sdp.h"

namespace carillon::media {

/// Stays for the whole agent session, whatever becomes of the browser's connections.
///
///   state      | event                                   | next       | reported
///   waiting    | offer                                   | connecting |
///   connecting | DTLS done                               | up         | LineUp
///   connecting | DTLS failed, or nothing for 2 x consent | down       | LineDown
///   up         | no check for the consent timeout        | down       | LineDown
///   up         | offer of a new connection (reload)      | connecting |
///   up         | close_notify                            | up         | (consent will tell)
///   down       | checks come again, DTLS still open      | up         | LineUp
///   down       | offer of a new connection               | connecting |
class WebRtcLeg final : public Leg {
 public:
  enum class State { kWaiting, kConnecting, kUp, kDown };

  WebRtcLeg(LegId leg_id, const DtlsContext& dtls, AgentSocket& socket);

  /// Takes an offer; the answer's ICE part comes from ice().
  void offered(const std::string& connection, const sdp::WebRtcOffer& offer, SteadyTime now);
  sdp::WebRtcAnswer answer(const std::string& address, uint16_t port,
                           const std::string& fingerprint);

  IceLite& ice() { return ice_; }
  State state() const { return state_; }

  /// A DTLS datagram from a validated address.
  void received_dtls(Bytes datagram, const SocketAddress& from);
  /// Decrypts in place; 0 when it is not authentic or there are no keys yet.
  size_t unprotect_rtp(uint8_t* packet, size_t size);
  size_t unprotect_rtcp(uint8_t* packet, size_t size);

  /// Moves the state by what has happened; to be called after each event and every 100 ms.
  /// A change that is to be reported comes back: the reason of LineDown, or empty for LineUp.
  std::optional<std::string> advance(Duration consent_timeout, SteadyTime now);
  /// Tells the browser that we are leaving.
  void close();

  bool can_send() const override { return state_ == State::kUp && sending_; }
  bool send_rtp(uint8_t* packet, size_t size) override;
  bool send_rtcp(uint8_t* packet, size_t size) override;

 private:
  void start_dtls(const std::string& fingerprint);

  const DtlsContext& dtls_context_;
  AgentSocket& socket_;
  IceLite ice_;
  State state_ = State::kWaiting;
  bool sending_ = true;  ///< the browser's direction lets us send
  std::string connection_;
  std::string fingerprint_;
  uint32_t version_ = 0;
  SteadyTime offered_at_{};
  std::unique_ptr<DtlsSession> dtls_;
  std::optional<SocketAddress> dtls_reply_to_;
  std::unique_ptr<SrtpSession> srtp_;
};

}  // namespace carillon::media
