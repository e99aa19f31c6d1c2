#include "api/trunk_tests.h"

#include <algorithm>

#include <fmt/format.h>

namespace carillon::api {
namespace {

constexpr size_t kKept = 20;
constexpr const char* kPrompt = "safe_harbour.wav";

}  // namespace

Json to_json(const TestCall& call) {
  Json steps = Json::array();
  for (const auto& step : call.steps) {
    steps.push_back(
        {{"at", to_unix_ms(step.at)}, {"state", step.state}, {"sentence", step.sentence}});
  }
  return {{"id", call.id},
          {"trunk_id", call.trunk.value},
          {"number", call.number},
          {"ended", call.ended},
          {"answered", call.answered},
          {"sip_status", call.sip_status > 0 ? Json(call.sip_status) : Json(nullptr)},
          {"steps", std::move(steps)}};
}

Duration TrunkTests::wait(SteadyTime now) const {
  if (!calls_.empty() && !calls_.back().ended) return kGap;
  return std::max(Duration{0}, std::chrono::duration_cast<Duration>(free_at_ - now));
}

const TestCall& TrunkTests::begin(const Order& order, Now now) {
  TestCall call;
  call.id = ++last_;
  call.trunk = order.trunk;
  call.number = order.number;
  calls_.push_back(std::move(call));
  if (calls_.size() > kKept) calls_.pop_front();
  step(calls_.back(), now.wall, "trying", fmt::format("INVITE to {} is sent.", order.dialed));
  PlaceCall place;
  place.attempt = AttemptId{-last_};
  place.trunk = order.trunk;
  place.number = order.dialed;
  place.caller_id = order.caller_id;
  place.ring_timeout_ms = kRing.count();
  to_telephony_(std::move(place));
  return calls_.back();
}

const TestCall* TrunkTests::find(int64_t id) const {
  const auto found =
      std::find_if(calls_.begin(), calls_.end(), [id](const auto& each) { return each.id == id; });
  return found == calls_.end() ? nullptr : &*found;
}

TestCall* TrunkTests::call_of(AttemptId attempt) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [attempt](const auto& each) {
    return each.id == -attempt.value && !each.ended;
  });
  return found == calls_.end() ? nullptr : &*found;
}

void TrunkTests::take(const TelephonyEvent& event, WallTime now) {
  std::visit(
      [&](const auto& each) {
        if constexpr (requires { on(std::declval<TestCall&>(), each, now); }) {
          if (auto* call = call_of(each.attempt)) on(*call, each, now);
        }
      },
      event);
}

void TrunkTests::on(TestCall& call, const CallProgress& event, WallTime now) {
  const char* state = event.early_media ? "early_media" : "ringing";
  if (call.steps.back().state == state) return;
  step(call, now, state,
       event.early_media ? "The carrier plays a tone or an announcement." : "It rings.");
}

void TrunkTests::on(TestCall& call, const CallAnswered& event, WallTime now) {
  call.answered = true;
  step(call, now, "answered", "The call was answered.");
  to_telephony_(PlayAndEnd{event.attempt, kPrompt});
  step(call, now, "prompt", "The safe-harbour message is played; then we hang up.");
  loop_->after(kLongest, [this, attempt = event.attempt] {
    if (call_of(attempt) != nullptr) to_telephony_(EndCall{attempt});
  });
}

void TrunkTests::on(TestCall& call, const CallEnded& event, WallTime now) {
  call.ended = true;
  call.sip_status = event.sip_status;
  free_at_ = machine_now().steady + kGap;
  const bool they = event.by == EndedBy::kCustomer;
  std::string sentence = event.reason;
  if (call.answered && sentence.empty()) {
    sentence = they ? "Who answered hung up." : "We hung up. The trunk works.";
  }
  if (event.sip_status > 0) sentence = fmt::format("{} (SIP {})", sentence, event.sip_status);
  step(call, now, "ended", std::move(sentence));
}

void TrunkTests::step(TestCall& call, WallTime at, std::string state, std::string sentence) {
  call.steps.push_back({at, std::move(state), std::move(sentence)});
  events_.publish("test_call", to_json(call), {});
}

}  // namespace carillon::api
