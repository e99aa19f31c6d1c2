// SRTP and SRTCP from an address that passed STUN. The first byte chooses profile and kind, and
// whether the packet is sealed first, so that what lies behind the authentication is reached too.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "telephony/media/srtp.h"

using namespace carillon::media;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 1500) return 0;
  const bool gcm = (data[0] & 1) != 0;
  const bool rtcp = (data[0] & 2) != 0;
  const bool seal_first = (data[0] & 4) != 0;
  const SrtpMaster master{};
  const auto session = SrtpSession::create(
      gcm ? SrtpProfile::kAeadAes128Gcm : SrtpProfile::kAes128CmHmac80, master, master);
  size_t length = size - 1;
  // Exactly as large as allowed, so that AddressSanitizer sees the first byte too many.
  const auto packet = std::make_unique<uint8_t[]>(length + kSrtpTailRoom);
  std::memcpy(packet.get(), data + 1, length);
  if (seal_first) {
    const size_t sealed = rtcp ? session->protect_rtcp(packet.get(), length)
                               : session->protect_rtp(packet.get(), length);
    if (sealed == 0) return 0;
    if (sealed > length + kSrtpTailRoom) __builtin_trap();
    const size_t opened = rtcp ? session->unprotect_rtcp(packet.get(), sealed)
                               : session->unprotect_rtp(packet.get(), sealed);
    if (opened != length || std::memcmp(packet.get(), data + 1, length) != 0) __builtin_trap();
    return 0;
  }
  const size_t opened = rtcp ? session->unprotect_rtcp(packet.get(), length)
                             : session->unprotect_rtp(packet.get(), length);
  if (opened > length) __builtin_trap();
  return 0;
}
