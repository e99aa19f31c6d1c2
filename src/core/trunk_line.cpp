#include "core/trunk_line.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace carillon::core {
namespace {

constexpr int kFailuresBeforeRest = 5;
constexpr Duration kRest = 10s;
// What a carrier refuses, somebody has to put right: a few seconds change nothing.
constexpr Duration kRestAfterRefusals = 60s;

}  // namespace

TrunkLine::TrunkLine(Trunk trunk) : trunk_(std::move(trunk)), starts_(trunk_.cps) {}

void TrunkLine::change(Trunk trunk) {
  trunk_ = std::move(trunk);
  removed_ = false;
  starts_.set_rate(trunk_.cps);
  forget_failures();
}

void TrunkLine::set_up(bool up, std::string reason) {
  up_ = up;
  reason_ = std::move(reason);
  if (up) forget_failures();
}

std::string TrunkLine::why_not(SteadyTime now) const {
  if (removed_) return "it was removed";
  if (!trunk_.active) return "it is switched off";
  if (!up_) return reason_.empty() ? "it does not answer" : reason_;
  if (now < rest_until_) return "it could not take the last calls: " + reason_;
  return "";
}

bool TrunkLine::take_turn(CampaignId campaign, SteadyTime now) {
  const bool first = line_.empty() || line_.front() == campaign;
  if (!first || !starts_.ready(now)) {
    if (std::find(line_.begin(), line_.end(), campaign) == line_.end()) line_.push_back(campaign);
    return false;
  }
  if (!line_.empty()) line_.pop_front();
  starts_.take(now);
  return true;
}

void TrunkLine::leave_line(CampaignId campaign) { std::erase(line_, campaign); }

void TrunkLine::free_channel() {
  CARILLON_ASSERT(calls_ > 0, "a channel was freed twice");
  --calls_;
}

bool TrunkLine::failed(const std::string& reason, SteadyTime now) {
  return note(failures_in_a_row_, reason, now, kRest);
}

bool TrunkLine::refused(const std::string& reason, SteadyTime now) {
  return note(failures_in_a_row_, reason, now, kRestAfterRefusals);
}

bool TrunkLine::answered_badly(const std::string& reason, SteadyTime now) {
  return note(bad_answers_in_a_row_, reason, now, kRestAfterRefusals);
}

bool TrunkLine::note(int& in_a_row, const std::string& reason, SteadyTime now, Duration rest) {
  reason_ = reason;
  in_a_row = std::min(in_a_row + 1, kFailuresBeforeRest);
  if (in_a_row < kFailuresBeforeRest) return false;
  resting_ = true;
  rest_until_ = now + rest;
  return true;
}

void TrunkLine::worked() { failures_in_a_row_ = 0; }

void TrunkLine::worked_to_the_end() {
  failures_in_a_row_ = 0;
  bad_answers_in_a_row_ = 0;
}

void TrunkLine::forget_failures() {
  worked_to_the_end();
  resting_ = false;
  rest_until_ = {};
}

TrunkLive TrunkLine::live() const {
  return {
      .trunk = trunk_.id, .up = up_, .calls = calls_, .reason = up_ && !resting_ ? "" : reason_};
}

}  // namespace carillon::core
