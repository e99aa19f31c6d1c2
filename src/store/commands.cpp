#include "store/commands.h"

#include <fmt/format.h>

#include "base/log.h"
#include "store/claims.h"
#include "store/table.h"

namespace carillon::store {
namespace {

Assignments call_assignments(const Attempt& attempt) {
  Assignments row;
  for_call_columns(attempt,
                   [&](const char* column, const auto& field) { row.add(column, encode(field)); });
  return row;
}

AttemptRefused refused(const CommitAttempt& command, std::string reason) {
  return {command.attempt.id, std::move(reason)};
}

/// The disposition of an attempt that has just been updated; nothing when no open one was.
std::optional<std::string> update_open(Database& db, const Attempt& attempt) {
  Assignments row = call_assignments(attempt);
  row.values.emplace_back(attempt.id.value);
  auto rows = db.query(
      fmt::format("UPDATE attempts SET {} WHERE id = ? AND ended_at = 0 RETURNING disposition",
                  row.sets),
      row.values);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front().front());
}

void put_on_dnc(Database& db, const SaveDisposition& command, WallTime now) {
  db.execute(
      "INSERT INTO dnc (phone, campaign_id, reason, added_by, created_at) SELECT phone, "
      "campaign_id, ?, ?, ? FROM attempts WHERE id = ? ON CONFLICT (phone, campaign_id) DO NOTHING",
      {"Disposition " + command.rule.name, command.agent.value, to_unix_ms(now),
       command.attempt.value});
  db.execute(
      "UPDATE leads SET dnc = 1 WHERE phone = (SELECT phone FROM attempts WHERE id = ?) AND "
      "leadset_id IN (SELECT s.id FROM leadsets s JOIN attempts a ON a.campaign_id = "
      "s.campaign_id WHERE a.id = ?)",
      {command.attempt.value, command.attempt.value});
}

/// Whoever sees the lead's call-back hears that it changes.
void tell_of_callback(Database& db, LeadId lead, Group& group) {
  for (const auto& row : db.query(
           "SELECT callback_agent_id FROM leads WHERE id = ? AND callback_due = 1", {lead.value})) {
    group.effects.records.emplace(RecordKind::kCallback, to_number<int64_t>(row[0]));
  }
}

/// The notes that are written when an agent sends `command`, so that none is lost: who has handed
/// the call on does not undo what the colleague has written since, and what the new ones replace
/// stays in the timeline.
std::string notes_to_keep(Database& db, const SaveDisposition& command, WallTime now) {
  const auto rows = db.query("SELECT notes, disposition, agent_id FROM attempts WHERE id = ?",
                             {command.attempt.value});
  if (rows.empty()) return command.notes;
  const std::string& before = rows.front()[0];
  UserId has_it;
  decode(rows.front()[2], has_it);
  const bool of_another = has_it != command.agent;
  if (before.empty() || command.notes.find(before) != std::string::npos) return command.notes;
  if (of_another && before.find(command.notes) != std::string::npos) return before;
  if (of_another || !rows.front()[1].empty()) {
    add_attempt_event(db, command.attempt, now, "notes", before);
  }
  return command.notes;
}

}  // namespace

void add_attempt_event(Database& db, AttemptId attempt, WallTime at, const std::string& kind,
                       const std::string& detail) {
  db.execute("INSERT INTO attempt_events (attempt_id, at, kind, detail) VALUES (?, ?, ?, ?)",
             {attempt.value, to_unix_ms(at), kind, detail});
}

void CommandRunner::run(Database& db, const StoreCommand& command, WallTime now, Group& group) {
  std::visit([&](const auto& one) { run(db, one, now, group); }, command);
}

void CommandRunner::run(Database& db, const ClaimLeads& command, WallTime now, Group& group) {
  group.events.emplace_back(claim_leads(db, command, node_, now + lease_));
}

void CommandRunner::run(Database& db, const ClaimCallbacks& command, WallTime now, Group& group) {
  group.events.emplace_back(claim_callbacks(db, command, node_, now + lease_));
}

