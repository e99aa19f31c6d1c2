// Claiming leads: which leads are dialed next.
#pragma once

#include <string>

#include "core/messages/storage.h"
#include "store/database.h"

namespace carillon::store {

/// Reserves up to `command.count` leads for `node` until `lease_end`, inside the caller's
/// transaction.
///
/// The order: call-backs whose time has come (the preview agent's own first), then higher priority,
/// then fewer attempts, then the older lead. Leads are read from lanes, one for each leadset, zone
/// set and status, that hold only what can be dialed now, so a claim takes the same time with a
/// thousand leads and with five million. A call-back that was promised by one agent waits an hour
/// for that agent; then anybody may make it.
LeadsClaimed claim_leads(Database& db, const ClaimLeads& command, const std::string& node,
                         WallTime lease_end);

/// The same for call-backs that agents have promised themselves: one for each who has one due.
CallbacksClaimed claim_callbacks(Database& db, const ClaimCallbacks& command,
                                 const std::string& node, WallTime lease_end);

}  // namespace carillon::store
