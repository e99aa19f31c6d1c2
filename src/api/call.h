// Call: one request on its way through the routes, and how handlers answer it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_types.h"
#include "api/json.h"
#include "api/services.h"

namespace carillon::api {

struct Route;

/// Who asks. Neither a person nor a program: nobody is signed in.
struct Caller {
  std::optional<User> person;  ///< by cookie
  std::optional<store::WebSession> session;
  std::optional<store::Token> program;  ///< by bearer token
  Role role = Role::kAgent;             ///< of whoever it is
  bool must_change_password = false;    ///< signed in with a one-time password

  bool known() const { return person || program; }
  bool is_agent() const { return role == Role::kAgent; }
  UserId user_id() const { return person ? person->id : UserId{}; }
};

/// Owner: the connection, until the response is written. Loop: http.
struct Call {
  Services& services;
  Request request;
  const Route* route = nullptr;
  std::vector<int64_t> ids;  ///< of the path, in order
  Caller caller;

  /// For the audit log.
  store::Actor actor() const;
};

// ---- answers
Response json_response(int status, const Json& json);
Response no_content();
/// A download; whoever answers with it fills `body` or `stream`.
Response csv_file(const std::string& name);
Response problem(const Error& error);
/// With another status than the code's own.
Response problem(int status, const Error& error);
Response rate_limited(Duration wait, std::string sentence);
int status_of(ErrorCode code);

// ---- reading requests
/// The JSON body.
Result<Json> body_json(const Call& call);
/// offset, limit, search, sort.
Result<store::ListQuery> list_query(const Request& request);
/// A whole number from the query; nothing when absent.
Result<std::optional<int64_t>> query_integer(const Request& request, const std::string& name,
                                             int64_t min = 1);

template <class Tag>
Result<Id<Tag>> query_id(const Request& request, const std::string& name) {
  const auto value = query_integer(request, name);
  if (!value) return value.error();
  return Id<Tag>{value->value_or(0)};
}

template <class T>
Json list_json(const store::Page<T>& page) {
  Json items = Json::array();
  for (const auto& item : page.items) items.push_back(to_json(item));
  return {{"items", std::move(items)}, {"total", page.total}};
}

}  // namespace carillon::api
