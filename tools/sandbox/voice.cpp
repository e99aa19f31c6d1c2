#include "sandbox/voice.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

namespace carillon::sandbox {
namespace {

constexpr double kRate = 8'000;
constexpr int kFrameMs = 20;

/// A sine that keeps its phase from frame to frame.
class Oscillator {
 public:
  explicit Oscillator(double hz) : step_(2 * std::numbers::pi * hz / kRate) {}
  double next() {
    phase_ += step_;
    if (phase_ > 2 * std::numbers::pi) phase_ -= 2 * std::numbers::pi;
    return std::sin(phase_);
  }

 private:
  double step_;
  double phase_ = 0;
};

class ToneVoice final : public Voice {
 public:
  explicit ToneVoice(int hz) : tone_(hz) {}
  void hear(std::span<const int16_t>) override {}
  void next(Frame& frame) override {
    for (auto& sample : frame) sample = static_cast<int16_t>(8'000 * tone_.next());
  }

 private:
  Oscillator tone_;
};

class SilentVoice final : public Voice {
 public:
  void hear(std::span<const int16_t>) override {}
  void next(Frame& frame) override { frame.fill(0); }
};

class RingbackVoice final : public Voice {
 public:
  void hear(std::span<const int16_t>) override {}
  void next(Frame& frame) override {
    const bool on = at_ms_ % 6'000 < 2'000;
    at_ms_ += kFrameMs;
    for (auto& sample : frame) {
      const double value = low_.next() + high_.next();
      sample = on ? static_cast<int16_t>(3'000 * value) : int16_t{0};
    }
  }

 private:
  Oscillator low_{440}, high_{480};
  int at_ms_ = 0;
};

/// Sends back what it hears; holds at most 200 ms so that a burst does not become a lasting delay.
class EchoVoice final : public Voice {
 public:
  void hear(std::span<const int16_t> samples) override {
    constexpr size_t kMost = 10 * kFrameSamples;
    heard_.insert(heard_.end(), samples.begin(), samples.end());
    if (heard_.size() > kMost) {
      heard_.erase(heard_.begin(), heard_.end() - static_cast<std::ptrdiff_t>(kMost));
    }
  }
  void next(Frame& frame) override {
    frame.fill(0);
    const size_t count = std::min(heard_.size(), frame.size());
    std::copy_n(heard_.begin(), count, frame.begin());
    heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(count));
  }

 private:
  std::vector<int16_t> heard_;
};

/// Copies `sound` from `at` on, silence behind its end. True when the end was reached.
bool play(const Sound& sound, size_t& at, Frame& frame) {
  frame.fill(0);
  const size_t count = std::min(sound.size() - at, frame.size());
  std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), count, frame.begin());
  at += count;
  return at >= sound.size();
}

/// An answering machine: half a second of nothing, the greeting, a beep of 1000 Hz, then silence.
class MachineVoice final : public Voice {
 public:
  explicit MachineVoice(const Sound& greeting) : message_(kRate / 2, 0) {
    message_.insert(message_.end(), greeting.begin(), greeting.end());
    message_.insert(message_.end(), kRate / 4, 0);
    Oscillator beep(1'000);
    for (int i = 0; i < kRate / 2; ++i) {
      message_.push_back(static_cast<int16_t>(9'000 * beep.next()));
    }
  }
  void hear(std::span<const int16_t>) override {}
  void next(Frame& frame) override { play(message_, at_, frame); }

 private:
  Sound message_;
  size_t at_ = 0;
};

/// A person: says hello, then speaks when the caller has finished speaking, or asks after four
/// seconds of nothing.
///
///   kSpeaking  -- phrase over -->                       kListening
///   kListening -- caller spoke, then 600 ms silent -->  kSpeaking
///   kListening -- 4 s without a word -->                kSpeaking
class PersonVoice final : public Voice {
 public:
  PersonVoice(size_t person, std::shared_ptr<const Phrases> phrases)
      : person_(person), phrases_(std::move(phrases)) {
    phrase_ = &phrases_->hellos[person_ % phrases_->hellos.size()];
  }

  void hear(std::span<const int16_t> samples) override {
    double energy = 0;
    for (const int16_t sample : samples) energy += static_cast<double>(sample) * sample;
    constexpr double kSpeechLevel = 300;  // about -40 dBm0
    if (!samples.empty() &&
        std::sqrt(energy / static_cast<double>(samples.size())) > kSpeechLevel) {
      heard_ms_ += static_cast<int>(samples.size()) / 8;
      quiet_ms_ = 0;
    }
  }

  void next(Frame& frame) override {
    if (phrase_ != nullptr) {
      if (play(*phrase_, at_, frame)) listen();
      return;
    }
    frame.fill(0);
    quiet_ms_ += kFrameMs;
    const bool caller_finished = heard_ms_ >= 200 && quiet_ms_ >= 600;
    if (caller_finished || quiet_ms_ >= 4'000) reply();
  }

 private:
  void listen() {
    phrase_ = nullptr;
    heard_ms_ = quiet_ms_ = 0;
  }
  void reply() {
    constexpr size_t kVoices = 4;  // replies are stored voice by voice, see spoken_phrases()
    const auto& replies = phrases_->replies;
    const size_t which = (person_ / kVoices + turn_++) * kVoices + person_ % kVoices;
    phrase_ = &replies[which % replies.size()];
    at_ = 0;
  }

  const size_t person_;
  std::shared_ptr<const Phrases> phrases_;
  const Sound* phrase_ = nullptr;
  size_t at_ = 0;
  size_t turn_ = 0;
  int heard_ms_ = 0;
  int quiet_ms_ = 0;
};

}  // namespace

std::unique_ptr<Voice> make_voice(VoiceKind kind, std::string_view number,
                                  std::shared_ptr<const Phrases> phrases) {
  const size_t person = std::hash<std::string_view>{}(number);
  switch (kind) {
    case VoiceKind::kTone: return std::make_unique<ToneVoice>(tone_hz(number));
    case VoiceKind::kEcho: return std::make_unique<EchoVoice>();
    case VoiceKind::kSilence: return std::make_unique<SilentVoice>();
    case VoiceKind::kMachine: {
      const auto& greetings = phrases->machine_greetings;
      return std::make_unique<MachineVoice>(greetings[person % greetings.size()]);
    }
    case VoiceKind::kSpeech: break;
  }
  return std::make_unique<PersonVoice>(person, std::move(phrases));
}

std::unique_ptr<Voice> make_ringback() { return std::make_unique<RingbackVoice>(); }

}  // namespace carillon::sandbox
