// Voice: one customer's side of the sound, 20 ms at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "sandbox/behaviour.h"
#include "sandbox/phrases.h"

namespace carillon::sandbox {

constexpr int kFrameSamples = 160;  ///< 20 ms at 8 kHz
using Frame = std::array<int16_t, kFrameSamples>;

/// Purpose: makes the next frame to send, knowing what was heard. Owning loop: the RTP thread.
/// Lifetime: one call.
class Voice {
 public:
  virtual ~Voice() = default;
  /// The caller's sound, as it arrived since the last frame.
  virtual void hear(std::span<const int16_t> samples) = 0;
  virtual void next(Frame& frame) = 0;
};

/// `number` chooses the tone and the person's voice.
std::unique_ptr<Voice> make_voice(VoiceKind kind, std::string_view number,
                                  std::shared_ptr<const Phrases> phrases);

/// The ringback tone of early media: 440 and 480 Hz, 2 s on, 4 s off (ITU-T E.180, North America).
std::unique_ptr<Voice> make_ringback();

}  // namespace carillon::sandbox
