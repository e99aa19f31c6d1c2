#include "network.h"

#include <utility>

namespace carillon::simulator {

void Network::carry_out(const TelephonyCommand& command) {
  if (const auto* c = std::get_if<PlaceCall>(&command)) return place(*c);
  if (const auto* c = std::get_if<OpenAgentLine>(&command)) return open_line(c->session);
  if (const auto* c = std::get_if<CloseAgentLine>(&command)) {
    lines_.erase(c->session);
    return;
  }
  if (const auto* c = std::get_if<EndCall>(&command)) {
    if (breakage_ == Breakage::kZombieCalls) return;
    const AttemptId attempt = c->attempt;
    later(attempt, random_.between(2ms, 60ms), [this, attempt](Customer& customer) {
      end(attempt, customer.answered ? Outcome::kAnswered : Outcome::kNoAnswer, EndedBy::kSystem);
    });
  }
  if (const auto* c = std::get_if<PlayAndEnd>(&command)) {
    ++messages_played;
    const AttemptId attempt = c->attempt;
    later(attempt, random_.between(3s, 9s),
          [this, attempt](Customer&) { end(attempt, Outcome::kAnswered, EndedBy::kSystem); });
  }
  if (const auto* c = std::get_if<PlaceSideCall>(&command)) return place_side_call(c->call);
  if (const auto* c = std::get_if<EndSideCall>(&command)) {
    agenda_.in(random_.between(2ms, 60ms),
               [this, call = c->call] { end_side_call(call, Outcome::kAnswered); });
  }
  if (const auto* c = std::get_if<ConnectCall>(&command)) {
    const auto it = customers_.find(c->attempt);
    if (it == customers_.end() || breakage_ == Breakage::kDeafNetwork) return;
    ++conversations;
    it->second.connected = true;
    referee_.connected(c->attempt, c->session);
    if (c->record) report_(RecordingFinished{c->attempt, c->recording, 1000, ""});
  }
}

void Network::later(AttemptId attempt, Duration delay, std::function<void(Customer&)> action) {
  const auto it = customers_.find(attempt);
  if (it == customers_.end()) return;
  agenda_.in(delay, [this, attempt, serial = it->second.serial, action = std::move(action)] {
    const auto now = customers_.find(attempt);
    if (now != customers_.end() && now->second.serial == serial) action(now->second);
  });
}

void Network::place(const PlaceCall& command) {
  ++calls_placed;
  const AttemptId attempt = command.attempt;
  customers_[attempt] = {++serial_, false, false};
  if (random_.chance(0.04)) {
    return plan_end(attempt, random_.between(20ms, 400ms), Outcome::kConnectionError, true);
  }
  if (random_.chance(0.12)) {
    return plan_end(attempt, random_.between(300ms, 3s), Outcome::kBusy);
  }
  later(attempt, random_.between(100ms, 2500ms), [this, attempt](Customer&) {
    CallProgress progress;
    progress.attempt = attempt;
    report_(progress);
  });
  const Duration ring{command.ring_timeout_ms};
  const double fate = random_.fraction();
  if (fate < 0.50) return plan_answer(attempt, random_.between(3s, std::max(ring, Duration{4s})));
  if (fate < 0.58) return plan_end(attempt, random_.between(3s, 9s), Outcome::kRejected);
  if (fate < 0.62) return plan_end(attempt, random_.between(4s, 12s), Outcome::kMachine);
  if (fate < 0.64) return plan_end(attempt, random_.between(1s, 12s), Outcome::kError);
  plan_end(attempt, ring, Outcome::kNoAnswer);
}

void Network::plan_answer(AttemptId attempt, Duration after) {
  later(attempt, after, [this, attempt](Customer& customer) {
    customer.answered = true;
    if (!random_.chance(faults.answer_lost)) report_(CallAnswered{attempt});
    // Some hang up at once, as the voice is a stranger's; the others talk a while.
    const Duration talk =
        random_.chance(0.2) ? random_.between(10ms, 3s) : 3s + random_.around(45s);
    later(attempt, talk,
          [this, attempt](Customer&) { end(attempt, Outcome::kAnswered, EndedBy::kCustomer); });
  });
}

void Network::plan_end(AttemptId attempt, Duration after, Outcome outcome, bool try_next) {
  later(attempt, after, [this, attempt, outcome, try_next](Customer&) {
    end(attempt, outcome, EndedBy::kCarrier, try_next);
  });
}

void Network::end(AttemptId attempt, Outcome outcome, EndedBy by, bool try_next) {
  if (customers_.erase(attempt) == 0) return;
  referee_.call_is_over(attempt);
  if (random_.chance(faults.end_lost)) return;
  CallEnded ended;
  ended.attempt = attempt;
  ended.outcome = outcome;
  ended.by = by;
  ended.try_next_trunk = try_next;
  report_(ended);
}

void Network::place_side_call(SideCallId call) {
  side_calls_[call] = false;
  if (random_.chance(0.4)) {
    agenda_.in(random_.between(300ms, 20s), [this, call] { end_side_call(call, Outcome::kBusy); });
    return;
  }
  agenda_.in(random_.between(1s, 10s), [this, call] {
    const auto it = side_calls_.find(call);
    if (it == side_calls_.end()) return;
    it->second = true;
    if (!random_.chance(faults.answer_lost)) report_(SideCallAnswered{call});
    agenda_.in(1s + random_.around(30s), [this, call] { end_side_call(call, Outcome::kAnswered); });
  });
}

void Network::end_side_call(SideCallId call, Outcome outcome) {
  if (side_calls_.erase(call) != 0) report_(SideCallEnded{call, outcome, "gone"});
}

void Network::open_line(AgentSessionId session) {
  const int64_t serial = ++serial_;
  lines_[session] = serial;
  const Duration delay = random_.chance(0.1) ? random_.between(2s, 20s) : random_.between(50ms, 1s);
  agenda_.in(delay, [this, session, serial] {
    const auto it = lines_.find(session);
    if (it != lines_.end() && it->second == serial) report_(AgentLineUp{session});
  });
}

void Network::shake_lines() {
  for (const auto& [session, serial] : lines_) {
    if (!random_.chance(faults.line_breaks)) continue;
    report_(AgentLineDown{session, "network break", false});
    agenda_.in(random_.between(200ms, 30s), [this, session = session, serial = serial] {
      const auto it = lines_.find(session);
      if (it != lines_.end() && it->second == serial) report_(AgentLineUp{session});
    });
  }
}

void Network::crash() {
  for (const auto& [attempt, customer] : customers_) referee_.call_is_over(attempt);
  customers_.clear();
  side_calls_.clear();
  lines_.clear();
}

}  // namespace carillon::simulator
