// Behaviour: what one customer does with one call, and the population it is drawn from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::sandbox {

/// What the caller hears after the answer.
enum class VoiceKind {
  kSpeech,   ///< says hello, then listens and replies in turns
  kTone,     ///< the number's own tone, see tone_hz()
  kEcho,     ///< what it hears, back
  kSilence,  ///< packets of silence
  kMachine,  ///< a greeting, a beep, then silence
};

/// One customer's plan for one call.
struct Behaviour {
  int status = 200;          ///< final SIP status; 0: rings until the caller gives up
  int64_t after_ms = 0;      ///< from the INVITE to that status
  int64_t talk_ms = 0;       ///< hangs up so long after the answer; 0: never
  bool early_media = false;  ///< 183 with a ringback tone in place of 180
  VoiceKind voice = VoiceKind::kSpeech;
  std::string digits;  ///< pressed one second after the answer (RFC 4733)

  bool operator==(const Behaviour&) const = default;
};

/// Shares of the population in percent; what is left of 100 are people who answer.
struct PopulationMix {
  double busy = 10, no_answer = 25, machine = 15, rejects = 3, not_found = 4;
  double early_media = 10;          ///< of the calls that ring
  double answers_at_once_gone = 5;  ///< of the people who answer: hang up within two seconds
  int64_t answer_min_ms = 3'000, answer_max_ms = 20'000;
  int64_t talk_mean_ms = 40'000;  ///< exponential, between 3 s and 15 min
  VoiceKind voice = VoiceKind::kSpeech;
};

/// Draws the behaviour of `number` when called for the `nth` time (from 0). The same arguments give
/// the same answer: whether a number exists depends on the number alone, the rest on the call.
Behaviour draw_behaviour(const PopulationMix& mix, uint64_t seed, std::string_view number, int nth);

/// The tone of a number: 300 Hz plus 25 Hz times its last two digits, so that a test recognises it.
int tone_hz(std::string_view number);

}  // namespace carillon::sandbox
