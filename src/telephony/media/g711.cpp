#include "telephony/media/g711.h"

#include <array>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <spandsp.h>
#pragma GCC diagnostic pop

namespace carillon::media::g711 {
namespace {

struct Tables {
  std::array<int16_t, 256> from_ulaw;
  std::array<int16_t, 256> from_alaw;
  std::array<uint8_t, 256> ulaw_to_alaw;
  std::array<uint8_t, 256> alaw_to_ulaw;

  Tables() {
    for (size_t i = 0; i < 256; ++i) {
      const auto code = static_cast<uint8_t>(i);
      from_ulaw[i] = ::ulaw_to_linear(code);
      from_alaw[i] = ::alaw_to_linear(code);
      ulaw_to_alaw[i] = ::ulaw_to_alaw(code);
      alaw_to_ulaw[i] = ::alaw_to_ulaw(code);
    }
  }
};

const Tables& tables() {
  static const Tables kTables;
  return kTables;
}

}  // namespace

void decode(Codec codec, Bytes from, int16_t* to) {
  const auto& table = codec == Codec::kPcmu ? tables().from_ulaw : tables().from_alaw;
  for (const uint8_t code : from) *to++ = table[code];
}

void encode(Codec codec, std::span<const int16_t> from, uint8_t* to) {
  if (codec == Codec::kPcmu) {
    for (const int16_t sample : from) *to++ = ::linear_to_ulaw(sample);
  } else {
    for (const int16_t sample : from) *to++ = ::linear_to_alaw(sample);
  }
}

void transcode(Codec from, Codec to, std::span<uint8_t> payload) {
  if (from == to) return;
  const auto& table = from == Codec::kPcmu ? tables().ulaw_to_alaw : tables().alaw_to_ulaw;
  for (uint8_t& code : payload) code = table[code];
}

}  // namespace carillon::media::g711
