#include "telephony/media/audio_track.h"

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

plc_state_t* plc(void* state) { return static_cast<plc_state_t*>(state); }

}  // namespace

void AudioTrack::ConcealmentDeleter::operator()(void* state) const { plc_free(plc(state)); }

AudioTrack::AudioTrack(int64_t max_deviation)
    : max_deviation_(max_deviation), concealment_(plc_init(nullptr)) {
  CARILLON_ASSERT(concealment_ != nullptr, "out of memory");
}

int64_t AudioTrack::position_of(uint32_t ssrc, uint32_t timestamp, int64_t arrival) {
  if (anchor_ && anchor_->ssrc == ssrc) {
    const int64_t position =
        anchor_->position + static_cast<int32_t>(timestamp - anchor_->timestamp);
    if (std::abs(position - arrival) <= max_deviation_) {
      // The anchor walks along, as timestamps wrap after six days and clocks drift.
      anchor_ = Anchor{ssrc, timestamp, position};
      return position;
    }
  }
  anchor_ = Anchor{ssrc, timestamp, arrival};
  return arrival;
}

void AudioTrack::add(uint32_t ssrc, uint32_t timestamp, int64_t arrival,
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

size_t AudioTrack::run_length(bool present, size_t limit) const {
  size_t length = 0;
  while (length < limit && has(taken_ + static_cast<int64_t>(length)) == present) length += kUnit;
  return std::min(length, limit);
}

void AudioTrack::take(std::span<int16_t> out) {
  CARILLON_ASSERT(out.size() % kUnit == 0, "tracks are taken in whole milliseconds");
  while (!out.empty()) {
    out = out.subspan(has(taken_) ? take_heard(out) : take_missing(out));
  }
}

size_t AudioTrack::take_heard(std::span<int16_t> out) {
  const size_t to_wrap = kWindow - index_of(taken_);
  const size_t count = run_length(true, std::min(out.size(), to_wrap));
  int16_t* stored = &samples_[index_of(taken_)];
  plc_rx(plc(concealment_.get()), stored, static_cast<int>(count));
  std::copy_n(stored, count, out.begin());
  remember(std::span(stored, count));
  for (size_t i = 0; i < count; i += kUnit) present_.reset((index_of(taken_) + i) / kUnit);
  taken_ += static_cast<int64_t>(count);
  gap_is_new_ = true;
  concealed_at_ = concealed_size_ = 0;
  return count;
}

size_t AudioTrack::take_missing(std::span<int16_t> out) {
  if (gap_is_new_) conceal();
  size_t count = std::min(out.size(), concealed_size_ - concealed_at_);
  if (count > 0) {
    std::copy_n(concealed_.begin() + static_cast<ptrdiff_t>(concealed_at_), count, out.begin());
    concealed_at_ += count;
  } else {
    count = run_length(false, std::min<size_t>(out.size(), kWindow));
    std::fill_n(out.begin(), count, int16_t{0});
  }
  taken_ += static_cast<int64_t>(count);
  return count;
}

void AudioTrack::remember(std::span<const int16_t> samples) {
  const auto newest = samples.last(std::min(samples.size(), heard_.size()));
  const auto kept = static_cast<ptrdiff_t>(heard_.size() - newest.size());
  std::copy(heard_.end() - kept, heard_.end(), heard_.begin());
  std::ranges::copy(newest, heard_.begin() + kept);
}

/// Makes the whole of a gap at once: spandsp's overlap with what was heard is longer than a unit.
void AudioTrack::conceal() {
  gap_is_new_ = false;
  concealed_at_ = 0;
  concealed_size_ = run_length(false, kMaxConcealed);
  // plc_fillin() copies its history over itself unless that was given in one piece.
  static_assert(kRemembered >= PLC_HISTORY_LEN);
  plc_rx(plc(concealment_.get()), heard_.data(), static_cast<int>(heard_.size()));
  plc_fillin(plc(concealment_.get()), concealed_.data(), static_cast<int>(concealed_size_));
}

}  // namespace carillon::media
