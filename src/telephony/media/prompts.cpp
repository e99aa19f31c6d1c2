#include "telephony/media/prompts.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sndfile.h>
#include <speex/speex_resampler.h>

#include "base/log.h"
#include "telephony/media/g711.h"
#include "telephony/media/remote_media.h"
#include "telephony/media/speech.h"

namespace carillon::media {
namespace {

constexpr sf_count_t kMaxSeconds = 600;
constexpr int kResampleQuality = 5;

struct SoundFileDeleter {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, SoundFileDeleter>;

/// A name must stay below the folder.
bool is_safe_name(const std::string& name) {
  const std::filesystem::path path(name);
  return !name.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

std::vector<int16_t> mix_to_mono(const std::vector<int16_t>& interleaved, int channels) {
  const auto count = static_cast<size_t>(channels);
  std::vector<int16_t> mono(interleaved.size() / count);
  for (size_t i = 0; i < mono.size(); ++i) {
    int sum = 0;
    for (size_t c = 0; c < count; ++c) sum += interleaved[i * count + c];
    mono[i] = static_cast<int16_t>(sum / channels);
  }
  return mono;
}

Result<std::vector<int16_t>> resample(const std::vector<int16_t>& from, int rate) {
  if (rate == kSampleRate) return from;
  int error = 0;
  const std::unique_ptr<SpeexResamplerState, void (*)(SpeexResamplerState*)> state(
      speex_resampler_init(1, static_cast<spx_uint32_t>(rate), kSampleRate, kResampleQuality,
                           &error),
      speex_resampler_destroy);
  if (!state) return Error{ErrorCode::kInvalid, "The sample rate is not supported.", ""};
  speex_resampler_skip_zeros(state.get());
  std::vector<int16_t> to(from.size() * kSampleRate / static_cast<size_t>(rate) + 64);
  auto in = static_cast<spx_uint32_t>(from.size());
  auto out = static_cast<spx_uint32_t>(to.size());
  speex_resampler_process_int(state.get(), 0, from.data(), &in, to.data(), &out);
  to.resize(out);
  return to;
}

}  // namespace

PromptPtr make_prompt(std::string name, const std::vector<int16_t>& samples) {
  auto prompt = std::make_shared<Prompt>();
  prompt->name = std::move(name);
  prompt->pcmu.resize(samples.size());
  prompt->pcma.resize(samples.size());
  g711::encode(Codec::kPcmu, samples, prompt->pcmu.data());
  g711::encode(Codec::kPcma, samples, prompt->pcma.data());
  return prompt;
}

Result<PromptPtr> load_prompt(const std::filesystem::path& folder, const std::string& name) {
  if (!is_safe_name(name)) {
    return Error{ErrorCode::kInvalid, "The name of a prompt must be a file in the prompts folder.",
                 "prompt"};
  }
  const std::filesystem::path path = folder / name;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("The prompt {} does not exist; upload it first.", name), "prompt"};
  }
  SF_INFO info{};
  const SoundFile file(sf_open(path.c_str(), SFM_READ, &info));
  if (!file || info.channels < 1 || info.samplerate < 1) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The prompt {} is not a sound file that Carillon can read: {}", name,
                             sf_strerror(nullptr)),
                 "prompt"};
  }
  if (info.frames > kMaxSeconds * info.samplerate) {
    return Error{ErrorCode::kTooLarge,
                 fmt::format("The prompt {} is longer than ten minutes.", name), "prompt"};
  }
  std::vector<int16_t> samples(static_cast<size_t>(info.frames * info.channels));
  const sf_count_t read = sf_readf_short(file.get(), samples.data(), info.frames);
  samples.resize(static_cast<size_t>(std::max<sf_count_t>(read, 0) * info.channels));
  auto mono = resample(mix_to_mono(samples, info.channels), info.samplerate);
  if (!mono) return mono.error();
  if (mono->empty()) {
    return Error{ErrorCode::kInvalid, fmt::format("The prompt {} holds no sound.", name), "prompt"};
  }
  return make_prompt(name, *mono);
}

PromptLibrary::PromptLibrary(std::filesystem::path folder)
    : folder_(std::move(folder)), thread_([this] { run(); }) {}

PromptLibrary::~PromptLibrary() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PromptLibrary::get(std::string name, Done done) { say("", std::move(name), std::move(done)); }

void PromptLibrary::say(std::string text, std::string name, Done done) {
  {
    std::lock_guard lock(mutex_);
    requests_.push_back({std::move(text), std::move(name), std::move(done)});
  }
  wake_.notify_one();
}

void PromptLibrary::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !requests_.empty(); });
    if (stopping_) return;
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    lock.unlock();
    Result<PromptPtr> spoken = Error{};
    if (!request.text.empty()) {
      spoken = find_spoken(request.text);
      if (!spoken) spdlog::warn("media: {} {} is played", spoken.error().message, request.name);
    }
    request.done(spoken ? std::move(spoken) : find(request.name));
  }
}

Result<PromptPtr> PromptLibrary::find_spoken(const std::string& text) {
  const std::string name = spoken_name(text);
  std::error_code ignored;
  if (!std::filesystem::exists(folder_ / name, ignored)) {
    // Under another name until it is whole: a server that was killed leaves no half message.
    const auto unfinished = folder_ / (name + ".part");
    if (auto spoken = speak_to_file(text, unfinished); !spoken) return spoken.error();
    std::filesystem::rename(unfinished, folder_ / name, ignored);
  }
  return find(name);
}

Result<PromptPtr> PromptLibrary::find(const std::string& name) {
  std::error_code missing;
  const auto changed_at = std::filesystem::last_write_time(folder_ / name, missing);
  const auto known = cache_.find(name);
  if (!missing && known != cache_.end() && known->second.changed_at == changed_at) {
    return known->second.prompt;
  }
  auto prompt = load_prompt(folder_, name);
  if (prompt) cache_[name] = {*prompt, changed_at};
  return prompt;
}

}  // namespace carillon::media
