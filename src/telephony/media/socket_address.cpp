#include "telephony/media/socket_address.h"

#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace carillon::media {

std::optional<SocketAddress> SocketAddress::parse(const std::string& ip, uint16_t port) {
  in_addr address{};
  if (inet_pton(AF_INET, ip.c_str(), &address) != 1) return std::nullopt;
  return SocketAddress{ntohl(address.s_addr), port};
}

sockaddr_in SocketAddress::to_sockaddr() const {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(ip);
  address.sin_port = htons(port);
  return address;
}

std::string SocketAddress::to_string() const {
  const in_addr address{htonl(ip)};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address, text.data(), text.size());
  return fmt::format("{}:{}", text.data(), port);
}

}  // namespace carillon::media
