// Wrap-up: the time after a call, and the disposition that ends it.
#pragma once

#include "core/messages/live.h"
#include "core/messages/storage.h"
#include "core/world.h"

namespace carillon::core::wrap_up {

/// Whether the agent still owes the disposition of the call in the panel.
bool is_due(const AgentSession& session);

/// The call is over: the agent has wrap_up_limit_ms for the disposition. No time at all when it is
/// on disk already, or when the campaign has no dispositions.
void begin(World& world, AgentSession& session);

/// The agent sets the disposition, during the call or at any time before the next one. The answer
/// comes when it is durable; until then the agent stays where he is.
void submit(World& world, const SubmitDisposition& request);
void saved(World& world, const DispositionSaved& event);

/// No disposition in time: the agent is Paused, "no disposition". It can still be set.
void overdue(World& world, AgentSession& session);

/// The agent wants to go on without it: the panel is free for the next customer.
void put_off(AgentSession& session);
/// The disposition that was put off; nothing once it is set or a colleague has set it.
std::optional<OwedDisposition> owed(const World& world, const AgentSession& session);

}  // namespace carillon::core::wrap_up
