// Data Recycle: finished leads may be dialed again, and that can be taken back.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "store/audit.h"
#include "store/effects.h"
#include "store/lead_filter.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

using nlohmann::json;

constexpr std::array kFinalOutcomes{
    Outcome::kAnswered, Outcome::kAgentUnavailable, Outcome::kBusy,
    Outcome::kNoAnswer, Outcome::kRejected,         Outcome::kDropped,
    Outcome::kMachine,  Outcome::kConnectionError,  Outcome::kError};

bool is_final(Outcome outcome) {
  return std::ranges::find(kFinalOutcomes, outcome) != kFinalOutcomes.end();
}

Result<std::vector<DispositionRule>> rules_of(Reader& reader, const Leadset& leadset) {
  if (!leadset.campaign) return predefined_dispositions();
  auto owner = reader.campaign(leadset.campaign);
  if (!owner) return owner.error();
  return owner->dispositions;
}

bool may_recycle(const std::vector<DispositionRule>& rules, const std::string& disposition) {
  return std::ranges::any_of(rules, [&](const auto& rule) {
    return rule.name == disposition && rule.recyclable && !rule.do_not_call;
  });
}

/// Conditions that the index leads_recyclable holds.
Where recyclable(LeadsetId leadset) {
  Where where;
  where.add("leadset_id = ? AND finished = 1 AND dnc = 0", {leadset.value});
  return where;
}

}  // namespace

Where recycle_conditions(const LeadJob& job) {
  const json options = json::parse(job.options);
  Where where = recyclable(job.leadset);
  std::string any;
  Values values;
  const auto add = [&](const std::string& condition, const json& names) {
    if (names.empty()) return;
    any += fmt::format("{}{} IN ({})", any.empty() ? "" : " OR ", condition, marks(names.size()));
    for (const auto& name : names) values.emplace_back(name.get<std::string>());
  };
  add("last_disposition", options.at("dispositions"));
  add("last_disposition = '' AND last_outcome", options.at("outcomes"));
  where.add("(" + any + ")", std::move(values));
  return where;
}

Result<std::vector<RecycleGroup>> Reader::recycle_groups(LeadsetId id) {
  return guarded([&]() -> Result<std::vector<RecycleGroup>> {
    const auto set = leadset(id);
    if (!set) return set.error();
    const auto rules = rules_of(*this, *set);
    if (!rules) return rules.error();
    const Where where = recyclable(id);
    std::vector<RecycleGroup> groups;
    for (const auto& row : db_.query(
             fmt::format("SELECT last_disposition, outcome, count(*) FROM (SELECT "
                         "last_disposition, CASE WHEN last_disposition = '' THEN last_outcome "
                         "ELSE '' END AS outcome FROM leads{}) AS ended GROUP BY "
                         "last_disposition, outcome ORDER BY last_disposition, outcome",
                         where.text),
             where.values)) {
      RecycleGroup group;
      group.disposition = row[0];
      group.leads = to_number<int64_t>(row[2]);
      if (group.disposition.empty()) {
        group.outcome = from_name<Outcome>(row[1]);
        if (!group.outcome || !is_final(*group.outcome)) continue;
      } else {
        group.allowed = may_recycle(*rules, group.disposition);
      }
      groups.push_back(std::move(group));
    }
    return groups;
  });
}

Result<std::vector<LeadJobId>> Reader::recycles_to_forget(WallTime before) {
  return guarded([&]() -> Result<std::vector<LeadJobId>> {
    std::vector<LeadJobId> ids;
    for (const auto& row :
         db_.query("SELECT id FROM lead_jobs WHERE action = 'recycle' AND state <> 'running' AND "
                   "ended_at < ? AND EXISTS (SELECT 1 FROM recycled_leads r WHERE r.job_id = "
                   "lead_jobs.id)",
                   {to_unix_ms(before)})) {
      ids.emplace_back(to_number<int64_t>(row[0]));
    }
    return ids;
  });
}

