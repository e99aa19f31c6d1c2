// The call log, timelines of attempts, and the history of agent sessions.
#include "store/reader.h"
#include "store/table.h"

namespace carillon::store {
namespace {

Where attempts_where(const AttemptFilter& filter, const std::string& search) {
  Where where;
  if (filter.campaign) where.add("campaign_id = ?", {filter.campaign.value});
  if (filter.leadset) where.add("leadset_id = ?", {filter.leadset.value});
  if (filter.lead) where.add("lead_id = ?", {filter.lead.value});
  if (filter.agent) where.add("agent_id = ? AND agent_id > 0", {filter.agent.value});
  if (filter.outcome) where.add("outcome = ?", {encode(*filter.outcome)});
  if (!filter.disposition.empty()) where.add("disposition = ?", {filter.disposition});
  for (const auto& phone : {filter.phone, search}) {
    if (phone.empty()) continue;
    add_prefix(where, "phone", phone.front() == '+' ? phone : "+" + phone);
  }
  if (filter.from) where.add("started_at >= ?", {to_unix_ms(*filter.from)});
  if (filter.to) where.add("started_at < ?", {to_unix_ms(*filter.to)});
  return where;
}

}  // namespace

Result<Page<Attempt>> Reader::attempts(const AttemptFilter& filter, const ListQuery& query) {
  return guarded([&] {
    ListQuery newest_first = query;
    if (newest_first.sort.empty()) newest_first.sort = "-started_at";
    return select_page<Attempt>(db_, "attempts", attempts_where(filter, query.search), newest_first,
                                {"started_at", "ended_at", "answered_at", "phone", "outcome",
                                 "disposition", "campaign_id", "agent_id", "recording_ms", "id"});
  });
}

Result<Attempt> Reader::attempt(AttemptId id) {
  return guarded(
      [&] { return select_one<Attempt>(db_, "attempts WHERE id = ?", {id.value}, "call"); });
}

Result<std::vector<AttemptEvent>> Reader::attempt_events(AttemptId id) {
  return guarded([&]() -> Result<std::vector<AttemptEvent>> {
    return select<AttemptEvent>(db_, "attempt_events WHERE attempt_id = ? ORDER BY id", {id.value});
  });
}

Result<std::vector<Attempt>> Reader::attempts_of_lead(LeadId lead) {
  return guarded([&]() -> Result<std::vector<Attempt>> {
    return select<Attempt>(db_, "attempts WHERE lead_id = ? ORDER BY id", {lead.value});
  });
}

Result<Page<AgentSessionRow>> Reader::agent_sessions(UserId agent, const ListQuery& query) {
  return guarded([&] {
    Where where;
    if (agent) where.add("agent_id = ?", {agent.value});
    ListQuery newest_first = query;
    if (newest_first.sort.empty()) newest_first.sort = "-started_at";
    return select_page<AgentSessionRow>(
        db_, "agent_sessions", where, newest_first,
        {"started_at", "ended_at", "agent_id", "campaign_id", "id"});
  });
}

Result<std::vector<AgentStateRow>> Reader::agent_states(AgentSessionId session) {
  return guarded([&]() -> Result<std::vector<AgentStateRow>> {
    return select<AgentStateRow>(db_, "agent_states WHERE session_id = ? ORDER BY id",
                                 {session.value});
  });
}

}  // namespace carillon::store
