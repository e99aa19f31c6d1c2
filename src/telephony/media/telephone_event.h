// Key presses in RTP: telephone events (RFC 4733), and tones in the audio where a peer has none.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "telephony/media/bytes.h"
#include "telephony/media/rtp_packet.h"

namespace carillon::media {

constexpr size_t kTelephoneEventSize = 4;

/// One packet's payload (RFC 4733, 2.3).
struct TelephoneEvent {
  uint8_t event = 0;  ///< 0-9, 10 *, 11 #, 12-15 A-D
  bool end = false;
  uint8_t volume = 10;
  uint16_t duration = 0;  ///< timestamp units since the event began
};

/// nullopt: not four bytes at least. Events that are no keys come through; see digit_of().
std::optional<TelephoneEvent> parse_telephone_event(Bytes payload);
void write_telephone_event(uint8_t* to, const TelephoneEvent& event);
/// '0'-'9', '*', '#', 'A'-'D'; nullopt for other events (flash hook, fax tones).
std::optional<char> digit_of(uint8_t event);
std::optional<uint8_t> event_of(char digit);

/// Gives one digit for each event, however many of its packets arrive, in whatever order: packets
/// of one event share the timestamp. The digit is given with the first packet that is seen.
class TelephoneEventReceiver {
 public:
  std::optional<char> received(const RtpHeader& header, Bytes payload);

 private:
  bool any_ = false;
  uint32_t ssrc_ = 0;
  uint32_t newest_ = 0;  ///< timestamp of the latest event
};

/// What the sender wants to go out in this 20 ms.
struct EventPacket {
  TelephoneEvent event;
  bool first = false;
};

/// Sends digits as events: 100 ms each, a packet every 20 ms, the last one three times, then a
/// pause of 60 ms (RFC 4733, 2.5.1.2 to 2.5.1.4). Driven by the leg's 20 ms tick.
class TelephoneEventSender {
 public:
  void add(char digit);
  bool idle() const { return digits_.empty(); }
  /// Called each 20 ms; at the end of a digit `out` receives three packets, in a pause none.
  /// Returns the number of packets written to `out`.
  size_t tick(std::span<EventPacket, 3> out);

 private:
  std::deque<uint8_t> digits_;
  int step_ = 0;
};

/// Hears DTMF in the audio (spandsp). For peers without telephone-event.
class ToneListener {
 public:
  ToneListener();
  ~ToneListener();
  ToneListener(const ToneListener&) = delete;
  ToneListener& operator=(const ToneListener&) = delete;
  /// At most 160 samples; returns the digits that became complete, usually none.
  std::string listen(std::span<int16_t> samples);

 private:
  struct Deleter {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Deleter> state_;
};

/// Makes DTMF as audio (spandsp). For peers without telephone-event.
class ToneSender {
 public:
  ToneSender();
  ~ToneSender();
  ToneSender(const ToneSender&) = delete;
  ToneSender& operator=(const ToneSender&) = delete;
  void add(char digit);
  /// Fills `samples`; false when no tone is left (the rest is silence).
  bool make(std::span<int16_t> samples);

 private:
  struct Deleter {
    void operator()(void* state) const;
  };
  std::unique_ptr<void, Deleter> state_;
};

}  // namespace carillon::media
