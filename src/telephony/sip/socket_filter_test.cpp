// The BPF program itself is tested on real sockets: here with a plain UDP socket and a TCP
// listener, with the whole telephony in loopback_strangers_test.cpp.
#include "telephony/sip/socket_filter.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace carillon::telephony::sip {
namespace {

sockaddr_in address_of(const char* address, uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}
sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

UniqueFd bound(int type, const char* address, uint16_t& port) {
  UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  auto where = address_of(address, port);
  socklen_t size = sizeof where;
  EXPECT_EQ(::bind(fd.get(), generic(where), size), 0);
  ::getsockname(fd.get(), generic(where), &size);
  port = ntohs(where.sin_port);
  return fd;
}

bool readable(const UniqueFd& fd, int wait_ms) {
  pollfd wanted{fd.get(), POLLIN, 0};
  return ::poll(&wanted, 1, wait_ms) == 1;
}

class SocketFilterTest : public ::testing::Test {
 protected:
  SocketFilterTest() : receiver_(bound(SOCK_DGRAM, "127.0.0.1", port_)) {
    filter_.find_sockets(port_);
  }
  bool arrives(const char* from, std::string_view text) {
    uint16_t any = 0;
    const auto sender = bound(SOCK_DGRAM, from, any);
    auto to = address_of("127.0.0.1", port_);
    ::sendto(sender.get(), text.data(), text.size(), 0, generic(to), sizeof to);
    char chunk[100];
    return readable(receiver_, 100) && ::recv(receiver_.get(), chunk, sizeof chunk, 0) > 0;
  }
  uint16_t port_ = 0;
  UniqueFd receiver_;
  SocketFilter filter_;
};

TEST_F(SocketFilterTest, OnlyAllowedAddressesAndOnlyText) {
  ASSERT_EQ(filter_.udp_sockets(), 1U);
  ASSERT_TRUE(filter_.allow({}).ok());
  EXPECT_FALSE(arrives("127.0.0.1", "OPTIONS"));
  const Network loopback_one{0x7f000001, 32};
  ASSERT_TRUE(filter_.allow(std::span(&loopback_one, 1)).ok());
  EXPECT_TRUE(arrives("127.0.0.1", "OPTIONS"));
  EXPECT_TRUE(arrives("127.0.0.1", "SIP/2.0 200 OK"));
  EXPECT_FALSE(arrives("127.0.0.2", "OPTIONS"));
  EXPECT_FALSE(arrives("127.0.0.1", std::string_view("\0\1\0\0STUN", 8)));
  EXPECT_FALSE(arrives("127.0.0.1", "\x80RTP"));
  EXPECT_GE(filter_.dropped(), 4U);
}

TEST_F(SocketFilterTest, Networks) {
  const auto network = parse_network("127.1.0.0/16");
  ASSERT_TRUE(network.ok());
  ASSERT_TRUE(filter_.allow(std::span(&*network, 1)).ok());
  EXPECT_TRUE(arrives("127.1.2.3", "REGISTER"));
  EXPECT_FALSE(arrives("127.2.2.3", "REGISTER"));
}

TEST_F(SocketFilterTest, AThousandAddressesAndNoMore) {
  std::vector<Network> many;
  for (uint32_t i = 0; i < 1000; ++i) many.push_back({0x0a000000 + i, 32});
  many.push_back({0x7f000001, 32});
  ASSERT_TRUE(filter_.allow(many).ok());
  EXPECT_TRUE(arrives("127.0.0.1", "OPTIONS"));
  EXPECT_FALSE(arrives("127.0.0.2", "OPTIONS"));
  for (uint32_t i = 0; i < 1000; ++i) many.push_back({0x0b000000 + i, 32});
  EXPECT_FALSE(filter_.allow(many).ok());
  EXPECT_TRUE(arrives("127.0.0.1", "OPTIONS")) << "the former set stays";
}

TEST(SocketFilter, TcpStrangersCannotConnect) {
  uint16_t port = 0;
  const auto listener = bound(SOCK_STREAM, "127.0.0.1", port);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  SocketFilter filter;
  filter.find_sockets(port);
  ASSERT_EQ(filter.tcp_sockets(), 1U);
  const Network loopback_one{0x7f000001, 32};
  ASSERT_TRUE(filter.allow(std::span(&loopback_one, 1)).ok());
  auto connects = [port](const char* from) {
    UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    auto here = address_of(from, 0);
    ::bind(client.get(), generic(here), sizeof here);
    auto there = address_of("127.0.0.1", port);
    ::connect(client.get(), generic(there), sizeof there);
    pollfd writable{client.get(), POLLOUT, 0};
    return ::poll(&writable, 1, 500) == 1 && (writable.revents & (POLLERR | POLLHUP)) == 0;
  };
  EXPECT_TRUE(connects("127.0.0.1"));
  EXPECT_FALSE(connects("127.0.0.2"));
  EXPECT_GE(filter.dropped(), 1U);
}

TEST(Network, IsReadStrictly) {
  EXPECT_TRUE(parse_network("10.1.2.3").ok());
  const auto network = parse_network("10.1.2.3/8");
  ASSERT_TRUE(network.ok());
  EXPECT_EQ(format_ipv4(network->address), "10.0.0.0");
  EXPECT_TRUE(network->contains(0x0a636363));
  EXPECT_FALSE(network->contains(0x0b000000));
  EXPECT_TRUE(parse_network("0.0.0.0/0").ok());
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "carrier", "10.0.0.0/8x",
                            "10.0.0.0/-1", "::1"}) {
    EXPECT_FALSE(parse_network(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace carillon::telephony::sip
