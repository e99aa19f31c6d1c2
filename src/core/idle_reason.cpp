#include "core/idle_reason.h"

#include <fmt/format.h>

#include "core/pacing.h"
#include "core/trunk_choice.h"

namespace carillon::core {
namespace {

std::string why_settings(const World& world, const DialingCampaign& campaign) {
  const Campaign& record = campaign.record;
  if (campaign.removed) return "The campaign was removed.";
  if (!record.active) return "The campaign is switched off.";
  if (record.type == DialerType::kBroadcast) {
    return "Broadcast campaigns need an IVR or an AI agent, which this version does not have.";
  }
  if (record.source_statuses.empty()) {
    return "No source status is selected, so no lead is dialed.";
  }
  return why_no_trunk(world, campaign);
}

std::string why_agents(const DialingCampaign& campaign) {
  using A = AgentState;
  if (campaign.sessions.empty()) return "No agent is logged in.";
  std::string busy;
  const auto add = [&](int count, std::string_view what) {
    if (count == 0) return;
    if (!busy.empty()) busy += ", ";
    busy += fmt::format("{} {}", count, what);
  };
  add(campaign.count(A::kPaused), "paused");
  add(campaign.count(A::kPreview), "looking at a lead");
  add(campaign.count(A::kRinging), "dialing");
  add(campaign.count(A::kInCall) + campaign.count(A::kOnHold), "in a call");
  add(campaign.count(A::kWrapUp), "in wrap-up");
  return fmt::format("No agent is ready: {}.", busy);
}

std::string why_leads(const World& world, const DialingCampaign& campaign) {
  const LeadBuffer& buffer = campaign.buffer;
  if (buffer.all_closed) {
    return fmt::format("It is outside the call window ({}) for every lead's time zone.",
                       describe(campaign.window()));
  }
  if (buffer.claiming && world.now.steady - buffer.claiming_since >= kStoreIsSlow) {
    return "The database is slow: waiting for leads.";
  }
  if (buffer.leads.empty() && buffer.exhausted) {
    return "No lead can be dialed right now: the lead statistics say why.";
  }
  return "";
}

std::string why_limits(const World& world, const DialingCampaign& campaign) {
  if (campaign.occupied() >= campaign.record.channels) {
    return fmt::format("All {} channels of the campaign are in use.", campaign.record.channels);
  }
  if (!has_free_channel(world, campaign)) return "All channels of the trunks are in use.";
  if (campaign.count(AttemptState::kCommitting) > 0) {
    const Call& oldest = world.calls.at(*campaign.in(AttemptState::kCommitting).begin());
    const bool slow = world.now.steady - oldest.began >= kStoreIsSlow;
    if (slow) return "The database is slow: waiting until an attempt is written.";
  }
  return "";
}

}  // namespace

std::string idle_reason(const World& world, const DialingCampaign& campaign) {
  std::string reason = why_settings(world, campaign);
  if (!reason.empty()) return reason;
  if (campaign.unanswered() > 0) return "";
  if (campaign.ready() == 0) return why_agents(campaign);
  if (world.now.steady < campaign.backoff_until) return campaign.backoff_reason;
  reason = why_limits(world, campaign);
  if (!reason.empty()) return reason;
  return why_leads(world, campaign);
}

}  // namespace carillon::core
