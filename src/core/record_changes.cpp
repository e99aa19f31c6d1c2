#include "core/record_changes.h"

#include <algorithm>

#include "core/agent_sessions.h"
#include "core/attempts.h"
#include "core/callbacks.h"
#include "core/lead_buffer.h"
#include "core/live_board.h"
#include "core/preview.h"

namespace carillon::core::record_changes {
namespace {

using S = AttemptState;

/// Logs out, when they are free, the agents of the campaign who may not work in it any more.
void drop_strangers(World& world, DialingCampaign& campaign) {
  const std::vector<AgentSessionId> sessions(campaign.sessions.begin(), campaign.sessions.end());
  for (const AgentSessionId id : sessions) {
    AgentSession& session = world.sessions.at(id);
    const auto user = world.users.find(session.agent);
    const bool welcome = user != world.users.end() && world.may_work_in(campaign, user->second);
    if (!welcome) {
      agent_sessions::end_when_free(
          world, session, campaign.removed ? "campaign removed" : "taken off the campaign");
    } else {
      session.end_after.clear();
      agent_sessions::recount_duty(world, session);
    }
  }
}

void end_unanswered(World& world, DialingCampaign& campaign) {
  for (const S state : {S::kCommitting, S::kOnDisk, S::kDialing, S::kRinging}) {
    const std::vector<AttemptId> calls(campaign.in(state).begin(), campaign.in(state).end());
    for (const AttemptId id : calls) {
      if (Call* call = world.find_call(id)) {
        attempts::end(world, *call,
                      {Outcome::kAgentUnavailable, EndedBy::kSystem, "The campaign was removed."});
      }
    }
  }
  const std::vector<AttemptId> waiting(campaign.in(S::kWaiting).begin(),
                                       campaign.in(S::kWaiting).end());
  for (const AttemptId id : waiting) attempts::announce(world, world.calls.at(id));
}

/// The store counts the call that is under way already, the core does not until it ends.
LeadPtr edited(const Lead& before, const Lead& now) {
  auto lead = std::make_shared<Lead>(now);
  lead->called_count = before.called_count;
  lead->last_called_at = before.last_called_at;
  lead->last_outcome = before.last_outcome;
  return lead;
}

DialingCampaign& put(World& world, const Campaign& record) {
  DialingCampaign& campaign = world.campaigns[record.id];
  campaign.record = record;
  campaign.starts.set_rate(record.cps);
  return campaign;
}

void put_trunks(World& world, const std::vector<Trunk>& trunks) {
  for (const Trunk& trunk : trunks) {
    const auto [it, added] = world.trunks.try_emplace(trunk.id, trunk);
    if (!added) it->second.change(trunk);
    live_board::changed(world, it->second);
  }
  world.tell(SetTrunks{trunks});
}

void put_users(World& world, const std::vector<User>& agents) {
  world.users.clear();
  for (const User& user : agents) world.users[user.id] = user;
}

}  // namespace

void ready(World& world, const StoreReady& event) {
  CARILLON_ASSERT(!world.ready, "the store is ready only once");
  world.ready = true;
  world.last_attempt = event.last_attempt;
  world.last_session = event.last_agent_session;
  put_users(world, event.agents);
  world.zone_sets.replace(event.zone_sets);
  put_trunks(world, event.trunks);
  for (const Campaign& campaign : event.campaigns) world.touch(put(world, campaign));
  for (const CampaignDay& day : event.today) {
    DialingCampaign* campaign = world.find_campaign(day.campaign);
    if (!campaign) continue;
    campaign->answered_today = day.answered;
    campaign->dropped_today = day.dropped;
  }
}

void campaign_changed(World& world, const Campaign& record) {
  DialingCampaign& campaign = put(world, record);
  campaign.removed = false;
  // Leads in the buffer were chosen by the former settings.
  lead_buffer::release_all(world, campaign);
  callbacks::release_all(world, campaign);
  campaign.buffer.exhausted = false;
  drop_strangers(world, campaign);
  world.touch(campaign);
}

void campaign_removed(World& world, CampaignId id) {
  DialingCampaign* campaign = world.find_campaign(id);
  if (!campaign) return;
  campaign->removed = true;
  campaign->record.active = false;
  lead_buffer::release_all(world, *campaign);
  callbacks::release_all(world, *campaign);
  lead_buffer::release_parked(world, *campaign);
  end_unanswered(world, *campaign);
  drop_strangers(world, *campaign);
  world.touch(*campaign);
}

void forget_if_over(World& world, CampaignId id) {
  DialingCampaign* campaign = world.find_campaign(id);
  if (!campaign || !campaign->removed) return;
  if (campaign->buffer.claiming || campaign->callbacks.claiming) return;
  const bool calls = campaign->occupied() > 0 || campaign->count(S::kWithdrawn) > 0;
  if (calls || !campaign->sessions.empty()) return;
  for (auto& [trunk_id, trunk] : world.trunks) trunk.leave_line(id);
  for (const TimerKind kind :
       {TimerKind::kCampaignWake, TimerKind::kCampaignPublish, TimerKind::kParkedLeads}) {
    world.timers.cancel(kind, id.value);
  }
  live_board::campaign_due(world, id);
  world.campaigns.erase(id);
}

void trunks_changed(World& world, const std::vector<Trunk>& trunks) {
  put_trunks(world, trunks);
  std::vector<TrunkId> gone;
  for (auto& [id, line] : world.trunks) {
    const TrunkId known = id;
    const bool kept = std::any_of(trunks.begin(), trunks.end(),
                                  [&](const Trunk& trunk) { return trunk.id == known; });
    if (!kept) gone.push_back(id);
  }
  for (const TrunkId id : gone) {
    TrunkLine& line = world.trunks.at(id);
    line.remove();
    if (line.calls() == 0) live_board::forget(world, line);
  }
  for (auto& [id, campaign] : world.campaigns) world.touch(campaign);
}

void trunk_state(World& world, const TrunkStateChanged& event) {
  TrunkLine* trunk = world.find_trunk(event.trunk);
  if (!trunk) return;
  trunk->set_up(event.up, event.reason);
  live_board::changed(world, *trunk);
  world.touch_campaigns_of(event.trunk);
}

void agents_changed(World& world, const std::vector<User>& agents) {
  put_users(world, agents);
  for (auto& [id, campaign] : world.campaigns) drop_strangers(world, campaign);
}

void zone_sets_changed(World& world, const std::vector<ZoneSet>& zone_sets) {
  world.zone_sets.replace(zone_sets);
  for (auto& [id, campaign] : world.campaigns) {
    campaign.buffer.exhausted = false;
    world.touch(campaign);
  }
}

void leads_changed(World& world, CampaignId id) {
  DialingCampaign* campaign = world.find_campaign(id);
  if (!campaign) return;
  lead_buffer::release_all(world, *campaign);
  callbacks::release_all(world, *campaign);
  campaign->buffer.exhausted = false;
  campaign->callbacks.ask_again_at = {};
  for (const AgentSessionId session : campaign->sessions) {
    world.sessions.at(session).next_preview_at = {};
  }
  world.touch(*campaign);
}

void lead_edited(World& world, const LeadPtr& lead) {
  if (!world.held_leads.contains(lead->id)) return;
  for (auto& [id, call] : world.calls) {
    if (call.lead->id == lead->id) call.lead = edited(*call.lead, *lead);
  }
  for (auto& [id, session] : world.sessions) {
    LeadPtr& last = session.last.lead;
    if (last && last->id == lead->id) last = edited(*last, *lead);
    if (!session.lead || session.lead->id != lead->id) continue;
    session.lead = edited(*session.lead, *lead);
    live_board::changed(world, session);
  }
}

void leads_claimed(World& world, const LeadsClaimed& event) {
  DialingCampaign* campaign = world.find_campaign(event.campaign);
  if (!campaign) {
    for (const LeadPtr& lead : event.leads) world.store(ReleaseLeads{{lead->id}});
    return;
  }
  lead_buffer::Claimed claimed = lead_buffer::claimed(world, *campaign, event);
  world.touch(*campaign);
  if (!claimed.for_agent) {
    auto& leads = campaign->buffer.leads;
    leads.insert(leads.end(), claimed.leads.begin(), claimed.leads.end());
    return;
  }
  if (claimed.leads.empty() && event.error.empty()) preview::none_left(world, claimed.for_agent);
  bool first = true;
  for (LeadPtr& lead : claimed.leads) {
    if (std::exchange(first, false) && campaign->dials()) {
      preview::claimed(world, claimed.for_agent, std::move(lead));
    } else {
      lead_buffer::release(world, *lead);
    }
  }
}

void callbacks_claimed(World& world, const CallbacksClaimed& event) {
  DialingCampaign* campaign = world.find_campaign(event.campaign);
  CARILLON_ASSERT(campaign, "a campaign that asks for call-backs is not forgotten meanwhile");
  callbacks::claimed(world, *campaign, event);
  world.touch(*campaign);
}

}  // namespace carillon::core::record_changes
