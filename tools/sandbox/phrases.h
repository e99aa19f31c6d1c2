// Phrases: what the customers say, as 8 kHz sound.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace carillon::sandbox {

using Sound = std::vector<int16_t>;  ///< 8000 samples a second, mono

/// Everything that customers and answering machines can say. Never changes once made, so that the
/// calls of the RTP thread share one.
struct Phrases {
  std::vector<Sound> hellos;
  std::vector<Sound> replies;
  std::vector<Sound> machine_greetings;
};

/// Sounds with the rhythm and the spectrum of speech, but no words. Needs nothing installed.
std::shared_ptr<const Phrases> synthetic_phrases();

/// English sentences spoken by espeak-ng; synthetic_phrases() when it is not installed. Takes some
/// seconds, on a busy machine more.
std::shared_ptr<const Phrases> spoken_phrases();

/// Purpose: what the customers say at this moment: the synthetic sounds at once, the spoken ones as
/// soon as a thread of its own has them. Any thread may ask. Lifetime: the sandbox's.
class PhraseBook {
 public:
  explicit PhraseBook(bool spoken);
  std::shared_ptr<const Phrases> now() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Phrases> phrases_;
  std::jthread reader_;  ///< last: it ends before the rest goes
};

}  // namespace carillon::sandbox
