#include "telephony/sip/flood_guard.h"

#include <algorithm>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace carillon::telephony::sip {
namespace {

constexpr double kBurst = 3;  // seconds' worth
constexpr size_t kMostSenders = 4'096;
constexpr Duration kSweepAtMostEvery = 1s;

/// Those of this thread, which is the SIP thread.
std::vector<FloodGuard*>& guards() {
  static thread_local std::vector<FloodGuard*> all;
  return all;
}

uint64_t inode_of(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

using NameOf = int (*)(int, sockaddr*, socklen_t*);

sockaddr_in end_of(int fd, NameOf name_of) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the sockets API wants this
  if (name_of(fd, generic, &size) != 0 || address.sin_family != AF_INET) return {};
  return address;
}

void end(int fd) { ::shutdown(fd, SHUT_RDWR); }  // the stack sees it and closes

}  // namespace

bool FloodGuard::Bucket::take(double per_s, SteadyTime now) {
  const double passed_s = std::chrono::duration<double>(now - at).count();
  tokens = std::min(tokens + passed_s * per_s, per_s * kBurst);
  at = now;
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

FloodGuard::FloodGuard(Limits limits)
    : limits_(limits), all_{limits.datagrams_per_s_in_all * kBurst, {}} {
  guards().push_back(this);
}

FloodGuard::~FloodGuard() { std::erase(guards(), this); }

void FloodGuard::watch(std::span<const int> datagram_sockets, std::vector<uint16_t> stream_ports) {
  datagram_sockets_.assign(datagram_sockets.begin(), datagram_sockets.end());
  stream_ports_ = std::move(stream_ports);
}

FloodGuard* FloodGuard::of_datagrams(int fd) {
  const auto found = std::find_if(guards().begin(), guards().end(), [fd](const auto* guard) {
    const auto& sockets = guard->datagram_sockets_;
    return guard->limits_.datagrams_per_s > 0 &&
           std::find(sockets.begin(), sockets.end(), fd) != sockets.end();
  });
  return found == guards().end() ? nullptr : *found;
}

FloodGuard* FloodGuard::of_connection(int fd) {
  const uint16_t port = ntohs(end_of(fd, ::getsockname).sin_port);
  const auto found = std::find_if(guards().begin(), guards().end(), [port](const auto* guard) {
    const auto& ports = guard->stream_ports_;
    return std::find(ports.begin(), ports.end(), port) != ports.end();
  });
  return found == guards().end() ? nullptr : *found;
}

double FloodGuard::allowance_of(uint32_t address) const {
  const auto more = more_per_s_.find(address);
  return limits_.datagrams_per_s + (more == more_per_s_.end() ? 0 : more->second);
}

// Whoever has its own allowance used up does not use up that of all. When more send than can be
// remembered, the unknown have the common allowance only.
bool FloodGuard::take_datagram(uint32_t address, SteadyTime now) {
  const double per_s = allowance_of(address);
  if (senders_.size() >= kMostSenders && now - senders_swept_ >= kSweepAtMostEvery) {
    senders_swept_ = now;
    std::erase_if(senders_, [now](const auto& each) {
      return now - each.second.at > std::chrono::seconds(static_cast<int>(kBurst));
    });
  }
  auto sender = senders_.find(address);
  if (sender == senders_.end() && senders_.size() < kMostSenders) {
    sender = senders_.emplace(address, Bucket{per_s * kBurst, now}).first;
  }
  const bool taken =
      (sender == senders_.end() || sender->second.take(per_s, now)) &&
      (limits_.datagrams_per_s_in_all == 0 || all_.take(limits_.datagrams_per_s_in_all, now));
  if (!taken) ++dropped_;
  return taken;
}

void FloodGuard::take_connection(int fd, SteadyTime now) {
  if (connections_.size() >= limits_.connections) make_room(now);
  if (connections_.size() >= limits_.connections) {
    ++dropped_;
    return end(fd);
  }
  const auto peer = end_of(fd, ::getpeername);
  connections_.push_back(
      {fd, inode_of(fd), ntohl(peer.sin_addr.s_addr), ntohs(peer.sin_port), now});
}

void FloodGuard::sweep(SteadyTime now) {
  connections_swept_ = {};
  forget_closed(now);
  if (limits_.probation == Duration{0}) return;
  for (auto& each : connections_) each.is_wanted = false;  // a registration may have ended
  std::erase_if(connections_, [&](auto& each) {
    if (now - each.since < limits_.probation || is_wanted(each)) return false;
    end(each.fd);
    return true;
  });
}

bool FloodGuard::is_wanted(Connection& connection) const {
  if (!connection.is_wanted) {
    connection.is_wanted = is_wanted_ && is_wanted_(connection.address, connection.port);
  }
  return connection.is_wanted;
}

void FloodGuard::forget_closed(SteadyTime now) {
  if (now - connections_swept_ < kSweepAtMostEvery) return;
  connections_swept_ = now;
  std::erase_if(connections_, [](const auto& each) { return inode_of(each.fd) != each.inode; });
}

void FloodGuard::make_room(SteadyTime now) {
  forget_closed(now);
  if (connections_.size() < limits_.connections || limits_.probation == Duration{0}) return;
  const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                   [this](auto& each) { return !is_wanted(each); });
  if (oldest == connections_.end()) return;
  if (inode_of(oldest->fd) == oldest->inode) end(oldest->fd);
  connections_.erase(oldest);
  ++dropped_;
}

}  // namespace carillon::telephony::sip
