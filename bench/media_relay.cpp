// media_relay: Carillon's media plane as a plain RTP relay, to be loaded by rtp_traffic and
// compared with rtpengine (run_media_relay).
//
//   media_relay CALLS LOOPS PEER_PORT_FIRST
//
// Prints the flows for rtp_traffic (LOCAL_PORT TARGET_PORT, two a call) and an empty line, relays
// until its input ends, then prints packets and the CPU that each of them took.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include <sys/resource.h>

#include "telephony/media/media_plane.h"
#include "telephony/media/testing/plane_fixture.h"

namespace {

using namespace carillon;
using media::RemoteMedia;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Opens a leg towards `peer_port` and returns the port that the peer has to send to.
uint16_t open_leg(media::MediaPlane& plane, LegId leg, uint16_t peer_port) {
  const auto endpoint = plane.open_rtp_leg(leg);
  if (!endpoint) {
    std::fprintf(stderr, "media_relay: %s\n", endpoint.error().message.c_str());
    std::exit(1);
  }
  RemoteMedia remote;
  remote.address = "127.0.0.1";
  remote.port = peer_port;
  remote.dtmf_payload_type = 101;
  remote.fill_silence = false;
  plane.set_remote(leg, remote);
  return endpoint->rtp_port;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: media_relay CALLS LOOPS PEER_PORT_FIRST\n");
    return 2;
  }
  const int calls = std::atoi(argv[1]);
  const int peer_port_first = std::atoi(argv[3]);
  const media::testing::TemporaryFolder folder;
  auto config = media::testing::loopback_config(folder);
  config.loops = std::atoi(argv[2]);
  config.rtp_port_min = 10000;
  config.rtp_port_max = 19999;
  auto plane = media::MediaPlane::start(config, [](media::MediaEvent) {});
  if (!plane) {
    std::fprintf(stderr, "media_relay: %s\n", plane.error().message.c_str());
    return 1;
  }
  for (int i = 0; i < calls; ++i) {
    const LegId a{2 * i + 1};
    const LegId b{2 * i + 2};
    const auto peer_a = static_cast<uint16_t>(peer_port_first + 4 * i);
    const auto peer_b = static_cast<uint16_t>(peer_port_first + 4 * i + 2);
    std::printf("%d %d\n", peer_a, open_leg(**plane, a, peer_a));
    std::printf("%d %d\n", peer_b, open_leg(**plane, b, peer_b));
    (*plane)->connect(a, b);
  }
  std::printf("\n");
  std::fflush(stdout);
  const double cpu_before = cpu_seconds();
  const auto packets_before = (*plane)->counters().packets_out;
  std::string line;
  while (std::getline(std::cin, line)) continue;
  const double cpu = cpu_seconds() - cpu_before;
  const auto packets = (*plane)->counters().packets_out - packets_before;
  std::printf("relayed %llu packets, %.2f us of CPU each\n",
              static_cast<unsigned long long>(packets),
              packets > 0 ? cpu * 1e6 / static_cast<double>(packets) : 0.0);
  return 0;
}
