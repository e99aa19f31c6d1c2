// RTP and RTCP from a peer, through counting and rewriting.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "telephony/media/rtp_packet.h"
#include "telephony/media/rtp_streams.h"

using namespace carillon::media;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static_cast<void>(parse_rtcp({data, size}));
  const auto header = parse_rtp({data, size});
  if (!header) return 0;
  if (header->payload_at + header->payload_size > size) __builtin_trap();
  static IncomingStream incoming;
  static OutgoingStream outgoing(1, 0, 0);
  static int64_t ms = 0;
  const carillon::SteadyTime now{carillon::Duration{ms += 20}};
  incoming.received(*header, now);
  static_cast<void>(incoming.report(now));
  std::vector<uint8_t> packet(data, data + size);
  outgoing.relay(packet.data(), *header, 0, now);
  outgoing.leave_out(*header);
  if (!parse_rtp(packet)) __builtin_trap();  // what was valid stays valid
  return 0;
}
