// Prompts and hold music: WAV files turned into G.711 once, then shared by all legs.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "telephony/media/remote_media.h"

namespace carillon::media {

constexpr const char* kHoldMusicName = "hold_music.wav";
constexpr const char* kSafeHarbourName = "safe_harbour.wav";

/// Audio ready to be sent, 8 kHz mono in both laws. Immutable, shared between loops.
struct Prompt {
  std::string name;
  std::vector<uint8_t> pcmu;
  std::vector<uint8_t> pcma;
  const std::vector<uint8_t>& samples(Codec codec) const {
    return codec == Codec::kPcmu ? pcmu : pcma;
  }
};
using PromptPtr = std::shared_ptr<const Prompt>;

/// Reads a WAV (or anything of libsndfile's) of any rate; several channels are mixed to one.
/// kNotFound, kInvalid or kTooLarge (over ten minutes) with a sentence.
Result<PromptPtr> load_prompt(const std::filesystem::path& folder, const std::string& name);

/// Encodes samples at 8 kHz.
PromptPtr make_prompt(std::string name, const std::vector<int16_t>& samples);

/// Reads and caches prompts on a thread of its own, so that no media loop waits for the disk.
/// A file that changed is read again. Lifetime: `done` is not called after the destructor.
class PromptLibrary {
 public:
  explicit PromptLibrary(std::filesystem::path folder);
  ~PromptLibrary();

  using Done = std::function<void(Result<PromptPtr>)>;
  /// Any thread. `done` is called from the library's thread, in the order of the requests.
  void get(std::string name, Done done);
  /// The same with what `text` sounds like, spoken once and then kept as a file; when it cannot be
  /// spoken, the prompt `name`.
  void say(std::string text, std::string name, Done done);

 private:
  struct Request {
    std::string text;  ///< empty: the prompt alone
    std::string name;
    Done done;
  };
  struct Cached {
    PromptPtr prompt;
    std::filesystem::file_time_type changed_at;
  };
  void run();
  Result<PromptPtr> find(const std::string& name);
  Result<PromptPtr> find_spoken(const std::string& text);

  const std::filesystem::path folder_;
  std::unordered_map<std::string, Cached> cache_;  ///< library's thread only
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Request> requests_;
  bool stopping_ = false;
  std::thread thread_;
};

/// Puts the default prompts into `folder` where they are missing: hold music that is computed here,
/// and the safe-harbour message spoken by espeak-ng. kStorage: the folder cannot be written to;
/// kUnavailable: espeak-ng is not installed (hold music is there all the same).
Result<void> make_default_prompts(const std::filesystem::path& folder);

/// The built-in hold music: a slow arpeggio, 8 kHz, the same on every machine.
std::vector<int16_t> compose_hold_music();

}  // namespace carillon::media
