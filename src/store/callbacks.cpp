// Call-backs that are still to be made: the list, and what supervisors change in it.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "store/effects.h"
#include "store/outbox.h"
#include "store/table.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// The partial indexes leads_callbacks and leads_callbacks_agent hold exactly these.
constexpr std::string_view kPending = "l.callback_due = 1 AND l.finished = 0 AND l.dnc = 0";

/// A lead's last attempt with a time is the one that agreed on the call-back.
const std::string& pending_callbacks() {
  static const std::string kTable = fmt::format(
      "(SELECT l.id AS lead_id, l.first_name, l.last_name, l.phone, l.leadset_id, s.campaign_id, "
      "l.not_call_until AS due_at, l.callback_agent_id AS agent_id, z.zones, "
      "coalesce(a.id, 0) AS attempt_id, coalesce(a.agent_id, 0) AS promised_by, "
      "coalesce(a.notes, '') AS notes, CASE WHEN EXISTS (SELECT 1 FROM attempts o WHERE o.lead_id "
      "= l.id AND o.ended_at = 0) THEN 1 ELSE 0 END AS calling FROM leads l JOIN leadsets s ON "
      "s.id = l.leadset_id AND s.deleted_at = 0 JOIN zone_sets z ON z.id = l.zone_set_id LEFT JOIN "
      "attempts a ON a.id = (SELECT p.id FROM attempts p WHERE p.lead_id = l.id AND p.callback_at "
      "> 0 ORDER BY p.started_at DESC, p.id DESC LIMIT 1) WHERE {}) c",
      kPending);
  return kTable;
}

Where callbacks_where(const CallbackFilter& filter, const std::string& search) {
  Where where;
  if (filter.seen_by) {
    where.add(
        "(agent_id = ? OR (agent_id = 0 AND campaign_id IN (SELECT campaign_id FROM "
        "campaign_agents WHERE user_id = ?)))",
        {filter.seen_by->value, filter.seen_by->value});
  }
  if (filter.campaign) where.add("campaign_id = ?", {filter.campaign.value});
  if (filter.leadset) where.add("leadset_id = ?", {filter.leadset.value});
  if (filter.agent) where.add("agent_id = ?", {filter.agent->value});
  if (filter.from) where.add("due_at >= ?", {to_unix_ms(*filter.from)});
  if (filter.to) where.add("due_at < ?", {to_unix_ms(*filter.to)});
  add_search(where, search, {"phone", "first_name", "last_name"});
  return where;
}

Result<void> check_agent(const User& user, const Campaign& campaign) {
  const bool assigned =
      std::find(campaign.agents.begin(), campaign.agents.end(), user.id) != campaign.agents.end();
  if (user.active && (assigned || user.role != Role::kAgent)) return {};
  return Error{ErrorCode::kInvalid,
               fmt::format("{} takes no calls in {}. Choose an agent of this campaign, or anyone.",
                           user.name, campaign.name),
               "agent_id"};
}

}  // namespace

Result<Page<Callback>> Reader::callbacks(const CallbackFilter& filter, const ListQuery& query) {
  return guarded([&] {
    return select_page<Callback>(db_, pending_callbacks(), callbacks_where(filter, query.search),
                                 query, {"due_at", "phone", "last_name"}, "lead_id");
  });
}

Result<Callback> Reader::callback(LeadId lead) {
  return guarded([&]() -> Result<Callback> {
    auto found = select<Callback>(db_, pending_callbacks() + " WHERE lead_id = ?", {lead.value});
    if (!found.empty()) return std::move(found.front());
    return Error{ErrorCode::kNotFound,
                 "No call-back is agreed with this lead (any more). It was made or cancelled.", ""};
  });
}

Result<Callback> Writer::free_callback(LeadId lead) {
  auto found = callback(lead);
  if (found && found->calling) {
    return Error{ErrorCode::kConflict,
                 "This customer is being called now. Wait for what comes of the call.", ""};
  }
  return found;
}

Result<void> Writer::save_callback(LeadId id, const CallbackChange& change) {
  return guarded([&]() -> Result<void> {
    const auto before = free_callback(id);
    if (!before) return before.error();
    Assignments row;
    auto changes = nlohmann::json::object();
    if (change.due_at) {
      if (*change.due_at <= now_) {
        return Error{ErrorCode::kInvalid, "The call-back must lie in the future.", "due_at"};
      }
      row.add("not_call_until", encode(*change.due_at));
      changes["due_at"] = {to_unix_ms(before->due_at), to_unix_ms(*change.due_at)};
    }
    if (change.agent && *change.agent) {
      const auto agent = user(*change.agent);
      if (!agent) return Error{ErrorCode::kInvalid, "There is no such agent.", "agent_id"};
      if (const auto owner = campaign(before->campaign); owner) {
        if (auto checked = check_agent(*agent, *owner); !checked) return checked;
      }
    }
    if (change.agent) {
      row.add("callback_agent_id", change.agent->value);
      changes["agent_id"] = {before->agent.value, change.agent->value};
    }
    if (row.values.empty()) return {};
    row.add("modified_at", to_unix_ms(now_));
    update(db_, "leads", std::move(row), id.value);
    callback_changed(*before);
    if (change.agent) effects_.records.emplace(RecordKind::kCallback, change.agent->value);
    note(RecordKind::kLead, id.value, "call-back changed", changes.dump());
    outbox_.lead_changed(db_, id, now_, effects_);
    return {};
  });
}

Result<void> Writer::cancel_callback(LeadId id) {
  return guarded([&]() -> Result<void> {
    const auto before = free_callback(id);
    if (!before) return before.error();
    const auto owner = campaign(before->campaign);
    const auto called = lead(id);
    if (!called) return called.error();
    Assignments row;
    row.add("callback_due", int64_t{0});
    row.add("callback_agent_id", int64_t{0});
    // As if the disposition had asked for no time: the lead of an answered call (retry_rules.h).
    bool again = false;
    std::optional<WallTime> not_before;
    if (owner && called->called_count < owner->max_attempts) {
      for (const RetryRule& rule : owner->retry_rules) {
        if (rule.outcome != Outcome::kAnswered || again) continue;
        again = true;
        not_before = called->last_called_at.value_or(now_) +
                     std::chrono::seconds{std::max<int64_t>(rule.after_s, 0)};
      }
    }
    row.add("finished", encode(!again));
    row.add("not_call_until", encode(not_before));
    row.add("modified_at", to_unix_ms(now_));
    update(db_, "leads", std::move(row), id.value);
    callback_changed(*before);
    note(RecordKind::kLead, id.value, "call-back cancelled",
         nlohmann::json{{"due_at", {to_unix_ms(before->due_at), 0}},
                        {"agent_id", {before->agent.value, 0}}}
             .dump());
    outbox_.lead_changed(db_, id, now_, effects_);
    return {};
  });
}

/// The core hears of changed leads up to a second later. Until then it cannot dial this one by what
/// was agreed before: an attempt at a lead that is not reserved is refused.
void Writer::callback_changed(const Callback& before) {
  db_.execute(
      "UPDATE leads SET reserved_by = '', reserved_until = 0 WHERE id = ? AND NOT EXISTS (SELECT 1 "
      "FROM attempts a WHERE a.lead_id = leads.id AND a.ended_at = 0)",
      {before.lead.value});
  mark_leads(before.leadset, true);
  effects_.leads_edited.insert(before.lead);
  effects_.records.emplace(RecordKind::kCallback, before.agent.value);
}

}  // namespace carillon::store
