// Preview dialer: a lead is shown to an agent, who dials or skips it.
#pragma once

#include "core/messages/live.h"
#include "core/world.h"

namespace carillon::core::preview {

/// Asks the store for a lead for the longest waiting agent who has none.
void offer(World& world, DialingCampaign& campaign);
/// The store's answer is shown to the agent it was asked for.
void claimed(World& world, AgentSessionId agent, LeadPtr lead);
/// The store had no lead for this agent.
void none_left(World& world, AgentSessionId agent);

/// An agent who is shown nothing does not want to wait for the next look.
void look_again(World& world, const NextPreview& request);

/// The agent dials or skips.
void decide(World& world, const PreviewDecision& request);

/// The shown lead goes back to the store; the caller decides the agent's next state.
void give_back(World& world, AgentSession& session);
/// Nobody decided in time: the lead goes back, the agent is paused.
void overdue(World& world, AgentSession& session);
/// The campaign does not dial any more: every shown lead goes back.
void withdraw_all(World& world, DialingCampaign& campaign);

}  // namespace carillon::core::preview
