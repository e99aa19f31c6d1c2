// rtp_traffic: RTP endpoints for the relay benchmarks, so that every relay gets the same load.
//
//   rtp_traffic SECONDS < flows        each line of flows: LOCAL_PORT TARGET_PORT, on 127.0.0.1
//
// Every flow sends a PCMU packet each 20 ms from its local port to its target port (spread evenly
// over the 20 ms) and counts what arrives. The last line says `sent N received N`.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <vector>

#include "base/unique_fd.h"

namespace {

constexpr size_t kHeader = 12;
constexpr size_t kPayload = 160;  // 20 ms of G.711
constexpr int kSlices = 20;       // one each millisecond

struct Flow {
  carillon::UniqueFd socket;
  std::array<uint8_t, kHeader + kPayload> packet{};
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
};

sockaddr_in loopback(int port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(static_cast<uint16_t>(port));
  return a;
}

std::unique_ptr<Flow> open_flow(int local, int target, uint32_t ssrc) {
  auto flow = std::make_unique<Flow>();
  flow->socket.reset(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  const auto from = loopback(local);
  const auto to = loopback(target);
  // Not connected: an ICMP error of a relay that stops first must not end the run.
  if (bind(flow->socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      connect(flow->socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    std::perror("rtp_traffic: socket");
    std::exit(1);
  }
  flow->packet.fill(0xD5);
  flow->packet[0] = 0x80;
  flow->packet[1] = 0;
  for (int i = 0; i < 4; ++i)
    flow->packet[8 + static_cast<size_t>(i)] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  return flow;
}

bool send_next(Flow& flow) {
  ++flow.sequence;
  flow.timestamp += kPayload;
  flow.packet[2] = static_cast<uint8_t>(flow.sequence >> 8);
  flow.packet[3] = static_cast<uint8_t>(flow.sequence);
  for (int i = 0; i < 4; ++i) {
    flow.packet[4 + static_cast<size_t>(i)] = static_cast<uint8_t>(flow.timestamp >> (24 - 8 * i));
  }
  return send(flow.socket.get(), flow.packet.data(), flow.packet.size(), 0) > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "rtp_traffic SECONDS < flows (LOCAL_PORT TARGET_PORT a line)\n");
    return 2;
  }
  const int slices = std::atoi(argv[1]) * 1000;
  std::vector<std::unique_ptr<Flow>> flows;
  for (int local = 0, target = 0; std::cin >> local >> target;) {
    flows.push_back(open_flow(local, target, 0x10000u + static_cast<uint32_t>(flows.size())));
  }
  carillon::UniqueFd poll{epoll_create1(0)};
  for (auto& flow : flows) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = flow->socket.get();
    epoll_ctl(poll.get(), EPOLL_CTL_ADD, flow->socket.get(), &event);
  }
  carillon::UniqueFd timer{timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)};
  const itimerspec every_ms{{0, 1'000'000}, {0, 1'000'000}};
  timerfd_settime(timer.get(), 0, &every_ms, nullptr);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = timer.get();
  epoll_ctl(poll.get(), EPOLL_CTL_ADD, timer.get(), &event);

  uint64_t sent = 0;
  uint64_t received = 0;
  std::array<epoll_event, 512> events{};
  std::array<uint8_t, 2048> buffer{};
  // A second more than we send, for what is still under way.
  for (int slice = 0; slice < slices + 1000;) {
    const int n = epoll_wait(poll.get(), events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < n; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == timer.get()) {
        uint64_t ticks = 0;
        if (read(fd, &ticks, sizeof ticks) != sizeof ticks) continue;
        for (; ticks > 0 && slice < slices + 1000; --ticks, ++slice) {
          if (slice >= slices) continue;
          for (size_t f = static_cast<size_t>(slice % kSlices); f < flows.size(); f += kSlices) {
            sent += send_next(*flows[f]) ? 1 : 0;
          }
        }
      } else {
        while (recv(fd, buffer.data(), buffer.size(), 0) > 0) ++received;
      }
    }
  }
  std::printf("sent %lu received %lu\n", sent, received);
  return 0;
}
