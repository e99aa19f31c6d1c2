#include "sandbox/behaviour.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace carillon::sandbox {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable with anything, the same everywhere.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, 1).
  double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool percent(double share) { return fraction() * 100 < share; }
  int64_t between(int64_t from, int64_t to) {
    return from + static_cast<int64_t>(fraction() * static_cast<double>(to - from));
  }

 private:
  uint64_t state_;
};

/// FNV-1a.
uint64_t hash_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

int64_t draw_talk_ms(const PopulationMix& mix, Dice& dice) {
  if (dice.percent(mix.answers_at_once_gone)) return dice.between(300, 2'000);
  const double drawn = -std::log(1.0 - dice.fraction()) * static_cast<double>(mix.talk_mean_ms);
  return std::clamp(static_cast<int64_t>(drawn), int64_t{3'000}, int64_t{900'000});
}

}  // namespace

Behaviour draw_behaviour(const PopulationMix& mix, uint64_t seed, std::string_view number,
                         int nth) {
  Behaviour plan;
  Dice person(seed ^ hash_of(number));
  if (person.percent(mix.not_found)) {
    plan.status = 404;
    plan.after_ms = person.between(100, 800);
    return plan;
  }
  Dice dice(person.next() + static_cast<uint64_t>(nth));
  plan.voice = mix.voice;
  plan.early_media = dice.percent(mix.early_media);
  plan.after_ms = dice.between(mix.answer_min_ms, mix.answer_max_ms);
  double roll = dice.fraction() * (100 - mix.not_found);
  if ((roll -= mix.busy) < 0) {
    plan.status = 486;
    plan.after_ms = dice.between(200, 1'500);
    plan.early_media = false;
  } else if ((roll -= mix.no_answer) < 0) {
    plan.status = 0;
  } else if ((roll -= mix.rejects) < 0) {
    plan.status = 603;
  } else if ((roll -= mix.machine) < 0) {
    plan.voice = VoiceKind::kMachine;
    plan.talk_ms = dice.between(15'000, 45'000);
  } else {
    plan.talk_ms = draw_talk_ms(mix, dice);
  }
  return plan;
}

int tone_hz(std::string_view number) {
  int value = 0;
  int place = 1;
  for (auto it = number.rbegin(); it != number.rend() && place <= 10; ++it) {
    if (std::isdigit(static_cast<unsigned char>(*it)) == 0) continue;
    value += (*it - '0') * place;
    place *= 10;
  }
  return 300 + 25 * value;
}

}  // namespace carillon::sandbox
