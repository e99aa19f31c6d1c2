#include "core/lead_buffer.h"

#include <algorithm>

#include <fmt/format.h>

namespace carillon::core::lead_buffer {
namespace {

constexpr Duration kParkTime = 10min;
constexpr size_t kMostParked = 1000;

void release_list(World& world, const std::vector<LeadPtr>& leads) {
  if (leads.empty()) return;
  ReleaseLeads command;
  for (const LeadPtr& lead : leads) {
    command.leads.push_back(lead->id);
    world.held_leads.erase(lead->id);
  }
  world.store(std::move(command));
}

void wake(World& world, const DialingCampaign& campaign, SteadyTime at) {
  world.timers.set_earlier(TimerKind::kCampaignWake, campaign.record.id.value, at);
}

/// Sends the request, unless no zone set is open or the store had none left a moment ago.
bool claim(World& world, DialingCampaign& campaign, int count, const AgentSession* agent) {
  LeadBuffer& buffer = campaign.buffer;
  if (buffer.claiming) return false;
  if (world.now.steady < campaign.backoff_until) {
    wake(world, campaign, campaign.backoff_until);
    return false;
  }
  auto open = world.zone_sets.open_sets(campaign.window(), world.now.wall, world.zones);
  buffer.all_closed = open.empty();
  if (open.empty()) {
    wake(world, campaign, world.now.steady + world.options.lead_poll);
    return false;
  }
  buffer.claiming = true;
  buffer.claiming_since = world.now.steady;
  buffer.claiming_for = agent ? agent->id : AgentSessionId{};
  ClaimLeads command;
  command.campaign = campaign.record.id;
  command.count = count;
  command.open_zone_sets = std::move(open);
  command.now = world.now.wall;
  if (agent) command.preview_agent = agent->agent;
  world.store(std::move(command));
  return true;
}

}  // namespace

void refill(World& world, DialingCampaign& campaign, int target) {
  LeadBuffer& buffer = campaign.buffer;
  const int have = static_cast<int>(buffer.leads.size());
  if (have * 2 >= target) return;
  if (buffer.exhausted && world.now.steady < buffer.ask_again_at) {
    return wake(world, campaign, buffer.ask_again_at);
  }
  claim(world, campaign, target - have, nullptr);
}

bool claim_for(World& world, DialingCampaign& campaign, AgentSession& agent) {
  return claim(world, campaign, 1, &agent);
}

Claimed claimed(World& world, DialingCampaign& campaign, const LeadsClaimed& event) {
  LeadBuffer& buffer = campaign.buffer;
  buffer.claiming = false;
  Claimed result;
  result.for_agent = std::exchange(buffer.claiming_for, {});
  if (!event.error.empty()) {
    campaign.backoff_until = world.now.steady + world.options.store_backoff;
    campaign.backoff_reason = fmt::format("The database could not give leads: {}", event.error);
    return result;
  }
  for (const LeadPtr& lead : event.leads) {
    if (accept(world, lead)) result.leads.push_back(lead);
  }
  buffer.exhausted = event.exhausted;
  buffer.ask_again_at = world.now.steady + world.options.lead_poll;
  return result;
}

bool accept(World& world, const LeadPtr& lead) {
  // A lead that we hold already would be dialed twice; the store never does that knowingly.
  if (!world.held_leads.insert(lead->id).second) return false;
  const bool decided_anew =
      std::any_of(world.dispositions.begin(), world.dispositions.end(),
                  [&](const auto& entry) { return entry.second.lead == lead->id; });
  if (decided_anew) release(world, *lead);
  return !decided_anew;
}

void let_go(World& world, DialingCampaign& campaign, LeadId lead) {
  const auto is_it = [&](const LeadPtr& each) {
    if (each->id != lead) return false;
    release(world, *each);
    return true;
  };
  std::erase_if(campaign.buffer.leads, is_it);
  std::erase_if(campaign.callbacks.held, [&](const auto& entry) { return is_it(entry.second); });
}

LeadPtr take(World& world, DialingCampaign& campaign) {
  std::vector<LeadPtr> closed;
  LeadPtr result;
  auto& leads = campaign.buffer.leads;
  while (!leads.empty() && !result) {
    LeadPtr lead = std::move(leads.front());
    leads.pop_front();
    if (world.zone_sets.open(lead->zone_set, campaign.window(), world.now.wall, world.zones)) {
      result = std::move(lead);
    } else {
      closed.push_back(std::move(lead));
    }
  }
  if (!closed.empty()) campaign.buffer.exhausted = false;  // a new look says what is open now
  release_list(world, closed);
  return result;
}

void release(World& world, const Lead& lead) {
  world.held_leads.erase(lead.id);
  world.store(ReleaseLeads{{lead.id}});
}

void release_all(World& world, DialingCampaign& campaign) {
  auto& leads = campaign.buffer.leads;
  release_list(world, {leads.begin(), leads.end()});
  leads.clear();
}

void park(World& world, DialingCampaign& campaign, LeadPtr lead) {
  auto& parked = campaign.buffer.parked;
  parked.push_back(std::move(lead));
  const int64_t id = campaign.record.id.value;
  if (parked.size() >= kMostParked) return release_parked(world, campaign);
  if (!world.timers.is_set(TimerKind::kParkedLeads, id)) {
    world.timers.set(TimerKind::kParkedLeads, id, world.now.steady + kParkTime);
  }
}

void release_parked(World& world, DialingCampaign& campaign) {
  world.timers.cancel(TimerKind::kParkedLeads, campaign.record.id.value);
  release_list(world, std::exchange(campaign.buffer.parked, {}));
}

}  // namespace carillon::core::lead_buffer