Result<LeadJobId> Writer::add_recycle(LeadsetId id, const RecycleChoice& choice) {
  return guarded([&]() -> Result<LeadJobId> {
    const auto set = leadset(id);
    if (!set) return set.error();
    const auto rules = rules_of(*this, *set);
    if (!rules) return rules.error();
    if (choice.outcomes.empty() && choice.dispositions.empty()) {
      return Error{ErrorCode::kInvalid,
                   "Choose at least one outcome or disposition whose leads are to come back.",
                   "dispositions"};
    }
    for (const auto& disposition : choice.dispositions) {
      if (may_recycle(*rules, disposition)) continue;
      return Error{ErrorCode::kInvalid,
                   fmt::format("Leads with the disposition {} are not brought back. Mark it as "
                               "recyclable in the campaign first.",
                               disposition),
                   "dispositions"};
    }
    json outcomes = json::array();
    for (const auto outcome : choice.outcomes) {
      if (!is_final(outcome)) {
        return Error{ErrorCode::kInvalid, "Choose outcomes of calls that have ended.", "outcomes"};
      }
      outcomes.push_back(name_of(outcome));
    }
    LeadJob job;
    job.leadset = id;
    job.action = LeadJobAction::kRecycle;
    job.options = json{{"outcomes", outcomes}, {"dispositions", choice.dispositions}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
    const auto groups = recycle_groups(id);
    if (!groups) return groups.error();
    for (const auto& group : *groups) {
      const bool chosen =
          group.outcome
              ? std::ranges::find(choice.outcomes, *group.outcome) != choice.outcomes.end()
              : std::ranges::find(choice.dispositions, group.disposition) !=
                    choice.dispositions.end();
      if (chosen) job.total += group.leads;
    }
    return add_lead_job(std::move(job));
  });
}

Result<LeadJobId> Writer::add_recycle_undo(LeadJobId id) {
  return guarded([&]() -> Result<LeadJobId> {
    const auto recycle = lead_job(id);
    if (!recycle) return recycle.error();
    const auto refuse = [](const char* sentence) {
      return Error{ErrorCode::kConflict, sentence, ""};
    };
    if (recycle->action != LeadJobAction::kRecycle) return refuse("Only a recycle can be undone.");
    if (recycle->state == LeadJobState::kRunning) {
      return refuse("This recycle is under way. Cancel it, or wait for its end, then undo it.");
    }
    if (recycle->undone) return refuse("This recycle was undone already.");
    LeadJob job;
    job.leadset = recycle->leadset;
    job.action = LeadJobAction::kUndo;
    job.undoes = id;
    job.options = "{}";
    job.total = db_.number("SELECT count(*) FROM recycled_leads WHERE job_id = ?", {id.value});
    if (job.total == 0 && recycle->done > 0) {
      return refuse("This recycle is too old to be undone.");
    }
    db_.execute("UPDATE lead_jobs SET undone = 1 WHERE id = ?", {id.value});
    return add_lead_job(std::move(job));
  });
}

int64_t Writer::recycle_leads(const LeadJob& job, const std::vector<LeadId>& leads) {
  Where where = recycle_conditions(job);
  where.add("reserved_until = 0");
  // The lists have the last word, whatever a lead's own flag says.
  where.add(
      "NOT EXISTS (SELECT 1 FROM dnc d WHERE d.phone = leads.phone AND d.campaign_id IN (0, "
      "(SELECT s.campaign_id FROM leadsets s WHERE s.id = leads.leadset_id)))");
  where.add(id_in_list(db_), {id_list_parameter(db_, leads)});
  Values values{job.id.value};
  values.insert(values.end(), where.values.begin(), where.values.end());
  db_.execute(fmt::format("INSERT INTO recycled_leads (job_id, lead_id, called_count, "
                          "last_called_at, not_call_until, callback_due, callback_agent_id) SELECT "
                          "?, id, called_count, last_called_at, not_call_until, callback_due, "
                          "callback_agent_id FROM leads{}",
                          where.text),
              values);
  values.front() = to_unix_ms(now_);
  return db_.execute(
      fmt::format("UPDATE leads SET finished = 0, called_count = 0, not_call_until = 0, "
                  "callback_due = 0, modified_at = ?{}",
                  where.text),
      values);
}

int64_t Writer::undo_recycle(const LeadJob& job, const std::vector<LeadId>& leads) {
  const auto list = id_list_parameter(db_, leads);
  // Called since, or about to be: then it stays as it is now.
  const auto kept = [](const char* column) {
    return fmt::format(
        "(SELECT r.{0} FROM recycled_leads r WHERE r.job_id = ? AND r.lead_id = "
        "leads.id)",
        column);
  };
  const int64_t id = job.undoes.value;
  const int64_t back = db_.execute(
      fmt::format(
          "UPDATE leads SET finished = 1, called_count = {}, not_call_until = {}, "
          "callback_due = {}, callback_agent_id = {}, modified_at = ? WHERE {} AND "
          "finished = 0 AND called_count = 0 AND reserved_until = 0 AND last_called_at = {}",
          kept("called_count"), kept("not_call_until"), kept("callback_due"),
          kept("callback_agent_id"), id_in_list(db_), kept("last_called_at")),
      {id, id, id, id, to_unix_ms(now_), list, id});
  std::string lead_in_list = id_in_list(db_);
  db_.execute(fmt::format("DELETE FROM recycled_leads WHERE job_id = ? AND lead_{}", lead_in_list),
              {id, list});
  return back;
}

Result<int64_t> Writer::forget_recycle(LeadJobId id, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    return db_.execute(
        "DELETE FROM recycled_leads WHERE job_id = ? AND lead_id IN (SELECT lead_id FROM "
        "recycled_leads WHERE job_id = ? ORDER BY lead_id LIMIT ?)",
        {id.value, id.value, limit});
  });
}

}  // namespace carillon::store
