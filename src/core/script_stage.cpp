#include "core/script_stage.h"

#include <fmt/format.h>

namespace carillon::core {

ScriptStage::ScriptStage()
    : wall(std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{10}) {}

void ScriptStage::start() {
  if (engine_) return;
  engine_ = std::make_unique<Engine>(EngineOptions{}, zones);
  send(StoreEvent{store.recover(zones.day_began("UTC", wall_now()))});
}

void ScriptStage::crash() {
  engine_.reset();
  to_core_.clear();
  to_store_.clear();
  echoing.clear();
  for (auto& [name, agent] : agents) {
    agent.session = {};
    agent.live.reset();
  }
}

std::string ScriptStage::advance(SteadyTime at) {
  if (at < steady_) return "Time does not go back.";
  int steps = 0;
  while (engine_) {
    const auto deadline = engine_->next_deadline();
    if (!deadline || *deadline > at) break;
    const Duration pass = std::max(Duration{0}, *deadline - steady_);
    steps = pass.count() > 0 ? 0 : steps + 1;
    if (steps > 1000) return "The engine asks for the same moment again and again.";
    steady_ += pass;
    wall += pass;
    send(Tick{});
  }
  wall += at - steady_;
  steady_ = at;
  return "";
}

void ScriptStage::send(const CoreEvent& event) {
  to_core_.push_back(event);
  if (stepping_) return;
  stepping_ = true;
  while (engine_ && !to_core_.empty()) {
    const CoreEvent next = std::move(to_core_.front());
    to_core_.pop_front();
    step(next);
    if (!store_stalls) let_the_store_work();
  }
  stepping_ = false;
}

void ScriptStage::step(const CoreEvent& event) {
  std::vector<CoreCommand> commands;
  engine_->step(event, now_both(), commands);
  for (const CoreCommand& command : commands) carry_out(command);
}

void ScriptStage::let_the_store_work() {
  while (!to_store_.empty()) {
    const StoreCommand command = std::move(to_store_.front());
    to_store_.pop_front();
    if (const auto* finish = std::get_if<FinishAttempt>(&command)) {
      leads_in_call_.erase(finish->attempt.lead);
    }
    if (auto answer = store.apply(command)) send(*answer);
  }
  if (!store.breaches.empty()) breach = store.breaches.front();
}

void ScriptStage::carry_out(const CoreCommand& command) {
  if (const auto* c = std::get_if<StoreCommand>(&command)) to_store_.push_back(*c);
  if (const auto* c = std::get_if<TelephonyCommand>(&command)) on(*c);
  if (const auto* c = std::get_if<LiveEvent>(&command)) on(*c);
  if (const auto* c = std::get_if<RequestDone>(&command)) on(*c);
}

void ScriptStage::on(const TelephonyCommand& command) {
  if (const auto* c = std::get_if<PlaceCall>(&command)) return on_place(*c);
  if (const auto* c = std::get_if<EndCall>(&command)) return on_end(c->attempt);
  if (const auto* c = std::get_if<ConnectCall>(&command)) {
    calls[c->attempt].connected_at = steady_;
    join({c->attempt, c->session});
  }
  if (const auto* c = std::get_if<DisconnectCall>(&command)) {
    take_out(c->attempt);
    calls[c->attempt].held = true;
  }
  if (const auto* c = std::get_if<JoinParties>(&command)) join(c->parties);
  if (const auto* c = std::get_if<PlaceSideCall>(&command)) side_calls[c->call] = *c;
  if (const auto* c = std::get_if<EndSideCall>(&command)) {
    take_out(c->call);
    side_calls.erase(c->call);
  }
  if (const auto* c = std::get_if<EchoAgent>(&command)) {
    if (c->on) {
      echoing.insert(c->session);
    } else {
      echoing.erase(c->session);
    }
  }
  if (const auto* c = std::get_if<CloseAgentLine>(&command)) echoing.erase(c->session);
  if (const auto* c = std::get_if<HoldCall>(&command)) calls[c->attempt].held = c->on;
  if (const auto* c = std::get_if<PlayAndEnd>(&command)) {
    calls[c->attempt].prompt = c->prompt;
    calls[c->attempt].spoken = c->text;
  }
  if (const auto* c = std::get_if<SendDigits>(&command)) calls[c->attempt].digits += c->digits;
  if (const auto* c = std::get_if<OpenAgentLine>(&command); c && lines_come_up) {
    send(TelephonyEvent{AgentLineUp{c->session}});
  }
}

void ScriptStage::take_out(const Party& party) {
  for (auto& talk : talks) talk.erase(party);
  std::erase_if(talks, [](const auto& talk) { return talk.size() < 2; });
  if (const auto* attempt = std::get_if<AttemptId>(&party)) calls[*attempt].connected = {};
}

void ScriptStage::join(const std::vector<Party>& parties) {
  for (const Party& party : parties) take_out(party);
  talks.emplace_back(parties.begin(), parties.end());
  AgentSessionId agent;
  for (const Party& party : parties) {
    if (const auto* session = std::get_if<AgentSessionId>(&party)) agent = *session;
  }
  for (const Party& party : parties) {
    if (const auto* attempt = std::get_if<AttemptId>(&party)) {
      calls[*attempt].connected = agent;
      calls[*attempt].held = false;
    }
  }
}

std::optional<Party> ScriptStage::party(const std::string& name) {
  if (const auto agent = agents.find(name); agent != agents.end()) return agent->second.session;
  for (const auto& [id, call] : side_calls) {
    if ("+" + call.number == name) return id;
  }
  if (const AttemptId attempt = attempt_to(name)) return attempt;
  return std::nullopt;
}

void ScriptStage::on_place(const PlaceCall& command) {
  const auto row = store.attempts.find(command.attempt);
  if (row == store.attempts.end()) {
    breach = fmt::format("attempt {} was dialed before it was on disk", command.attempt);
    return;
  }
  StagedCall& call = calls[command.attempt];
  const bool first = call.invites++ == 0;
  if (first && !leads_in_call_.insert(row->second.attempt.lead).second) {
    breach = fmt::format("{} was called twice at once", row->second.attempt.phone);
  }
  call.placed = command;
  call.phone = row->second.attempt.phone;
  unexpected_calls.push_back(command);
}

void ScriptStage::on_end(AttemptId attempt) {
  StagedCall& call = calls[attempt];
  call.end_asked = true;
  if (!ends_are_confirmed) return;
  CallEnded ended;
  ended.attempt = attempt;
  ended.outcome = call.answered ? Outcome::kAnswered : Outcome::kNoAnswer;
  ended.by = EndedBy::kSystem;
  send(TelephonyEvent{ended});
}

void ScriptStage::on(const LiveEvent& event) {
  if (const auto* live = std::get_if<AgentLive>(&event)) {
    if (StagedAgent* agent = agent_by_id(live->agent)) {
      agent->live = *live;
      if (live->attempt) agent->last_attempt = live->attempt;
      agent->session = live->session;
    }
  }
  if (const auto* gone = std::get_if<AgentGone>(&event)) {
    StagedAgent* agent = agent_by_id(gone->agent);
    if (agent && agent->session == gone->session) {
      agent->gone = gone->reason;
      agent->live.reset();
    }
  }
  if (const auto* live = std::get_if<CampaignLive>(&event)) campaign_live[live->campaign] = *live;
  if (const auto* live = std::get_if<TrunkLive>(&event)) trunk_live[live->trunk] = *live;
}

void ScriptStage::on(const RequestDone& done) {
  const auto asked = asked_by_.find(done.request);
  if (asked == asked_by_.end()) {
    breach = "a request was answered twice";
    return;
  }
  StagedAgent* agent = agent_by_id(asked->second);
  const bool of_supervisor = asked->second == UserId{};
  asked_by_.erase(asked);
  if (of_supervisor && !done.result) breach = "refused: " + done.result.error().message;
  if (!agent) return;
  if (!done.result) {
    agent->refusal = done.result.error().message;
  } else if (done.session) {
    agent->session = done.session;
    agent->gone.clear();
  } else {
    ++agent->saved;
  }
}

StagedAgent* ScriptStage::agent_by_id(UserId id) {
  for (auto& [name, agent] : agents) {
    if (agent.id == id) return &agent;
  }
  return nullptr;
}

StagedAgent* ScriptStage::agent_of(AgentSessionId session) {
  for (auto& [name, agent] : agents) {
    if (agent.session == session) return &agent;
  }
  return nullptr;
}

StagedCall* ScriptStage::call_to(const std::string& phone) {
  const auto it = calls.find(attempt_to(phone));
  return it == calls.end() ? nullptr : &it->second;
}

AttemptId ScriptStage::attempt_to(const std::string& phone) {
  for (auto it = store.attempts.rbegin(); it != store.attempts.rend(); ++it) {
    if (it->second.attempt.phone == phone) return it->first;
  }
  return {};
}

}  // namespace carillon::core
