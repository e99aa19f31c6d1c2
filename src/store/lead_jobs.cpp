// Lead jobs: changes to many leads, asked for once and made in batches by LeadJobLoop.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/lead_filter.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

using nlohmann::json;

constexpr int64_t kMostRunning = 20;
/// Columns that decide whether and when a lead is dialed.
constexpr std::array kDialingColumns{"status", "priority", "not_call_until"};

/// Leads of an import that is not complete belong to it alone.
constexpr std::string_view kComplete = "phone_valid <> 2";

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// ---- options

json filter_json(const LeadFilter& filter) {
  json out{{"status", filter.status},
           {"disposition", filter.last_disposition},
           {"search", filter.search},
           {"where", filter.where}};
  if (filter.finished) out["finished"] = *filter.finished;
  if (filter.last_outcome) out["outcome"] = name_of(*filter.last_outcome);
  return out;
}

LeadFilter read_filter(const json& from, LeadsetId leadset) {
  LeadFilter filter;
  filter.leadset = leadset;
  filter.status = from.value("status", "");
  filter.last_disposition = from.value("disposition", "");
  filter.search = from.value("search", "");
  filter.where = from.value("where", std::map<std::string, std::string>());
  if (from.contains("finished")) filter.finished = from.at("finished").get<bool>();
  if (from.contains("outcome")) {
    filter.last_outcome = from_name<Outcome>(from.at("outcome").get<std::string>());
  }
  return filter;
}

json targets_json(const LeadTargets& targets) {
  if (targets.ids.empty()) return {{"filter", filter_json(targets.filter)}};
  json ids = json::array();
  for (const auto id : targets.ids) ids.push_back(id.value);
  std::sort(ids.begin(), ids.end());
  return {{"ids", std::move(ids)}};
}

json options_of(const LeadJob& job) { return json::parse(job.options); }

/// Chosen leads have no condition beside belonging to the leadset.
LeadFilter filter_of(const LeadJob& job, const json& options) {
  if (options.contains("filter")) return read_filter(options.at("filter"), job.leadset);
  LeadFilter filter;
  filter.leadset = job.leadset;
  return filter;
}

Result<void> check_targets(const LeadTargets& targets) {
  if (targets.ids.size() > LeadTargets::kMostIds) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("At most {} leads can be chosen one by one. Filter them instead.",
                             LeadTargets::kMostIds),
                 "lead_ids"};
  }
  return check_lead_filter(targets.filter);
}

