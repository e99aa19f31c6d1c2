// The kernel's gate before the SIP sockets: packets of strangers never reach Sofia-SIP.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace carillon::telephony::sip {

/// A set of IPv4 addresses with a common prefix. A single address has 32 bits.
struct Network {
  uint32_t address = 0;  ///< host byte order, bits beyond the prefix are 0
  int bits = 32;
  auto operator<=>(const Network&) const = default;
  bool contains(uint32_t host) const;
};

/// "192.168.0.0/16" or "192.0.2.7". kInvalid with a sentence for anything else.
Result<Network> parse_network(std::string_view text);

/// Host byte order of a numeric IPv4 address; kInvalid for names and everything else.
Result<uint32_t> parse_ipv4(std::string_view text);
std::string format_ipv4(uint32_t address);

/// Attaches a classic BPF program to sockets of ours.
///
/// UDP: only datagrams from `allowed` whose first byte is a letter get in; STUN, RTP and binary
/// noise do not begin with one, a SIP message always does (RFC 3261 section 7). TCP listeners: only
/// segments from `allowed`, so that a stranger's SYN is dropped and no connection comes to be.
/// Responses pass the same gate: whom we call must be in `allowed`.
/// Owner: the SIP thread. Lifetime: does not own the sockets.
class SocketFilter {
 public:
  /// Adds the sockets of this process that are bound to `port`, UDP and TCP listeners. Sofia does
  /// not give out its descriptors, and opens one of each for every interface when bound to 0.0.0.0.
  void find_sockets(uint16_t port);

  std::span<const int> udp() const { return udp_; }
  size_t udp_sockets() const { return udp_.size(); }
  size_t tcp_sockets() const { return tcp_.size(); }

  /// Replaces the set. kUnavailable when it is too large for one BPF program (about 1000 networks)
  /// or the kernel refuses it; the former set then stays.
  Result<void> allow(std::span<const Network> allowed);

  /// Packets that the kernel dropped at these sockets: by the filter or for lack of room.
  uint64_t dropped() const;

 private:
  std::vector<int> udp_, tcp_;
};

}  // namespace carillon::telephony::sip
