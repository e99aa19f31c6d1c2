#include "telephony/media/testing/browser.h"

#include <array>
#include <atomic>

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/socket.h>

#include "telephony/media/stun.h"

namespace carillon::media::testing {
namespace {

/// The rest of the line that begins with `prefix`, or empty.
std::string line_of(const std::string& sdp, const std::string& prefix) {
  const size_t at = sdp.find("\n" + prefix);
  if (at == sdp.npos) return "";
  const size_t begin = at + 1 + prefix.size();
  return sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin);
}

}  // namespace

Browser::Browser(const DtlsContext& context, double hertz, Duration consent_interval)
    : Peer(hertz),
      context_(context),
      consent_interval_(consent_interval),
      socket_(open_loopback_socket()),
      fingerprint_(context.fingerprint()) {
  new_connection();
}

void Browser::new_connection() {
  std::lock_guard lock(mutex_);
  static std::atomic<int> count{0};
  connection_ = fmt::format("connection-{}", ++count);
  local_ = IceCredentials::random();
  answered_ = false;
  pair_valid_ = false;
  dtls_.reset();
  srtp_.reset();
}

void Browser::restart_ice() {
  std::lock_guard lock(mutex_);
  local_ = IceCredentials::random();
  answered_ = false;
  pair_valid_ = false;
}

void Browser::change_address() {
  std::lock_guard lock(mutex_);
  socket_ = open_loopback_socket();
  pair_valid_ = false;
}

std::string Browser::offer() const {
  std::lock_guard lock(mutex_);
  return fmt::format(
      "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
      "a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n"
      "a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:{}\r\na=ice-pwd:{}\r\n"
      "a=ice-options:trickle\r\na=fingerprint:sha-256 {}\r\na=setup:actpass\r\na=mid:0\r\n"
      "a=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
      "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n"
      "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
      "a=rtpmap:13 CN/8000\r\na=rtpmap:110 telephone-event/48000\r\n"
      "a=rtpmap:126 telephone-event/8000\r\na=ssrc:{} cname:browser\r\n",
      local_.ufrag, local_.pwd, fingerprint_, ssrc());
}

void Browser::accept(const std::string& answer) {
  std::lock_guard lock(mutex_);
  remote_ = {line_of(answer, "a=ice-ufrag:"), line_of(answer, "a=ice-pwd:")};
  remote_fingerprint_ = line_of(answer, "a=fingerprint:sha-256 ");
  const std::string address = line_of(answer, "c=IN IP4 ");
  const auto port = static_cast<uint16_t>(std::stoi(line_of(answer, "m=audio ")));
  server_ = *SocketAddress::parse(address, port);
  answered_ = true;
  next_check_ = {};
}

void Browser::set_dark(bool on) {
  std::lock_guard lock(mutex_);
  dark_ = on;
}

void Browser::say_goodbye() {
  std::lock_guard lock(mutex_);
  if (dtls_) dtls_->close();
}

void Browser::send_raw(Bytes datagram) {
  std::lock_guard lock(mutex_);
  send(datagram);
}

bool Browser::is_up() const {
  std::lock_guard lock(mutex_);
  return srtp_ != nullptr && pair_valid_;
}

bool Browser::dtls_failed() const {
  std::lock_guard lock(mutex_);
  return dtls_ && (dtls_->state() == DtlsSession::State::kFailed ||
                   dtls_->state() == DtlsSession::State::kClosed);
}

SocketAddress Browser::server() const {
  std::lock_guard lock(mutex_);
  return server_;
}

void Browser::send(Bytes datagram) {
  if (dark_) return;
  const sockaddr_in to = server_.to_sockaddr();
  sendto(socket_.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to),
         sizeof to);
}

void Browser::on_tick() {
  if (!answered_) return;
  const SteadyTime now = machine_now().steady;
  if (now >= next_check_) {
    next_check_ = now + (pair_valid_ ? consent_interval_ : Duration{50});
    send_check();
  }
  if (dtls_) dtls_->tick();
}

void Browser::send_check() {
  std::array<uint8_t, 12> transaction;
  RAND_bytes(transaction.data(), static_cast<int>(transaction.size()));
  stun::Builder request(stun::Type::kBindingRequest, transaction);
  request.add_username(remote_.ufrag + ":" + local_.ufrag);
  request.add_priority(1853824767);
  request.add_ice_controlling(1);
  request.add_use_candidate();
  send(request.finish(remote_.pwd));
}

void Browser::start_dtls() {
  dtls_ = std::make_unique<DtlsSession>(context_, DtlsSession::Role::kClient, remote_fingerprint_,
                                        [this](Bytes datagram) { send(datagram); });
  dtls_->start();
}

void Browser::on_readable(int /*fd*/) {
  std::array<uint8_t, 1600> buffer;
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0 || dark_) return;
  const auto length = static_cast<size_t>(size);
  if (stun::looks_like_stun(Bytes(buffer).first(length))) {
    receive_stun(Bytes(buffer).first(length));
  } else if (buffer[0] >= 20 && buffer[0] < 64 && dtls_) {
    dtls_->received(Bytes(buffer).first(length));
    if (const auto keys = dtls_->take_keys()) {
      srtp_ = SrtpSession::create(keys->profile, keys->sending, keys->receiving);
    }
  } else {
    receive_srtp(buffer.data(), length);
  }
}

void Browser::receive_stun(Bytes datagram) {
  const auto message = stun::parse(datagram);
  if (!message || message->type != stun::Type::kBindingSuccess ||
      !stun::integrity_matches(*message, remote_.pwd)) {
    return;
  }
  if (message->mapped_address != address_of(socket_.get())) return;
  pair_valid_ = true;
  if (!dtls_) start_dtls();
}

void Browser::receive_srtp(uint8_t* packet, size_t size) {
  if (!srtp_) return;
  if (is_rtcp({packet, size})) {
    srtp_->unprotect_rtcp(packet, size);
    return;
  }
  const size_t opened = srtp_->unprotect_rtp(packet, size);
  if (opened > 0) heard({packet, opened});
}

void Browser::transmit(uint8_t* packet, size_t size) {
  const size_t sealed = srtp_->protect_rtp(packet, size);
  if (sealed > 0) send({packet, sealed});
}

}  // namespace carillon::media::testing