void CommandRunner::run(Database& db, const ReleaseLeads& command, WallTime, Group& group) {
  for (const auto lead : command.leads) {
    db.execute(
        "UPDATE leads SET reserved_by = '', reserved_until = 0 WHERE id = ? AND reserved_by = ? "
        "AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.lead_id = leads.id AND a.ended_at = 0)",
        {lead.value, node_});
  }
  if (command.leads.empty()) return;
  const CampaignId campaign{
      db.number("SELECT s.campaign_id FROM leads l JOIN leadsets s ON s.id = l.leadset_id WHERE "
                "l.id = ?",
                {command.leads.front().value})};
  if (campaign) group.effects.stats_dirty.insert(campaign);
}

void CommandRunner::run(Database& db, const CommitAttempt& command, WallTime, Group& group) {
  const Attempt& attempt = command.attempt;
  if (db.number("SELECT count(*) FROM attempts WHERE id = ? OR (lead_id = ? AND ended_at = 0)",
                {attempt.id.value, attempt.lead.value}) > 0) {
    group.events.emplace_back(refused(command, "This lead is already in a call."));
    return;
  }
  // Only the node that has claimed the lead may call it: in a cluster the lease may have run out.
  const int64_t mine = db.execute(
      "UPDATE leads SET called_count = called_count + 1, last_called_at = ?, last_outcome = ? "
      "WHERE id = ? AND reserved_by = ? AND reserved_until > 0",
      {to_unix_ms(attempt.started_at), encode(Outcome::kInProgress), attempt.lead.value, node_});
  if (mine == 0) {
    group.events.emplace_back(
        refused(command, "This lead is not reserved for this server any more."));
    return;
  }
  Attempt open = attempt;
  open.ended_at.reset();
  Assignments row = assignments(open);
  row.add("id", open.id.value);
  row.add("node", node_);
  db.execute(fmt::format("INSERT INTO attempts ({}) VALUES ({})", row.columns, row.marks),
             row.values);
  group.events.emplace_back(AttemptCommitted{attempt.id});
  group.effects.stats_dirty.insert(attempt.campaign);
  group.effects.records.emplace(RecordKind::kAttempt, attempt.id.value);
}

void CommandRunner::run(Database& db, const NoteAttempt& command, WallTime, Group& group) {
  add_attempt_event(db, command.attempt, command.at, command.kind, command.detail);
  // Often after the call's end, when somebody looks at the call already.
  if (command.kind == "recording") {
    group.effects.records.emplace(RecordKind::kAttempt, command.attempt.value);
  }
}

void CommandRunner::run(Database& db, const UpdateAttempt& command, WallTime, Group& group) {
  Attempt open = command.attempt;
  open.ended_at.reset();
  update_open(db, open);
  group.effects.records.emplace(RecordKind::kAttempt, open.id.value);
}

void CommandRunner::run(Database& db, const FinishAttempt& command, WallTime now, Group& group) {
  Attempt ended = command.attempt;
  if (!ended.ended_at) ended.ended_at = now;
  const auto disposition = update_open(db, ended);
  if (!disposition) {
    spdlog::warn("store: attempt {} was to be finished, but is not open", ended.id);
    return;
  }
  Assignments row;
  row.add("reserved_by", std::string());
  row.add("reserved_until", int64_t{0});
  if (const auto& before = command.fate.not_dialed) {
    row.add("called_count", int64_t{before->called_count});
    row.add("last_called_at", encode(before->last_called_at));
    row.add("last_outcome", encode(before->last_outcome));
  } else {
    row.add("last_outcome", encode(ended.outcome));
    if (disposition->empty()) {
      tell_of_callback(db, ended.lead, group);
      row.add("callback_due", int64_t{0});
    }
  }
  // A disposition that the agent gave during the call has already decided what becomes of the lead.
  if (disposition->empty()) {
    row.add("finished", encode(command.fate.finished));
    row.add("not_call_until", encode(command.fate.not_call_until));
  }
  update(db, "leads", std::move(row), ended.lead.value);
  outbox_.call(db, webhook_events::kCallEnded, ended.id, now, group.effects);
  group.effects.stats_dirty.insert(ended.campaign);
  group.effects.records.emplace(RecordKind::kAttempt, ended.id.value);
}

