// RtpLeg: a plain RTP leg, to a carrier or a desk phone.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "telephony/media/leg.h"
#include "telephony/media/socket_address.h"

namespace carillon::media {

/// The two sockets of a leg, bound before it meets its loop.
struct RtpSockets {
  UniqueFd rtp;
  UniqueFd rtcp;
  uint16_t rtp_port = 0;
};

/// Hands out even ports in turn, so that a port rests for as long as possible before it is used
/// again. Not thread-safe.
class RtpPortPool {
 public:
  RtpPortPool(std::string address, uint16_t first, uint16_t last);
  /// kUnavailable: every pair of the range is taken.
  Result<RtpSockets> open();

 private:
  const std::string address_;
  const uint32_t first_;
  const uint32_t pairs_;
  uint32_t next_ = 0;
};

/// Receives from the negotiated peer only: the kernel filters by connect(), and
/// what came before is checked packet by packet. Behind NAT the port, never the address, is
/// learned from the first valid packet.
class RtpLeg final : public Leg {
 public:
  RtpLeg(LegId leg_id, RtpSockets sockets);

  /// `now` restarts the watch for silence.
  void set_remote(const RemoteMedia& remote, SteadyTime now);

  int rtp_fd() const { return sockets_.rtp.get(); }
  int rtcp_fd() const { return sockets_.rtcp.get(); }
  bool has_remote() const { return rtp_peer_.has_value(); }
  bool may_receive() const { return has_remote() && we_receive(direction_); }

  /// Everything in the socket's queue is from the negotiated peer: it is connected, and what came
  /// before was drained. Then packets need not be asked where they are from.
  bool kernel_filters() const { return kernel_filters_; }
  void drained() { kernel_filters_ = latched_ && !behind_nat_; }

  /// True when `from` is the negotiated peer or may become it (NAT, port still unknown).
  bool accepts_rtp(const SocketAddress& from) const;
  bool accepts_rtcp(const SocketAddress& from) const;
  /// A valid packet came from `from`, which was accepted.
  void heard_rtp(const SocketAddress& from, SteadyTime now);
  void heard_rtcp(SteadyTime now) { last_heard_ = now; }

  /// How long the peer was silent; once for each silence, when it exceeds `limit`.
  std::optional<Duration> silence_beyond(Duration limit, SteadyTime now);

  bool can_send() const override { return sendable_; }
  bool send_rtp(uint8_t* packet, size_t size) override;
  bool send_rtcp(uint8_t* packet, size_t size) override;

 private:
  void latch(const SocketAddress& from);

  RtpSockets sockets_;
  Direction direction_ = Direction::kInactive;
  std::optional<SocketAddress> rtp_peer_;
  SocketAddress rtcp_peer_;
  bool behind_nat_ = false;
  bool latched_ = false;
  bool sendable_ = false;
  bool kernel_filters_ = false;
  SteadyTime last_heard_{};
  bool silence_reported_ = false;
};

}  // namespace carillon::media
