// What agents may call by hand, by their SIP profiles: toll fraud would come this way.
#pragma once

#include <string_view>

#include "core/world.h"

namespace carillon::core {

/// Whether `digits` (without '+') is one of the numbers that SipProfile::dial_pattern names.
bool matches_dial_pattern(std::string_view pattern, std::string_view digits);

/// Why the agent may not call `number` (E.164 with '+') now, a sentence for the agent; else empty,
/// and the call counts from now on.
std::string why_not_by_hand(World& world, UserId agent, const std::string& number);

}  // namespace carillon::core
