// FrameQueue: relayed audio on its way from a media loop to the recorder.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

#include "telephony/media/remote_media.h"

namespace carillon::media {

/// One relayed frame, as it was sent to the other side.
struct RecordedFrame {
  uint32_t recording = 0;
  uint32_t ssrc = 0;
  uint32_t timestamp = 0;
  int64_t arrival_ms = 0;  ///< steady time
  uint8_t channel = 0;     ///< 0 left, 1 right
  Codec codec = Codec::kPcmu;
  uint8_t size = 0;
  std::array<uint8_t, 160> payload;
};

/// One producer (a media loop), one consumer (the recorder), no lock, no allocation.
/// Policy when full: push() refuses, and the producer fails the recording; audio goes on.
class FrameQueue {
 public:
  /// `capacity` is rounded up to a power of two. Pages are touched only when used.
  explicit FrameQueue(size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1),
        frames_(std::make_unique_for_overwrite<RecordedFrame[]>(mask_ + 1)) {}

  /// Producer: a place to fill, then commit(); nullptr when full.
  RecordedFrame* begin_push() {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) > mask_) return nullptr;
    return &frames_[tail & mask_];
  }
  void commit() {
    tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// Consumer: the oldest frame, then pop(); nullptr when empty.
  const RecordedFrame* front() const {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return nullptr;
    return &frames_[head & mask_];
  }
  void pop() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  const size_t mask_;
  const std::unique_ptr<RecordedFrame[]> frames_;
  alignas(64) std::atomic<size_t> head_{0};
  alignas(64) std::atomic<size_t> tail_{0};
};

}  // namespace carillon::media
