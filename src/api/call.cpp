#include "api/call.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace carillon::api {

store::Actor Call::actor() const {
  store::Actor actor;
  actor.address = request.address;
  if (caller.person) {
    actor.user = caller.person->id;
    actor.name = caller.person->username;
  } else if (caller.program) {
    actor.name = "token " + caller.program->name;
  } else {
    actor.name = "nobody";
  }
  return actor;
}

Response json_response(int status, const Json& json) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = to_text(json);
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response csv_file(const std::string& name) {
  Response response;
  response.headers.emplace_back("Content-Type", "text/csv; charset=utf-8");
  response.headers.emplace_back("Content-Disposition",
                                fmt::format("attachment; filename=\"{}\"", name));
  return response;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return 422;
    case ErrorCode::kUnauthorized: return 401;
    case ErrorCode::kForbidden: return 403;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kTooLarge: return 413;
    case ErrorCode::kRateLimited: return 429;
    case ErrorCode::kUnavailable: return 503;
    case ErrorCode::kStorage: return 507;
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

Response problem(const Error& error) { return problem(status_of(error.code), error); }

Response problem(int status, const Error& error) {
  Json body{{"code", to_string(error.code)}, {"message", error.message}};
  if (!error.field.empty()) body["field"] = error.field;
  auto response = json_response(status, {{"error", std::move(body)}});
  if (status == 503) response.headers.emplace_back("Retry-After", "2");
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Response rate_limited(Duration wait, std::string sentence) {
  const auto seconds = (wait.count() + 999) / 1'000;
  auto response = problem(
      {ErrorCode::kRateLimited, fmt::format("{} Try again in {} s.", sentence, seconds), {}});
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

Result<Json> body_json(const Call& call) { return parse_json(call.request.body); }

Result<std::optional<int64_t>> query_integer(const Request& request, const std::string& name,
                                             int64_t min) {
  const auto found = request.query.find(name);
  if (found == request.query.end() || found->second.empty()) return std::optional<int64_t>{};
  const auto& text = found->second;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The parameter {} must be a whole number from {}.", name, min), name};
  }
  return std::optional<int64_t>{value};
}

Result<store::ListQuery> list_query(const Request& request) {
  store::ListQuery query;
  const auto offset = query_integer(request, "offset", 0);
  if (!offset) return offset.error();
  const auto limit = query_integer(request, "limit");
  if (!limit) return limit.error();
  query.offset = offset->value_or(0);
  query.limit = limit->value_or(100);
  if (query.limit > 1'000) {
    return Error{ErrorCode::kInvalid, "The parameter limit must be at most 1000.", "limit"};
  }
  const auto text = [&request](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string{} : found->second;
  };
  query.search = text("search");
  query.sort = text("sort");
  if (query.search.size() > 200) {
    return Error{ErrorCode::kInvalid, "The parameter search is too long.", "search"};
  }
  return query;
}

}  // namespace carillon::api
