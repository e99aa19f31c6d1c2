// Routes: the table of all paths, who may use them, and what answers.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/call.h"

namespace carillon::api {

/// The least right that a route asks for.
enum class Access {
  kPublic,
  kLoopback,  ///< this machine itself, or a supervisor
  kAgent,
  kSupervisor,
  kAdministrator,
};

enum class Body {
  kNone,
  kJson,
  kOptionalJson,
  kFile,       ///< streamed to disk
  kWebSocket,  ///< no body: an upgrade
};

using Handler = Task<Response> (*)(Call&);

struct Route {
  Method method;
  std::string_view pattern;  ///< "/api/v1/users/{id}"
  Access access;
  Body body;
  Handler handler;
};

const std::vector<Route>& routes();

/// The route of a request, with the ids of its path in `call`. An error when there is none: 404, or
/// 405. Paths that are not the API's have no route and no error: they are web pages.
std::optional<Response> find_route(Call& call);

/// Before the body is read: finds the route, signs the caller in, checks rights, limits and CSRF.
/// A response: the request is refused with it.
Task<std::optional<Response>> admit(Call& call);

/// With the body read: the handler's answer, with what every answer carries.
Task<Response> answer(Call& call);

}  // namespace carillon::api
