#include "telephony/media/recording_track.h"

#include <algorithm>
#include <cstdlib>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr int64_t kMaxDeviation = 4000;  ///< 500 ms between timestamp and arrival: a jump
constexpr int64_t kMaxConcealed = 480;   ///< 60 ms; spandsp fades out before

plc_state_t* plc(void* state) { return static_cast<plc_state_t*>(state); }

}  // namespace

void RecordingTrack::ConcealmentDeleter::operator()(void* state) const { plc_free(plc(state)); }

RecordingTrack::RecordingTrack() : concealment_(plc_init(nullptr)) {
  CARILLON_ASSERT(concealment_ != nullptr, "out of memory");
}

int64_t RecordingTrack::position_of(uint32_t ssrc, uint32_t timestamp, int64_t arrival) {
  if (anchor_ && anchor_->ssrc == ssrc) {
    const int64_t position =
        anchor_->position + static_cast<int32_t>(timestamp - anchor_->timestamp);
    if (std::abs(position - arrival) <= kMaxDeviation) {
      // The anchor walks along, as timestamps wrap after six days and clocks drift.
      anchor_ = Anchor{ssrc, timestamp, position};
      return position;
    }
  }
  anchor_ = Anchor{ssrc, timestamp, arrival};
  return arrival;
}

void RecordingTrack::add(uint32_t ssrc, uint32_t timestamp, int64_t arrival,
                         std::span<const int16_t> samples) {
  const int64_t exact = position_of(ssrc, timestamp, arrival);
  const int64_t begin = std::max<int64_t>(exact, 0) / kUnit * kUnit;
  const auto count = static_cast<int64_t>(samples.size()) / kUnit * kUnit;
  for (int64_t i = 0; i < count; i += kUnit) {
    const int64_t position = begin + i;
    if (position < taken_ || position >= taken_ + kWindow) continue;
    std::copy_n(samples.begin() + i, kUnit,
                samples_.begin() + static_cast<ptrdiff_t>(index_of(position)));
    present_.set(index_of(position) / kUnit);
  }
}

void RecordingTrack::take_unit(int16_t* out) {
  if (has(taken_)) {
    int16_t* stored = &samples_[index_of(taken_)];
    plc_rx(plc(concealment_.get()), stored, kUnit);
    std::copy_n(stored, kUnit, out);
    present_.reset(index_of(taken_) / kUnit);
    missing_ = 0;
    heard_ = true;
  } else if (heard_ && missing_ < kMaxConcealed) {
    plc_fillin(plc(concealment_.get()), out, kUnit);
    missing_ += kUnit;
  } else {
    std::fill_n(out, kUnit, int16_t{0});
  }
  taken_ += kUnit;
}

void RecordingTrack::take(std::span<int16_t> out) {
  CARILLON_ASSERT(out.size() % kUnit == 0, "tracks are taken in whole milliseconds");
  for (size_t i = 0; i < out.size(); i += kUnit) take_unit(&out[i]);
}

}  // namespace carillon::media
