#include "referee.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/agent_state.h"
#include "core/call_window.h"
#include "core/pacing.h"
#include "core/retry_rules.h"

namespace carillon::simulator {
namespace {

using core::CoreCommand;
using core::CoreEvent;

// The store may be as slow as a stall is long; an agent waits in wrap-up for its acknowledgement.
constexpr Duration kLongestStall = 90s;
// A message may be late by this; what must be gone at once is looked for after it.
constexpr Duration kLatest = 10s;

}  // namespace

void Referee::foul(const std::string& rule, const std::string& what) {
  violations_.push_back(
      fmt::format("{}: {} (at {} ms)", rule, what, now_.steady.time_since_epoch().count()));
}

void Referee::told(const CoreEvent& event) {
  if (const auto* store = std::get_if<StoreEvent>(&event)) {
    if (const auto* ready = std::get_if<StoreReady>(store)) {
      for (const Campaign& campaign : ready->campaigns) campaigns_[campaign.id] = campaign;
    }
    if (const auto* changed = std::get_if<CampaignChanged>(store)) {
      campaigns_[changed->campaign.id] = changed->campaign;
    }
    if (const auto* removed = std::get_if<CampaignRemoved>(store)) {
      removed_.insert(removed->campaign);
    }
  }
  if (const auto* phone = std::get_if<TelephonyEvent>(&event)) {
    if (const auto* answered = std::get_if<CallAnswered>(phone)) {
      if (const auto it = calls_.find(answered->attempt); it != calls_.end()) {
        it->second.answered_told = true;
        it->second.answered_at = now_.steady;
      }
    }
    if (const auto* ended = std::get_if<CallEnded>(phone)) end_told_.insert(ended->attempt);
    if (const auto* side = std::get_if<SideCallEnded>(phone)) side_calls_.erase(side->call);
    if (const auto* trunk = std::get_if<TrunkStateChanged>(phone)) {
      if (trunk->up) {
        trunks_down_.erase(trunk->trunk);
      } else {
        trunks_down_.insert(trunk->trunk);
      }
    }
  }
}

void Referee::step_done(const std::vector<CoreCommand>& commands) {
  std::vector<const PlaceCall*> placed;
  for (const CoreCommand& command : commands) {
    if (const auto* c = std::get_if<TelephonyCommand>(&command)) {
      on(*c);
      if (const auto* place = std::get_if<PlaceCall>(c)) placed.push_back(place);
    }
    if (const auto* c = std::get_if<LiveEvent>(&command)) on(*c);
    if (const auto* c = std::get_if<RequestDone>(&command)) on(*c);
  }
  for (const PlaceCall* place : placed) {
    // A call for one agent alone has its agent, however many calls the others' luck has left over.
    const auto call = calls_.find(place->attempt);
    if (call == calls_.end() || !call->second.personal) check_pace(place->campaign);
  }
  check_queue();
}

void Referee::on(const TelephonyCommand& command) {
  if (const auto* place = std::get_if<PlaceCall>(&command)) check_place(*place);
  if (const auto* end = std::get_if<EndCall>(&command)) {
    if (const auto it = calls_.find(end->attempt); it != calls_.end()) {
      it->second.end_told = true;
      it->second.end_told_at = now_.steady;
    }
  }
  if (const auto* prompt = std::get_if<PlayAndEnd>(&command)) {
    if (const auto it = calls_.find(prompt->attempt); it != calls_.end()) {
      it->second.prompted = true;
    }
  }
  if (const auto* connect = std::get_if<ConnectCall>(&command)) {
    const auto it = calls_.find(connect->attempt);
    if (it == calls_.end()) return;  // it ended while the command was on its way
    if (it->second.agent) foul("one agent", fmt::format("attempt {}", connect->attempt));
    it->second.agent = connect->session;
    it->second.aside = false;
  }
  if (const auto* disconnect = std::get_if<DisconnectCall>(&command)) {
    const auto it = calls_.find(disconnect->attempt);
    if (it == calls_.end()) return;
    it->second.agent.reset();
    it->second.aside = true;
    it->second.aside_since = now_.steady;
  }
  if (const auto* join = std::get_if<JoinParties>(&command)) on(*join);
  if (const auto* place = std::get_if<PlaceSideCall>(&command)) side_calls_.insert(place->call);
  if (const auto* end = std::get_if<EndSideCall>(&command)) side_calls_.erase(end->call);
}

void Referee::on(const JoinParties& join) {
  std::optional<AgentSessionId> agent;
  std::optional<SideCallId> third;
  for (const Party& party : join.parties) {
    if (const auto* session = std::get_if<AgentSessionId>(&party); session && !agent) {
      agent = *session;
    }
    if (const auto* side = std::get_if<SideCallId>(&party)) third = *side;
  }
  for (const Party& party : join.parties) {
    const auto* attempt = std::get_if<AttemptId>(&party);
    const auto it = attempt ? calls_.find(*attempt) : calls_.end();
    if (it == calls_.end()) continue;
    it->second.agent = agent;
    it->second.aside = !agent;
    it->second.aside_since = now_.steady;
    it->second.third = third;
  }
}

void Referee::check_place(const PlaceCall& place) {
  const auto row = disk_.attempts.find(place.attempt);
  if (row == disk_.attempts.end()) {
    return foul("on disk before dialed", fmt::format("attempt {}", place.attempt));
  }
  if (row->second.finished > 0 || row->second.recovered) {
    foul("one outcome", fmt::format("attempt {} dialed after its end", place.attempt));
  }
  check_lead(place, row->second.attempt);
  if (const auto campaign = campaigns_.find(place.campaign); campaign != campaigns_.end()) {
    check_limits(place, campaign->second);
  }
  LiveCall call;
  call.campaign = place.campaign;
  call.lead = row->second.attempt.lead;
  call.personal = static_cast<bool>(row->second.attempt.agent);
  call.since = now_.steady;
  calls_[place.attempt] = call;
  dialed_.insert(place.attempt);
  over_.erase(place.attempt);
  end_told_.erase(place.attempt);  // it failed over from another trunk
}

void Referee::check_lead(const PlaceCall& place, const Attempt& attempt) {
  for (const auto& [other, call] : calls_) {
    if (call.lead == attempt.lead && other != place.attempt) {
      foul("no lead in two calls", fmt::format("attempts {} and {}", other, place.attempt));
    }
  }
  if (open_at_crash_.contains(attempt.lead)) {
    foul("no second call after a crash", fmt::format("lead {}", attempt.lead));
  }
  const auto& row = disk_.leads.at(attempt.lead);
  const Campaign& campaign = campaigns_[place.campaign];
  const auto& statuses = campaign.source_statuses;
  const bool right_status =
      std::find(statuses.begin(), statuses.end(), row.lead.status) != statuses.end();
  if (!campaign.active || removed_.contains(place.campaign) || !right_status || !row.reserved ||
      row.lead.finished || row.lead.called_count > campaign.max_attempts) {
    foul("only dialable leads", fmt::format("lead {}", attempt.lead));
  }
  if (row.callback_agent && attempt.agent != row.callback_agent) {
    foul("a call-back is made by whom it was promised", fmt::format("lead {}", attempt.lead));
  }
  core::ZoneSets sets;
  sets.replace(disk_.zone_sets());
  const auto window = sets.check(
      row.lead.zone_set, {campaign.window_from_min, campaign.window_to_min}, now_.wall, zones_);
  if (!window.open) {
    foul("inside the call window", fmt::format("lead {}: {}", attempt.lead, window.why_not));
  }
}

void Referee::check_limits(const PlaceCall& place, const Campaign& campaign) {
  if (trunks_down_.contains(place.trunk)) {
    foul("only trunks that are up", fmt::format("trunk {}", place.trunk));
  }
  const auto of_campaign = std::count_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
    return entry.second.campaign == place.campaign && entry.first != place.attempt;
  });
  // Calls that we ended may still be on their way out of the network.
  const auto ending = std::count_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
    return entry.second.campaign == place.campaign && entry.second.end_told;
  });
  if (of_campaign - ending >= campaign.channels) {
    foul("channels", fmt::format("campaign {}", place.campaign));
  }
  auto& starts = starts_[place.campaign];
  starts.push_back(now_.steady);
  while (starts.front() <= now_.steady - 1s) starts.pop_front();
  const double allowed = campaign.cps + std::max(1.0, campaign.cps / 10);
  if (static_cast<double>(starts.size()) > allowed + 1e-6) {
    foul("calls a second", fmt::format("campaign {}: {}", place.campaign, starts.size()));
  }
}

