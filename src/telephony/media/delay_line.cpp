#include "telephony/media/delay_line.h"

#include <algorithm>
#include <span>

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr Duration kMaxDelay = 800ms;
/// Between a packet's timestamp and its arrival; beyond it the time line begins anew.
constexpr int64_t kMaxDeviation = 50 * g711::kSamplesPerMs;
constexpr int64_t kFrame = g711::kFrameSamples;

}  // namespace

DelayLine::DelayLine(Duration delay, SteadyTime now)
    : delay_(delay), began_(now), track_(kMaxDeviation) {
  CARILLON_ASSERT(delay <= kMaxDelay, "an AudioTrack does not keep so much");
}

int64_t DelayLine::position_at(SteadyTime time) const {
  return (time - began_).count() * g711::kSamplesPerMs;
}

void DelayLine::received(Codec law, const RtpHeader& header, Bytes payload, SteadyTime now) {
  const int64_t arrival = position_at(now);
  uint32_t timestamp = header.timestamp;
  Frame samples;
  while (!payload.empty()) {
    const size_t count = std::min(payload.size(), samples.size());
    g711::decode(law, payload.first(count), samples.data());
    track_.add(header.ssrc, timestamp, arrival, std::span(samples).first(count));
    payload = payload.subspan(count);
    timestamp += static_cast<uint32_t>(count);
  }
}

void DelayLine::take(Frame& out, SteadyTime now) {
  const int64_t due = position_at(now - delay_);
  if (track_.taken() > due) {
    out.fill(0);
    return;
  }
  do {
    track_.take(out);
  } while (track_.taken() + 2 * kFrame < due);
}

}  // namespace carillon::media
