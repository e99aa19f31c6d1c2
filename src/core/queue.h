// Queue: answered calls and ready agents find each other.
#pragma once

#include "core/world.h"

namespace carillon::core::queue {

/// Gives the call that was answered first to the agent who has waited longest, and so on until
/// there are no calls or no agents. Never waits for the store: ConnectCall leaves in this step.
void bridge(World& world, DialingCampaign& campaign);

}  // namespace carillon::core::queue