void Referee::check_pace(CampaignId id) {
  const Campaign& campaign = campaigns_[id];
  if (campaign.type != DialerType::kAuto) return;
  const auto ready = std::count_if(agents_.begin(), agents_.end(), [&](const auto& entry) {
    const AgentLive& live = entry.second.last;
    return live.campaign == id && live.state == AgentState::kWaiting && live.line_up;
  });
  const auto unanswered = std::count_if(calls_.begin(), calls_.end(), [&](const auto& entry) {
    const LiveCall& call = entry.second;
    const bool shared = !call.personal && !call.agent;
    return call.campaign == id && shared && !call.answered_told && !call.end_told;
  });
  const int wanted = core::calls_wanted(campaign.outbound_multiplier, static_cast<int>(ready));
  if (unanswered > wanted) {
    foul("pace", fmt::format("campaign {}: {} calls for {} ready agents", id, unanswered, ready));
  }
}

void Referee::check_queue() {
  for (const auto& [attempt, call] : calls_) {
    if (!call.answered_told || call.agent || call.prompted || call.end_told) continue;
    if (call.personal && !call.aside) continue;
    if (call.aside && call.shown != CallState::kWaiting) continue;
    for (const auto& [session, agent] : agents_) {
      const AgentLive& live = agent.last;
      if (live.campaign == call.campaign && live.state == AgentState::kWaiting &&
          campaigns_[live.campaign].type == DialerType::kAuto) {
        foul("answered calls go to ready agents at once", fmt::format("attempt {}", attempt));
      }
    }
  }
}

