#include "telephony/media/telephone_event.h"

#include <algorithm>
#include <array>
#include <string_view>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include "base/assert.h"

namespace carillon::media {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr int kStepsPressed = 5;  ///< of 20 ms
constexpr int kStepsPause = 3;
constexpr uint16_t kStepSamples = 160;
constexpr uint8_t kVolume = 10;  ///< -10 dBm0
constexpr size_t kMaxDigitsWaiting = 128;

dtmf_rx_state_t* receiver(void* state) { return static_cast<dtmf_rx_state_t*>(state); }
dtmf_tx_state_t* sender(void* state) { return static_cast<dtmf_tx_state_t*>(state); }

}  // namespace

std::optional<TelephoneEvent> parse_telephone_event(Bytes payload) {
  if (payload.size() < kTelephoneEventSize) return std::nullopt;
  return TelephoneEvent{payload[0], (payload[1] & 0x80) != 0,
                        static_cast<uint8_t>(payload[1] & 0x3F), read_u16(&payload[2])};
}

void write_telephone_event(uint8_t* to, const TelephoneEvent& event) {
  to[0] = event.event;
  to[1] = static_cast<uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3F));
  write_u16(to + 2, event.duration);
}

std::optional<char> digit_of(uint8_t event) {
  if (event >= kDigits.size()) return std::nullopt;
  return kDigits[event];
}

std::optional<uint8_t> event_of(char digit) {
  const size_t at = kDigits.find(digit);
  if (at == kDigits.npos) return std::nullopt;
  return static_cast<uint8_t>(at);
}

std::optional<char> TelephoneEventReceiver::received(const RtpHeader& header, Bytes payload) {
  const auto event = parse_telephone_event(payload);
  if (!event) return std::nullopt;
  const auto digit = digit_of(event->event);
  if (!digit) return std::nullopt;
  const bool newer =
      !any_ || header.ssrc != ssrc_ || static_cast<int32_t>(header.timestamp - newest_) > 0;
  if (!newer) return std::nullopt;
  any_ = true;
  ssrc_ = header.ssrc;
  newest_ = header.timestamp;
  return digit;
}

void TelephoneEventSender::add(char digit) {
  const auto event = event_of(digit);
  if (event && digits_.size() < kMaxDigitsWaiting) digits_.push_back(*event);
}

size_t TelephoneEventSender::tick(std::span<EventPacket, 3> out) {
  if (digits_.empty()) return 0;
  const int step = step_++;
  if (step < kStepsPressed) {
    const bool last = step == kStepsPressed - 1;
    const TelephoneEvent event{digits_.front(), last, kVolume,
                               static_cast<uint16_t>((step + 1) * kStepSamples)};
    const size_t count = last ? 3 : 1;
    std::fill_n(out.begin(), count, EventPacket{event, step == 0});
    return count;
  }
  if (step == kStepsPressed + kStepsPause - 1) {
    digits_.pop_front();
    step_ = 0;
  }
  return 0;
}

ToneListener::ToneListener() : state_(dtmf_rx_init(nullptr, nullptr, nullptr)) {
  CARILLON_ASSERT(state_ != nullptr, "out of memory");
}
ToneListener::~ToneListener() = default;
void ToneListener::Deleter::operator()(void* state) const { dtmf_rx_free(receiver(state)); }

std::string ToneListener::listen(std::span<int16_t> samples) {
  dtmf_rx(receiver(state_.get()), samples.data(), static_cast<int>(samples.size()));
  std::array<char, 16> digits{};
  const size_t count = dtmf_rx_get(receiver(state_.get()), digits.data(), digits.size() - 1);
  return {digits.data(), count};
}

ToneSender::ToneSender() : state_(dtmf_tx_init(nullptr)) {
  CARILLON_ASSERT(state_ != nullptr, "out of memory");
  dtmf_tx_set_timing(sender(state_.get()), 100, 60);
}
ToneSender::~ToneSender() = default;
void ToneSender::Deleter::operator()(void* state) const { dtmf_tx_free(sender(state)); }

void ToneSender::add(char digit) {
  if (event_of(digit)) dtmf_tx_put(sender(state_.get()), &digit, 1);
}

bool ToneSender::make(std::span<int16_t> samples) {
  const int made = dtmf_tx(sender(state_.get()), samples.data(), static_cast<int>(samples.size()));
  std::fill(samples.begin() + made, samples.end(), int16_t{0});
  return made > 0;
}

}  // namespace carillon::media
