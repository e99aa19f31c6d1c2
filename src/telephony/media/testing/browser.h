// Browser: the agent's end of a WebRTC leg, with real ICE, DTLS and SRTP.
#pragma once

#include <memory>
#include <string>

#include "telephony/media/dtls.h"
#include "telephony/media/ice_lite.h"
#include "telephony/media/srtp.h"
#include "telephony/media/testing/peer.h"

namespace carillon::media::testing {

/// Offers as Chromium does; checks with nomination every 50 ms until answered, then each
/// `consent_interval`; begins DTLS as a client; PCMU in SRTP.
class Browser final : public Peer {
 public:
  /// `context` holds its certificate; several browsers may share one.
  Browser(const DtlsContext& context, double hertz, Duration consent_interval = 500ms);

  std::vector<int> descriptors() const override { return {socket_.get()}; }

  /// A new RTCPeerConnection: new connection id, new ICE, new DTLS.
  void new_connection();
  /// createOffer with iceRestart.
  void restart_ice();
  /// Moves to another local port, as after a change of network. Remove from the thread before,
  /// add after.
  void change_address();

  const std::string& connection() const { return connection_; }
  std::string offer() const;
  void accept(const std::string& answer);

  /// The network is gone: nothing is sent or received.
  void set_dark(bool on);
  /// What a reload does: close_notify.
  void say_goodbye();
  /// Sends bytes to the server's port as they are.
  void send_raw(Bytes datagram);

  bool is_up() const;
  bool dtls_failed() const;
  SocketAddress server() const;

 private:
  void on_readable(int fd) override;
  void on_tick() override;
  bool can_send() const override { return srtp_ != nullptr && !dark_; }
  void transmit(uint8_t* packet, size_t size) override;
  void send_check();
  void start_dtls();
  void receive_stun(Bytes datagram);
  void receive_srtp(uint8_t* packet, size_t size);
  void send(Bytes datagram);

  const DtlsContext& context_;
  const Duration consent_interval_;
  UniqueFd socket_;
  std::string connection_;
  std::string fingerprint_;
  IceCredentials local_;
  IceCredentials remote_;
  std::string remote_fingerprint_;
  SocketAddress server_;
  bool answered_ = false;
  bool pair_valid_ = false;
  bool dark_ = false;
  SteadyTime next_check_{};
  std::unique_ptr<DtlsSession> dtls_;
  std::unique_ptr<SrtpSession> srtp_;
};

}  // namespace carillon::media::testing
