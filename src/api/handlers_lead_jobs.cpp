// Changes to many leads, Data Recycle, and the dashboard of a leadset.
#include "api/call.h"
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/lead_filters.h"

namespace carillon::api {
namespace {

using store::LeadJob;
using store::Reader;
using store::Writer;

constexpr int64_t kJobsShown = 50;

/// The job as it stands after the change that asked for it.
Result<LeadJob> made_job(Writer& writer, const Result<LeadJobId>& id) {
  return id ? writer.lead_job(*id) : Result<LeadJob>(id.error());
}

Response job_response(const Result<LeadJob>& job) {
  return job ? json_response(202, to_json(*job)) : problem(job.error());
}

bool is_of_own_lead(const Call& call, LeadsetId leadset) {
  const AgentLive* session = call.services.live.session_of(call.caller.user_id());
  return session && session->lead && session->lead->leadset == leadset;
}

}  // namespace

Task<Response> count_leads(Call& call) {
  const auto filter = lead_filter(call.request, LeadsetId{call.ids[0]});
  if (!filter) co_return problem(filter.error());
  auto work = [filter = *filter](Reader& reader) -> Result<int64_t> {
    if (const auto leadset = reader.leadset(filter.leadset); !leadset) return leadset.error();
    return reader.count_matching(filter);
  };
  const auto count = co_await read(call.services, std::move(work));
  if (!count) co_return problem(count.error());
  const Json body{{"total", *count}};
  co_return json_response(200, body);
}

Task<Response> get_lead_values(Call& call) {
  if (call.caller.is_agent() && !is_of_own_lead(call, LeadsetId{call.ids[0]})) {
    co_return problem({ErrorCode::kForbidden,
                       "Agents can reach the leadset of the lead on their own screen only.",
                       {}});
  }
  auto work = [id = LeadsetId{call.ids[0]}](Reader& reader) -> Result<store::LeadValues> {
    if (const auto leadset = reader.leadset(id); !leadset) return leadset.error();
    return reader.lead_values(id);
  };
  const auto values = co_await read(call.services, std::move(work));
  if (!values) co_return problem(values.error());
  const Json body{{"statuses", values->statuses},
                  {"dispositions", values->dispositions},
                  {"custom_columns", values->custom_columns}};
  co_return json_response(200, body);
}

Task<Response> list_lead_jobs(Call& call) {
  auto work = [id = LeadsetId{call.ids[0]}](Reader& reader) -> Result<std::vector<LeadJob>> {
    if (const auto leadset = reader.leadset(id); !leadset) return leadset.error();
    return reader.lead_jobs(id, kJobsShown);
  };
  const auto jobs = co_await read(call.services, std::move(work));
  if (!jobs) co_return problem(jobs.error());
  Json items = Json::array();
  for (const auto& job : *jobs) items.push_back(to_json(job));
  const Json body{{"items", std::move(items)}, {"total", jobs->size()}};
  co_return json_response(200, body);
}

Task<Response> start_lead_job(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  const LeadsetId leadset{call.ids[0]};
  LeadJobRequest request;
  if (const auto good = read_lead_job(*json, leadset, request); !good) {
    co_return problem(good.error());
  }
  // Counted by a reader: it may take a while.
  auto count = [leadset, targets = request.targets](Reader& reader) -> Result<int64_t> {
    if (const auto found = reader.leadset(leadset); !found) return found.error();
    if (!targets.ids.empty()) return std::ssize(targets.ids);
    return reader.count_matching(targets.filter);
  };
  const auto total = co_await read(call.services, std::move(count));
  if (!total) co_return problem(total.error());
  auto work = [leadset, request, total = *total](Writer& writer) {
    return made_job(writer,
                    request.action == store::LeadJobAction::kDelete
                        ? writer.add_lead_deletion(leadset, request.targets, total)
                        : writer.add_lead_change(leadset, request.targets, request.set, total));
  };
  const auto job = co_await change(call.services, call.actor(), std::move(work));
  co_return job_response(job);
}

Task<Response> get_lead_job(Call& call) {
  auto work = [id = LeadJobId{call.ids[0]}](Reader& reader) { return reader.lead_job(id); };
  const auto job = co_await read(call.services, std::move(work));
  co_return job ? json_response(200, to_json(*job)) : problem(job.error());
}

Task<Response> cancel_lead_job(Call& call) {
  auto work = [id = LeadJobId{call.ids[0]}](Writer& writer) { return writer.cancel_lead_job(id); };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

Task<Response> undo_lead_job(Call& call) {
  auto work = [id = LeadJobId{call.ids[0]}](Writer& writer) {
    return made_job(writer, writer.add_recycle_undo(id));
  };
  const auto job = co_await change(call.services, call.actor(), std::move(work));
  co_return job_response(job);
}

Task<Response> get_recycle(Call& call) {
  auto work = [id = LeadsetId{call.ids[0]}](Reader& reader) { return reader.recycle_groups(id); };
  const auto groups = co_await read(call.services, std::move(work));
  if (!groups) co_return problem(groups.error());
  Json items = Json::array();
  for (const auto& group : *groups) items.push_back(to_json(group));
  const Json body{{"items", std::move(items)}};
  co_return json_response(200, body);
}

Task<Response> recycle_leadset(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::RecycleChoice choice;
  if (const auto good = read_recycle(*json, choice); !good) co_return problem(good.error());
  auto work = [id = LeadsetId{call.ids[0]}, choice](Writer& writer) {
    return made_job(writer, writer.add_recycle(id, choice));
  };
  const auto job = co_await change(call.services, call.actor(), std::move(work));
  co_return job_response(job);
}

Task<Response> get_leadset_activity(Call& call) {
  auto work = [id = LeadsetId{call.ids[0]}](Reader& reader) { return reader.leadset_activity(id); };
  const auto activity = co_await read(call.services, std::move(work));
  co_return activity ? json_response(200, to_json(*activity)) : problem(activity.error());
}

}  // namespace carillon::api
