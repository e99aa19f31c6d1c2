// AudioTrack: what one source says, on a common time line: of a recording or of a conference.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace carillon::media {

/// Places frames by their RTP timestamps, so that reordering and jitter leave no trace, conceals
/// short losses (spandsp), and fills the rest with silence. Positions are samples (8 kHz) since the
/// beginning. Belongs to one thread.
class AudioTrack {
 public:
  /// How much may lie between the oldest sample not yet taken and the newest added: 1 s.
  static constexpr int64_t kWindow = 8192;

  /// How far timestamps and arrival may be apart, in samples: more is a jump. For a recording half
  /// a second; for people who wait to hear it, less.
  explicit AudioTrack(int64_t max_deviation = 4000);

  /// `arrival`: position of the moment the frame arrived. It anchors a new source, and a source
  /// whose timestamps jump. Frames that were already taken over are dropped.
  void add(uint32_t ssrc, uint32_t timestamp, int64_t arrival, std::span<const int16_t> samples);
  /// The next samples, in order.
  void take(std::span<int16_t> out);
  int64_t taken() const { return taken_; }

 private:
  static constexpr int64_t kUnit = 8;           ///< presence is kept for each millisecond
  static constexpr size_t kRemembered = 280;    ///< what spandsp looks for the pitch in
  static constexpr size_t kMaxConcealed = 480;  ///< 60 ms; spandsp fades out before
  struct Anchor {
    uint32_t ssrc = 0;
    uint32_t timestamp = 0;
    int64_t position = 0;
  };
  struct ConcealmentDeleter {
    void operator()(void* state) const;
  };

  int64_t position_of(uint32_t ssrc, uint32_t timestamp, int64_t arrival);
  /// Each writes to the front of `out` and returns how much.
  size_t take_heard(std::span<int16_t> out);
  size_t take_missing(std::span<int16_t> out);
  void conceal();
  void remember(std::span<const int16_t> samples);
  bool has(int64_t position) const { return present_[index_of(position) / kUnit]; }
  /// Samples from taken_ on that are all there (or all missing), at most `limit`.
  size_t run_length(bool present, size_t limit) const;
  static size_t index_of(int64_t position) { return static_cast<size_t>(position % kWindow); }

  std::array<int16_t, kWindow> samples_{};
  std::bitset<kWindow / kUnit> present_;
  int64_t taken_ = 0;
  const int64_t max_deviation_;
  std::optional<Anchor> anchor_;
  std::unique_ptr<void, ConcealmentDeleter> concealment_;
  std::array<int16_t, kRemembered> heard_{};  ///< the newest samples that were heard
  bool gap_is_new_ = false;  ///< the last sample taken was heard, so a gap may be concealed
  std::array<int16_t, kMaxConcealed> concealed_{};
  size_t concealed_at_ = 0;
  size_t concealed_size_ = 0;
};

}  // namespace carillon::media