void Referee::on(const LiveEvent& event) {
  if (const auto* live = std::get_if<AgentLive>(&event)) {
    LiveAgent& agent = agents_[live->session];
    const bool changed = agent.last.state != live->state || agent.last.attempt != live->attempt;
    if (!agent.last.session || changed) agent.since = now_.steady;
    if (live->state == AgentState::kWaiting && !live->line_up) {
      foul("only agents with a line wait", fmt::format("session {}", live->session));
    }
    if (live->echo_test && (!live->line_up || core::has_call(live->state))) {
      foul("who has a call or no line hears no echo", fmt::format("session {}", live->session));
    }
    agent.last = *live;
  }
  if (const auto* gone = std::get_if<AgentGone>(&event)) agents_.erase(gone->session);
  if (const auto* live = std::get_if<CallLive>(&event)) {
    if (const auto it = calls_.find(live->attempt); it != calls_.end()) {
      it->second.shown = live->state;
    }
  }
  if (const auto* live = std::get_if<TrunkLive>(&event)) trunks_[live->trunk] = *live;
}

void Referee::on(const RequestDone& done) {
  if (open_requests_.erase(done.request) == 0) {
    foul("each request is answered once", fmt::format("request {}", done.request));
  }
  const auto sent = sent_.find(done.request);
  if (sent == sent_.end()) return;
  if (done.result) acknowledged_.insert(sent->second);
  sent_.erase(sent);
}

void Referee::connected(AttemptId attempt, AgentSessionId agent) {
  const auto it = calls_.find(attempt);
  if (it != calls_.end() && it->second.agent == agent) it->second.connected = true;
}

void Referee::call_is_over(AttemptId attempt) {
  calls_.erase(attempt);
  over_.insert(attempt);
}

void Referee::crashed() {
  for (const auto& [attempt, row] : disk_.attempts) {
    const bool open = row.finished == 0 && !row.recovered;
    if (open && dialed_.contains(attempt)) open_at_crash_.insert(row.attempt.lead);
  }
  calls_.clear();
  agents_.clear();
  side_calls_.clear();
  trunks_.clear();
  open_requests_.clear();
  sent_.clear();
  starts_.clear();
  trunks_down_.clear();
}

void Referee::recovered() {
  for (const AttemptId attempt : acknowledged_) {
    if (!disk_.dispositions.contains(attempt)) {
      foul("nothing acknowledged is lost", fmt::format("disposition of attempt {}", attempt));
    }
  }
}

void Referee::check_agent(const LiveAgent& agent) {
  const AgentLive& live = agent.last;
  const Duration age = now_.steady - agent.since;
  if (core::is_talking(live.state) && age > kLatest) {
    const auto call = calls_.find(live.attempt);
    const bool has_call = call != calls_.end() && call->second.connected;
    // A call whose end the network failed to report is found out when the agent hangs up.
    const bool unknown_end = over_.contains(live.attempt) && !end_told_.contains(live.attempt);
    if (!has_call && !unknown_end) {
      foul("no stuck agents", fmt::format("session {} talks to nobody", live.session));
    }
  }
  const Campaign& campaign = campaigns_[live.campaign];
  const Duration wrap_up{campaign.wrap_up_limit_ms};
  if (live.state == AgentState::kWrapUp && age > wrap_up + kLongestStall * 2) {
    foul("no stuck agents", fmt::format("session {} never leaves wrap-up", live.session));
  }
  const Duration ring{campaign.ring_timeout_ms};
  if (live.state == AgentState::kRinging && age > ring * 2 + kLongestStall * 2) {
    foul("no stuck agents", fmt::format("session {} rings for ever", live.session));
  }
}

