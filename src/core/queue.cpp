#include "core/queue.h"

#include "core/attempts.h"

namespace carillon::core::queue {

void bridge(World& world, DialingCampaign& campaign) {
  while (!campaign.queue.empty() && !campaign.waiting_agents.empty()) {
    Call& call = world.calls.at(campaign.queue.begin()->second);
    AgentSession& session = world.sessions.at(campaign.waiting_agents.begin()->second);
    attempts::connect(world, call, session);
  }
}

}  // namespace carillon::core::queue
