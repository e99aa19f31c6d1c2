// Live board: what people see of the world, gathered over a step and over time.
#pragma once

#include "core/world.h"

namespace carillon::core::live_board {

/// People see the change when the step ends. Campaigns and trunks at most once in live_interval;
/// their last state is always shown in the end.
void changed(World& world, Call& call);
void changed(World& world, AgentSession& session);
void changed(World& world, TrunkLine& trunk);
void changed(World& world, DialingCampaign& campaign);

/// The last word on a call and on an agent session.
void call_gone(World& world, const Call& call);
void session_gone(World& world, const AgentSession& session, const std::string& reason);
/// A removed trunk has lost its last call: it is gone. `trunk` is erased.
void forget(World& world, TrunkLine& trunk);

/// The publishing time of a campaign or a trunk has come.
void campaign_due(World& world, CampaignId campaign);
void trunk_due(World& world, TrunkId trunk);

/// Shows what the step has changed.
void flush(World& world);

/// Sets the day's figures back when a new day began (UTC).
void roll_day(World& world);

}  // namespace carillon::core::live_board
