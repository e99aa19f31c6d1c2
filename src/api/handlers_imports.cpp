// Files of leads: uploads and imports.
#include <fmt/format.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "api/url_download.h"

namespace carillon::api {
namespace {

using store::Reader;

constexpr int64_t kRejectedPiece = 1'000;  // rows

Error no_imports() {
  return {ErrorCode::kUnavailable, "Imports are switched off on this server.", {}};
}

/// The last part of the path, or the host: what the file is called.
std::string file_name(const Url& url) {
  const auto path = url.target.substr(0, url.target.find('?'));
  const auto name = path.substr(path.rfind('/') + 1);
  return name.empty() ? url.host : name;
}

/// On a download thread.
Result<store::ImportPreview> fetch_upload(store::ImportJobs& imports, const Url& url,
                                          const DownloadRules& rules,
                                          const std::atomic<bool>& stop) {
  const auto upload = imports.upload(file_name(url));
  if (!upload) return upload.error();
  const auto done =
      download(url, rules, stop, [&](std::string_view bytes) { return (*upload)->write(bytes); });
  if (!done) return done.error();
  auto preview = (*upload)->finish();
  if (preview) return preview;
  Error error = preview.error();
  if (error.field == "file") error.field = "url";
  return error;
}

}  // namespace

Task<Response> upload(Call& call) {
  // The connection wrote the body into it.
  const auto file = call.request.upload;
  if (!file) co_return problem(no_imports());
  auto work = [file] { return file->finish(); };
  const auto preview = co_await offload(call.services, std::move(work));
  co_return preview ? json_response(201, to_json(*preview)) : problem(preview.error());
}

Task<Response> upload_from_url(Call& call) {
  auto* imports = call.services.ports.imports;
  if (!imports) co_return problem(no_imports());
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  std::string text;
  ObjectReader reader(*json);
  reader.require({"url"});
  reader.text("url", text, {.min = 1, .max = 2'000});
  if (const auto good = reader.finish(); !good) co_return problem(good.error());
  const auto url = parse_url(text);
  if (!url) co_return problem(url.error());
  const auto& config = call.services.config;
  DownloadRules rules;
  rules.private_addresses = config.private_upload_urls;
  rules.max_bytes = static_cast<int64_t>(config.upload_limit);

  auto start = [&outgoing = call.services.outgoing, imports, url = *url,
                rules](const std::function<void(Result<store::ImportPreview>)>& resolve) {
    const bool queued = outgoing.post(
        [=](const std::atomic<bool>& stop) { resolve(fetch_upload(*imports, url, rules, stop)); });
    if (!queued) {
      resolve(Error{
          ErrorCode::kUnavailable, "Other files are being fetched. Try again in a moment.", {}});
    }
  };
  Later<Result<store::ImportPreview>> fetched(call.services.loop, std::move(start));
  const auto preview = co_await fetched;
  co_return preview ? json_response(201, to_json(*preview)) : problem(preview.error());
}

Task<Response> start_import(Call& call) {
  auto* imports = call.services.ports.imports;
  if (!imports) co_return problem(no_imports());
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::ImportSpec spec;
  spec.leadset = LeadsetId{call.ids[0]};
  if (const auto good = read_import(*json, spec); !good) co_return problem(good.error());
  auto find = [id = spec.leadset](Reader& reader) { return reader.leadset(id); };
  const auto leadset = co_await read(call.services, std::move(find));
  if (!leadset) co_return problem(leadset.error());

  auto start = [imports, actor = call.actor(),
                spec](std::function<void(Result<store::Import>)> done) {
    imports->start_import(actor, spec, std::move(done));
  };
  Later<Result<store::Import>> started(call.services.loop, std::move(start));
  const auto import = co_await started;
  co_return import ? json_response(202, to_json(*import)) : problem(import.error());
}

Task<Response> list_imports(Call& call) {
  auto work = [id = LeadsetId{call.ids[0]}](Reader& reader) -> Result<store::Page<store::Import>> {
    if (const auto leadset = reader.leadset(id); !leadset) return leadset.error();
    auto imports = reader.imports_of(id);
    if (!imports) return imports.error();
    store::Page<store::Import> page;
    page.items = std::move(*imports);
    page.total = static_cast<int64_t>(page.items.size());
    return page;
  };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> get_import(Call& call) {
  if (const auto* imports = call.services.ports.imports) {
    if (const auto now = imports->running(ImportId{call.ids[0]})) {
      co_return json_response(200, to_json(*now));
    }
  }
  auto work = [id = ImportId{call.ids[0]}](Reader& reader) { return reader.import(id); };
  const auto import = co_await read(call.services, std::move(work));
  co_return import ? json_response(200, to_json(*import)) : problem(import.error());
}

Task<Response> cancel_import(Call& call) {
  auto* imports = call.services.ports.imports;
  if (!imports) co_return problem(no_imports());
  auto work = [id = ImportId{call.ids[0]}](Reader& reader) { return reader.import(id); };
  const auto import = co_await read(call.services, std::move(work));
  if (!import) co_return problem(import.error());
  const auto done = imports->cancel(import->id);
  co_return done ? no_content() : problem(done.error());
}

namespace {

/// The next piece of a report. Its state is shared with the connection that sends it.
Task<Result<std::string>> next_rejected(Services& services, ImportId id,
                                        std::shared_ptr<int64_t> after_row) {
  auto work = [id, after_row](Reader& reader) {
    return store::rejected_csv(reader, id, *after_row, kRejectedPiece);
  };
  auto piece = co_await read(services, std::move(work));
  co_return piece;
}

}  // namespace

Task<Response> get_rejected_rows(Call& call) {
  const ImportId id{call.ids[0]};
  auto work = [id](Reader& reader) { return reader.import(id); };
  const auto import = co_await read(call.services, std::move(work));
  if (!import) co_return problem(import.error());
  auto response = csv_file(fmt::format("rejected-rows-{}.csv", id));
  response.stream = [&services = call.services, id, after_row = std::make_shared<int64_t>(0)] {
    return next_rejected(services, id, after_row);
  };
  co_return response;
}

}  // namespace carillon::api
