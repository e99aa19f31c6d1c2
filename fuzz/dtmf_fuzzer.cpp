// Telephone events (RFC 4733): the first four bytes are the RTP timestamp, the rest is the payload.
#include <cstddef>
#include <cstdint>

#include "telephony/media/telephone_event.h"

using namespace carillon::media;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  static TelephoneEventReceiver receiver;
  RtpHeader header;
  header.timestamp = read_u32(data);
  const auto digit = receiver.received(header, {data + 4, size - 4});
  if (digit && !event_of(*digit)) __builtin_trap();
  return 0;
}
