#include "telephony/sip/flood_guard.h"

#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace carillon::telephony::sip {
namespace {

constexpr uint32_t kOffice = 0x0A000001, kOther = 0x0A000002;
constexpr FloodGuard::Limits kSmall{10, 25, 3, 30s};

SteadyTime at(Duration since_start) { return SteadyTime{} + 1h + since_start; }

int taken(FloodGuard& guard, uint32_t address, int sent, SteadyTime now) {
  int count = 0;
  for (int i = 0; i < sent; ++i) count += guard.take_datagram(address, now);
  return count;
}

TEST(FloodGuard, AnAddressHasItsAllowanceAndGetsItBack) {
  FloodGuard guard(kSmall);
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(0s)), 30);
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(1s)), 10);
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(60s)), 30);
  EXPECT_EQ(guard.dropped(), 2'930U);
}

TEST(FloodGuard, TheFloodOfOneIsNotTheLossOfAnother) {
  FloodGuard guard(kSmall);
  for (int second = 0; second < 60; ++second) {
    taken(guard, kOffice, 10'000, at(second * 1s));
    EXPECT_EQ(taken(guard, kOther, 5, at(second * 1s)), 5) << second;
  }
}

TEST(FloodGuard, AllTogetherHaveOneToo) {
  FloodGuard guard(kSmall);
  int count = 0;
  for (uint32_t address = 0; address < 100'000; ++address) {
    count += guard.take_datagram(address, at(0s));
  }
  EXPECT_EQ(count, 75);
  EXPECT_LE(guard.senders(), 4'096U) << "false addresses must not take memory";
  EXPECT_TRUE(guard.take_datagram(kOther, at(10s)));
}

TEST(FloodGuard, CertainAddressesMayMoreAndNoneUsesUpAnothers) {
  FloodGuard guard({.datagrams_per_s = 10});
  guard.allow_more({{kOffice, 90}});
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(0s)), 300);
  EXPECT_EQ(taken(guard, kOther, 1'000, at(0s)), 30);
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(1s)), 100);
  for (uint32_t address = 100; address < 200; ++address) {
    EXPECT_EQ(taken(guard, address, 30, at(1s)), 30) << "there is no limit of all together";
  }
  guard.allow_more({});
  EXPECT_EQ(taken(guard, kOffice, 1'000, at(60s)), 30);
}

/// A listener and who has connected to it.
struct Line {
  Line() : listener(::socket(AF_INET, SOCK_STREAM, 0)) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener.get(), generic(), size);
    ::listen(listener.get(), 100);
    ::getsockname(listener.get(), generic(), &size);
  }
  /// The accepted end; the other is kept in `clients`.
  int connect() {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(::connect(clients.back().get(), generic(), size), 0);
    accepted.emplace_back(::accept(listener.get(), nullptr, nullptr));
    return accepted.back().get();
  }
  uint16_t port_of_client(size_t i) const {
    sockaddr_in own{};
    socklen_t length = sizeof own;
    // NOLINTNEXTLINE: the sockets API wants the generic type
    ::getsockname(clients[i].get(), reinterpret_cast<sockaddr*>(&own), &length);
    return ntohs(own.sin_port);
  }
  bool is_ended(size_t i) const {
    pollfd wait{clients[i].get(), POLLIN, 0};
    char byte = 0;
    return ::poll(&wait, 1, 0) == 1 && ::recv(clients[i].get(), &byte, 1, 0) == 0;
  }
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address); }  // NOLINT: sockets API

  sockaddr_in address{};
  socklen_t size = sizeof address;
  UniqueFd listener;
  std::vector<UniqueFd> clients, accepted;
};

TEST(FloodGuard, ConnectionsOfNobodyEndAfterTheProbation) {
  FloodGuard guard(kSmall);
  Line line;
  const uint16_t port = ntohs(line.address.sin_port);
  guard.watch({}, {port});
  const int first = line.connect(), second = line.connect();
  EXPECT_EQ(FloodGuard::of_connection(first), &guard);
  guard.keep_if([&](uint32_t address, uint16_t from) {
    return address == INADDR_LOOPBACK && from == line.port_of_client(1);
  });
  guard.take_connection(first, at(0s));
  guard.take_connection(second, at(0s));
  guard.sweep(at(29s));
  EXPECT_FALSE(line.is_ended(0));
  guard.sweep(at(30s));
  EXPECT_TRUE(line.is_ended(0));
  EXPECT_FALSE(line.is_ended(1)) << "a phone signed in over it";
  EXPECT_EQ(guard.connections(), 1U);
  guard.keep_if([](uint32_t, uint16_t) { return false; });
  guard.sweep(at(35s));
  EXPECT_TRUE(line.is_ended(1)) << "its registration has ended";
}

TEST(FloodGuard, TooManyConnectionsEndTheOldestThatIsNotWanted) {
  FloodGuard guard(kSmall);
  Line line;
  guard.keep_if([&](uint32_t, uint16_t from) { return from == line.port_of_client(0); });
  for (int i = 0; i < 10; ++i) {
    guard.take_connection(line.connect(), at(i * 10ms));
    EXPECT_LE(guard.connections(), kSmall.connections);
  }
  EXPECT_FALSE(line.is_ended(0));
  for (size_t i = 1; i < 8; ++i) EXPECT_TRUE(line.is_ended(i)) << i;
  EXPECT_FALSE(line.is_ended(8));
  EXPECT_FALSE(line.is_ended(9));
}

TEST(FloodGuard, WithoutAProbationTheNewestGoes) {
  FloodGuard guard({0, 0, 2, Duration{0}});
  Line line;
  for (int i = 0; i < 3; ++i) guard.take_connection(line.connect(), at(0s));
  guard.sweep(at(24h));
  EXPECT_FALSE(line.is_ended(0));
  EXPECT_FALSE(line.is_ended(1));
  EXPECT_TRUE(line.is_ended(2));
}

TEST(FloodGuard, WhatHasClosedByItselfTakesNoPlace) {
  FloodGuard guard(kSmall);
  Line line;
  for (int i = 0; i < 3; ++i) guard.take_connection(line.connect(), at(0s));
  line.accepted.clear();
  const int next = line.connect();  // under the number of the first
  guard.take_connection(next, at(2s));
  EXPECT_EQ(guard.connections(), 1U);
  EXPECT_FALSE(line.is_ended(3));
}

}  // namespace
}  // namespace carillon::telephony::sip
