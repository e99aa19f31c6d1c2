// SDP from browsers, carriers and desk phones. What we answer must be readable again.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "telephony/sdp.h"

using namespace carillon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(sdp::parse_answer(text));
  const std::array codecs{media::Codec::kPcmu, media::Codec::kPcma};
  static_cast<void>(sdp::answer_offer({{"192.0.2.1", 20000, 20001}, 1, 1}, text, codecs));
  if (const auto offer = sdp::parse_webrtc_offer(text)) {
    const auto answer = sdp::make_webrtc_answer(
        *offer, {"192.0.2.1", 7100, "abcdefgh", "abcdefghijklmnopqrstuvwx", "AB", 1, 1, 1});
    if (answer.find("a=ice-lite") == answer.npos) __builtin_trap();
  }
  return 0;
}
