// Files of do-not-call numbers: uploads into a list, the report of what was rejected, the export.
#include <fmt/format.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "store/import/dnc_imports.h"

namespace carillon::api {
namespace {

using store::Reader;

constexpr int64_t kPiece = 1'000;  // rows
constexpr int64_t kNewest = 50;

Error no_imports() {
  return {ErrorCode::kUnavailable, "Uploads are switched off on this server.", {}};
}

Result<void> read_spec(const Json& json, store::DncImportSpec& spec) {
  ObjectReader reader(json);
  reader.require({"upload_id"});
  reader.text("upload_id", spec.upload_id, {.min = 1, .max = 64});
  reader.id("campaign_id", spec.campaign);
  reader.integer("start_row", spec.start_row, 0, 1'000'000);
  reader.integer("column", spec.column, 0, 255);
  reader.text("country", spec.country, {.max = 2});
  reader.text("reason", spec.reason, {.max = 500});
  return reader.finish();
}

Task<Result<std::string>> next_rejected_numbers(Services& services, ImportId id,
                                                std::shared_ptr<int64_t> after_row) {
  auto work = [id, after_row](Reader& reader) {
    return store::dnc_rejected_csv(reader, id, *after_row, kPiece);
  };
  auto piece = co_await read(services, std::move(work));
  co_return piece;
}

/// How far an export has come; shared with the connection that sends it.
struct DncExport {
  store::DncEntry after;
  bool is_first = true;
};

Task<Result<std::string>> next_numbers(Services& services, std::optional<CampaignId> list,
                                       std::shared_ptr<DncExport> place) {
  auto work = [list, place](Reader& reader) {
    const bool is_first = std::exchange(place->is_first, false);
    return store::dnc_csv(reader, list, place->after, is_first, kPiece);
  };
  auto piece = co_await read(services, std::move(work));
  co_return piece;
}

}  // namespace

Result<std::optional<CampaignId>> dnc_list_of(const Request& request) {
  const auto campaign = query_id<CampaignTag>(request, "campaign_id");
  if (!campaign) return campaign.error();
  if (*campaign) return std::optional(*campaign);
  const auto found = request.query.find("system_wide");
  if (found == request.query.end() || found->second == "false") return std::optional<CampaignId>{};
  if (found->second == "true") return std::optional(CampaignId{});
  return Error{ErrorCode::kInvalid, "system_wide must be true or false.", "system_wide"};
}

Task<Response> start_dnc_import(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::DncImportSpec spec;
  if (const auto good = read_spec(*json, spec); !good) co_return problem(good.error());
  auto* imports = call.services.ports.dnc_imports;
  if (!imports) co_return problem(no_imports());
  auto start = [imports, actor = call.actor(),
                spec](std::function<void(Result<store::DncImport>)> done) {
    imports->start_import(actor, spec, std::move(done));
  };
  Later<Result<store::DncImport>> started(call.services.loop, std::move(start));
  const auto import = co_await started;
  co_return import ? json_response(202, to_json(*import)) : problem(import.error());
}

Task<Response> list_dnc_imports(Call& call) {
  auto work = [](Reader& reader) -> Result<store::Page<store::DncImport>> {
    auto newest = reader.dnc_imports(kNewest);
    if (!newest) return newest.error();
    const auto total = static_cast<int64_t>(newest->size());
    return store::Page<store::DncImport>{std::move(*newest), total};
  };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> get_dnc_import(Call& call) {
  const ImportId id{call.ids[0]};
  if (const auto* imports = call.services.ports.dnc_imports) {
    if (const auto now = imports->running(id)) co_return json_response(200, to_json(*now));
  }
  auto work = [id](Reader& reader) { return reader.dnc_import(id); };
  const auto import = co_await read(call.services, std::move(work));
  co_return import ? json_response(200, to_json(*import)) : problem(import.error());
}

Task<Response> cancel_dnc_import(Call& call) {
  auto work = [id = ImportId{call.ids[0]}](Reader& reader) { return reader.dnc_import(id); };
  const auto import = co_await read(call.services, std::move(work));
  if (!import) co_return problem(import.error());
  auto* imports = call.services.ports.dnc_imports;
  if (!imports) co_return problem(no_imports());
  const auto done = imports->cancel(import->id);
  co_return done ? no_content() : problem(done.error());
}

Task<Response> get_dnc_rejected_rows(Call& call) {
  const ImportId id{call.ids[0]};
  auto work = [id](Reader& reader) { return reader.dnc_import(id); };
  const auto import = co_await read(call.services, std::move(work));
  if (!import) co_return problem(import.error());
  auto response = csv_file(fmt::format("rejected-numbers-{}.csv", id));
  response.stream = [&services = call.services, id, after_row = std::make_shared<int64_t>(0)] {
    return next_rejected_numbers(services, id, after_row);
  };
  co_return response;
}

Task<Response> export_dnc(Call& call) {
  const auto list = dnc_list_of(call.request);
  if (!list) co_return problem(list.error());
  auto response = csv_file("do-not-call.csv");
  response.stream = [&services = call.services, list = *list,
                     place = std::make_shared<DncExport>()] {
    return next_numbers(services, list, place);
  };
  co_return response;
}

}  // namespace carillon::api
