#include "store/claims.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "store/table.h"

namespace carillon::store {
namespace {

/// Leads whose waiting time is over become dialable in steps, so that a million of them due at
/// nine o'clock do not hold up one claim.
constexpr int64_t kWakeAtOnce = 1'000;
constexpr int64_t kPersonalCallbackMs = 3'600'000;
/// So many due call-backs of a leadset are read to find one for each agent.
constexpr int64_t kLookAhead = 1'000;

/// The partial indexes leads_lane and leads_waiting hold exactly these.
constexpr std::string_view kFree =
    "finished = 0 AND phone_valid = 1 AND dnc = 0 AND reserved_until = 0";
/// The do-not-call lists have the last word, whatever a lead's own flag says.
constexpr std::string_view kNotListed =
    "NOT EXISTS (SELECT 1 FROM dnc d WHERE d.phone = leads.phone AND d.campaign_id IN (0, ?))";

/// In a cluster two nodes may claim at once: each takes what the other has not locked.
const char* skip_locked(const Database& db) {
  return db.is_postgresql() ? " FOR UPDATE SKIP LOCKED" : "";
}

struct Candidate {
  int64_t id;
  int64_t priority;
  int64_t called_count;

  /// Smaller is earlier.
  auto rank() const { return std::tuple(-priority, called_count, id); }
};

struct Rules {
  CampaignId campaign;
  std::vector<std::string> statuses;
  int64_t max_attempts = 0;
  std::vector<int64_t> leadsets;
};

/// Empty statuses or leadsets: nothing is dialed.
Rules read_rules(Database& db, CampaignId campaign) {
  Rules rules;
  rules.campaign = campaign;
  const auto rows = db.query(
      "SELECT source_statuses, max_attempts FROM campaigns WHERE id = ? AND active = 1 AND "
      "deleted_at = 0",
      {campaign.value});
  if (rows.empty()) return rules;
  decode(rows.front()[0], rules.statuses);
  decode(rows.front()[1], rules.max_attempts);
  for (const auto& row :
       db.query("SELECT id FROM leadsets WHERE campaign_id = ? AND active = 1 AND deleted_at = 0 "
                "ORDER BY id",
                {campaign.value})) {
    rules.leadsets.push_back(to_number<int64_t>(row[0]));
  }
  return rules;
}

/// Moves leads whose not-call-until time has passed into the lanes. Agreed call-backs keep theirs.
void wake_waiting(Database& db, const Rules& rules, WallTime now) {
  for (const int64_t leadset : rules.leadsets) {
    db.execute(
        fmt::format("UPDATE leads SET not_call_until = 0 WHERE id IN (SELECT id FROM leads WHERE "
                    "leadset_id = ? AND callback_due = 0 AND {} AND not_call_until > 0 AND "
                    "not_call_until <= ? ORDER BY not_call_until LIMIT ?{})",
                    kFree, skip_locked(db)),
        {leadset, to_unix_ms(now), kWakeAtOnce});
  }
}

struct DueCallback {
  int64_t id;
  int64_t agent;  ///< 0: anybody's
  int64_t due_at;
};

/// Whose call-backs are meant: a condition on callback_agent_id and not_call_until.
struct Whose {
  std::string condition;
  Values values;
};

/// At most `count` call-backs of each leadset whose time has come, those longest due first.
std::vector<DueCallback> due_callbacks(Database& db, const Rules& rules,
                                       const std::vector<ZoneSetId>& open_zone_sets, WallTime now,
                                       const Whose& whose, int64_t count) {
  std::vector<DueCallback> due;
  for (const int64_t leadset : rules.leadsets) {
    Values values{leadset, to_unix_ms(now), rules.max_attempts};
    values.insert(values.end(), whose.values.begin(), whose.values.end());
    values.emplace_back(rules.campaign.value);
    values.insert(values.end(), rules.statuses.begin(), rules.statuses.end());
    values.emplace_back(count);
    for (const auto& row : db.query(
             fmt::format("SELECT id, callback_agent_id, not_call_until FROM leads WHERE leadset_id "
                         "= ? AND callback_due = 1 AND {} AND not_call_until > 0 AND "
                         "not_call_until <= ? AND called_count < ? AND {} AND zone_set_id IN ({}) "
                         "AND {} AND status IN ({}) ORDER BY not_call_until LIMIT ?{}",
                         kFree, whose.condition, id_list(open_zone_sets), kNotListed,
                         marks(rules.statuses.size()), skip_locked(db)),
             values)) {
      due.push_back(
          {to_number<int64_t>(row[0]), to_number<int64_t>(row[1]), to_number<int64_t>(row[2])});
    }
  }
  std::sort(due.begin(), due.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.due_at, a.id) < std::tuple(b.due_at, b.id);
  });
  return due;
}

/// Anybody's call-backs, and those of the preview agent before all others.
std::vector<int64_t> callbacks_for_all(Database& db, const Rules& rules,
                                       const ClaimLeads& command) {
  const int64_t agent = command.preview_agent.value;
  auto due = due_callbacks(db, rules, command.open_zone_sets, command.now,
                           {"(callback_agent_id IN (0, ?) OR not_call_until <= ?)",
                            {agent, to_unix_ms(command.now) - kPersonalCallbackMs}},
                           command.count);
  std::stable_partition(due.begin(), due.end(),
                        [&](const auto& one) { return one.agent != 0 && one.agent == agent; });
  std::vector<int64_t> ids;
  for (const auto& one : due) ids.push_back(one.id);
  return ids;
}

