// Retry rules: what becomes of a lead after an attempt or a disposition.
#pragma once

#include <optional>
#include <string>

#include "core/messages/records.h"
#include "core/messages/storage.h"

namespace carillon::core {

/// Whether `outcome` is one that an attempt can end with (the others are live states).
bool is_final(Outcome outcome);

/// The lead's fate after an attempt that ended with `outcome`. A retry rule of the campaign brings
/// the lead back after its time; without a rule, or when the attempts are used up, it is finished.
/// `lead.called_count` counts the attempts before this one.
LeadFate fate_after_outcome(const Campaign& campaign, const Lead& lead, Outcome outcome,
                            WallTime now);

/// The fate of a lead whose attempt was written but never dialed: it is as if nothing had been.
LeadFate fate_when_not_dialed(const std::shared_ptr<const Lead>& lead);

/// The fate that a disposition decides. A call-back is called at its time; final and do-not-call
/// end it; any other disposition is one of an answered call, for which a retry rule may exist.
LeadFate fate_after_disposition(const Campaign& campaign, const Lead& lead,
                                const DispositionRule& rule, std::optional<WallTime> callback_at,
                                WallTime now);

}  // namespace carillon::core
