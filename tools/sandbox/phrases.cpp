#include "sandbox/phrases.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <string>

#include <fmt/format.h>
#include <speex/speex_resampler.h>

namespace carillon::sandbox {
namespace {

constexpr int kRate = 8'000;

/// Three formants of five vowels (Peterson and Barney 1952, rounded).
constexpr std::array<std::array<double, 3>, 5> kVowels{
    {{730, 1090, 2440}, {530, 1840, 2480}, {270, 2290, 3010}, {570, 840, 2410}, {300, 870, 2240}}};

/// One syllable: harmonics of the voice's pitch, louder near the vowel's formants.
void append_syllable(Sound& sound, double pitch_hz, int vowel, int samples) {
  for (int i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / kRate;
    const double envelope = std::sin(std::numbers::pi * i / samples);
    double value = 0;
    for (double f = pitch_hz; f < 3'400; f += pitch_hz) {
      double gain = 0;
      for (const double formant : kVowels[static_cast<size_t>(vowel)]) {
        gain += 1.0 / (1.0 + std::pow((f - formant) / 120.0, 2));
      }
      value += gain * std::sin(2 * std::numbers::pi * f * t);
    }
    sound.push_back(static_cast<int16_t>(2'500 * envelope * value));
  }
}

Sound babble(int syllables, double pitch_hz) {
  Sound sound;
  for (int i = 0; i < syllables; ++i) {
    append_syllable(sound, pitch_hz * (1.1 - 0.2 * i / syllables), (i * 3 + syllables) % 5,
                    kRate * (120 + 30 * (i % 3)) / 1000);
    sound.insert(sound.end(), static_cast<size_t>(kRate * (i % 4 == 3 ? 140 : 25) / 1000), 0);
  }
  return sound;
}

uint32_t little_endian(const std::string& bytes, size_t at, int count) {
  uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<size_t>(i)]);
  }
  return value;
}

Sound resample(const Sound& in, uint32_t rate) {
  int failure = 0;
  SpeexResamplerState* state = speex_resampler_init(1, rate, kRate, 3, &failure);
  if (state == nullptr) return {};
  auto in_samples = static_cast<spx_uint32_t>(in.size());
  Sound out(in.size() * kRate / rate + 16);
  auto out_samples = static_cast<spx_uint32_t>(out.size());
  speex_resampler_process_int(state, 0, in.data(), &in_samples, out.data(), &out_samples);
  speex_resampler_destroy(state);
  out.resize(out_samples);
  return out;
}

/// `text` and `voice` come from the tables below only, never from outside.
Sound speak(const char* text, const char* voice) {
  const auto command = fmt::format("espeak-ng --stdout -s 165 -v {} '{}' 2>/dev/null", voice, text);
  FILE* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return {};
  std::string wav;
  std::array<char, 8192> block{};
  for (size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    wav.append(block.data(), n);
  }
  constexpr size_t kWavHeader = 44;
  if (::pclose(pipe) != 0 || wav.size() <= kWavHeader) return {};
  const uint32_t rate = little_endian(wav, 24, 4);
  if (rate < 8'000 || rate > 48'000) return {};
  Sound sound;
  for (size_t at = kWavHeader; at + 1 < wav.size(); at += 2) {
    sound.push_back(static_cast<int16_t>(little_endian(wav, at, 2)));
  }
  return resample(sound, rate);
}

constexpr std::array kVoices{"en-us+m3", "en-us+f2", "en+m7", "en+f4"};
constexpr std::array kHellos{"Hello?", "Yes, hello, who is this?", "Good day.", "Hi, speaking."};
constexpr std::array kReplies{"Yes, go on.",
                              "I see. And what does it cost?",
                              "Hm, I would have to ask my wife.",
                              "That sounds interesting, tell me more.",
                              "Sorry, could you say that again?",
                              "No, I do not think that I need it.",
                              "All right, you can send me a letter.",
                              "Can you call me back next week?"};
constexpr std::array kGreetings{
    "Hello, you have reached our home. Nobody can come to the telephone right now. Please leave a "
    "message after the tone.",
    "Hi, I am not here. Leave your name and your number, and I will call you back."};

}  // namespace

std::shared_ptr<const Phrases> synthetic_phrases() {
  static const auto kPhrases = [] {
    auto made = std::make_shared<Phrases>();
    for (const double pitch : {105.0, 130.0, 185.0, 215.0}) {
      made->hellos.push_back(babble(2, pitch));
      made->replies.push_back(babble(6, pitch));
      made->replies.push_back(babble(10, pitch));
    }
    made->machine_greetings = {babble(24, 120), babble(16, 200)};
    return std::shared_ptr<const Phrases>(made);
  }();
  return kPhrases;
}

std::shared_ptr<const Phrases> spoken_phrases() {
  auto made = std::make_shared<Phrases>();
  for (size_t i = 0; i < kHellos.size(); ++i) {
    auto hello = speak(kHellos[i], kVoices[i % kVoices.size()]);
    if (hello.empty()) return synthetic_phrases();
    made->hellos.push_back(std::move(hello));
  }
  // A customer keeps one voice: reply n is for voice n modulo the number of voices.
  for (size_t i = 0; i < kReplies.size() * kVoices.size(); ++i) {
    made->replies.push_back(speak(kReplies[i / kVoices.size()], kVoices[i % kVoices.size()]));
  }
  for (size_t i = 0; i < kGreetings.size(); ++i) {
    made->machine_greetings.push_back(speak(kGreetings[i], kVoices[i]));
  }
  return made;
}

PhraseBook::PhraseBook(bool spoken) : phrases_(synthetic_phrases()) {
  if (!spoken) return;
  reader_ = std::jthread([this] {
    auto phrases = spoken_phrases();
    const std::lock_guard lock(mutex_);
    phrases_ = std::move(phrases);
  });
}

std::shared_ptr<const Phrases> PhraseBook::now() const {
  const std::lock_guard lock(mutex_);
  return phrases_;
}

}  // namespace carillon::sandbox
