// Trunk choice: over which of the campaign's trunks the next call goes.
#pragma once

#include <string>

#include "core/world.h"

namespace carillon::core {

/// The first trunk in the campaign's order that can take the call now and has not failed it; null
/// when there is none. A trunk with no free channel is passed by, one that only has to wait for its
/// rate is not.
TrunkLine* choose_trunk(World& world, const DialingCampaign& campaign, const Call& call);

/// Whether any trunk that has not failed the call could take it, now or when a channel is free.
bool any_trunk_left(World& world, const DialingCampaign& campaign, const Call& call);

/// Why no trunk of the campaign can take calls, for a person; empty when one can.
std::string why_no_trunk(const World& world, const DialingCampaign& campaign);

/// Whether a trunk of the campaign has a free channel.
bool has_free_channel(const World& world, const DialingCampaign& campaign);

}  // namespace carillon::core
