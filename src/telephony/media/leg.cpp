#include "telephony/media/leg.h"

#include <algorithm>
#include <array>

#include <openssl/rand.h>

#include "base/assert.h"
#include "telephony/media/g711.h"

namespace carillon::media {
namespace {

/// SSRC, sequence number and timestamp begin at random (RFC 3550, 5.1). The sequence begins in the
/// lower half, so that SRTP's roll-over counter starts in step (RFC 3711, 3.3.1).
OutgoingStream random_stream() {
  std::array<uint8_t, 10> random{};
  CARILLON_ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
                  "no random numbers from OpenSSL");
  return {read_u32(&random[0]), static_cast<uint16_t>(read_u16(&random[4]) & 0x7FFF),
          read_u32(&random[6])};
}

}  // namespace

bool Playback::next(Codec codec, uint8_t* to) {
  const auto& samples = prompt_->samples(codec);
  size_t filled = 0;
  while (filled < g711::kFrameSamples) {
    if (at_ == samples.size()) {
      if (!loop_ || samples.empty()) break;
      at_ = 0;
    }
    const size_t count = std::min(g711::kFrameSamples - filled, samples.size() - at_);
    std::copy_n(samples.begin() + static_cast<ptrdiff_t>(at_), count, to + filled);
    at_ += count;
    filled += count;
  }
  std::fill(to + filled, to + g711::kFrameSamples, g711::silence(codec));
  return loop_ || at_ < samples.size();
}

Leg::Leg(LegId leg_id) : id(leg_id), outgoing(random_stream()) {}

}  // namespace carillon::media
