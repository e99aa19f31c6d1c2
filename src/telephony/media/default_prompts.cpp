// The prompts that a new installation starts with.
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <sndfile.h>

#include "telephony/media/prompts.h"
#include "telephony/media/remote_media.h"
#include "telephony/media/speech.h"

namespace carillon::media {
namespace {

/// 16 CFR 310.4(b)(4)(iii) wants the seller's name and number: a campaign's own message has them.
/// Without one this says at least what happened.
constexpr const char* kSafeHarbourText =
    "Hello. We called you, but all of our staff are speaking with other people just now. "
    "We are sorry to have disturbed you. You do not need to do anything. Goodbye.";

/// One struck note: three partials that fade at different speed, added to `to` from `start`.
void add_note(std::vector<int16_t>& to, size_t start, double hertz, double volume) {
  constexpr double kSeconds = 2.2;
  const auto count = static_cast<size_t>(kSeconds * kSampleRate);
  for (size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / kSampleRate;
    const double phase = 2 * std::numbers::pi * hertz * t;
    const double attack = std::min(1.0, t / 0.012);
    const double sound = std::sin(phase) * std::exp(-1.8 * t) +
                         0.35 * std::sin(2 * phase) * std::exp(-3.2 * t) +
                         0.12 * std::sin(3 * phase) * std::exp(-5.0 * t);
    int16_t& sample = to[(start + i) % to.size()];  // the tail rings into the loop's beginning
    sample = static_cast<int16_t>(sample + static_cast<int>(volume * attack * sound));
  }
}

Result<void> write_wav(const std::filesystem::path& path, const std::vector<int16_t>& samples) {
  SF_INFO info{};
  info.samplerate = kSampleRate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  const auto count = static_cast<sf_count_t>(samples.size());
  const bool written = file != nullptr && sf_write_short(file, samples.data(), count) == count;
  if (file != nullptr) sf_close(file);
  if (written) return {};
  return Error{ErrorCode::kStorage,
               fmt::format("{} could not be written; check the folder's permissions and space.",
                           path.string()),
               ""};
}

}  // namespace

std::vector<int16_t> compose_hold_music() {
  // Four bars of broken chords: C, A minor, F, G; eight notes of 400 ms a bar.
  constexpr std::array<std::array<int, 8>, 4> kBars{{{48, 55, 60, 64, 67, 64, 60, 55},
                                                     {45, 52, 57, 60, 64, 60, 57, 52},
                                                     {53, 57, 60, 65, 69, 65, 60, 57},
                                                     {55, 59, 62, 67, 71, 67, 62, 59}}};
  constexpr size_t kNoteSamples = kSampleRate * 2 / 5;
  std::vector<int16_t> music(kBars.size() * kBars[0].size() * kNoteSamples);
  size_t at = 0;
  for (const auto& bar : kBars) {
    for (size_t note = 0; note < bar.size(); ++note) {
      const double hertz = 440.0 * std::exp2((bar[note] - 69 + 12) / 12.0);
      add_note(music, at, hertz, note == 0 ? 3800 : 2800);
      at += kNoteSamples;
    }
  }
  return music;
}

Result<void> make_default_prompts(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) {
    return Error{
        ErrorCode::kStorage,
        fmt::format("The prompts folder {} cannot be made: {}.", folder.string(), failed.message()),
        ""};
  }
  const auto music = folder / kHoldMusicName;
  if (!std::filesystem::exists(music, failed)) {
    if (auto written = write_wav(music, compose_hold_music()); !written) return written;
  }
  const auto message = folder / kSafeHarbourName;
  if (std::filesystem::exists(message, failed)) return {};
  if (speak_to_file(kSafeHarbourText, message)) return {};
  return Error{ErrorCode::kUnavailable,
               "The safe-harbour message could not be spoken: install espeak-ng, or put your own "
               "recording into the prompts folder as safe_harbour.wav.",
               ""};
}

}  // namespace carillon::media
