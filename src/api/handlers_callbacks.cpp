// Call-backs that were agreed and are still to be made.
#include <algorithm>

#include "api/handlers.h"
#include "api/json_records.h"

namespace carillon::api {
namespace {

using store::Reader;
using store::Writer;

/// false when absent.
Result<bool> query_switch(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found == request.query.end() || found->second == "false") return false;
  if (found->second == "true") return true;
  return Error{ErrorCode::kInvalid, name + " must be true or false.", name};
}

Result<std::optional<WallTime>> query_time(const Request& request, const std::string& name) {
  const auto ms = query_integer(request, name, 0);
  if (!ms) return ms.error();
  return *ms ? std::optional<WallTime>{from_unix_ms(**ms)} : std::nullopt;
}

Result<store::CallbackFilter> callback_filter(const Request& request, WallTime now) {
  store::CallbackFilter filter;
  const auto campaign = query_id<CampaignTag>(request, "campaign_id");
  if (!campaign) return campaign.error();
  const auto leadset = query_id<LeadsetTag>(request, "leadset_id");
  if (!leadset) return leadset.error();
  const auto agent = query_id<UserTag>(request, "agent_id");
  if (!agent) return agent.error();
  const auto for_anyone = query_switch(request, "for_anyone");
  if (!for_anyone) return for_anyone.error();
  const auto overdue = query_switch(request, "overdue");
  if (!overdue) return overdue.error();
  const auto from = query_time(request, "from");
  if (!from) return from.error();
  const auto to = query_time(request, "to");
  if (!to) return to.error();
  if (*agent && *for_anyone) {
    return Error{ErrorCode::kInvalid, "Give agent_id or for_anyone, not both.", "for_anyone"};
  }
  filter.campaign = *campaign;
  filter.leadset = *leadset;
  if (*agent || *for_anyone) filter.agent = *agent;
  filter.from = *from;
  filter.to = *to;
  if (*overdue) filter.to = filter.to ? std::min(*filter.to, now) : now;
  return filter;
}

/// Whether an agent has the lead on the screen, to decide about calling.
bool is_previewed(const Call& call, LeadId lead, CampaignId campaign) {
  const auto sessions = call.services.live.sessions_of(campaign);
  return std::any_of(sessions.begin(), sessions.end(), [&](const AgentLive& session) {
    return session.state == AgentState::kPreview && session.lead && session.lead->id == lead;
  });
}

/// An agent who looks at the lead could still dial it by what was agreed before.
Task<std::optional<Error>> why_not_now(Call& call, LeadId lead) {
  auto work = [lead](Reader& reader) { return reader.callback(lead); };
  const auto agreed = co_await read(call.services, std::move(work));
  if (!agreed) co_return agreed.error();
  if (!is_previewed(call, lead, agreed->campaign)) co_return std::nullopt;
  co_return Error{ErrorCode::kConflict,
                  "An agent has this customer on the screen and decides whether to call now. Try "
                  "again in a moment.",
                  {}};
}

}  // namespace

Task<Response> list_callbacks(Call& call) {
  const auto now = machine_now().wall;
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  auto filter = callback_filter(call.request, now);
  if (!filter) co_return problem(filter.error());
  if (call.caller.is_agent()) filter->seen_by = call.caller.user_id();
  auto work = [filter = *filter, query = *query](Reader& reader) {
    return reader.callbacks(filter, query);
  };
  const auto page = co_await read(call.services, std::move(work));
  if (!page) co_return problem(page.error());
  Json items = Json::array();
  for (const auto& one : page->items) items.push_back(callback_json(one, now));
  const Json body{{"items", std::move(items)}, {"total", page->total}};
  co_return json_response(200, body);
}

Task<Response> get_callback(Call& call) {
  auto work = [lead = LeadId{call.ids[0]}](Reader& reader) { return reader.callback(lead); };
  const auto agreed = co_await read(call.services, std::move(work));
  if (!agreed) co_return problem(agreed.error());
  co_return json_response(200, callback_json(*agreed, machine_now().wall));
}

Task<Response> change_callback(Call& call) {
  const LeadId lead{call.ids[0]};
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::CallbackChange wanted;
  if (const auto good = read_callback(*json, wanted); !good) co_return problem(good.error());
  const auto obstacle = co_await why_not_now(call, lead);
  if (obstacle) co_return problem(*obstacle);
  auto work = [lead, wanted](Writer& writer) -> Result<store::Callback> {
    if (auto saved = writer.save_callback(lead, wanted); !saved) return saved.error();
    return writer.callback(lead);
  };
  const auto changed = co_await change(call.services, call.actor(), std::move(work));
  if (!changed) co_return problem(changed.error());
  co_return json_response(200, callback_json(*changed, machine_now().wall));
}

Task<Response> cancel_callback(Call& call) {
  const LeadId lead{call.ids[0]};
  const auto obstacle = co_await why_not_now(call, lead);
  if (obstacle) co_return problem(*obstacle);
  auto work = [lead](Writer& writer) { return writer.cancel_callback(lead); };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

}  // namespace carillon::api
