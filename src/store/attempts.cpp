// The call log, timelines of attempts, and the history of agent sessions.
#include <algorithm>

#include "store/commands.h"
#include "store/table.h"
#include "store/writer.h"

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

/// The part of the timeline that the attempt's own times tell.
std::vector<AttemptEvent> milestones(const Attempt& call) {
  std::vector<AttemptEvent> events{{call.started_at, "placed", "to " + call.phone}};
  const auto add = [&](const std::optional<WallTime>& at, const char* kind, std::string detail) {
    if (at) events.push_back({*at, kind, std::move(detail)});
  };
  add(call.ringing_at, "ringing", "");
  add(call.answered_at, "answered", "");
  add(call.connected_at, "connected", call.agent ? fmt::format("to agent {}", call.agent) : "");
  std::string end(name_of(call.outcome));
  if (!call.ended_by.empty()) end += " by " + call.ended_by;
  if (!call.sip_reason.empty()) end += ": " + call.sip_reason;
  add(call.ended_at, "ended", std::move(end));
  return events;
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

Result<std::vector<Attempt>> Reader::attempts_after(const AttemptFilter& filter,
                                                    const Attempt& last, int64_t limit) {
  return guarded([&]() -> Result<std::vector<Attempt>> {
    Where where = attempts_where(filter, "");
    const int64_t start = to_unix_ms(last.started_at);
    where.add("started_at >= ?", {start});  // for the index
    where.add("(started_at > ? OR id > ?)", {start, last.id.value});
    Values values = where.values;
    values.emplace_back(limit);
    return select<Attempt>(
        db_, fmt::format("attempts{} ORDER BY started_at, id LIMIT ?", where.text), values);
  });
}

Result<Attempt> Reader::attempt(AttemptId id) {
  return guarded(
      [&] { return select_one<Attempt>(db_, "attempts WHERE id = ?", {id.value}, "call"); });
}

Result<std::vector<AttemptEvent>> Reader::attempt_events(AttemptId id) {
  return guarded([&]() -> Result<std::vector<AttemptEvent>> {
    const auto call = attempt(id);
    if (!call) return call.error();
    auto events = milestones(*call);
    auto noted =
        select<AttemptEvent>(db_, "attempt_events WHERE attempt_id = ? ORDER BY id", {id.value});
    // The record names who has the call now: after a handover that is not who had it first.
    const bool handed_on = std::any_of(noted.begin(), noted.end(), [](const AttemptEvent& event) {
      return event.kind == "retrieve" || event.kind == "transfer";
    });
    for (auto& event : events) {
      if (handed_on && event.kind == "connected") event.detail.clear();
    }
    events.insert(events.end(), noted.begin(), noted.end());
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return events;
  });
}

Result<std::vector<Attempt>> Reader::recordings_before(const std::string& node, WallTime before,
                                                       int64_t limit) {
  return guarded([&]() -> Result<std::vector<Attempt>> {
    return select<Attempt>(db_,
                           "attempts WHERE recording <> '' AND started_at < ? AND node = ? ORDER "
                           "BY started_at LIMIT ?",
                           {to_unix_ms(before), node, limit});
  });
}

Result<std::map<AttemptId, std::string>> Reader::recordings_of(const std::vector<AttemptId>& ids) {
  return guarded([&] {
    std::map<AttemptId, std::string> recordings;
    if (ids.empty()) return Result<std::map<AttemptId, std::string>>(recordings);
    for (const auto& row : db_.query(
             fmt::format("SELECT id, recording FROM attempts WHERE id IN ({})", id_list(ids)))) {
      recordings[AttemptId{to_number<int64_t>(row[0])}] = row[1];
    }
    return Result<std::map<AttemptId, std::string>>(std::move(recordings));
  });
}

Result<std::vector<Attempt>> Reader::attempts_of_lead(LeadId lead) {
  return guarded([&]() -> Result<std::vector<Attempt>> {
    return select<Attempt>(db_, "attempts WHERE lead_id = ? ORDER BY id", {lead.value});
  });
}

Result<AgentDay> Reader::agent_day(UserId agent, WallTime from) {
  return guarded([&]() -> Result<AgentDay> {
    AgentDay day;
    for (const auto& row : db_.query(
             "SELECT disposition, count(*), sum(CASE WHEN ended_at > connected_at THEN ended_at - "
             "connected_at ELSE 0 END) FROM attempts WHERE agent_id = ? AND agent_id > 0 AND "
             "started_at >= ? AND connected_at > 0 GROUP BY disposition",
             {agent.value, to_unix_ms(from)})) {
      int64_t calls = 0, talk_ms = 0;
      decode(row[1], calls);
      decode(row[2], talk_ms);
      day.calls += calls;
      day.talk_ms += talk_ms;
      if (!row[0].empty()) day.dispositions[row[0]] = calls;
    }
    return day;
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

Result<void> Writer::adopt_recording(AttemptId id, const std::string& name, Duration duration) {
  return guarded([&]() -> Result<void> {
    const int64_t adopted = db_.execute(
        "UPDATE attempts SET recording = ?, recording_ms = ? WHERE id = ? AND recording = ''",
        {name, duration.count(), id.value});
    if (adopted == 0) return {};
    add_attempt_event(db_, id, now_, "recording",
                      fmt::format("{:.1f} s recorded until the server stopped",
                                  static_cast<double>(duration.count()) / 1e3));
    outbox_.call(db_, webhook_events::kRecordingReady, id, now_, effects_);
    effects_.records.emplace(RecordKind::kAttempt, id.value);
    return {};
  });
}

Result<void> Writer::save_notes(AttemptId id, UserId agent, const std::string& notes,
                                const std::vector<std::string>& tags) {
  return guarded([&]() -> Result<void> {
    const int64_t found =
        db_.execute("UPDATE attempts SET notes = ?, tags = ? WHERE id = ? AND agent_id = ?",
                    {notes, encode(tags), id.value, agent.value});
    if (found == 0) return Error{ErrorCode::kConflict, "Somebody else has this call now.", ""};
    effects_.records.emplace(RecordKind::kAttempt, id.value);
    return {};
  });
}

Result<void> Writer::forget_recording(AttemptId id) {
  return guarded([&]() -> Result<void> {
    db_.execute("UPDATE attempts SET recording = '', recording_ms = 0 WHERE id = ?", {id.value});
    add_attempt_event(db_, id, now_, "recording", "deleted, as it was older than is kept");
    effects_.records.emplace(RecordKind::kAttempt, id.value);
    return {};
  });
}

}  // namespace carillon::store
