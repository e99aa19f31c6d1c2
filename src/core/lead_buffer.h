// Lead buffer: the leads that the store has reserved for a campaign, ready to be dialed. VICIdial's
// word is hopper.
#pragma once

#include "core/world.h"

namespace carillon::core::lead_buffer {

/// Asks the store for more when fewer than half of `target` are left. One request at a time.
void refill(World& world, DialingCampaign& campaign, int target);
/// Asks for one lead to show to `agent` in preview. False when it has to wait.
bool claim_for(World& world, DialingCampaign& campaign, AgentSession& agent);
/// The store's answer; `for_agent` says whose preview it was for, 0: for the buffer.
struct Claimed {
  std::vector<LeadPtr> leads;
  AgentSessionId for_agent;
};
Claimed claimed(World& world, DialingCampaign& campaign, const LeadsClaimed& event);

/// The next lead whose call window is open now, or null. Leads whose window has closed go back.
LeadPtr take(World& world, DialingCampaign& campaign);

/// Gives one lead back to the store, or all that are not shown or called.
void release(World& world, const Lead& lead);
void release_all(World& world, DialingCampaign& campaign);

/// What becomes of the lead is being decided anew, by a disposition that is set again or late: it
/// is not to be dialed by what was true before.
void let_go(World& world, DialingCampaign& campaign, LeadId lead);
/// Takes a lead that the store has just given; false: it must go back, and has gone.
bool accept(World& world, const LeadPtr& lead);

/// Keeps a skipped lead away from everybody for some minutes, and gives the parked ones back.
void park(World& world, DialingCampaign& campaign, LeadPtr lead);
void release_parked(World& world, DialingCampaign& campaign);

}  // namespace carillon::core::lead_buffer
