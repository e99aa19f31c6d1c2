// Idle reason: why a campaign does not dial right now, for the supervisor who asks.
#pragma once

#include <string>

#include "core/world.h"

namespace carillon::core {

/// A store that needs longer than this for an answer is worth a word.
inline constexpr Duration kStoreIsSlow = 2s;

/// A sentence; empty while calls are being placed.
std::string idle_reason(const World& world, const DialingCampaign& campaign);

}  // namespace carillon::core
