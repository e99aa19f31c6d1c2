// What came of the calls to a leadset's leads: its dashboard.
#include "store/reader.h"
#include "store/table.h"

namespace carillon::store {
namespace {

struct Calls {
  UserId agent;
  std::string disposition;
  Outcome outcome = Outcome::kInProgress;
  int64_t count = 0;
};

void add(LeadsetActivity& activity, const Calls& calls) {
  switch (calls.outcome) {
    case Outcome::kInProgress: activity.in_progress += calls.count; return;
    case Outcome::kRinging: activity.ringing += calls.count; return;
    case Outcome::kConnected: activity.connected += calls.count; return;
    default: break;
  }
  activity.outcomes[calls.outcome] += calls.count;
  // Without a disposition a call counts where one could have been given.
  if (!calls.disposition.empty() || calls.outcome == Outcome::kAnswered) {
    activity.dispositions[calls.disposition] += calls.count;
  }
  if (calls.agent) activity.agents[calls.agent][calls.disposition] += calls.count;
}

}  // namespace

Result<LeadsetActivity> Reader::leadset_activity(LeadsetId id) {
  return guarded([&]() -> Result<LeadsetActivity> {
    if (const auto set = leadset(id); !set) return set.error();
    LeadsetActivity activity;
    for (const auto& row :
         db_.query("SELECT agent_id, disposition, outcome, count(*) FROM attempts WHERE leadset_id "
                   "= ? GROUP BY agent_id, disposition, outcome",
                   {id.value})) {
      Calls calls;
      decode(row[0], calls.agent);
      calls.disposition = row[1];
      decode(row[2], calls.outcome);
      decode(row[3], calls.count);
      add(activity, calls);
    }
    return activity;
  });
}

}  // namespace carillon::store
