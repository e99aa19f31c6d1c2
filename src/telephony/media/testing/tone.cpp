#include "telephony/media/testing/tone.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace carillon::media::testing {
namespace {

constexpr double kRate = 8000;
constexpr double kAmplitude = 8000;
constexpr double kSilence = 60;  ///< rms; the codes next to zero stay below

}  // namespace

void ToneSource::make(std::span<int16_t> samples) {
  for (int16_t& sample : samples) {
    const double phase = 2 * std::numbers::pi * hertz_ * static_cast<double>(at_++) / kRate;
    sample = static_cast<int16_t>(kAmplitude * std::sin(phase));
  }
}

double tone_share(std::span<const int16_t> samples, double hertz) {
  const double coefficient = 2 * std::cos(2 * std::numbers::pi * hertz / kRate);
  double s1 = 0;
  double s2 = 0;
  double energy = 0;
  for (const int16_t sample : samples) {
    const double s0 = sample + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
    energy += static_cast<double>(sample) * sample;
  }
  if (energy == 0) return 0;
  const double power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return 2 * power / (energy * static_cast<double>(samples.size()));
}

double loudness(std::span<const int16_t> samples) {
  double energy = 0;
  for (const int16_t sample : samples) energy += static_cast<double>(sample) * sample;
  return samples.empty() ? 0 : std::sqrt(energy / static_cast<double>(samples.size()));
}

void ToneMeter::add(std::span<const int16_t> samples) {
  for (const int16_t sample : samples) samples_[count_++ % kSize] = sample;
}

double ToneMeter::share(double hertz) const {
  // The order matters for the phase: oldest first.
  std::array<int16_t, kSize> ordered;
  const auto begin = static_cast<ptrdiff_t>(count_ % kSize);
  std::rotate_copy(samples_.begin(), samples_.begin() + begin, samples_.end(), ordered.begin());
  return is_full() ? tone_share(ordered, hertz) : 0;
}

bool ToneMeter::hears(double hertz) const {
  return is_full() && loudness(samples_) > 1000 && share(hertz) > 0.9;
}

bool ToneMeter::hears_silence() const { return is_full() && loudness(samples_) < kSilence; }

}  // namespace carillon::media::testing
