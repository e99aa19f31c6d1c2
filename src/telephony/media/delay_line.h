// DelayLine: what a peer says, in even frames, some time later.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "telephony/media/audio_track.h"
#include "telephony/media/bytes.h"
#include "telephony/media/g711.h"
#include "telephony/media/remote_media.h"
#include "telephony/media/rtp_packet.h"

namespace carillon::media {

/// The delay takes up jitter, so that neither that nor reordering leaves gaps. Belongs to one
/// thread. No allocation for a packet.
class DelayLine {
 public:
  using Frame = std::array<int16_t, g711::kFrameSamples>;

  /// `delay`: up to 800 ms, as much as an AudioTrack keeps besides jitter.
  DelayLine(Duration delay, SteadyTime now);

  /// A valid audio packet of the peer.
  void received(Codec law, const RtpHeader& header, Bytes payload, SteadyTime now);
  /// The next 20 ms; to be called each 20 ms. A loop that stalled leaves calls out: what was not
  /// taken in time is skipped, so that the delay does not grow.
  void take(Frame& out, SteadyTime now);

 private:
  int64_t position_at(SteadyTime time) const;

  const Duration delay_;
  const SteadyTime began_;
  AudioTrack track_;
};

}  // namespace carillon::media
