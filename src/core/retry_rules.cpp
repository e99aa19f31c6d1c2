#include "core/retry_rules.h"

#include <algorithm>

namespace carillon::core {

bool is_final(Outcome outcome) {
  switch (outcome) {
    case Outcome::kInProgress:
    case Outcome::kRinging:
    case Outcome::kConnected: return false;
    case Outcome::kAnswered:
    case Outcome::kAgentUnavailable:
    case Outcome::kBusy:
    case Outcome::kNoAnswer:
    case Outcome::kRejected:
    case Outcome::kDropped:
    case Outcome::kMachine:
    case Outcome::kConnectionError:
    case Outcome::kError: return true;
  }
  return false;
}

LeadFate fate_after_outcome(const Campaign& campaign, const Lead& lead, Outcome outcome,
                            WallTime now) {
  LeadFate fate;
  fate.lead = lead.id;
  fate.finished = true;
  const auto rule =
      std::find_if(campaign.retry_rules.begin(), campaign.retry_rules.end(),
                   [&](const RetryRule& candidate) { return candidate.outcome == outcome; });
  if (rule == campaign.retry_rules.end()) return fate;
  if (lead.called_count + 1 >= campaign.max_attempts) return fate;
  fate.finished = false;
  fate.not_call_until = now + std::chrono::seconds{std::max<int64_t>(rule->after_s, 0)};
  return fate;
}

LeadFate fate_when_not_dialed(const std::shared_ptr<const Lead>& lead) {
  return {.lead = lead->id,
          .finished = false,
          .not_call_until = lead->not_call_until,
          .not_dialed = lead};
}

LeadFate fate_after_disposition(const Campaign& campaign, const Lead& lead,
                                const DispositionRule& rule, std::optional<WallTime> callback_at,
                                WallTime now) {
  LeadFate fate;
  fate.lead = lead.id;
  fate.finished = rule.final || rule.do_not_call;
  if (fate.finished) return fate;
  if (rule.callback && callback_at) {
    fate.not_call_until = callback_at;
    return fate;
  }
  return fate_after_outcome(campaign, lead, Outcome::kAnswered, now);
}

}  // namespace carillon::core
