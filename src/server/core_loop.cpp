#include "server/core_loop.h"

#include <algorithm>
#include <variant>

#include <poll.h>

#include "base/log.h"

namespace carillon::server {
namespace {

constexpr int kLongestWaitMs = 1'000;
/// Requests of the server itself: far above those that the API counts up from 1.
constexpr int64_t kOwnRequests = int64_t{1} << 62;

uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now() - start)
                                   .count());
}

}  // namespace

CoreLoop::CoreLoop(core::EngineOptions options, const core::TimeZones& zones)
    : engine_(std::move(options), zones) {
  last_turn_ms_ = machine_now().steady.time_since_epoch().count();
}

CoreLoop::~CoreLoop() { stop(); }

void CoreLoop::start(CoreSinks sinks) {
  sinks_ = std::move(sinks);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

bool CoreLoop::request(CoreRequest request) {
  if (closing_) return false;
  return inbox_.try_push(core::CoreEvent(std::move(request)));
}

void CoreLoop::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  inbox_.push(core::Tick{});
  thread_.join();
}

bool CoreLoop::sign_everybody_out(Duration limit) {
  closing_ = true;
  inbox_.push(core::Tick{});
  const auto deadline = machine_now().steady + limit;
  while (machine_now().steady < deadline) {
    if (sessions_now_ == 0 && calls_now_ == 0) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

void CoreLoop::run(const std::stop_token& stop) {
  std::vector<core::CoreEvent> batch;
  while (true) {
    pollfd wake{inbox_.fd(), POLLIN, 0};
    ::poll(&wake, 1, wait_ms());
    const bool last = stop.stop_requested();
    const auto start = std::chrono::steady_clock::now();
    last_turn_ms_ = machine_now().steady.time_since_epoch().count();
    inbox_.drain(batch);
    for (const auto& event : batch) take(event);
    const auto deadline = engine_.next_deadline();
    if (deadline && *deadline <= machine_now().steady) take(core::Tick{});
    if (closing_) sign_out_step();
    const auto spent = microseconds_since(start);
    busy_us_ += spent;
    if (spent > longest_us_) longest_us_ = spent;
    if (last) return;
  }
}

void CoreLoop::take(const core::CoreEvent& event) {
  ++events_;
  ++steps_;
  engine_.step(event, machine_now(), commands_);
  hand_out();
}

/// Answers come last: who asks what is live once he has his answer finds what it has changed.
void CoreLoop::hand_out() {
  commands_count_ += commands_.size();
  for (auto& command : commands_) {
    std::visit(
        [this](auto& what) {
          using What = std::decay_t<decltype(what)>;
          if constexpr (std::is_same_v<What, TelephonyCommand>) {
            sinks_.to_telephony(std::move(what));
          } else if constexpr (std::is_same_v<What, StoreCommand>) {
            sinks_.to_store(std::move(what));
          } else if constexpr (std::is_same_v<What, LiveEvent>) {
            watch(what);
            sinks_.publish(std::move(what));
          } else if (what.request.value < kOwnRequests) {
            answers_.push_back(std::move(what));
          }
        },
        command);
  }
  commands_.clear();
  for (auto& answer : answers_) sinks_.done(std::move(answer));
  answers_.clear();
}

/// Follows the published state, the only thing that tells who is here.
void CoreLoop::watch(const LiveEvent& event) {
  if (const auto* agent = std::get_if<AgentLive>(&event)) sessions_.insert(agent->session);
  if (const auto* gone = std::get_if<AgentGone>(&event)) sessions_.erase(gone->session);
  if (const auto* call = std::get_if<CallLive>(&event)) {
    if (call->state == CallState::kEnded) {
      calls_.erase(call->attempt);
    } else {
      calls_.insert(call->attempt);
    }
  }
  sessions_now_ = sessions_.size();
  calls_now_ = calls_.size();
}

void CoreLoop::sign_out_step() {
  const auto present = sessions_;  // a step changes sessions_
  for (const auto session : present) {
    if (!signed_out_.insert(session).second) continue;
    CloseAgentSession close;
    close.request = RequestId{kOwnRequests + ++own_requests_};
    close.session = session;
    close.by_supervisor = true;
    take(CoreRequest(close));
  }
}

int CoreLoop::wait_ms() const {
  const auto deadline = engine_.next_deadline();
  if (!deadline) return kLongestWaitMs;
  const auto wait = (*deadline - machine_now().steady).count();
  return static_cast<int>(std::clamp<int64_t>(wait, 0, kLongestWaitMs));
}

CoreCounters CoreLoop::counters() const {
  CoreCounters counters;
  counters.events = events_;
  counters.commands = commands_count_;
  counters.steps = steps_;
  counters.busy_us = busy_us_;
  counters.longest_batch_us = longest_us_;
  counters.inbox_now = inbox_.size();
  counters.idle_for_ms = machine_now().steady.time_since_epoch().count() - last_turn_ms_;
  counters.agent_sessions_now = sessions_now_;
  counters.calls_now = calls_now_;
  return counters;
}

}  // namespace carillon::server
