#include "sandbox/voice.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace carillon::sandbox {
namespace {

/// Power of one frequency (Goertzel), as a share of the whole.
double share_of(const Sound& sound, double hz) {
  double re = 0;
  double im = 0;
  double total = 1e-9;
  for (size_t i = 0; i < sound.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / 8'000;
    re += sound[i] * std::cos(angle);
    im += sound[i] * std::sin(angle);
    total += static_cast<double>(sound[i]) * sound[i];
  }
  return 2 * (re * re + im * im) / (total * static_cast<double>(sound.size()));
}

Sound listen(Voice& voice, int frames) {
  Sound sound;
  Frame frame;
  for (int i = 0; i < frames; ++i) {
    voice.next(frame);
    sound.insert(sound.end(), frame.begin(), frame.end());
  }
  return sound;
}

double loudness(const Sound& sound) {
  double energy = 0;
  for (const auto s : sound) energy += static_cast<double>(s) * s;
  return std::sqrt(energy / static_cast<double>(sound.size()));
}

TEST(Voice, ToneIsTheNumbersOwn) {
  const auto voice = make_voice(VoiceKind::kTone, "+12025550128", synthetic_phrases());
  const auto sound = listen(*voice, 50);
  EXPECT_GT(share_of(sound, tone_hz("+12025550128")), 0.95);
  EXPECT_LT(share_of(sound, tone_hz("+12025550129")), 0.05);
}

TEST(Voice, EchoReturnsWhatItHeardAndNoMoreThanTheLastFifthOfASecond) {
  const auto voice = make_voice(VoiceKind::kEcho, "8", synthetic_phrases());
  const Sound heard{1, 2, 3};
  voice->hear(heard);
  auto sound = listen(*voice, 1);
  EXPECT_EQ(sound[0], 1);
  EXPECT_EQ(sound[2], 3);
  EXPECT_EQ(sound[3], 0);
  voice->hear(Sound(8'000, 7));
  sound = listen(*voice, 11);
  EXPECT_EQ(sound[10 * kFrameSamples - 1], 7);
  EXPECT_EQ(sound[10 * kFrameSamples], 0);
}

TEST(Voice, MachineGreetsBeepsAndIsSilent) {
  const auto voice = make_voice(VoiceKind::kMachine, "6", synthetic_phrases());
  const auto sound = listen(*voice, 20 * 50);
  bool beeped = false;
  for (size_t at = 0; at + 1'600 < sound.size(); at += 800) {
    const Sound part(sound.begin() + static_cast<std::ptrdiff_t>(at),
                     sound.begin() + static_cast<std::ptrdiff_t>(at + 1'600));
    if (share_of(part, 1'000) > 0.9 && loudness(part) > 3'000) beeped = true;
  }
  EXPECT_TRUE(beeped);
  EXPECT_GT(loudness(Sound(sound.begin() + 8'000, sound.begin() + 16'000)), 300);
  EXPECT_EQ(loudness(Sound(sound.end() - 8'000, sound.end())), 0);
}

TEST(Voice, APersonWaitsUntilTheCallerHasSpoken) {
  const auto voice = make_voice(VoiceKind::kSpeech, "15", synthetic_phrases());
  EXPECT_GT(loudness(listen(*voice, 10)), 100) << "says hello";
  listen(*voice, 50);
  for (int i = 0; i < 50; ++i) {
    voice->hear(Sound(kFrameSamples, 5'000));
    EXPECT_EQ(loudness(listen(*voice, 1)), 0) << "interrupts the caller";
  }
  EXPECT_EQ(loudness(listen(*voice, 20)), 0);
  EXPECT_GT(loudness(listen(*voice, 40)), 100) << "replies";
}

TEST(Voice, RingbackHasItsRhythm) {
  const auto voice = make_ringback();
  EXPECT_GT(loudness(listen(*voice, 100)), 1'000);
  EXPECT_EQ(loudness(listen(*voice, 200)), 0);
  EXPECT_GT(loudness(listen(*voice, 100)), 1'000);
}

}  // namespace
}  // namespace carillon::sandbox
