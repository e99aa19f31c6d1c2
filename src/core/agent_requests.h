// Agent requests: what agents and supervisors ask of an agent session, each answered once.
#pragma once

#include "core/messages/live.h"
#include "core/world.h"

namespace carillon::core::agent_requests {

void handle(World& world, const CoreRequest& request);

}  // namespace carillon::core::agent_requests
