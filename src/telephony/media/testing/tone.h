// Tones for tests: what a peer plays, and what it hears.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace carillon::media::testing {

/// A sine at 8 kHz, about -10 dBm0.
class ToneSource {
 public:
  explicit ToneSource(double hertz) : hertz_(hertz) {}
  void make(std::span<int16_t> samples);

 private:
  double hertz_;
  uint64_t at_ = 0;
};

/// Share of the energy of `samples` that lies at `hertz` (Goertzel), 0 to 1; 0 for silence.
double tone_share(std::span<const int16_t> samples, double hertz);
/// Root mean square.
double loudness(std::span<const int16_t> samples);

/// Keeps the last quarter of a second of what was heard.
class ToneMeter {
 public:
  void add(std::span<const int16_t> samples);
  void clear() { count_ = 0; }
  /// At least 90 % of the energy lies at `hertz`, and there is some.
  bool hears(double hertz) const;
  /// A quarter of a second was heard and nothing was in it.
  bool hears_silence() const;
  bool is_full() const { return count_ >= kSize; }
  double share(double hertz) const;

 private:
  static constexpr size_t kSize = 2000;
  std::array<int16_t, kSize> samples_{};
  uint64_t count_ = 0;
};

}  // namespace carillon::media::testing
