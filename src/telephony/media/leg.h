// Leg: what the two kinds of audio legs have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "telephony/media/delay_line.h"
#include "telephony/media/prompts.h"
#include "telephony/media/remote_media.h"
#include "telephony/media/rtp_streams.h"
#include "telephony/media/telephone_event.h"

namespace carillon::media {

/// A prompt on its way to one leg.
class Playback {
 public:
  Playback(PromptPtr prompt, bool loop) : prompt_(std::move(prompt)), loop_(loop) {}
  /// Writes the next 160 samples, silence behind the end. False when nothing is left.
  bool next(Codec codec, uint8_t* to);
  const std::string& name() const { return prompt_->name; }

 private:
  PromptPtr prompt_;
  size_t at_ = 0;
  bool loop_;
};

/// What the peer of a leg is given to hear. The first that applies:
///
///   hearing | when
///   nothing | we may not send (no peer yet, its hold, consent lost); a prompt still runs
///   digits  | digits of send_digits() are going out
///   prompt  | play() is not done
///   music   | the leg is on hold
///   echo    | in an echo test
///   mix     | in a conference
///   partner | connected, and the partner is neither on hold nor muted
///   silence | the leg wants silence filled, else nothing
enum class Hearing : uint8_t {
  kNothing,
  kDigits,
  kPrompt,
  kMusic,
  kEcho,
  kMix,
  kPartner,
  kSilence
};

class Conference;

/// One audio leg. Belongs to one media loop at a time; plain RTP legs can move to another.
class Leg {
 public:
  explicit Leg(LegId leg_id);
  virtual ~Leg() = default;
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  virtual bool can_send() const = 0;
  /// Sends a packet of our outgoing stream; kSrtpTailRoom is free behind it. False: not sent.
  virtual bool send_rtp(uint8_t* packet, size_t size) = 0;
  virtual bool send_rtcp(uint8_t* packet, size_t size) = 0;

  bool sending_digits() const { return !digits_out.idle() || tones_playing; }

  const LegId id;

  // What SDP settled.
  Codec codec = Codec::kPcmu;
  int dtmf_payload_type = -1;
  bool comfort_noise = false;
  bool fill_silence = true;

  // Who hears what.
  Leg* partner = nullptr;
  Conference* conference = nullptr;  ///< owned by the loop; excludes a partner
  std::unique_ptr<DelayLine> echo;   ///< of an echo test; excludes partner and conference
  bool on_hold = false;
  bool muted = false;
  std::optional<Playback> prompt;
  std::optional<Playback> music;
  Hearing hearing = Hearing::kNothing;
  bool ticking = false;  ///< listed by the AudioPath for a frame each 20 ms

  // The two directions of RTP.
  IncomingStream incoming;
  OutgoingStream outgoing;
  TelephoneEventReceiver events_in;
  TelephoneEventSender digits_out;
  std::unique_ptr<ToneSender> tones_out;
  bool tones_playing = false;
  std::unique_ptr<ToneListener> tones_in;  ///< only where telephone-event was not negotiated

  /// Recording of what this leg, a customer's, says and hears; 0: none. It goes where the leg goes.
  uint32_t recording = 0;

  bool first_packet_reported = false;
  SteadyTime next_report{};
};

}  // namespace carillon::media
