// The call log and the recordings.
#include <charconv>
#include <map>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "api/ranges.h"
#include "store/import/csv.h"

namespace carillon::api {
namespace {

using store::Reader;

std::string text_of(const Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second;
}

Result<std::optional<WallTime>> time_of(const Request& request, const char* name) {
  const auto ms = query_integer(request, name, 0);
  if (!ms) return ms.error();
  return *ms ? std::optional<WallTime>{from_unix_ms(**ms)} : std::nullopt;
}

Result<store::AttemptFilter> attempt_filter(const Request& request) {
  store::AttemptFilter filter;
  const auto campaign = query_id<CampaignTag>(request, "campaign_id");
  if (!campaign) return campaign.error();
  const auto agent = query_id<UserTag>(request, "agent_id");
  if (!agent) return agent.error();
  const auto lead = query_id<LeadTag>(request, "lead_id");
  if (!lead) return lead.error();
  const auto leadset = query_id<LeadsetTag>(request, "leadset_id");
  if (!leadset) return leadset.error();
  const auto from = time_of(request, "from");
  if (!from) return from.error();
  const auto to = time_of(request, "to");
  if (!to) return to.error();
  filter.campaign = *campaign;
  filter.agent = *agent;
  filter.lead = *lead;
  filter.leadset = *leadset;
  filter.from = *from;
  filter.to = *to;
  filter.disposition = text_of(request, "disposition");
  filter.phone = text_of(request, "phone");
  if (const auto name = text_of(request, "outcome"); !name.empty()) {
    filter.outcome = from_name<Outcome>(name);
    if (!filter.outcome) {
      return Error{ErrorCode::kInvalid, "There is no such outcome.", "outcome"};
    }
  }
  return filter;
}

constexpr int64_t kExportPiece = 1'000;  // attempts

/// How far an export has come; shared with the connection that sends it.
struct CallExport {
  store::AttemptFilter filter;
  Attempt last;
  bool is_first = true;
  std::map<CampaignId, std::string> campaigns;
  std::map<UserId, std::string> agents;
};

/// A record's name, or its id when it is gone; each is looked up once.
template <class Tag, class Find>
const std::string& name_by_id(std::map<Id<Tag>, std::string>& names, Id<Tag> id, Find find) {
  const auto [entry, is_new] = names.try_emplace(id);
  if (is_new && id) {
    const auto record = find(id);
    entry->second = record ? record->name : fmt::format("{}", id);
  }
  return entry->second;
}

std::string iso_time(std::optional<WallTime> time) {
  return time ? fmt::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(*time)) : "";
}

constexpr std::string_view kExportHeading =
    "id,started,ended,phone,campaign,agent,outcome,disposition,talk_s,caller_id,sip_status,"
    "sip_reason,tags,notes\r\n";

void append_line(std::string& csv, const Attempt& call, const std::string& campaign,
                 const std::string& agent) {
  const bool talked = call.connected_at && call.ended_at;
  const auto talk_s = talked ? (*call.ended_at - *call.connected_at) / 1s : 0;
  // + and digits: what a spreadsheet makes of a phone number is the number.
  csv += fmt::format("{},{},{},{},", call.id, iso_time(call.started_at), iso_time(call.ended_at),
                     call.phone);
  for (const auto& text : {campaign, agent, std::string(name_of(call.outcome)), call.disposition}) {
    store::append_csv_field(csv, text);
    csv += ',';
  }
  csv += fmt::format("{},{},{},", talk_s, call.caller_id, call.sip_status);
  store::append_csv_field(csv, call.sip_reason);
  csv += ',';
  store::append_csv_field(csv, fmt::format("{}", fmt::join(call.tags, ", ")));
  csv += ',';
  store::append_csv_field(csv, call.notes);
  csv += "\r\n";
}

Result<std::string> export_piece(Reader& reader, CallExport& place) {
  const auto calls = reader.attempts_after(place.filter, place.last, kExportPiece);
  if (!calls) return calls.error();
  std::string csv;
  if (std::exchange(place.is_first, false)) csv = kExportHeading;
  for (const auto& call : *calls) {
    const auto& campaign = name_by_id(place.campaigns, call.campaign,
                                      [&](CampaignId id) { return reader.campaign(id); });
    const auto& agent =
        name_by_id(place.agents, call.agent, [&](UserId id) { return reader.user(id); });
    append_line(csv, call, campaign, agent);
    place.last = call;
  }
  return csv;
}

Task<Result<std::string>> next_calls(Services& services, std::shared_ptr<CallExport> place) {
  auto work = [place](Reader& reader) { return export_piece(reader, *place); };
  auto piece = co_await read(services, std::move(work));
  co_return piece;
}

/// The recording's file, if it really lies inside the folder: the name comes from the database, but
/// what is served must not depend on that.
Result<FileBody> recording_file(const std::filesystem::path& folder, const std::string& name) {
  const Error missing{ErrorCode::kNotFound, "There is no recording of this call (any more).", {}};
  if (name.empty()) return missing;
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  if (error) return missing;
  const auto path = std::filesystem::canonical(root / name, error);
  if (error) return missing;
  const auto [end, unused] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (end != root.end() || !std::filesystem::is_regular_file(path, error)) return missing;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return missing;
  return FileBody{path, 0, size};
}

/// The call has just come to the agent, or the agent is asked in.
bool in_own_panel(const Call& call, AttemptId attempt) {
  const AgentLive* session = call.services.live.session_of(call.caller.user_id());
  return session && session->attempt == attempt;
}

}  // namespace

