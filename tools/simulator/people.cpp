#include "people.h"

#include "core/agent_state.h"

namespace carillon::simulator {

void People::add(UserId agent, std::vector<CampaignId> campaigns) {
  Person& person = people_[agent];
  person.agent = agent;
  person.campaigns = std::move(campaigns);
  agenda_.in(random_.between(0ms, 20s), [this, &person] { think(person); });
}

void People::see(const AgentLive& live) {
  Person& person = people_[live.agent];
  const bool changed =
      !person.live || person.live->state != live.state || person.live->attempt != live.attempt;
  person.live = live;
  if (!changed) return;
  person.state_since = agenda_.now();
  switch (live.state) {
    case AgentState::kInCall: person.patience = random_.around(40s); break;
    case AgentState::kWrapUp: person.patience = random_.around(8s); break;
    case AgentState::kPreview: person.patience = random_.around(10s); break;
    default: person.patience = random_.around(20s); break;
  }
}

void People::see(const AgentGone& gone) {
  Person& person = people_[gone.agent];
  if (person.live && person.live->session == gone.session) person.live.reset();
}

void People::see(const CallLive& call) {
  if (call.state == CallState::kParked) {
    parked_.insert(call.attempt);
  } else {
    parked_.erase(call.attempt);
  }
}

void People::crash() {
  parked_.clear();
  for (auto& [id, person] : people_) {
    person.live.reset();
    person.browser = false;
  }
}

void People::go_home() {
  home_ = true;
  for (auto& [id, person] : people_) {
    if (!person.live) continue;
    const bool polite = random_.chance(0.5) && agenda_.now() >= person.away_until;
    if (polite) {
      CloseAgentSession close;
      close.by_supervisor = core::is_talking(person.live->state) || random_.chance(0.3);
      ask(person, close);
    }
    // Whoever is in a call is refused; the browser closes all the same.
    browser(person, false);
  }
}

void People::browser(Person& person, bool present) {
  person.browser = present;
  if (!present && breakage_ == Breakage::kEndlessSessions) return;
  AgentPresence presence;
  presence.present = present;
  ask(person, presence);
}

void People::think(Person& person) {
  agenda_.in(random_.between(300ms, 4s), [this, &person] { think(person); });
  if (agenda_.now() < person.away_until) return;
  if (!person.live) {
    if (!home_ && random_.chance(0.3)) log_in(person);
    return;
  }
  if (home_) return browser(person, false);
  if (!person.browser) return browser(person, true);
  if (random_.chance(0.004)) return vanish(person);
  if (random_.chance(0.003)) return ask(person, CloseAgentSession{});
  work(person);
}

void People::log_in(Person& person) {
  OpenAgentSession open;
  open.request = next_id();
  open.agent = person.agent;
  const auto last = static_cast<int64_t>(person.campaigns.size()) - 1;
  open.campaign = person.campaigns[static_cast<size_t>(random_.between(0, last))];
  person.browser = false;
  ask_(open);
}

/// The laptop closes: sometimes the server notices at once, sometimes after a while, and sometimes
/// the agent is back before it does.
void People::vanish(Person& person) {
  const Duration away = random_.chance(0.4) ? random_.between(1s, 20s) : random_.between(60s, 300s);
  person.away_until = agenda_.now() + away;
  agenda_.in(random_.between(100ms, 30s), [this, &person] {
    if (person.live && agenda_.now() < person.away_until) browser(person, false);
  });
}

void People::work(Person& person) {
  if (random_.chance(0.01)) return test_headset(person);
  const bool done = agenda_.now() - person.state_since >= person.patience;
  switch (person.live->state) {
    case AgentState::kPaused:
      if (person.live->attempt && random_.chance(0.8)) return submit(person);
      if (retrieve(person)) return;
      if (done || random_.chance(0.3)) {
        SetAgentReady ready;
        ready.ready = true;
        return ask(person, ready);
      }
      return;
    case AgentState::kWaiting:
      if (person.live->owed && random_.chance(0.2)) return submit(person);
      if (retrieve(person)) return;
      if (random_.chance(0.03)) return ask(person, SetAgentReady{});
      if (random_.chance(0.05)) ask(person, NextPreview{});
      return;
    case AgentState::kPreview:
      if (done) {
        PreviewDecision decision;
        decision.dial = random_.chance(0.8);
        decision.skip_reason = "no";
        ask(person, decision);
      }
      return;
    case AgentState::kRinging:
      if (random_.chance(0.02)) ask(person, AgentHangUp{});
      return;
    case AgentState::kInCall:
    case AgentState::kOnHold: return talk(person);
    case AgentState::kWrapUp:
      if (done) submit(person);
      return;
  }
}

/// A colleague, a manager or a number.
TransferTarget People::somebody() {
  TransferTarget to;
  const double whom = random_.fraction();
  if (whom < 0.5) {
    auto it = people_.begin();
    std::advance(it, random_.between(0, static_cast<int64_t>(people_.size()) - 1));
    to.colleague = it->first;
  } else if (whom < 0.6) {
    to.any_manager = true;
  } else {
    to.number = "+49301234567";
  }
  return to;
}

bool People::retrieve(Person& person) {
  if (parked_.empty() || !random_.chance(0.15)) return false;
  AgentRetrieve retrieve;
  auto it = parked_.begin();
  std::advance(it, random_.between(0, static_cast<int64_t>(parked_.size()) - 1));
  retrieve.attempt = *it;
  ask(person, retrieve);
  return true;
}

/// At any time: in a call it is refused.
void People::test_headset(Person& person) {
  AgentEcho echo;
  echo.on = !person.live->echo_test;
  ask(person, echo);
}

void People::with_third(Person& person) {
  if (!random_.chance(0.2)) return;
  AgentConsultStep next;
  const double mood = random_.fraction();
  if (mood < 0.4) next.step = ConsultStep::kConference;
  if (mood > 0.7) next.step = ConsultStep::kComplete;
  ask(person, next);
}

void People::talk(Person& person) {
  if (person.live->third && random_.chance(0.5)) return with_third(person);
  if (agenda_.now() - person.state_since >= person.patience) return ask(person, AgentHangUp{});
  if (random_.chance(0.005)) return ask(person, EndLiveCall{{}, person.live->attempt});
  const double mood = random_.fraction();
  if (mood < 0.05) {
    AgentHold hold;
    hold.on = person.live->state == AgentState::kInCall;
    return ask(person, hold);
  }
  if (mood < 0.08) return ask(person, SetAgentReady{});
  if (mood < 0.10) return submit(person);
  if (mood > 0.98) return ask(person, AgentPark{});
  if (mood > 0.96) {
    AgentTransfer transfer;
    transfer.to = somebody();
    return ask(person, transfer);
  }
  if (mood > 0.92) {
    AgentConsult consult;
    consult.to = somebody();
    return ask(person, consult);
  }
  if (mood < 0.12) {
    AgentMute mute;
    mute.on = !person.live->muted;
    return ask(person, mute);
  }
}

void People::submit(Person& person) {
  SubmitDisposition submit;
  submit.attempt = person.live->owed ? person.live->owed->attempt : person.live->attempt;
  const auto& rules = predefined_dispositions();
  const auto last = static_cast<int64_t>(rules.size()) - 1;
  submit.disposition = rules[static_cast<size_t>(random_.between(0, last))].name;
  submit.then_pause = random_.chance(0.1);
  submit.pause_reason = "coffee";
  if (submit.disposition == "CALL BACK") {
    // The console reads the wall clock of the server's answers: two days are far enough for every
    // jump of it; a time that has passed meanwhile is refused, and the agent chooses again.
    submit.callback_at =
        person.live->since +
        (random_.chance(0.3) ? Duration{std::chrono::hours{48}} : random_.between(1min, 8min));
    submit.callback_for_me = random_.chance(0.7);
  }
  ask(person, submit);
}

}  // namespace carillon::simulator