void Referee::check_call(AttemptId attempt, const LiveCall& call) {
  const Campaign& campaign = campaigns_[call.campaign];
  if (call.end_told && now_.steady - call.end_told_at > kLatest) {
    foul("no zombie calls", fmt::format("attempt {} was ended and lives", attempt));
  }
  if (call.agent && !call.end_told && now_.steady - call.answered_at > kLatest) {
    const auto agent = agents_.find(*call.agent);
    const bool talking = agent != agents_.end() && agent->second.last.attempt == attempt &&
                         core::is_talking(agent->second.last.state);
    if (!talking) foul("no zombie calls", fmt::format("attempt {} has no agent", attempt));
  }
  if (call.aside && !call.end_told && !call.prompted) return check_aside(attempt, call);
  const Duration wait{campaign.answer_wait_ms};
  const bool alone = call.answered_told && !call.agent && !call.prompted && !call.end_told;
  if (alone && now_.steady - call.answered_at > wait) {
    foul("no silence", fmt::format("attempt {} waits too long", attempt));
  }
  const Duration ring{campaign.ring_timeout_ms};
  if (!call.answered_told && !call.end_told && now_.steady - call.since > ring * 2 + 30s) {
    foul("no zombie calls", fmt::format("attempt {} rings for ever", attempt));
  }
}

/// A customer who was put aside is somebody's business: an agent's who has him on hold, the
/// queue's, everybody's while he is parked, or that of the number that he was left to.
void Referee::check_aside(AttemptId attempt, const LiveCall& call) {
  const Duration age = now_.steady - call.aside_since;
  if (age < kLatest) return;
  const core::EngineOptions house;
  const Duration ring{campaigns_[call.campaign].ring_timeout_ms};
  switch (call.shown) {
    case CallState::kParked:
    case CallState::kWaiting:
      if (age > 2 * house.park_limit + ring + 30s) {
        foul("no zombie calls", fmt::format("attempt {} is parked for ever", attempt));
      }
      return;
    case CallState::kTransferred:
      if (!call.third || !side_calls_.contains(*call.third)) {
        foul("no zombie calls", fmt::format("attempt {} talks to nobody", attempt));
      }
      return;
    default: break;
  }
  const bool somebody = std::any_of(agents_.begin(), agents_.end(), [&](const auto& entry) {
    return entry.second.last.attempt == attempt && core::is_talking(entry.second.last.state);
  });
  if (!somebody) foul("no zombie calls", fmt::format("attempt {} was forgotten", attempt));
}

void Referee::look_around() {
  for (const auto& [session, agent] : agents_) check_agent(agent);
  for (const auto& [attempt, call] : calls_) check_call(attempt, call);
  if (!disk_.breaches.empty()) foul("one outcome", disk_.breaches.front());
}

void Referee::final_whistle() {
  look_around();
  recovered();
  for (const auto& [id, row] : disk_.attempts) {
    const bool ended = row.finished == 1 || row.recovered;
    if (!ended) foul("one outcome", fmt::format("attempt {} has none", id));
    if (ended && !core::is_final(row.attempt.outcome)) {
      foul("one outcome", fmt::format("attempt {} ended with a live state", id));
    }
  }
  for (const auto& [session, agent] : agents_) {
    foul("every session ends", fmt::format("session {}", session));
  }
  for (const auto& [attempt, call] : calls_) {
    foul("no zombie calls", fmt::format("attempt {} lives at the end", attempt));
  }
  for (const SideCallId call : side_calls_) {
    foul("no zombie calls", fmt::format("side call {} lives at the end", call));
  }
  for (const auto& [id, trunk] : trunks_) {
    if (trunk.calls != 0) foul("channels", fmt::format("trunk {} counts {}", id, trunk.calls));
  }
  for (const RequestId request : open_requests_) {
    foul("each request is answered once", fmt::format("request {} was not", request));
  }
  for (const auto& [id, row] : disk_.leads) {
    if (row.reserved) foul("no lead stays reserved", fmt::format("lead {}", id));
  }
}

}  // namespace carillon::simulator