Task<Response> list_attempts(Call& call) {
  auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  if (query->sort.empty()) query->sort = "-started_at";
  auto filter = attempt_filter(call.request);
  if (!filter) co_return problem(filter.error());
  if (call.caller.is_agent()) filter->agent = call.caller.user_id();
  auto work = [filter = *filter, query = *query](Reader& reader) {
    return reader.attempts(filter, query);
  };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> export_attempts(Call& call) {
  auto filter = attempt_filter(call.request);
  if (!filter) co_return problem(filter.error());
  auto place = std::make_shared<CallExport>();
  place->filter = std::move(*filter);
  auto response = csv_file("calls.csv");
  response.stream = [&services = call.services, place] { return next_calls(services, place); };
  co_return response;
}

Task<Response> get_attempt(Call& call) {
  auto work = [id = AttemptId{call.ids[0]}](Reader& reader) { return reader.attempt(id); };
  const auto attempt = co_await read(call.services, std::move(work));
  if (!attempt) co_return problem(attempt.error());
  if (call.caller.is_agent() && attempt->agent != call.caller.user_id() &&
      !in_own_panel(call, attempt->id)) {
    co_return problem({ErrorCode::kForbidden, "Agents can see their own calls only.", {}});
  }
  co_return json_response(200, to_json(*attempt));
}

Task<Response> get_attempt_events(Call& call) {
  auto work =
      [id = AttemptId{call.ids[0]}](Reader& reader) -> Result<std::vector<store::AttemptEvent>> {
    if (const auto attempt = reader.attempt(id); !attempt) return attempt.error();
    return reader.attempt_events(id);
  };
  const auto events = co_await read(call.services, std::move(work));
  if (!events) co_return problem(events.error());
  Json items = Json::array();
  for (const auto& event : *events) {
    items.push_back({{"at", time_json(event.at)}, {"kind", event.kind}, {"detail", event.detail}});
  }
  const auto total = items.size();
  const Json body{{"items", std::move(items)}, {"total", total}};
  co_return json_response(200, body);
}

Task<Response> get_recording(Call& call) {
  auto work = [id = AttemptId{call.ids[0]}](Reader& reader) { return reader.attempt(id); };
  const auto attempt = co_await read(call.services, std::move(work));
  if (!attempt) co_return problem(attempt.error());
  auto file = recording_file(call.services.config.recordings, attempt->recording);
  if (!file) co_return problem(file.error());

  const auto total = file->length;
  const auto range = parse_range(call.request.header("range"), total);
  if (range.unsatisfiable) {
    auto response =
        problem(416, {ErrorCode::kInvalid, "The range lies outside the file.", "Range"});
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", total));
    co_return response;
  }
  Response response;
  if (range.partial) {
    response.status = 206;
    response.headers.emplace_back(
        "Content-Range",
        fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, total));
    file->offset = range.first;
    file->length = range.length;
  }
  response.headers.emplace_back("Content-Type", "audio/wav");
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("Cache-Control", "private, no-store");
  response.headers.emplace_back("Content-Disposition",
                                fmt::format("inline; filename=\"call-{}.wav\"", attempt->id));
  response.file = std::move(*file);
  co_return response;
}

}  // namespace carillon::api
