#include "core/world.h"

#include <algorithm>

namespace carillon::core {

int DialingCampaign::placed() const {
  using S = AttemptState;
  int sum = 0;
  for (const S state : {S::kDialing, S::kRinging, S::kWaiting, S::kConnected, S::kAnnouncing,
                        S::kParked, S::kTransferred, S::kEnding}) {
    sum += count(state);
  }
  return sum;
}

int DialingCampaign::occupied() const {
  return placed() + count(AttemptState::kCommitting) + count(AttemptState::kOnDisk);
}

void World::refuse(RequestId request, ErrorCode code, std::string message, std::string field) {
  out->push_back(RequestDone{request, Error{code, std::move(message), std::move(field)}, {}});
}

DialingCampaign& World::campaign(CampaignId id) {
  const auto it = campaigns.find(id);
  CARILLON_ASSERT(it != campaigns.end(), "a campaign outlives its calls and agent sessions");
  return it->second;
}

DialingCampaign* World::find_campaign(CampaignId id) {
  const auto it = campaigns.find(id);
  return it == campaigns.end() ? nullptr : &it->second;
}

Call* World::find_call(AttemptId id) {
  const auto it = calls.find(id);
  return it == calls.end() ? nullptr : &it->second;
}

AgentSession* World::find_session(AgentSessionId id) {
  const auto it = sessions.find(id);
  return it == sessions.end() ? nullptr : &it->second;
}

TrunkLine* World::find_trunk(TrunkId id) {
  const auto it = trunks.find(id);
  return it == trunks.end() ? nullptr : &it->second;
}

bool World::may_work_in(const DialingCampaign& campaign, const User& user) {
  if (campaign.removed) return false;
  const auto& agents = campaign.record.agents;
  return user.role != Role::kAgent ||
         std::find(agents.begin(), agents.end(), user.id) != agents.end();
}

void World::touch(DialingCampaign& campaign) {
  if (campaign.dirty) return;
  campaign.dirty = true;
  dirty.push_back(campaign.record.id);
}

void World::touch_campaigns_of(TrunkId trunk) {
  for (auto& [id, candidate] : campaigns) {
    const auto& trunks_used = candidate.record.trunks;
    if (std::find(trunks_used.begin(), trunks_used.end(), trunk) != trunks_used.end()) {
      touch(candidate);
    }
  }
}

}  // namespace carillon::core
