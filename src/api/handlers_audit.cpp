// Who changed what. There is no way to change or remove an entry.
#include <fmt/format.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "store/import/csv.h"

namespace carillon::api {
namespace {

using store::Reader;

constexpr int64_t kPiece = 1'000;  // entries

std::string text_of(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string{} : found->second.substr(0, 100);
}

Result<store::AuditFilter> audit_filter(const Request& request) {
  store::AuditFilter filter;
  const auto user = query_id<UserTag>(request, "user_id");
  if (!user) return user.error();
  filter.user = *user;
  const auto record = query_integer(request, "record_id");
  if (!record) return record.error();
  filter.record_id = record->value_or(0);
  filter.kind = text_of(request, "kind");
  filter.action = text_of(request, "action");
  const auto from = query_integer(request, "from", 0);
  if (!from) return from.error();
  const auto to = query_integer(request, "to", 0);
  if (!to) return to.error();
  if (*from) filter.from = from_unix_ms(**from);
  if (*to) filter.to = from_unix_ms(**to);
  return filter;
}

std::string csv_line(const store::AuditEntry& entry) {
  std::string line = fmt::format("{},", to_unix_ms(entry.at));
  for (const std::string* field : {&entry.actor.name, &entry.actor.address, &entry.kind}) {
    store::append_csv_field(line, *field);
    line += ',';
  }
  line += fmt::format("{},", entry.record_id);
  store::append_csv_field(line, entry.action);
  line += ',';
  store::append_csv_field(line, entry.changes);
  return line + "\r\n";
}

/// How far an export has come; shared with the connection that sends it.
struct AuditExport {
  store::AuditFilter filter;
  store::ListQuery query;
  bool is_first = true;
};

Task<Result<std::string>> next_audit_entries(Services& services,
                                             std::shared_ptr<AuditExport> place) {
  auto work = [place](Reader& reader) -> Result<std::string> {
    const auto page = reader.audit(place->filter, place->query);
    if (!page) return page.error();
    std::string csv;
    if (std::exchange(place->is_first, false)) {
      csv = "at,actor,address,kind,record_id,action,changes\r\n";
    }
    for (const auto& entry : page->items) {
      csv += csv_line(entry);
      place->filter.after_id = entry.id;
    }
    return csv;
  };
  auto piece = co_await read(services, std::move(work));
  co_return piece;
}

}  // namespace

Task<Response> list_audit(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  const auto filter = audit_filter(call.request);
  if (!filter) co_return problem(filter.error());
  auto work = [query = *query, filter = *filter](Reader& reader) {
    return reader.audit(filter, query);
  };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> export_audit(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  const auto filter = audit_filter(call.request);
  if (!filter) co_return problem(filter.error());
  auto place = std::make_shared<AuditExport>();
  place->filter = *filter;
  place->query.search = query->search;
  place->query.sort = "id";
  place->query.limit = kPiece;
  auto response = csv_file("audit-log.csv");
  response.stream = [&services = call.services, place] {
    return next_audit_entries(services, place);
  };
  co_return response;
}

}  // namespace carillon::api