Result<void> check_assignment(const LeadAssignment& set) {
  Check check;
  if (const auto own = own_column(set.field); !own.empty()) {
    return check
        .that(own.size() <= 100, "custom", "The name of a custom column is 1 to 100 characters.")
        .text(set.text, "custom", 2'000)
        .result();
  }
  if (set.field == "priority") {
    return check
        .range(static_cast<double>(set.number), -1'000'000, 1'000'000, "priority", "The priority")
        .result();
  }
  if (set.field == "not_call_until") return {};
  const bool one_by_one = set.field == "phone" || set.field == "time_zone";
  check.that(is_lead_text_column(set.field) && !one_by_one, "set",
             fmt::format("{} cannot be set for many leads at once.", set.field));
  if (set.field == "status") check.name(set.text, "status", 64);
  return check.text(set.text, set.field, 4'000).result();
}

// ---- batches

std::vector<LeadId> chosen_after(const json& ids, LeadId after, LeadId up_to, int64_t limit) {
  std::vector<LeadId> next;
  for (const auto& id : ids) {
    const LeadId lead{id.get<int64_t>()};
    if (lead <= after || lead > up_to) continue;
    if (std::ssize(next) == limit) break;
    next.push_back(lead);
  }
  return next;
}

std::vector<LeadId> read_ids(const std::vector<Row>& rows) {
  std::vector<LeadId> ids;
  for (const auto& row : rows) ids.emplace_back(to_number<int64_t>(row[0]));
  return ids;
}

/// The batch's leads that still match.
Where batch_conditions(const Database& db, const LeadJob& job, const json& options,
                       const std::vector<LeadId>& leads) {
  Where where = lead_conditions(db, filter_of(job, options), Finding::kById);
  where.add(std::string(kComplete));
  where.add(id_in_list(db), {id_list_parameter(db, leads)});
  return where;
}

/// The SET of an UPDATE.
Assignments assignment_of(const Database& db, const json& set, WallTime now) {
  Assignments row;
  const auto field = set.at("field").get<std::string>();
  if (const auto own = own_column(field); !own.empty()) {
    row.sets = db.is_postgresql()
                   ? "custom = CAST(CAST(custom AS jsonb) || jsonb_build_object(CAST(? AS text), "
                     "CAST(? AS text)) AS text)"
                   : "custom = json_patch(custom, json_object(?, ?))";
    row.values = {own, set.at("text").get<std::string>()};
  } else if (field == "not_call_until") {
    // An agreed call-back is not made before that time, and stays one.
    row.sets =
        "not_call_until = CASE WHEN callback_due = 1 AND finished = 0 AND not_call_until > ? THEN "
        "not_call_until ELSE ? END";
    const auto time = set.at("number").get<int64_t>();
    row.values = {time, time};
  } else if (field == "priority") {
    row.add(field, set.at("number").get<int64_t>());
  } else {
    row.add(field, set.at("text").get<std::string>());
  }
  row.add("modified_at", to_unix_ms(now));
  return row;
}

int64_t change_leads(Database& db, const LeadJob& job, const json& options,
                     const std::vector<LeadId>& leads, WallTime now) {
  auto row = assignment_of(db, options.at("set"), now);
  const auto where = batch_conditions(db, job, options, leads);
  row.values.insert(row.values.end(), where.values.begin(), where.values.end());
  return db.execute(fmt::format("UPDATE leads SET {}{}", row.sets, where.text), row.values);
}

/// A lead in a call stays: who hangs up must find it.
int64_t delete_leads(Database& db, const LeadJob& job, const json& options,
                     const std::vector<LeadId>& leads) {
  auto where = batch_conditions(db, job, options, leads);
  where.add("NOT EXISTS (SELECT 1 FROM attempts a WHERE a.lead_id = leads.id AND a.ended_at = 0)");
  return db.execute(fmt::format("DELETE FROM leads{}", where.text), where.values);
}

bool concerns_dialing(const LeadJob& job, const json& options) {
  if (job.action != LeadJobAction::kChange) return true;
  const auto field = options.at("set").at("field").get<std::string>();
  return std::ranges::find(kDialingColumns, field) != kDialingColumns.end();
}

}  // namespace

// ------------------------------------------------------------------------------- reading

Result<LeadJob> Reader::lead_job(LeadJobId id) {
  return guarded(
      [&] { return select_one<LeadJob>(db_, "lead_jobs WHERE id = ?", {id.value}, "lead job"); });
}

Result<std::vector<LeadJob>> Reader::lead_jobs(LeadsetId leadset, int64_t limit) {
  return guarded([&]() -> Result<std::vector<LeadJob>> {
    return select<LeadJob>(db_, "lead_jobs WHERE leadset_id = ? ORDER BY id DESC LIMIT ?",
                           {leadset.value, limit});
  });
}

Result<std::vector<LeadJob>> Reader::running_lead_jobs() {
  return guarded([&]() -> Result<std::vector<LeadJob>> {
    return select<LeadJob>(db_, "lead_jobs WHERE state = 'running' ORDER BY id");
  });
}

Result<std::vector<LeadId>> Reader::next_of_lead_job(const LeadJob& job, LeadId after,
                                                     int64_t limit) {
  return guarded([&]() -> Result<std::vector<LeadId>> {
    const json options = options_of(job);
    if (options.contains("ids")) return chosen_after(options.at("ids"), after, job.up_to, limit);
    if (job.action == LeadJobAction::kUndo) {
      return read_ids(
          db_.query("SELECT lead_id FROM recycled_leads WHERE job_id = ? AND lead_id > "
                    "? ORDER BY lead_id LIMIT ?",
                    {job.undoes.value, after.value, limit}));
    }
    Where where;
    if (job.action == LeadJobAction::kRecycle) {
      where = recycle_conditions(job);
    } else {
      where = lead_conditions(db_, filter_of(job, options), Finding::kByFilter);
      where.add(std::string(kComplete));
    }
    where.add("id > ? AND id <= ?", {after.value, job.up_to.value});
    where.values.emplace_back(limit);
    return read_ids(db_.query(fmt::format("SELECT id FROM leads{} ORDER BY id LIMIT ?", where.text),
                              where.values));
  });
}

// ------------------------------------------------------------------------------- asking for

Result<LeadJobId> Writer::add_lead_job(LeadJob job) {
  return guarded([&]() -> Result<LeadJobId> {
    if (const auto set = leadset(job.leadset); !set) return set.error();
    if (db_.number("SELECT count(*) FROM lead_jobs WHERE state = 'running'") >= kMostRunning) {
      return Error{ErrorCode::kConflict,
                   "Too many changes to leads are under way. Wait until one has ended.", ""};
    }
    job.up_to =
        LeadId{db_.number("SELECT max(id) FROM leads WHERE leadset_id = ?", {job.leadset.value})};
    job.created_by = actor_.user;
    job.created_at = now_;
    job.id = LeadJobId{insert(db_, "lead_jobs", assignments(job))};
    note(RecordKind::kLeadJob, job.id.value, "created", difference(LeadJob{}, job));
    return job.id;
  });
}

Result<LeadJobId> Writer::add_lead_change(LeadsetId set, const LeadTargets& targets,
                                          const LeadAssignment& assignment, int64_t total) {
  if (auto good = check_targets(targets); !good) return good.error();
  if (auto good = check_assignment(assignment); !good) return good.error();
  json options = targets_json(targets);
  options["set"] = {
      {"field", assignment.field}, {"text", assignment.text}, {"number", assignment.number}};
  LeadJob job;
  job.leadset = set;
  job.action = LeadJobAction::kChange;
  job.total = total;
  job.options = dump(options);
  return add_lead_job(std::move(job));
}

Result<LeadJobId> Writer::add_lead_deletion(LeadsetId set, const LeadTargets& targets,
                                            int64_t total) {
  if (auto good = check_targets(targets); !good) return good.error();
  LeadJob job;
  job.leadset = set;
  job.action = LeadJobAction::kDelete;
  job.total = total;
  job.options = dump(targets_json(targets));
  return add_lead_job(std::move(job));
}

Result<void> Writer::cancel_lead_job(LeadJobId id) {
  return guarded([&]() -> Result<void> {
    const auto job = lead_job(id);
    if (!job) return job.error();
    const int64_t stopped = db_.execute(
        "UPDATE lead_jobs SET state = 'cancelled', ended_at = ? WHERE id = ? AND state = 'running'",
        {to_unix_ms(now_), id.value});
    if (stopped == 0) {
      return Error{ErrorCode::kConflict, "This change has ended; it cannot be cancelled.", ""};
    }
    note(RecordKind::kLeadJob, id.value, "cancelled");
    return {};
  });
}

// ------------------------------------------------------------------------------- batches

Result<int64_t> Writer::run_lead_job(const LeadJob& job, const std::vector<LeadId>& leads) {
  if (leads.empty()) return 0;
  const json options = options_of(job);
  int64_t done = 0;
  switch (job.action) {
    case LeadJobAction::kChange: done = change_leads(db_, job, options, leads, now_); break;
    case LeadJobAction::kDelete: done = delete_leads(db_, job, options, leads); break;
    case LeadJobAction::kRecycle: done = recycle_leads(job, leads); break;
    case LeadJobAction::kUndo: done = undo_recycle(job, leads); break;
  }
  if (done > 0) mark_leads(job.leadset, concerns_dialing(job, options));
  return done;
}

Result<bool> Writer::advance_lead_job(const LeadJob& job, const std::vector<LeadId>& leads,
                                      bool last) {
  return guarded([&]() -> Result<bool> {
    const LeadId cursor = leads.empty() ? job.cursor : leads.back();
    // In a cluster another node may work on the same job: whoever moves the cursor has the batch.
    const int64_t mine = db_.execute(
        "UPDATE lead_jobs SET cursor_id = ? WHERE id = ? AND cursor_id = ? AND state = 'running'",
        {cursor.value, job.id.value, job.cursor.value});
    if (mine == 0) return false;
    const auto done = run_lead_job(job, leads);
    if (!done) return done.error();
    db_.execute("UPDATE lead_jobs SET done = done + ?, skipped = skipped + ? WHERE id = ?",
                {*done, std::ssize(leads) - *done, job.id.value});
    if (!last) return true;
    db_.execute("UPDATE lead_jobs SET state = 'done', ended_at = ? WHERE id = ?",
                {to_unix_ms(now_), job.id.value});
    const auto ended = lead_job(job.id);
    if (!ended) return ended.error();
    note(RecordKind::kLeadJob, job.id.value, "done",
         dump({{"leads", ended->done}, {"skipped", ended->skipped}}));
    effects_.records.emplace(RecordKind::kLeadset, job.leadset.value);
    return true;
  });
}

Result<void> Writer::fail_lead_job(LeadJobId id, const std::string& sentence) {
  return guarded([&]() -> Result<void> {
    db_.execute(
        "UPDATE lead_jobs SET state = 'failed', error = ?, ended_at = ? WHERE id = ? AND state = "
        "'running'",
        {sentence, to_unix_ms(now_), id.value});
    note(RecordKind::kLeadJob, id.value, "failed");
    return {};
  });
}

}  // namespace carillon::store
