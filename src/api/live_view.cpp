#include "api/live_view.h"

#include "api/json_records.h"

namespace carillon::api {

Json to_json(const Figures& figures) {
  return {
      {"agents_logged_in", figures.agents_logged_in}, {"agents_paused", figures.agents_paused},
      {"agents_waiting", figures.agents_waiting},     {"agents_in_call", figures.agents_in_call},
      {"active_calls", figures.active_calls},         {"calls_waiting", figures.calls_waiting},
      {"calls_ringing", figures.calls_ringing},       {"data_remaining", figures.data_remaining},
      {"ai_calls_ringing", figures.ai_calls_ringing}, {"ai_calls_active", figures.ai_calls_active}};
}

Json to_json(const Presence& presence) {
  const Json phone = {{"address", presence.phone_address}, {"transport", presence.phone_transport}};
  return {{"user_id", presence.user.value},
          {"online", presence.streams > 0},
          {"since", presence.since == WallTime{} ? Json(nullptr) : time_json(presence.since)},
          {"phone", presence.phone_address.empty() ? Json(nullptr) : phone}};
}

void LiveView::apply(const LiveEvent& event) {
  std::visit([this](const auto& e) { put(e); }, event);
}

void LiveView::put(const AgentLive& agent) {
  if (const auto old = agents_.find(agent.session); old != agents_.end()) {
    agent_of_attempt_.erase(old->second.attempt);
  }
  agents_[agent.session] = agent;
  session_of_agent_[agent.agent] = agent.session;
  if (agent.attempt) agent_of_attempt_[agent.attempt] = agent.agent;
}

void LiveView::put(const AgentGone& agent) {
  const auto old = agents_.find(agent.session);
  if (old == agents_.end()) return;
  agent_of_attempt_.erase(old->second.attempt);
  // A newer session of the same agent may be open already.
  const auto current = session_of_agent_.find(old->second.agent);
  if (current != session_of_agent_.end() && current->second == agent.session) {
    session_of_agent_.erase(current);
  }
  agents_.erase(old);
}

void LiveView::put(const CallLive& call) {
  if (call.state == CallState::kEnded) {
    calls_.erase(call.attempt);
  } else {
    calls_[call.attempt] = call;
  }
}

void LiveView::put(const CampaignLive& campaign) { campaigns_[campaign.campaign] = campaign; }
void LiveView::put(const TrunkLive& trunk) { trunks_[trunk.trunk] = trunk; }

void LiveView::set_lead_stats(CampaignId campaign, const LeadStats& stats) {
  lead_stats_[campaign] = stats;
}

void LiveView::forget_campaign(CampaignId campaign) {
  campaigns_.erase(campaign);
  lead_stats_.erase(campaign);
}

void LiveView::forget_trunk(TrunkId trunk) { trunks_.erase(trunk); }

const Presence& LiveView::phone_registered(const PhoneRegistered& phone) {
  auto& presence = presence_[phone.agent];
  presence.user = phone.agent;
  presence.phone_address = phone.registered ? phone.address : "";
  presence.phone_transport = phone.registered ? phone.transport : "";
  return presence;
}

const Presence* LiveView::stream_counted(UserId user, int change, WallTime now) {
  auto& presence = presence_[user];
  const bool was_online = presence.streams > 0;
  presence.user = user;
  presence.streams += change;
  if (was_online == (presence.streams > 0)) return nullptr;
  presence.since = now;
  return &presence;
}

DialerType LiveView::type_of(CampaignId campaign) const {
  const auto found = campaigns_.find(campaign);
  return found == campaigns_.end() ? DialerType::kAuto : found->second.type;
}

Figures LiveView::figures() const {
  Figures figures;
  for (const auto& [id, agent] : agents_) {
    ++figures.agents_logged_in;
    if (agent.state == AgentState::kPaused) ++figures.agents_paused;
    if (type_of(agent.campaign) != DialerType::kAuto) continue;
    if (agent.state == AgentState::kWaiting) ++figures.agents_waiting;
    if (agent.state == AgentState::kInCall || agent.state == AgentState::kOnHold) {
      ++figures.agents_in_call;
    }
  }
  for (const auto& [id, call] : calls_) {
    const auto type = type_of(call.campaign);
    const bool active = call.state == CallState::kConnected || call.state == CallState::kOnHold ||
                        call.state == CallState::kParked || call.state == CallState::kTransferred;
    const bool unanswered = call.state == CallState::kDialing || call.state == CallState::kRinging;
    if (type == DialerType::kAuto) {
      figures.active_calls += active ? 1 : 0;
      figures.calls_waiting += call.state == CallState::kWaiting ? 1 : 0;
      figures.calls_ringing += unanswered ? 1 : 0;
    } else if (type == DialerType::kBroadcast) {
      figures.ai_calls_active += active ? 1 : 0;
      figures.ai_calls_ringing += unanswered ? 1 : 0;
    }
  }
  for (const auto& [id, stats] : lead_stats_) figures.data_remaining += stats.dialable;
  return figures;
}

Json LiveView::snapshot() const {
  const auto list = [](const auto& map) {
    Json array = Json::array();
    for (const auto& [id, item] : map) array.push_back(to_json(item));
    return array;
  };
  Json stats = Json::object();
  for (const auto& [campaign, counts] : lead_stats_) {
    stats[std::to_string(campaign.value)] = to_json(counts);
  }
  return {{"figures", to_json(figures())}, {"agents", list(agents_)}, {"calls", list(calls_)},
          {"campaigns", list(campaigns_)}, {"trunks", list(trunks_)}, {"presence", list(presence_)},
          {"lead_stats", std::move(stats)}};
}

const AgentLive* LiveView::session_of(UserId agent) const {
  const auto found = session_of_agent_.find(agent);
  return found == session_of_agent_.end() ? nullptr : session(found->second);
}

const AgentLive* LiveView::session(AgentSessionId id) const {
  const auto found = agents_.find(id);
  return found == agents_.end() ? nullptr : &found->second;
}

const CallLive* LiveView::call(AttemptId attempt) const {
  const auto found = calls_.find(attempt);
  return found == calls_.end() ? nullptr : &found->second;
}

Json LiveView::parked_calls(CampaignId campaign) const {
  Json parked = Json::array();
  for (const auto& [id, call] : calls_) {
    if (call.campaign == campaign && call.state == CallState::kParked) {
      parked.push_back(to_json(call));
    }
  }
  return parked;
}

std::vector<AgentLive> LiveView::sessions_of(CampaignId campaign) const {
  std::vector<AgentLive> found;
  for (const auto& [id, agent] : agents_) {
    if (agent.campaign == campaign) found.push_back(agent);
  }
  return found;
}

const TrunkLive* LiveView::trunk(TrunkId id) const {
  const auto found = trunks_.find(id);
  return found == trunks_.end() ? nullptr : &found->second;
}

UserId LiveView::agent_of(const CallLive& call) const {
  if (call.agent) return call.agent;
  const auto found = agent_of_attempt_.find(call.attempt);
  return found == agent_of_attempt_.end() ? UserId{} : found->second;
}

}  // namespace carillon::api
