#include "core/hand_dialing.h"

#include <algorithm>

#include <fmt/format.h>

namespace carillon::core {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool matches_one(std::string_view pattern, std::string_view digits) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '.') return digits.size() > i;
    if (i >= digits.size() || !is_digit(digits[i])) return false;
    switch (pattern[i]) {
      case 'X': break;
      case 'Z':
        if (digits[i] < '1') return false;
        break;
      case 'N':
        if (digits[i] < '2') return false;
        break;
      default:
        if (digits[i] != pattern[i]) return false;
    }
  }
  return digits.size() == pattern.size();
}

int64_t going_on(World& world, UserId agent) {
  return std::count_if(world.side_calls.begin(), world.side_calls.end(), [&](const auto& entry) {
    const Call* call = world.find_call(entry.second);
    return call && call->third && call->third->by == agent;
  });
}

}  // namespace

bool matches_dial_pattern(std::string_view pattern, std::string_view digits) {
  if (pattern.empty()) return true;
  while (true) {
    const size_t comma = pattern.find(',');
    if (matches_one(pattern.substr(0, comma), digits)) return true;
    if (comma == std::string_view::npos) return false;
    pattern.remove_prefix(comma + 1);
  }
}

std::string why_not_by_hand(World& world, UserId agent, const std::string& number) {
  const auto user = world.users.find(agent);
  if (user == world.users.end() || !user->second.hand_dialing) return "";
  const HandDialing& rules = *user->second.hand_dialing;
  if (!matches_dial_pattern(rules.pattern, std::string_view(number).substr(1))) {
    return "Your SIP profile does not allow calls to this number.";
  }
  if (going_on(world, agent) >= rules.channels) {
    return fmt::format(
        "{} of your calls to numbers are still going on, and your SIP profile allows "
        "no more at once.",
        rules.channels);
  }
  TokenBucket& starts = world.hand_starts[agent];
  starts.set_rate(rules.cps);
  if (!starts.ready(world.now.steady)) {
    return "That was too soon after your last call to a number: try again in a moment.";
  }
  starts.take(world.now.steady);
  return "";
}

}  // namespace carillon::core
