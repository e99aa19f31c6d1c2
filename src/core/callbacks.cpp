#include "core/callbacks.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/attempts.h"
#include "core/lead_buffer.h"

namespace carillon::core::callbacks {
namespace {

/// The agent's session in this campaign, if calls may come to it.
AgentSession* on_duty(World& world, const DialingCampaign& campaign, UserId agent) {
  const auto found = world.session_of.find(agent);
  AgentSession* session =
      found == world.session_of.end() ? nullptr : world.find_session(found->second);
  const bool here = session && session->campaign == campaign.record.id && session->on_duty;
  return here ? session : nullptr;
}

/// One agent fewer is ready then: calls that are on their way to somebody must still find one.
bool is_spare(const DialingCampaign& campaign, const AgentSession& session) {
  if (session.state != AgentState::kWaiting) return false;
  if (campaign.occupied() >= campaign.record.channels) return false;
  return campaign.shared_under_way() + campaign.shared(AttemptState::kWaiting) <=
         calls_wanted(campaign.record.outbound_multiplier, campaign.ready() - 1);
}

void release_strangers(World& world, DialingCampaign& campaign) {
  std::erase_if(campaign.callbacks.held, [&](const auto& entry) {
    const auto& [agent, lead] = entry;
    const bool open =
        world.zone_sets.open(lead->zone_set, campaign.window(), world.now.wall, world.zones);
    if (open && on_duty(world, campaign, agent)) return false;
    lead_buffer::release(world, *lead);
    return true;
  });
}

void dial(World& world, DialingCampaign& campaign) {
  auto& held = campaign.callbacks.held;
  for (auto next = held.begin(); next != held.end();) {
    const auto entry = next++;
    AgentSession* session = on_duty(world, campaign, entry->first);
    if (!session || !is_spare(campaign, *session)) continue;
    LeadPtr lead = std::move(entry->second);
    held.erase(entry);
    attempts::begin(world, campaign, std::move(lead), session);
  }
}

void claim(World& world, DialingCampaign& campaign) {
  CallbackWatch& watch = campaign.callbacks;
  if (watch.claiming) return;
  const SteadyTime now = world.now.steady;
  const SteadyTime next = std::max(watch.ask_again_at, campaign.backoff_until);
  if (now < next) {
    return world.timers.set_earlier(TimerKind::kCampaignWake, campaign.record.id.value, next);
  }
  watch.ask_again_at = now + world.options.lead_poll;
  world.timers.set_earlier(TimerKind::kCampaignWake, campaign.record.id.value, watch.ask_again_at);
  ClaimCallbacks command;
  command.campaign = campaign.record.id;
  command.open_zone_sets =
      world.zone_sets.open_sets(campaign.window(), world.now.wall, world.zones);
  command.now = world.now.wall;
  for (const AgentSessionId id : campaign.sessions) {
    const AgentSession& session = world.sessions.at(id);
    if (session.on_duty && !watch.held.contains(session.agent)) {
      command.agents.push_back(session.agent);
    }
  }
  if (command.open_zone_sets.empty() || command.agents.empty()) return;
  watch.claiming = true;
  world.store(std::move(command));
}

}  // namespace

void run(World& world, DialingCampaign& campaign) {
  release_strangers(world, campaign);
  dial(world, campaign);
  claim(world, campaign);
}

void claimed(World& world, DialingCampaign& campaign, const CallbacksClaimed& event) {
  campaign.callbacks.claiming = false;
  if (!event.error.empty()) {
    campaign.backoff_until = world.now.steady + world.options.store_backoff;
    campaign.backoff_reason = fmt::format("The database could not give leads: {}", event.error);
  }
  for (const auto& [agent, lead] : event.callbacks) {
    if (!lead_buffer::accept(world, lead)) continue;
    const bool kept = campaign.dials() && campaign.callbacks.held.try_emplace(agent, lead).second;
    if (!kept) lead_buffer::release(world, *lead);
  }
}

void release_all(World& world, DialingCampaign& campaign) {
  for (const auto& [agent, lead] : std::exchange(campaign.callbacks.held, {})) {
    lead_buffer::release(world, *lead);
  }
}

}  // namespace carillon::core::callbacks
