#include "telephony/sip/socket_filter.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace carillon::telephony::sip {
namespace {

constexpr uint32_t kIpv4SourceOffset = 12;  // RFC 791 section 3.1
constexpr uint32_t kUdpPayloadOffset = 8;   // a UDP socket's filter sees the UDP header first
constexpr uint32_t kAccept = 0xffffffff;
constexpr uint32_t kDrop = 0;

constexpr uint32_t mask_of(int bits) { return bits == 0 ? 0 : ~uint32_t{0} << (32 - bits); }

sock_filter statement(uint32_t code, uint32_t k) { return {static_cast<uint16_t>(code), 0, 0, k}; }
sock_filter jump(uint32_t code, uint32_t k, uint8_t if_true, uint8_t if_false) {
  return {static_cast<uint16_t>(code), if_true, if_false, k};
}
sock_filter load(uint32_t size, uint32_t offset) {
  return statement(BPF_LD | size | BPF_ABS, offset);
}
sock_filter load_source() {
  return load(BPF_W, static_cast<uint32_t>(SKF_NET_OFF) + kIpv4SourceOffset);
}
sock_filter decide(uint32_t verdict) { return statement(BPF_RET | BPF_K, verdict); }

std::vector<sock_filter> program_for(std::span<const Network> allowed, bool is_udp) {
  std::vector<sock_filter> code;
  if (is_udp) {
    code.push_back(load(BPF_B, kUdpPayloadOffset));
    code.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, 'A', 1, 0));
    code.push_back(decide(kDrop));
    code.push_back(jump(BPF_JMP | BPF_JGT | BPF_K, 'z', 0, 1));
    code.push_back(decide(kDrop));
  }
  for (const auto& network : allowed) {
    code.push_back(load_source());
    if (network.bits < 32) {
      code.push_back(statement(BPF_ALU | BPF_AND | BPF_K, mask_of(network.bits)));
    }
    code.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, network.address, 0, 1));
    code.push_back(decide(kAccept));
  }
  code.push_back(decide(kDrop));
  return code;
}

bool is_bound_to(int fd, uint16_t port) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  // NOLINTNEXTLINE: the sockets API wants the generic type
  return getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
         address.sin_family == AF_INET && ntohs(address.sin_port) == port;
}

int option_of(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

bool Network::contains(uint32_t host) const { return (host & mask_of(bits)) == address; }

Result<uint32_t> parse_ipv4(std::string_view text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &parsed) != 1) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("'{}' is not a numeric IPv4 address such as 192.0.2.7.", text), ""};
  }
  return ntohl(parsed.s_addr);
}

std::string format_ipv4(uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                     address & 255);
}

Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ipv4(text.substr(0, slash));
  int bits = 32;
  bool good = address.ok();
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    good = good && error == std::errc{} && end == digits.data() + digits.size() && bits >= 0 &&
           bits <= 32;
  }
  if (!good) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("'{}' is not a network: write it like 192.168.0.0/16.", text), ""};
  }
  return Network{address.value() & mask_of(bits), bits};
}

void SocketFilter::find_sockets(uint16_t port) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    const int type = option_of(fd, SO_TYPE);
    if (type < 0 || !is_bound_to(fd, port)) continue;
    if (type == SOCK_DGRAM) udp_.push_back(fd);
    if (type == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == 1) tcp_.push_back(fd);
  }
}

Result<void> SocketFilter::allow(std::span<const Network> allowed) {
  auto attach = [&](const std::vector<int>& sockets, bool is_udp) {
    auto code = program_for(allowed, is_udp);
    if (code.size() > BPF_MAXINSNS) return E2BIG;
    sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    for (const int fd : sockets) {
      if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) return errno;
    }
    return 0;
  };
  int error = attach(udp_, true);
  if (error == 0) error = attach(tcp_, false);
  if (error != 0) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("The kernel did not take the list of {} allowed SIP addresses ({}). "
                             "Use fewer trunks, or raise net.core.optmem_max.",
                             allowed.size(), std::strerror(error)),
                 ""};
  }
  return {};
}

uint64_t SocketFilter::dropped() const {
  uint64_t total = 0;
  for (const auto* sockets : {&udp_, &tcp_}) {
    for (const int fd : *sockets) {
      std::array<uint32_t, SK_MEMINFO_VARS> info{};
      socklen_t size = sizeof info;
      if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0) {
        total += info[SK_MEMINFO_DROPS];
      }
    }
  }
  return total;
}

}  // namespace carillon::telephony::sip
