#include "telephony/media/rtp_leg.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

namespace carillon::media {
namespace {

constexpr int kReceiveBuffer = 128 << 10;  ///< the kernel's memory a flood can take from one leg

UniqueFd bind_udp(const SocketAddress& address) {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  const sockaddr_in local = address.to_sockaddr();
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) fd.reset();
  return fd;
}

void connect_udp(int fd, const SocketAddress& to) {
  const sockaddr_in address = to.to_sockaddr();
  [[maybe_unused]] const int ignored =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool send_to(int fd, const SocketAddress& to, const uint8_t* packet, size_t size) {
  const sockaddr_in address = to.to_sockaddr();
  return sendto(fd, packet, size, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) >= 0;
}

}  // namespace

RtpPortPool::RtpPortPool(std::string address, uint16_t first, uint16_t last)
    : address_(std::move(address)),
      first_((uint32_t{first} + 1) & ~1u),
      pairs_(last > first_ ? (uint32_t{last} + 1 - first_) / 2 : 0) {}

Result<RtpSockets> RtpPortPool::open() {
  for (uint32_t tried = 0; tried < pairs_; ++tried) {
    const auto port = static_cast<uint16_t>(first_ + 2 * next_);
    next_ = (next_ + 1) % pairs_;
    const auto address = SocketAddress::parse(address_, port);
    if (!address) break;
    RtpSockets sockets{bind_udp(*address), bind_udp({address->ip, static_cast<uint16_t>(port + 1)}),
                       port};
    if (sockets.rtp && sockets.rtcp) return sockets;
    if (errno == EMFILE || errno == ENFILE) {
      return Error{ErrorCode::kUnavailable,
                   "No file descriptors are left for calls; raise LimitNOFILE of the service.", ""};
    }
  }
  return Error{ErrorCode::kUnavailable,
               fmt::format("All RTP ports from {} to {} are taken; widen the range.", first_,
                           first_ + 2 * pairs_ - (pairs_ > 0 ? 1 : 0)),
               "rtp_port_max"};
}

RtpLeg::RtpLeg(LegId leg_id, RtpSockets sockets) : Leg(leg_id), sockets_(std::move(sockets)) {}

void RtpLeg::set_remote(const RemoteMedia& remote, SteadyTime now) {
  behind_nat_ = !remote.nat_address.empty();
  const auto peer =
      SocketAddress::parse(behind_nat_ ? remote.nat_address : remote.address, remote.port);
  const bool same_peer = peer && rtp_peer_ && *peer == *rtp_peer_ && !behind_nat_;
  codec = remote.codec;
  dtmf_payload_type = remote.dtmf_payload_type;
  comfort_noise = remote.comfort_noise;
  fill_silence = remote.fill_silence;
  direction_ = remote.direction;
  tones_in = dtmf_payload_type < 0 ? std::make_unique<ToneListener>() : nullptr;
  last_heard_ = now;
  silence_reported_ = false;
  const bool reachable = peer && peer->ip != 0 && peer->port != 0;
  sendable_ = reachable && we_send(direction_);
  if (!reachable) return;  // hold by 0.0.0.0: the former peer stays connected
  if (!same_peer) kernel_filters_ = false;
  rtp_peer_ = peer;
  const auto rtcp_port =
      static_cast<uint16_t>(remote.rtcp_port != 0 ? remote.rtcp_port : remote.port + 1);
  const auto rtcp_address = SocketAddress::parse(remote.rtcp_address, rtcp_port);
  rtcp_peer_ = rtcp_address && !behind_nat_ ? *rtcp_address : SocketAddress{peer->ip, rtcp_port};
  latched_ = !behind_nat_;
  if (!behind_nat_ && !same_peer) connect_udp(rtp_fd(), *rtp_peer_);
}

bool RtpLeg::accepts_rtp(const SocketAddress& from) const {
  if (!rtp_peer_ || from.ip != rtp_peer_->ip) return false;
  return from.port == rtp_peer_->port || !latched_;
}

bool RtpLeg::accepts_rtcp(const SocketAddress& from) const {
  if (!rtp_peer_ || from.ip != rtcp_peer_.ip) return false;
  return from.port == rtcp_peer_.port || behind_nat_;
}

void RtpLeg::heard_rtp(const SocketAddress& from, SteadyTime now) {
  if (!latched_) latch(from);
  last_heard_ = now;
  silence_reported_ = false;
}

void RtpLeg::latch(const SocketAddress& from) {
  latched_ = true;
  rtp_peer_ = from;
  connect_udp(rtp_fd(), from);
}

std::optional<Duration> RtpLeg::silence_beyond(Duration limit, SteadyTime now) {
  if (!may_receive() || on_hold || silence_reported_) return std::nullopt;
  const Duration silent_for = now - last_heard_;
  if (silent_for < limit) return std::nullopt;
  silence_reported_ = true;
  return silent_for;
}

bool RtpLeg::send_rtp(uint8_t* packet, size_t size) {
  if (!latched_) return send_to(rtp_fd(), *rtp_peer_, packet, size);
  if (send(rtp_fd(), packet, size, MSG_DONTWAIT) >= 0) return true;
  // An ICMP error of an earlier packet is reported here once; this packet was not sent.
  return errno == ECONNREFUSED && send(rtp_fd(), packet, size, MSG_DONTWAIT) >= 0;
}

bool RtpLeg::send_rtcp(uint8_t* packet, size_t size) {
  return rtp_peer_ && send_to(rtcp_fd(), rtcp_peer_, packet, size);
}

}  // namespace carillon::media
