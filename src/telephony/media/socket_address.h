// SocketAddress: an IPv4 address and port, small enough to be a map's key.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <netinet/in.h>

namespace carillon::media {

/// Both fields in host order.
struct SocketAddress {
  uint32_t ip = 0;
  uint16_t port = 0;

  auto operator<=>(const SocketAddress&) const = default;

  /// Numeric IPv4 only; names are never looked up here.
  static std::optional<SocketAddress> parse(const std::string& ip, uint16_t port);
  static SocketAddress from(const sockaddr_in& address) {
    return {ntohl(address.sin_addr.s_addr), ntohs(address.sin_port)};
  }
  sockaddr_in to_sockaddr() const;
  std::string to_string() const;
};

}  // namespace carillon::media

template <>
struct std::hash<carillon::media::SocketAddress> {
  size_t operator()(const carillon::media::SocketAddress& a) const noexcept {
    return (uint64_t{a.ip} << 16 | a.port) * 0x9E3779B97F4A7C15ull >> 16;
  }
};