std::vector<Candidate> read_lane(Database& db, const Rules& rules, int64_t leadset, int64_t zones,
                                 const std::string& status, int64_t count) {
  std::vector<Candidate> lane;
  for (const auto& row : db.query(
           fmt::format("SELECT id, priority, called_count FROM leads WHERE leadset_id = ? AND "
                       "zone_set_id = ? AND status = ? AND {} AND not_call_until = 0 AND "
                       "called_count < ? AND {} ORDER BY priority DESC, called_count, id LIMIT ?{}",
                       kFree, kNotListed, skip_locked(db)),
           {leadset, zones, status, rules.max_attempts, rules.campaign.value, count})) {
    lane.push_back(
        {to_number<int64_t>(row[0]), to_number<int64_t>(row[1]), to_number<int64_t>(row[2])});
  }
  return lane;
}

/// The best `count` of all lanes, in order.
std::vector<int64_t> from_lanes(Database& db, const Rules& rules, const ClaimLeads& command,
                                size_t count) {
  std::vector<Candidate> all;
  for (const int64_t leadset : rules.leadsets) {
    for (const auto zones : command.open_zone_sets) {
      for (const auto& status : rules.statuses) {
        const auto lane =
            read_lane(db, rules, leadset, zones.value, status, static_cast<int64_t>(count));
        all.insert(all.end(), lane.begin(), lane.end());
      }
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.rank() < b.rank(); });
  std::vector<int64_t> ids;
  for (const auto& candidate : all) {
    if (ids.size() == count) break;
    ids.push_back(candidate.id);
  }
  return ids;
}

/// `id` is one of a list that travels as one parameter.
std::string in_list(const Database& db) {
  return db.is_postgresql() ? "id = ANY (CAST(? AS BIGINT[]))"
                            : "id IN (SELECT value FROM json_each(?))";
}
std::string list_parameter(const Database& db, const std::vector<int64_t>& ids) {
  return db.is_postgresql() ? "{" + id_list(ids) + "}" : "[" + id_list(ids) + "]";
}

std::vector<std::shared_ptr<const Lead>> reserve(Database& db, const std::vector<int64_t>& ids,
                                                 const std::string& node, WallTime lease_end) {
  const std::string list = list_parameter(db, ids);
  db.execute(
      fmt::format("UPDATE leads SET reserved_by = ?, reserved_until = ? WHERE {}", in_list(db)),
      {node, to_unix_ms(lease_end), list});
  std::map<int64_t, std::shared_ptr<const Lead>> by_id;
  for (auto& lead : select<Lead>(db, "leads WHERE " + in_list(db), {list})) {
    const int64_t id = lead.id.value;
    by_id[id] = std::make_shared<const Lead>(std::move(lead));
  }
  std::vector<std::shared_ptr<const Lead>> leads;
  for (const int64_t id : ids) leads.push_back(by_id.at(id));
  return leads;
}

}  // namespace

LeadsClaimed claim_leads(Database& db, const ClaimLeads& command, const std::string& node,
                         WallTime lease_end) {
  LeadsClaimed claimed;
  claimed.campaign = command.campaign;
  if (command.count <= 0) return claimed;
  claimed.exhausted = true;
  const Rules rules = read_rules(db, command.campaign);
  if (rules.statuses.empty() || rules.leadsets.empty() || command.open_zone_sets.empty()) {
    return claimed;
  }
  const auto count = static_cast<size_t>(command.count);
  wake_waiting(db, rules, command.now);
  auto ids = callbacks_for_all(db, rules, command);
  if (ids.size() > count) ids.resize(count);
  if (ids.size() < count) {
    const auto more = from_lanes(db, rules, command, count - ids.size());
    ids.insert(ids.end(), more.begin(), more.end());
  }
  if (ids.empty()) return claimed;
  claimed.leads = reserve(db, ids, node, lease_end);
  claimed.exhausted = claimed.leads.size() < count;
  return claimed;
}

CallbacksClaimed claim_callbacks(Database& db, const ClaimCallbacks& command,
                                 const std::string& node, WallTime lease_end) {
  CallbacksClaimed claimed;
  claimed.campaign = command.campaign;
  const Rules rules = read_rules(db, command.campaign);
  if (rules.statuses.empty() || rules.leadsets.empty() || command.agents.empty() ||
      command.open_zone_sets.empty()) {
    return claimed;
  }
  std::vector<int64_t> ids;
  std::vector<UserId> agents;
  for (const auto& one : due_callbacks(
           db, rules, command.open_zone_sets, command.now,
           {fmt::format("callback_agent_id IN ({})", id_list(command.agents)), {}}, kLookAhead)) {
    const UserId agent{one.agent};
    if (std::find(agents.begin(), agents.end(), agent) != agents.end()) continue;
    agents.push_back(agent);
    ids.push_back(one.id);
  }
  if (ids.empty()) return claimed;
  auto leads = reserve(db, ids, node, lease_end);
  for (size_t i = 0; i < leads.size(); ++i) {
    claimed.callbacks.push_back({agents[i], std::move(leads[i])});
  }
  return claimed;
}

}  // namespace carillon::store
