#include "base/ports.h"

#include <cerrno>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace carillon {
namespace {

TEST(Ports, ATakenPortIsNotFree) {
  const int port = free_port("127.0.0.1");
  ASSERT_GT(port, 0);
  EXPECT_EQ(free_port("127.0.0.1", port), port);
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const UniqueFd taken(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<uint16_t>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(taken.get(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
    if (type == SOCK_STREAM) {
      ASSERT_EQ(::listen(taken.get(), 1), 0);
    }
    int same = port;
    EXPECT_EQ(try_bind("127.0.0.1", type, same), EADDRINUSE);
    EXPECT_EQ(free_port("127.0.0.1", port), 0);
  }
}

TEST(Ports, TheAddressMustBeNumericAndOfThisMachine) {
  int port = 0;
  EXPECT_EQ(try_bind("localhost", SOCK_STREAM, port), EINVAL);
  EXPECT_EQ(try_bind("192.0.2.77", SOCK_STREAM, port), EADDRNOTAVAIL);  // RFC 5737
  EXPECT_EQ(free_port("192.0.2.77"), 0);
}

}  // namespace
}  // namespace carillon
