// AgentSocket: the UDP port that all browsers of one media loop share.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <sys/socket.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "telephony/media/bytes.h"
#include "telephony/media/socket_address.h"
#include "telephony/media/srtp.h"

namespace carillon::media {

constexpr size_t kMaxDatagram = 1500;

/// Reads with recvmmsg, sends with sendmmsg. Outgoing packets are built in a slot of the batch, so
/// that a packet from a carrier is received, rewritten and encrypted without a copy.
/// Belongs to one media loop.
class AgentSocket {
 public:
  static constexpr size_t kBatch = 64;
  struct Datagram {
    uint8_t* data = nullptr;  ///< kSrtpTailRoom is free behind kMaxDatagram
    size_t size = 0;
    SocketAddress from;
  };

  /// `port` 0: any free one. kConflict when it is taken.
  static Result<std::unique_ptr<AgentSocket>> open(const std::string& address, uint16_t port);

  int fd() const { return fd_.get(); }
  uint16_t port() const { return port_; }

  /// Receives up to kBatch datagrams; they stay valid until the next call.
  size_t receive();
  Datagram received(size_t i);

  /// Room of kMaxDatagram + kSrtpTailRoom for the next packet.
  uint8_t* slot() { return out_.buffers[queued_].data(); }
  /// Queues what was built in slot().
  void queue(const SocketAddress& to, size_t size);
  /// Sends what is queued. Called at the end of each round of the loop.
  void flush();
  /// For single answers (STUN, DTLS).
  void send_now(const SocketAddress& to, Bytes datagram);

  uint64_t send_failures() const { return send_failures_; }

 private:
  struct Batch {
    std::array<std::array<uint8_t, kMaxDatagram + kSrtpTailRoom>, kBatch> buffers;
    std::array<sockaddr_in, kBatch> addresses;
    std::array<iovec, kBatch> vectors;
    std::array<mmsghdr, kBatch> messages;
  };
  AgentSocket(UniqueFd fd, uint16_t port);

  UniqueFd fd_;
  uint16_t port_;
  Batch in_;
  Batch out_;
  size_t queued_ = 0;
  uint64_t send_failures_ = 0;
};

}  // namespace carillon::media
