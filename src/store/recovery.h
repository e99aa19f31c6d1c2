// Recovery: what a node that ended without saying so has left behind.
#pragma once

#include <string>

#include "base/clock.h"
#include "core/messages/storage.h"
#include "store/database.h"
#include "store/outbox.h"

namespace carillon::store {

/// Ends the node's open attempts with outcome Error and finishes their leads, so that nobody is
/// called again because of a crash; ends its agent sessions; gives its reservations back. Inside
/// the caller's transaction. Returns how many attempts were open.
int64_t recover_node(Database& db, const std::string& node, WallTime now, const Outbox& outbox,
                     Effects& effects);

/// The node's number, given out at its first start. It is the upper part of the ids of its attempts
/// and agent sessions, so that nodes never give the same id.
int64_t node_number(Database& db, const std::string& node);

/// What the core is told at start.
Result<StoreReady> read_ready(Database& db, const std::string& node, WallTime day_began);

}  // namespace carillon::store
