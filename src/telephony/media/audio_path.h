// AudioPath: where an incoming packet goes, and what a leg hears when no packet comes.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "telephony/media/conference.h"
#include "telephony/media/frame_queue.h"
#include "telephony/media/leg.h"
#include "telephony/media/loop_counters.h"
#include "telephony/media/media_plane.h"

namespace carillon::media {

/// Purpose: relays between connected legs (law, payload types, DTMF, comfort noise), makes the
/// 20 ms frames of silence, music, prompts and digits, taps for recordings.
/// Belongs to one media loop; knows no sockets. No allocation and no lock for a packet.
class AudioPath {
 public:
  AudioPath(LoopCounters& counters, FrameQueue& recorder_queue, const MediaSink& sink);

  /// What legs on hold hear from now on; silence before.
  void set_hold_music(PromptPtr music) { hold_music_ = std::move(music); }

  /// Decides anew what `leg` hears; to be called after everything that may change it.
  void refresh(Leg& leg);
  /// `members`, two or more, hear each other from now on and nobody else.
  void join(std::span<Leg* const> members, SteadyTime now);
  /// The leg hears nobody any more, and those that heard it go on without it.
  void separate(Leg& leg);
  /// A leg that hears nobody hears itself, or does no more.
  void echo(Leg& leg, bool on, SteadyTime now);
  /// The leg leaves this loop: no frames any more.
  void forget(Leg& leg);

  /// A valid packet of the peer of `from`. kSrtpTailRoom is free behind it; it is changed.
  void received(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header, SteadyTime now);
  /// To be called each 20 ms.
  void tick(SteadyTime now);
  /// tick() has something to do.
  bool has_ticking() const { return !ticking_.empty(); }

  void send_digits(Leg& leg, const std::string& digits);

  /// Recordings whose frames found no room in the queue. Cleared by the call.
  std::vector<uint32_t> take_overflowed();

 private:
  void received_audio(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                      SteadyTime now);
  void received_event(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                      SteadyTime now);
  void received_comfort_noise(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                              SteadyTime now);
  void listen_for_tones(Leg& from, Codec law, Bytes payload);
  void record(uint32_t recording, uint8_t channel, Codec law, const RtpHeader& header,
              Bytes payload, SteadyTime now);
  void relay(Leg& to, uint8_t* packet, size_t size, const RtpHeader& header, uint8_t payload_type,
             SteadyTime now);

  void tick_leg(Leg& leg, SteadyTime now);
  void tick_digits(Leg& leg, SteadyTime now);
  void tick_tones(Leg& leg, SteadyTime now);
  void tick_mix(Leg& leg, SteadyTime now);
  void tick_echo(Leg& leg, SteadyTime now);
  void end_echo(Leg& leg);
  void send_frame(Leg& leg, SteadyTime now);
  void send(Leg& leg, uint8_t* packet, size_t size);

  LoopCounters& counters_;
  FrameQueue& recorder_queue_;
  const MediaSink& sink_;
  PromptPtr hold_music_;
  std::vector<std::unique_ptr<Conference>> conferences_;
  std::vector<Leg*> ticking_;
  std::vector<Leg*> tick_round_;  ///< copy of ticking_ for one tick, as legs change under it
  std::vector<uint32_t> overflowed_;
  std::array<uint8_t, kRtpHeaderSize + 160 + 32> frame_{};
};

}  // namespace carillon::media
