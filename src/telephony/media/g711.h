// G.711 (ITU-T): mu-law and A-law to and from linear samples and each other, by tables that are
// filled once from spandsp.
#pragma once

#include <cstdint>
#include <span>

#include "telephony/media/bytes.h"
#include "telephony/media/remote_media.h"

namespace carillon::media::g711 {

constexpr int kSamplesPerMs = 8;
constexpr size_t kFrameSamples = 160;  ///< 20 ms
/// Digital silence on the wire.
constexpr uint8_t silence(Codec codec) { return codec == Codec::kPcmu ? 0xFF : 0xD5; }

/// `to` must have room for one sample per byte of `from`.
void decode(Codec codec, Bytes from, int16_t* to);
void encode(Codec codec, std::span<const int16_t> from, uint8_t* to);
/// Turns one law into the other in place (G.711, tables 3 and 4).
void transcode(Codec from, Codec to, std::span<uint8_t> payload);

}  // namespace carillon::media::g711
