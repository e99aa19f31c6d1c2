#include "api/lead_filters.h"

#include "api/call.h"
#include "api/json_records.h"

namespace carillon::api {
namespace {

constexpr std::string_view kWhere = "where[";

std::string text_of(const Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second;
}

Result<std::optional<bool>> flag_of(const Request& request, const char* name) {
  const auto text = text_of(request, name);
  if (text.empty()) return std::optional<bool>();
  if (text == "true") return std::optional(true);
  if (text == "false") return std::optional(false);
  return Error{ErrorCode::kInvalid, fmt::format("The parameter {} must be true or false.", name),
               name};
}

Error no_outcome() { return {ErrorCode::kInvalid, "There is no such outcome.", "outcome"}; }

Result<void> read_filter(const Json& json, store::LeadFilter& filter) {
  ObjectReader reader(json, "filter.");
  reader.text("search", filter.search);
  reader.text("status", filter.status, {.max = 64});
  reader.text("disposition", filter.last_disposition);
  std::string outcome;
  reader.text("outcome", outcome);
  if (!outcome.empty()) {
    filter.last_outcome = from_name<Outcome>(outcome);
    if (!filter.last_outcome) reader.fail(no_outcome());
  }
  if (reader.has("finished")) {
    bool finished = false;
    reader.boolean("finished", finished);
    filter.finished = finished;
  }
  if (const Json* where = reader.take_object("where", store::LeadFilter::kMostConditions)) {
    for (const auto& [name, value] : where->items()) {
      if (!value.is_string()) reader.fail("where", "must map columns to texts.");
      if (reader.ok()) filter.where[name] = value.get<std::string>();
    }
  }
  return reader.finish();
}

/// The one field of `json`, checked as if it were the change of a single lead.
Result<void> read_assignment(const Json& json, store::LeadAssignment& set) {
  Lead lead;
  if (const auto good = read_lead(json, false, false, lead); !good) return good;
  const Error not_one{ErrorCode::kInvalid, "Set exactly one field.", "set"};
  if (json.size() != 1) return not_one;
  set.field = json.begin().key();
  const Json* value = &json.begin().value();
  if (set.field == "custom") {
    if (value->size() != 1) return not_one;
    set.field = "custom:" + value->begin().key();
    value = &value->begin().value();
  }
  if (value->is_string()) set.text = value->get<std::string>();
  if (value->is_number_integer()) set.number = value->get<int64_t>();
  return {};
}

}  // namespace

Result<store::LeadFilter> lead_filter(const Request& request, LeadsetId leadset) {
  store::LeadFilter filter;
  filter.leadset = leadset;
  filter.status = text_of(request, "status");
  filter.last_disposition = text_of(request, "disposition");
  filter.search = text_of(request, "search");
  if (const auto outcome = text_of(request, "outcome"); !outcome.empty()) {
    filter.last_outcome = from_name<Outcome>(outcome);
    if (!filter.last_outcome) return no_outcome();
  }
  const auto finished = flag_of(request, "finished");
  if (!finished) return finished.error();
  filter.finished = *finished;
  for (const auto& [name, value] : request.query) {
    if (!name.starts_with(kWhere) || !name.ends_with(']')) continue;
    filter.where[name.substr(kWhere.size(), name.size() - kWhere.size() - 1)] = value;
  }
  return filter;
}

Result<store::LeadPageQuery> lead_page_query(const Request& request) {
  const auto list = list_query(request);
  if (!list) return list.error();
  const auto count = flag_of(request, "count");
  if (!count) return count.error();
  return store::LeadPageQuery{list->offset, list->limit, list->sort, text_of(request, "after"),
                              count->value_or(true)};
}

Result<void> read_lead_job(const Json& json, LeadsetId leadset, LeadJobRequest& request) {
  ObjectReader reader(json);
  reader.require({"action"});
  reader.enumeration("action", request.action,
                     [](std::string_view name) -> std::optional<store::LeadJobAction> {
                       if (name == "change") return store::LeadJobAction::kChange;
                       if (name == "delete") return store::LeadJobAction::kDelete;
                       return std::nullopt;
                     });
  reader.ids("lead_ids", request.targets.ids, store::LeadTargets::kMostIds);
  const Json* filter = reader.take_object("filter", 10);
  const Json* set = reader.take_object("set", 1);
  if (const auto good = reader.finish(); !good) return good;
  request.targets.filter.leadset = leadset;
  if (request.targets.ids.empty() == (filter == nullptr)) {
    return Error{ErrorCode::kInvalid,
                 "Say which leads are meant: either lead_ids, or a filter ({} for all of them).",
                 "lead_ids"};
  }
  if (filter) {
    if (const auto good = read_filter(*filter, request.targets.filter); !good) return good;
  }
  const bool changes = request.action == store::LeadJobAction::kChange;
  if (changes != (set != nullptr)) {
    return Error{
        ErrorCode::kInvalid,
        changes ? "Say in `set` which field gets which value." : "A deletion has nothing to set.",
        "set"};
  }
  return changes ? read_assignment(*set, request.set) : Result<void>();
}

Result<void> read_recycle(const Json& json, store::RecycleChoice& choice) {
  ObjectReader reader(json);
  std::vector<std::string> outcomes;
  reader.texts("outcomes", outcomes, 20, {.min = 1, .max = 64});
  reader.texts("dispositions", choice.dispositions, 200, {.min = 1, .max = 200});
  for (const auto& name : outcomes) {
    if (const auto outcome = from_name<Outcome>(name)) {
      choice.outcomes.push_back(*outcome);
    } else {
      reader.fail("outcomes", "has a name that is no outcome.");
    }
  }
  return reader.finish();
}

Json to_json(const store::LeadJob& job) {
  const bool can_undo = job.action == store::LeadJobAction::kRecycle &&
                        job.state != store::LeadJobState::kRunning && !job.undone && job.done > 0;
  return {{"id", job.id.value},
          {"leadset_id", id_json(job.leadset)},
          {"action", store::name_of(job.action)},
          {"state", store::name_of(job.state)},
          {"total", job.total},
          {"done", job.done},
          {"skipped", job.skipped},
          {"can_undo", can_undo},
          {"message", job.error},
          {"created_at", time_json(job.created_at)},
          {"finished_at", time_json(job.ended_at)}};
}

Json to_json(const store::RecycleGroup& group) {
  return {{"disposition", group.disposition},
          {"outcome", group.outcome ? Json(name_of(*group.outcome)) : Json(nullptr)},
          {"leads", group.leads},
          {"allowed", group.allowed}};
}

Json to_json(const store::LeadsetActivity& activity) {
  const auto counted = [](const std::map<std::string, int64_t>& counts) {
    Json list = Json::array();
    for (const auto& [name, count] : counts)
      list.push_back({{"disposition", name}, {"calls", count}});
    return list;
  };
  const auto of = [&](Outcome outcome) {
    const auto found = activity.outcomes.find(outcome);
    return found == activity.outcomes.end() ? int64_t{0} : found->second;
  };
  int64_t ended = 0;
  for (const auto& [outcome, count] : activity.outcomes) ended += count;
  const int64_t answered = of(Outcome::kAnswered), dropped = of(Outcome::kDropped);
  Json agents = Json::array();
  for (const auto& [agent, dispositions] : activity.agents) {
    int64_t calls = 0;
    for (const auto& [name, count] : dispositions) calls += count;
    agents.push_back(
        {{"agent_id", agent.value}, {"calls", calls}, {"dispositions", counted(dispositions)}});
  }
  return {{"answered", answered},
          {"failed", ended - answered - dropped},
          {"in_progress", activity.in_progress + activity.connected},
          {"ringing", activity.ringing},
          {"dropped", dropped},
          {"dispositions", counted(activity.dispositions)},
          {"agents", std::move(agents)}};
}

}  // namespace carillon::api
