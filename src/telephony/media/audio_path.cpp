#include "telephony/media/audio_path.h"

#include <algorithm>
#include <utility>

#include "telephony/media/g711.h"

namespace carillon::media {
namespace {

Hearing decide(const Leg& leg) {
  // A prompt takes its time even while the peer cannot be sent to: whoever waits for its end must
  // not wait for ever.
  if (!leg.can_send()) return leg.prompt ? Hearing::kPrompt : Hearing::kNothing;
  if (leg.sending_digits()) return Hearing::kDigits;
  if (leg.prompt) return Hearing::kPrompt;
  if (leg.on_hold) return Hearing::kMusic;
  if (leg.echo) return Hearing::kEcho;
  if (leg.conference != nullptr) return Hearing::kMix;
  if (leg.partner != nullptr && !leg.partner->on_hold && !leg.partner->muted) {
    return Hearing::kPartner;
  }
  return leg.fill_silence ? Hearing::kSilence : Hearing::kNothing;
}

/// The ways there and back and the browser's own buffer make it about a second.
constexpr Duration kEchoDelay = 800ms;

constexpr uint8_t kAgentChannel = 0;  ///< left: what the customer hears
constexpr uint8_t kCustomerChannel = 1;

constexpr bool needs_frames(Hearing hearing) {
  return hearing != Hearing::kNothing && hearing != Hearing::kPartner;
}

/// The leg that is to get a packet of `from` now, or nullptr.
Leg* listener_of(const Leg& from) {
  Leg* to = from.partner;
  return to != nullptr && to->hearing == Hearing::kPartner ? to : nullptr;
}

}  // namespace

AudioPath::AudioPath(LoopCounters& counters, FrameQueue& recorder_queue, const MediaSink& sink)
    : counters_(counters), recorder_queue_(recorder_queue), sink_(sink) {}

void AudioPath::refresh(Leg& leg) {
  const Hearing hearing = decide(leg);
  if (hearing == leg.hearing) return;
  if (hearing == Hearing::kPartner) leg.outgoing.source_changed();
  if (hearing == Hearing::kMusic && !leg.music && hold_music_) leg.music.emplace(hold_music_, true);
  if (!leg.on_hold) leg.music.reset();
  leg.hearing = hearing;
  if (needs_frames(hearing) == leg.ticking) return;
  leg.ticking = !leg.ticking;
  if (leg.ticking) {
    ticking_.push_back(&leg);
  } else {
    std::erase(ticking_, &leg);
  }
}

void AudioPath::join(std::span<Leg* const> members, SteadyTime now) {
  for (Leg* leg : members) separate(*leg);
  if (members.size() == 2) {
    members[0]->partner = members[1];
    members[1]->partner = members[0];
  } else {
    conferences_.push_back(std::make_unique<Conference>(members, now));
  }
  for (Leg* leg : members) {
    leg->outgoing.source_changed();
    refresh(*leg);
  }
}

void AudioPath::separate(Leg& leg) {
  end_echo(leg);
  if (leg.conference != nullptr) {
    leg.conference->remove(leg);
    std::erase_if(conferences_, [](const auto& one) { return one->empty(); });
    refresh(leg);
  }
  Leg* partner = std::exchange(leg.partner, nullptr);
  if (partner == nullptr) return;
  partner->partner = nullptr;
  refresh(leg);
  refresh(*partner);
}

void AudioPath::echo(Leg& leg, bool on, SteadyTime now) {
  if (!on) return end_echo(leg);
  if (leg.echo || leg.partner != nullptr || leg.conference != nullptr) return;
  leg.echo = std::make_unique<DelayLine>(kEchoDelay, now);
  refresh(leg);
}

void AudioPath::end_echo(Leg& leg) {
  if (!leg.echo) return;
  leg.echo.reset();
  refresh(leg);
}

void AudioPath::forget(Leg& leg) {
  leg.hearing = Hearing::kNothing;
  if (std::exchange(leg.ticking, false)) std::erase(ticking_, &leg);
  std::replace(tick_round_.begin(), tick_round_.end(), &leg, static_cast<Leg*>(nullptr));
}

void AudioPath::send(Leg& leg, uint8_t* packet, size_t size) {
  if (leg.send_rtp(packet, size)) {
    leg.outgoing.sent(size - kRtpHeaderSize);
    counters_.packets_out.add();
  } else {
    counters_.send_failures.add();
  }
}

// ------------------------------------------------------------------------ incoming packets

void AudioPath::received(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                         SteadyTime now) {
  from.incoming.received(header, now);
  if (!from.first_packet_reported) {
    from.first_packet_reported = true;
    sink_(FirstPacket{from.id});
  }
  counters_.packets_in.add();
  if (header.payload_type == payload_type(Codec::kPcmu) ||
      header.payload_type == payload_type(Codec::kPcma)) {
    received_audio(from, packet, size, header, now);
  } else if (header.payload_type == from.dtmf_payload_type) {
    received_event(from, packet, size, header, now);
  } else if (header.payload_type == kComfortNoisePayloadType) {
    received_comfort_noise(from, packet, size, header, now);
  } else {
    counters_.dropped_malformed.add();  // a codec that was not negotiated
    if (Leg* to = listener_of(from)) to->outgoing.leave_out(header);
  }
}

void AudioPath::received_audio(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                               SteadyTime now) {
  // Either law is taken: both were offered, and some carriers change in mid-call.
  const Codec law = header.payload_type == payload_type(Codec::kPcmu) ? Codec::kPcmu : Codec::kPcma;
  const std::span<uint8_t> payload(packet + header.payload_at, header.payload_size);
  if (from.tones_in) listen_for_tones(from, law, payload);
  if (from.echo) from.echo->received(law, header, payload, now);
  if (from.conference != nullptr) {
    from.conference->received(from, law, header, payload, now);
    if (from.recording != 0 && !from.on_hold) {
      record(from.recording, kCustomerChannel, law, header, payload, now);
    }
    return;
  }
  Leg* to = listener_of(from);
  if (to == nullptr) return;
  if (from.recording != 0) record(from.recording, kCustomerChannel, law, header, payload, now);
  if (to->recording != 0) record(to->recording, kAgentChannel, law, header, payload, now);
  g711::transcode(law, to->codec, payload);
  relay(*to, packet, size, header, payload_type(to->codec), now);
}

void AudioPath::received_event(Leg& from, uint8_t* packet, size_t size, const RtpHeader& header,
                               SteadyTime now) {
  const Bytes payload(packet + header.payload_at, header.payload_size);
  if (const auto digit = from.events_in.received(header, payload)) sink_(Digit{from.id, *digit});
  Leg* to = listener_of(from);
  if (to == nullptr) return;
  if (to->dtmf_payload_type >= 0) {
    relay(*to, packet, size, header, static_cast<uint8_t>(to->dtmf_payload_type), now);
  } else {
    to->outgoing.leave_out(header);
  }
}

void AudioPath::received_comfort_noise(Leg& from, uint8_t* packet, size_t size,
                                       const RtpHeader& header, SteadyTime now) {
  Leg* to = listener_of(from);
  if (to == nullptr) return;
  if (to->comfort_noise) {
    relay(*to, packet, size, header, kComfortNoisePayloadType, now);
  } else {
    to->outgoing.leave_out(header);
  }
}

void AudioPath::listen_for_tones(Leg& from, Codec law, Bytes payload) {
  std::array<int16_t, g711::kFrameSamples> samples;
  while (!payload.empty()) {
    const size_t count = std::min(payload.size(), samples.size());
    g711::decode(law, payload.first(count), samples.data());
    for (const char digit : from.tones_in->listen(std::span(samples).first(count))) {
      sink_(Digit{from.id, digit});
    }
    payload = payload.subspan(count);
  }
}

void AudioPath::record(uint32_t recording, uint8_t channel, Codec law, const RtpHeader& header,
                       Bytes payload, SteadyTime now) {
  uint32_t timestamp = header.timestamp;
  while (!payload.empty()) {
    RecordedFrame* frame = recorder_queue_.begin_push();
    if (frame == nullptr) {
      if (std::find(overflowed_.begin(), overflowed_.end(), recording) == overflowed_.end()) {
        overflowed_.push_back(recording);
      }
      return;
    }
    const size_t count = std::min(payload.size(), frame->payload.size());
    frame->recording = recording;
    frame->channel = channel;
    frame->ssrc = header.ssrc;
    frame->timestamp = timestamp;
    frame->arrival_ms = now.time_since_epoch().count();
    frame->codec = law;
    frame->size = static_cast<uint8_t>(count);
    std::copy_n(payload.begin(), count, frame->payload.begin());
    recorder_queue_.commit();
    payload = payload.subspan(count);
    timestamp += static_cast<uint32_t>(count);
  }
}

void AudioPath::relay(Leg& to, uint8_t* packet, size_t size, const RtpHeader& header,
                      uint8_t payload_type, SteadyTime now) {
  to.outgoing.relay(packet, header, payload_type, now);
  send(to, packet, size);
}

// --------------------------------------------------------------------- frames of our making

void AudioPath::tick(SteadyTime now) {
  for (const auto& conference : conferences_) conference->tick(now);
  tick_round_ = ticking_;
  for (size_t i = 0; i < tick_round_.size(); ++i) {
    if (tick_round_[i] != nullptr) tick_leg(*tick_round_[i], now);
  }
}

void AudioPath::tick_leg(Leg& leg, SteadyTime now) {
  uint8_t* payload = frame_.data() + kRtpHeaderSize;
  switch (leg.hearing) {
    case Hearing::kNothing:
    case Hearing::kPartner: return;
    case Hearing::kDigits:
      if (leg.tones_playing) {
        tick_tones(leg, now);
      } else {
        tick_digits(leg, now);
      }
      return;
    case Hearing::kMix: return tick_mix(leg, now);
    case Hearing::kEcho: return tick_echo(leg, now);
    case Hearing::kPrompt: {
      const bool more = leg.prompt->next(leg.codec, payload);
      if (leg.can_send()) send_frame(leg, now);
      if (more) return;
      const std::string name = leg.prompt->name();
      leg.prompt.reset();
      refresh(leg);
      sink_(PlaybackDone{leg.id, name, ""});
      return;
    }
    case Hearing::kMusic:
      if (leg.music) {
        leg.music->next(leg.codec, payload);
        send_frame(leg, now);
        return;
      }
      [[fallthrough]];
    case Hearing::kSilence:
      std::fill_n(payload, g711::kFrameSamples, g711::silence(leg.codec));
      send_frame(leg, now);
      return;
  }
}

void AudioPath::send_frame(Leg& leg, SteadyTime now) {
  leg.outgoing.make(frame_.data(), payload_type(leg.codec), g711::kFrameSamples, now);
  send(leg, frame_.data(), kRtpHeaderSize + g711::kFrameSamples);
}

void AudioPath::tick_mix(Leg& leg, SteadyTime now) {
  Conference::Frame samples;
  leg.conference->mix_for(leg, samples);
  uint8_t* payload = frame_.data() + kRtpHeaderSize;
  g711::encode(leg.codec, samples, payload);
  send_frame(leg, now);
  if (leg.recording == 0) return;
  RtpHeader header;  // of a source that exists in the recording only
  header.timestamp = leg.conference->timestamp();
  record(leg.recording, kAgentChannel, leg.codec, header, {payload, g711::kFrameSamples}, now);
}

void AudioPath::tick_echo(Leg& leg, SteadyTime now) {
  DelayLine::Frame samples;
  leg.echo->take(samples, now);
  g711::encode(leg.codec, samples, frame_.data() + kRtpHeaderSize);
  send_frame(leg, now);
}

void AudioPath::tick_digits(Leg& leg, SteadyTime now) {
  std::array<EventPacket, 3> packets;
  const size_t count = leg.digits_out.tick(packets);
  for (size_t i = 0; i < count; ++i) {
    leg.outgoing.make_event(frame_.data(), static_cast<uint8_t>(leg.dtmf_payload_type),
                            packets[i].first, now);
    write_telephone_event(frame_.data() + kRtpHeaderSize, packets[i].event);
    send(leg, frame_.data(), kRtpHeaderSize + kTelephoneEventSize);
  }
  refresh(leg);
}

void AudioPath::tick_tones(Leg& leg, SteadyTime now) {
  std::array<int16_t, g711::kFrameSamples> samples;
  leg.tones_playing = leg.tones_out->make(samples);
  g711::encode(leg.codec, samples, frame_.data() + kRtpHeaderSize);
  send_frame(leg, now);
  refresh(leg);
}

void AudioPath::send_digits(Leg& leg, const std::string& digits) {
  for (const char digit : digits) {
    if (!event_of(digit)) continue;
    if (leg.dtmf_payload_type >= 0) {
      leg.digits_out.add(digit);
      continue;
    }
    if (!leg.tones_out) leg.tones_out = std::make_unique<ToneSender>();
    leg.tones_out->add(digit);
    leg.tones_playing = true;
  }
  refresh(leg);
}

std::vector<uint32_t> AudioPath::take_overflowed() { return std::exchange(overflowed_, {}); }

}  // namespace carillon::media
