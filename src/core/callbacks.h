// Call-backs that agents of an auto campaign have agreed on for themselves: dialed for that agent
// alone, before anything else, once the time has come and the agent waits for calls. In preview
// campaigns ClaimLeads does that.
#pragma once

#include "core/world.h"

namespace carillon::core::callbacks {

/// Reserves what is due for the agents on duty, dials it for those who wait, and gives back what
/// was reserved for agents who are not on duty any more.
void run(World& world, DialingCampaign& campaign);

/// The store's answer.
void claimed(World& world, DialingCampaign& campaign, const CallbacksClaimed& event);

/// Gives back all that is reserved and not yet called.
void release_all(World& world, DialingCampaign& campaign);

}  // namespace carillon::core::callbacks
