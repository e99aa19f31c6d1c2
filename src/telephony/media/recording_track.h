// RecordingTrack: one channel of a recording on a common time line.
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
/// recording began. Belongs to the recorder's thread.
class RecordingTrack {
 public:
  /// How much may lie between the oldest sample not yet taken and the newest added: 1 s.
  static constexpr int64_t kWindow = 8192;

  RecordingTrack();

  /// `arrival`: position of the moment the frame arrived. It anchors a new source, and a source
  /// whose timestamps jump. Frames that were already taken over are dropped.
  void add(uint32_t ssrc, uint32_t timestamp, int64_t arrival, std::span<const int16_t> samples);
  /// The next samples, in order.
  void take(std::span<int16_t> out);
  int64_t taken() const { return taken_; }

 private:
  static constexpr int64_t kUnit = 8;  ///< presence is kept for each millisecond
  struct Anchor {
    uint32_t ssrc = 0;
    uint32_t timestamp = 0;
    int64_t position = 0;
  };
  struct ConcealmentDeleter {
    void operator()(void* state) const;
  };

  int64_t position_of(uint32_t ssrc, uint32_t timestamp, int64_t arrival);
  void take_unit(int16_t* out);
  bool has(int64_t position) const { return present_[index_of(position) / kUnit]; }
  static size_t index_of(int64_t position) { return static_cast<size_t>(position % kWindow); }

  std::array<int16_t, kWindow> samples_{};
  std::bitset<kWindow / kUnit> present_;
  int64_t taken_ = 0;
  std::optional<Anchor> anchor_;
  std::unique_ptr<void, ConcealmentDeleter> concealment_;
  int64_t missing_ = 0;  ///< samples concealed or silent since the last frame
  bool heard_ = false;
};

}  // namespace carillon::media