void CommandRunner::run(Database& db, const SaveDisposition& command, WallTime now, Group& group) {
  const int64_t found = db.execute(
      "UPDATE attempts SET disposition = ?, notes = ?, tags = ?, callback_at = ? WHERE id = ?",
      {command.rule.name, notes_to_keep(db, command, now), encode(command.tags),
       encode(command.callback_at), command.attempt.value});
  if (found == 0) {
    group.events.emplace_back(DispositionSaved{command.request, command.attempt,
                                               "This call is not in the call log any more."});
    return;
  }
  const bool callback = command.rule.callback && command.callback_at;
  Assignments row;
  row.add("last_disposition", command.rule.name);
  row.add("finished", encode(command.fate.finished));
  row.add("not_call_until", encode(command.fate.not_call_until));
  row.add("callback_due", encode(callback));
  row.add("callback_agent_id",
          encode(callback && command.callback_for_me ? command.agent : UserId{}));
  row.add("modified_at", encode(now));
  tell_of_callback(db, command.lead, group);
  update(db, "leads", std::move(row), command.lead.value);
  tell_of_callback(db, command.lead, group);
  if (command.rule.do_not_call) {
    put_on_dnc(db, command, now);
    group.effects.records.emplace(RecordKind::kDnc, command.campaign.value);
  }
  add_attempt_event(db, command.attempt, now, "disposition", command.rule.name);
  outbox_.call(db, webhook_events::kDispositionSet, command.attempt, now, group.effects);
  group.events.emplace_back(DispositionSaved{command.request, command.attempt, ""});
  group.effects.stats_dirty.insert(command.campaign);
  group.effects.records.emplace(RecordKind::kAttempt, command.attempt.value);
}

void CommandRunner::run(Database& db, const SaveRecording& command, WallTime now, Group& group) {
  db.execute("UPDATE attempts SET recording = ?, recording_ms = ? WHERE id = ?",
             {command.recording, command.duration_ms, command.attempt.value});
  add_attempt_event(
      db, command.attempt, now, "recording",
      fmt::format("{:.1f} s recorded", static_cast<double>(command.duration_ms) / 1e3));
  outbox_.call(db, webhook_events::kRecordingReady, command.attempt, now, group.effects);
  group.effects.records.emplace(RecordKind::kAttempt, command.attempt.value);
}

void CommandRunner::run(Database& db, const BeginAgentSession& command, WallTime, Group& group) {
  db.execute(
      "INSERT INTO agent_sessions (id, node, agent_id, campaign_id, started_at) VALUES (?, ?, ?, "
      "?, ?) ON CONFLICT (id) DO NOTHING",
      {command.session.value, node_, command.agent.value, command.campaign.value,
       to_unix_ms(command.at)});
  outbox_.agent_state(db, {command.session, kLoggedIn, "", command.at}, group.effects);
}

void CommandRunner::run(Database& db, const EndAgentSession& command, WallTime, Group& group) {
  const int64_t ended = db.execute(
      "UPDATE agent_sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at = 0",
      {to_unix_ms(command.at), command.reason, command.session.value});
  if (ended == 0) return;
  outbox_.agent_state(db, {command.session, kLoggedOut, command.reason, command.at}, group.effects);
}

void CommandRunner::run(Database& db, const AgentStateLogged& command, WallTime, Group& group) {
  db.execute("INSERT INTO agent_states (session_id, at, state, reason) VALUES (?, ?, ?, ?)",
             {command.session.value, to_unix_ms(command.at), command.state, command.reason});
  outbox_.agent_state(db, {command.session, command.state, command.reason, command.at},
                      group.effects);
}

std::optional<StoreEvent> refusal(const StoreCommand& command, const std::string& reason) {
  if (const auto* claim = std::get_if<ClaimLeads>(&command)) {
    return LeadsClaimed{claim->campaign, {}, false, reason};
  }
  if (const auto* claim = std::get_if<ClaimCallbacks>(&command)) {
    return CallbacksClaimed{claim->campaign, {}, reason};
  }
  if (const auto* commit = std::get_if<CommitAttempt>(&command)) return refused(*commit, reason);
  if (const auto* save = std::get_if<SaveDisposition>(&command)) {
    return DispositionSaved{save->request, save->attempt, reason};
  }
  return std::nullopt;
}

}  // namespace carillon::store
