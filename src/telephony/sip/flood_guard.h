// FloodGuard: how much of what is allowed to arrive at the SIP sockets is taken in.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <span>
#include <vector>

#include "base/clock.h"

namespace carillon::telephony::sip {

/// Purpose: stands in front of the stack (guards.cpp calls it), so that a flood from an address
/// that may send to us costs neither memory nor the calls under way. The stack keeps something for
/// each request for 32 s (RFC 3261 section 17.2, timers H and J), and every connection until it
/// ends. Owner: the SIP thread, on which it is found again by its sockets. Lifetime: its
/// UserAgent's.
///
/// A datagram beyond the limits is dropped unread: a phone sends it again (RFC 3261 section 17.1).
/// A connection that is not wanted is shut down after the probation, and earlier when there are too
/// many: the oldest first.
class FloodGuard {
 public:
  struct Limits {
    double datagrams_per_s = 0;  ///< of one address; three times as many at once. 0: no limit
    double datagrams_per_s_in_all = 0;  ///< likewise; 0: what each address may
    size_t connections = 1'000;
    Duration probation{0};  ///< 0: connections may be idle
  };
  /// Whether a connection from there may stay.
  using IsWanted = std::function<bool(uint32_t address, uint16_t port)>;

  explicit FloodGuard(Limits limits);
  ~FloodGuard();
  FloodGuard(const FloodGuard&) = delete;
  FloodGuard& operator=(const FloodGuard&) = delete;

  void watch(std::span<const int> datagram_sockets, std::vector<uint16_t> stream_ports);
  void keep_if(IsWanted is_wanted) { is_wanted_ = std::move(is_wanted); }
  /// Addresses that may send this many datagrams a second more than others.
  void allow_more(std::map<uint32_t, double> per_s) { more_per_s_ = std::move(per_s); }

  /// Whether a datagram from `address` is to be read.
  bool take_datagram(uint32_t address, SteadyTime now);
  /// A connection was accepted.
  void take_connection(int fd, SteadyTime now);
  /// Now and then: ends connections whose probation is over.
  void sweep(SteadyTime now);

  uint64_t dropped() const { return dropped_; }
  size_t senders() const { return senders_.size(); }
  size_t connections() const { return connections_.size(); }

  /// The guard of a socket, null when it has none.
  static FloodGuard* of_datagrams(int fd);
  static FloodGuard* of_connection(int fd);

 private:
  struct Bucket {
    double tokens;
    SteadyTime at;
    bool take(double per_s, SteadyTime now);
  };
  struct Connection {
    int fd;
    uint64_t inode;  ///< another one under the same number is another connection
    uint32_t address;
    uint16_t port;
    SteadyTime since;
    bool is_wanted = false;
  };
  double allowance_of(uint32_t address) const;
  bool is_wanted(Connection& connection) const;
  void forget_closed(SteadyTime now);
  void make_room(SteadyTime now);

  Limits limits_;
  IsWanted is_wanted_;
  std::vector<int> datagram_sockets_;
  std::vector<uint16_t> stream_ports_;
  std::map<uint32_t, double> more_per_s_;
  std::map<uint32_t, Bucket> senders_;
  Bucket all_;
  std::list<Connection> connections_;  ///< the oldest first
  SteadyTime senders_swept_{}, connections_swept_{};
  uint64_t dropped_ = 0;
};

}  // namespace carillon::telephony::sip
