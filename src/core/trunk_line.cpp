#include "core/trunk_line.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace carillon::core {
namespace {

constexpr int kFailuresBeforeRest = 5;
constexpr Duration kRest = 10s;

}  // namespace

TrunkLine::TrunkLine(Trunk trunk) : trunk_(std::move(trunk)), starts_(trunk_.cps) {}

void TrunkLine::change(Trunk trunk) {
  trunk_ = std::move(trunk);
  removed_ = false;
  starts_.set_rate(trunk_.cps);
  failures_in_a_row_ = 0;
  rest_until_ = {};
}

void TrunkLine::set_up(bool up, std::string reason) {
  up_ = up;
  reason_ = std::move(reason);
  if (up) {
    failures_in_a_row_ = 0;
    rest_until_ = {};
  }
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
  reason_ = reason;
  if (++failures_in_a_row_ < kFailuresBeforeRest) return false;
  failures_in_a_row_ = 0;
  rest_until_ = now + kRest;
  return true;
}

void TrunkLine::worked() { failures_in_a_row_ = 0; }

TrunkLive TrunkLine::live() const {
  return {.trunk = trunk_.id, .up = up_, .calls = calls_, .reason = up_ ? "" : reason_};
}

}  // namespace carillon::core
