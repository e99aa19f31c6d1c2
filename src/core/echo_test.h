// Echo test: an agent without a call hears their own voice over the line, to check the headset.
#pragma once

#include "core/world.h"

namespace carillon::core::echo_test {

/// A test that nobody stops ends after this time.
inline constexpr Duration kLimit = 20s;

/// kConflict with a sentence in a call, and while the line is down. One that runs goes on.
[[nodiscard]] Result<void> begin(World& world, AgentSession& session);
/// Nothing when none runs.
void stop(World& world, AgentSession& session);

}  // namespace carillon::core::echo_test
