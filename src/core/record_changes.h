// Record changes: what the core does when campaigns, trunks, agents, zones or leads change.
#pragma once

#include "core/world.h"

namespace carillon::core::record_changes {

/// The first event: the core begins to work.
void ready(World& world, const StoreReady& event);

void campaign_changed(World& world, const Campaign& campaign);
/// Its agents are logged out, its calls not yet answered are ended; conversations go on to their
/// end.
void campaign_removed(World& world, CampaignId campaign);
/// A removed campaign is forgotten when its last call and agent session are gone.
void forget_if_over(World& world, CampaignId campaign);

void trunks_changed(World& world, const std::vector<Trunk>& trunks);
void trunk_state(World& world, const TrunkStateChanged& event);
/// Agents that are not in the list are logged out after their call.
void agents_changed(World& world, const std::vector<User>& agents);
void zone_sets_changed(World& world, const std::vector<ZoneSet>& zone_sets);

void leads_changed(World& world, CampaignId campaign);
/// The calls and screens that have the lead show it as it is now.
void lead_edited(World& world, const LeadPtr& lead);
void leads_claimed(World& world, const LeadsClaimed& event);
void callbacks_claimed(World& world, const CallbacksClaimed& event);

}  // namespace carillon::core::record_changes
