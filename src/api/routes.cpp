#include "api/routes.h"

#include <charconv>

#include "api/access.h"
#include "api/handlers.h"
#include "api/secrets.h"
#include "base/log.h"

namespace carillon::api {
namespace {

std::vector<Route> make_routes() {
  using enum Method;
  using enum Access;
  return {
      {kGet, "/healthz", kPublic, Body::kNone, get_health},
      {kGet, "/metrics", kLoopback, Body::kNone, get_metrics},

      {kGet, "/api/v1/system", kAdministrator, Body::kNone, get_system},
      {kGet, "/api/v1/setup", kPublic, Body::kNone, get_setup},
      {kPost, "/api/v1/setup", kPublic, Body::kJson, run_setup},
      {kGet, "/api/v1/session", kAgent, Body::kNone, get_session},
      {kPost, "/api/v1/session", kPublic, Body::kJson, sign_in},
      {kDelete, "/api/v1/session", kAgent, Body::kNone, sign_out},

      {kGet, "/api/v1/settings", kAdministrator, Body::kNone, get_settings},
      {kPatch, "/api/v1/settings", kAdministrator, Body::kJson, change_settings},

      {kGet, "/api/v1/users", kSupervisor, Body::kNone, list_users},
      {kPost, "/api/v1/users", kSupervisor, Body::kJson, create_user},
      {kPost, "/api/v1/users/bulk", kSupervisor, Body::kJson, create_agents},
      {kPost, "/api/v1/users/import", kSupervisor, Body::kJson, import_users},
      {kGet, "/api/v1/users/{id}", kSupervisor, Body::kNone, get_user},
      {kPatch, "/api/v1/users/{id}", kSupervisor, Body::kJson, change_user},
      {kDelete, "/api/v1/users/{id}", kSupervisor, Body::kNone, delete_user},
      {kPost, "/api/v1/users/{id}/password", kAgent, Body::kJson, set_password},

      {kGet, "/api/v1/campaigns", kSupervisor, Body::kNone, list_campaigns},
      {kPost, "/api/v1/campaigns", kSupervisor, Body::kJson, create_campaign},
      {kGet, "/api/v1/campaigns/{id}", kSupervisor, Body::kNone, get_campaign},
      {kPatch, "/api/v1/campaigns/{id}", kSupervisor, Body::kJson, change_campaign},
      {kDelete, "/api/v1/campaigns/{id}", kSupervisor, Body::kNone, delete_campaign},
      {kGet, "/api/v1/campaigns/{id}/stats", kSupervisor, Body::kNone, get_campaign_stats},

      {kPost, "/api/v1/speech", kSupervisor, Body::kJson, speak},

      {kGet, "/api/v1/scripts", kSupervisor, Body::kNone, list_scripts},
      {kPost, "/api/v1/scripts", kSupervisor, Body::kJson, create_script},
      {kGet, "/api/v1/scripts/{id}", kSupervisor, Body::kNone, get_script},
      {kPatch, "/api/v1/scripts/{id}", kSupervisor, Body::kJson, change_script},
      {kDelete, "/api/v1/scripts/{id}", kSupervisor, Body::kNone, delete_script},

      {kGet, "/api/v1/leadsets", kSupervisor, Body::kNone, list_leadsets},
      {kPost, "/api/v1/leadsets", kSupervisor, Body::kJson, create_leadset},
      {kGet, "/api/v1/leadsets/{id}", kSupervisor, Body::kNone, get_leadset},
      {kPatch, "/api/v1/leadsets/{id}", kSupervisor, Body::kJson, change_leadset},
      {kDelete, "/api/v1/leadsets/{id}", kSupervisor, Body::kNone, delete_leadset},
      {kGet, "/api/v1/leadsets/{id}/stats", kSupervisor, Body::kNone, get_leadset_stats},
      {kGet, "/api/v1/leadsets/{id}/activity", kSupervisor, Body::kNone, get_leadset_activity},
      {kGet, "/api/v1/leadsets/{id}/recycle", kSupervisor, Body::kNone, get_recycle},
      {kPost, "/api/v1/leadsets/{id}/recycle", kSupervisor, Body::kJson, recycle_leadset},
      {kGet, "/api/v1/leadsets/{id}/lead_count", kSupervisor, Body::kNone, count_leads},
      {kGet, "/api/v1/leadsets/{id}/lead_values", kAgent, Body::kNone, get_lead_values},
      {kGet, "/api/v1/leadsets/{id}/lead_jobs", kSupervisor, Body::kNone, list_lead_jobs},
      {kPost, "/api/v1/leadsets/{id}/lead_jobs", kSupervisor, Body::kJson, start_lead_job},
      {kGet, "/api/v1/lead_jobs/{id}", kSupervisor, Body::kNone, get_lead_job},
      {kDelete, "/api/v1/lead_jobs/{id}", kSupervisor, Body::kNone, cancel_lead_job},
      {kPost, "/api/v1/lead_jobs/{id}/undo", kSupervisor, Body::kNone, undo_lead_job},
      {kGet, "/api/v1/leadsets/{id}/leads", kSupervisor, Body::kNone, list_leads},
      {kPost, "/api/v1/leadsets/{id}/leads", kSupervisor, Body::kJson, create_lead},
      {kGet, "/api/v1/leadsets/{id}/imports", kSupervisor, Body::kNone, list_imports},
      {kPost, "/api/v1/leadsets/{id}/imports", kSupervisor, Body::kJson, start_import},
      {kGet, "/api/v1/leads/{id}", kAgent, Body::kNone, get_lead},
      {kGet, "/api/v1/leads/{id}/why", kSupervisor, Body::kNone, why_lead},
      {kGet, "/api/v1/leads/{id}/time_zones", kAgent, Body::kNone, get_lead_time_zones},
      {kPatch, "/api/v1/leads/{id}", kAgent, Body::kJson, change_lead},
      {kDelete, "/api/v1/leads/{id}", kSupervisor, Body::kNone, delete_lead},

      {kGet, "/api/v1/dnc", kSupervisor, Body::kNone, list_dnc},
      {kPost, "/api/v1/dnc", kSupervisor, Body::kJson, add_dnc},
      {kDelete, "/api/v1/dnc", kSupervisor, Body::kNone, delete_dnc},

      {kGet, "/api/v1/dnc.csv", kSupervisor, Body::kNone, export_dnc},
      {kGet, "/api/v1/dnc/imports", kSupervisor, Body::kNone, list_dnc_imports},
      {kPost, "/api/v1/dnc/imports", kSupervisor, Body::kJson, start_dnc_import},
      {kGet, "/api/v1/dnc/imports/{id}", kSupervisor, Body::kNone, get_dnc_import},
      {kDelete, "/api/v1/dnc/imports/{id}", kSupervisor, Body::kNone, cancel_dnc_import},
      {kGet, "/api/v1/dnc/imports/{id}/rejected.csv", kSupervisor, Body::kNone,
       get_dnc_rejected_rows},

      {kPost, "/api/v1/uploads", kSupervisor, Body::kFile, upload},
      {kPost, "/api/v1/uploads/from_url", kSupervisor, Body::kJson, upload_from_url},
      {kGet, "/api/v1/imports/{id}", kSupervisor, Body::kNone, get_import},
      {kDelete, "/api/v1/imports/{id}", kSupervisor, Body::kNone, cancel_import},
      {kGet, "/api/v1/imports/{id}/rejected.csv", kSupervisor, Body::kNone, get_rejected_rows},

      {kGet, "/api/v1/trunks", kSupervisor, Body::kNone, list_trunks},
      {kPost, "/api/v1/trunks", kAdministrator, Body::kJson, create_trunk},
      {kGet, "/api/v1/trunks/{id}", kSupervisor, Body::kNone, get_trunk},
      {kPatch, "/api/v1/trunks/{id}", kAdministrator, Body::kJson, change_trunk},
      {kDelete, "/api/v1/trunks/{id}", kAdministrator, Body::kNone, delete_trunk},

      {kPost, "/api/v1/trunks/{id}/test_calls", kAdministrator, Body::kJson, start_trunk_test},
      {kGet, "/api/v1/trunks/{id}/test_calls/{id}", kAdministrator, Body::kNone, get_trunk_test},

      {kGet, "/api/v1/sip_profiles", kSupervisor, Body::kNone, list_sip_profiles},
      {kPost, "/api/v1/sip_profiles", kAdministrator, Body::kJson, create_sip_profile},
      {kGet, "/api/v1/sip_profiles/{id}", kSupervisor, Body::kNone, get_sip_profile},
      {kPatch, "/api/v1/sip_profiles/{id}", kAdministrator, Body::kJson, change_sip_profile},
      {kDelete, "/api/v1/sip_profiles/{id}", kAdministrator, Body::kNone, delete_sip_profile},

      {kGet, "/api/v1/tokens", kAdministrator, Body::kNone, list_tokens},
      {kPost, "/api/v1/tokens", kAdministrator, Body::kJson, create_token},
      {kGet, "/api/v1/tokens/{id}", kAdministrator, Body::kNone, get_token},
      {kDelete, "/api/v1/tokens/{id}", kAdministrator, Body::kNone, delete_token},

      {kGet, "/api/v1/webhooks", kAdministrator, Body::kNone, list_webhooks},
      {kPost, "/api/v1/webhooks", kAdministrator, Body::kJson, create_webhook},
      {kGet, "/api/v1/webhooks/{id}", kAdministrator, Body::kNone, get_webhook},
      {kPatch, "/api/v1/webhooks/{id}", kAdministrator, Body::kJson, change_webhook},
      {kDelete, "/api/v1/webhooks/{id}", kAdministrator, Body::kNone, delete_webhook},
      {kPost, "/api/v1/webhooks/{id}/secret", kAdministrator, Body::kNone, renew_webhook_secret},
      {kPost, "/api/v1/webhooks/{id}/test", kAdministrator, Body::kNone, test_webhook},
      {kGet, "/api/v1/webhooks/{id}/deliveries", kAdministrator, Body::kNone, list_deliveries},
      {kPost, "/api/v1/webhooks/{id}/deliveries/{id}/retry", kAdministrator, Body::kNone,
       retry_delivery},

      {kGet, "/api/v1/audit", kAdministrator, Body::kNone, list_audit},
      {kGet, "/api/v1/audit.csv", kAdministrator, Body::kNone, export_audit},

      {kGet, "/api/v1/attempts", kAgent, Body::kNone, list_attempts},
      {kGet, "/api/v1/attempts.csv", kSupervisor, Body::kNone, export_attempts},
      {kGet, "/api/v1/attempts/{id}", kAgent, Body::kNone, get_attempt},
      {kGet, "/api/v1/attempts/{id}/events", kSupervisor, Body::kNone, get_attempt_events},
      {kGet, "/api/v1/attempts/{id}/recording", kSupervisor, Body::kNone, get_recording},

      {kGet, "/api/v1/callbacks", kAgent, Body::kNone, list_callbacks},
      {kGet, "/api/v1/callbacks/{id}", kSupervisor, Body::kNone, get_callback},
      {kPatch, "/api/v1/callbacks/{id}", kSupervisor, Body::kJson, change_callback},
      {kDelete, "/api/v1/callbacks/{id}", kSupervisor, Body::kNone, cancel_callback},

      {kGet, "/api/v1/live", kSupervisor, Body::kNone, get_live},
      {kGet, "/api/v1/events", kAgent, Body::kWebSocket, watch_events},
      {kPost, "/api/v1/live/calls/{id}/end", kSupervisor, Body::kNone, end_live_call},
      {kPost, "/api/v1/agent_sessions/{id}/pause", kSupervisor, Body::kOptionalJson, pause_agent},
      {kPost, "/api/v1/agent_sessions/{id}/sign_out", kSupervisor, Body::kNone, sign_out_agent},

      {kGet, "/api/v1/agent/campaigns", kAgent, Body::kNone, list_agent_campaigns},
      {kGet, "/api/v1/agent/session", kAgent, Body::kNone, get_agent_session},
      {kPost, "/api/v1/agent/session", kAgent, Body::kJson, open_agent_session},
      {kDelete, "/api/v1/agent/session", kAgent, Body::kNone, close_agent_session},
      {kPost, "/api/v1/agent/session/status", kAgent, Body::kJson, set_agent_status},
      {kPost, "/api/v1/agent/session/hangup", kAgent, Body::kNone, hang_up},
      {kPost, "/api/v1/agent/session/hold", kAgent, Body::kJson, hold},
      {kPost, "/api/v1/agent/session/mute", kAgent, Body::kJson, mute},
      {kPost, "/api/v1/agent/session/echo_test", kAgent, Body::kJson, echo_test},
      {kPost, "/api/v1/agent/session/digits", kAgent, Body::kJson, send_digits},
      {kPost, "/api/v1/agent/session/park", kAgent, Body::kNone, park_call},
      {kPost, "/api/v1/agent/session/retrieve", kAgent, Body::kJson, retrieve_call},
      {kPost, "/api/v1/agent/session/transfer", kAgent, Body::kJson, transfer_call},
      {kPost, "/api/v1/agent/session/consult", kAgent, Body::kJson, consult},
      {kPost, "/api/v1/agent/session/consult/step", kAgent, Body::kJson, consult_step},
      {kGet, "/api/v1/agent/colleagues", kAgent, Body::kNone, list_colleagues},
      {kPost, "/api/v1/agent/session/preview", kAgent, Body::kJson, decide_preview},
      {kPost, "/api/v1/agent/session/preview/next", kAgent, Body::kNone, next_preview},
      {kPost, "/api/v1/agent/session/notes", kAgent, Body::kJson, save_notes},
      {kPost, "/api/v1/agent/session/disposition", kAgent, Body::kJson, submit_disposition},
      {kGet, "/api/v1/agent/day", kAgent, Body::kNone, get_agent_day},
      {kGet, "/api/v1/agent/line", kAgent, Body::kWebSocket, open_agent_line},
  };
}

bool parse_id(std::string_view text, int64_t& id) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() && id > 0;
}

bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<int64_t>& ids) {
  ids.clear();
  pattern.remove_prefix(1);
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto slash = pattern.find('/');
    const auto part = pattern.substr(0, slash);
    if (part == "{id}") {
      int64_t id = 0;
      if (!parse_id(segments[i], id)) return false;  // also of somebody who sends "{id}" itself
      ids.push_back(id);
    } else if (part != segments[i]) {
      return false;
    }
    if (slash == std::string_view::npos) return i + 1 == segments.size();
    pattern.remove_prefix(slash + 1);
  }
  return false;
}

bool allowed(Access access, const Call& call) {
  const auto& caller = call.caller;
  switch (access) {
    case Access::kPublic: return true;
    case Access::kLoopback:
      return (caller.known() && !caller.is_agent()) ||
             (!call.request.through_proxy &&
              (call.request.address == "127.0.0.1" || call.request.address == "::1"));
    case Access::kAgent: return caller.known();
    case Access::kSupervisor: return caller.known() && !caller.is_agent();
    case Access::kAdministrator: return caller.known() && caller.role == Role::kAdministrator;
  }
  return false;
}

std::optional<Response> take(Services& services, RateLimiter& limit, const std::string& key) {
  const auto wait = limit.take(key, machine_now().steady);
  if (wait == Duration{0}) return std::nullopt;
  ++services.counters.rate_limited;
  return rate_limited(wait, "Too many requests.");
}

/// People of one office share an address: who is known has an allowance of their own.
std::optional<Response> check_rate(Call& call) {
  auto& services = call.services;
  const auto& caller = call.caller;
  if (caller.program) return take(services, services.token_limit, caller.program->token_hash);
  if (caller.session) return take(services, services.address_limit, caller.session->token_hash);
  return std::nullopt;  // it was counted with its address
}

std::optional<Response> check_rights(const Call& call) {
  const auto access = call.route->access;
  if (allowed(access, call)) return std::nullopt;
  if (!call.caller.known()) {
    return problem({ErrorCode::kUnauthorized, "Nobody is signed in. Sign in first.", {}});
  }
  return problem({ErrorCode::kForbidden,
                  access == Access::kAdministrator ? "Only an administrator may do this."
                                                   : "Only a supervisor may do this.",
                  {}});
}

/// Who signed in with a one-time password may choose a password of their own, and nothing else.
std::optional<Response> check_password_is_own(const Call& call) {
  if (!call.caller.must_change_password || call.route->access == Access::kPublic) {
    return std::nullopt;
  }
  const auto handler = call.route->handler;
  if (handler == get_session || handler == sign_out || handler == set_password) return std::nullopt;
  return problem({ErrorCode::kForbidden,
                  "You signed in with a one-time password. Choose a password of your own first.",
                  "password"});
}

/// Requests that a foreign page could make a signed-in browser send (CSRF).
std::optional<Response> check_origin(const Call& call) {
  const auto& request = call.request;
  const bool writes = request.method != Method::kGet && request.method != Method::kHead;
  const bool websocket = call.route->body == Body::kWebSocket;
  if (!writes && !websocket) return std::nullopt;
  const bool origin_required = websocket && call.caller.person;
  if (!origin_allowed(call.services.config, request, origin_required)) {
    return problem({ErrorCode::kForbidden,
                    "The request comes from another site. If that is intended, add its origin to "
                    "the configuration.",
                    {}});
  }
  if (writes && call.caller.session &&
      !same_secret(request.header("x-csrf-token"), call.caller.session->csrf_token) &&
      call.route->access != Access::kPublic) {
    return problem({ErrorCode::kForbidden,
                    "The header X-CSRF-Token is missing or old. Reload the page and try again.",
                    {}});
  }
  return std::nullopt;
}

std::optional<Response> check_content_type(const Call& call) {
  const auto body = call.route->body;
  const bool json =
      body == Body::kJson || (body == Body::kOptionalJson && !call.request.body.empty());
  if (!json) return std::nullopt;
  const auto type = call.request.header("content-type");
  if (type.substr(0, type.find(';')) == "application/json") return std::nullopt;
  return problem(415, {ErrorCode::kInvalid, "The content type must be application/json.", {}});
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = make_routes();
  return kRoutes;
}

std::optional<Response> find_route(Call& call) {
  auto& request = call.request;
  const auto method = request.method == Method::kHead ? Method::kGet : request.method;
  bool path_known = false;
  for (const auto& route : routes()) {
    std::vector<int64_t> ids;
    if (!matches(route.pattern, request.segments, ids)) continue;
    path_known = true;
    if (route.method != method) continue;
    call.route = &route;
    call.ids = std::move(ids);
    return std::nullopt;
  }
  if (path_known) {
    return problem(405, {ErrorCode::kInvalid, "This path does not know that method.", {}});
  }
  if (request.segments[0] == "api") {
    return problem({ErrorCode::kNotFound, "There is nothing at this path.", {}});
  }
  if (method != Method::kGet) {
    return problem(405, {ErrorCode::kInvalid, "Pages can only be read.", {}});
  }
  return std::nullopt;
}

Task<std::optional<Response>> admit(Call& call) {
  if (auto refused = find_route(call)) co_return refused;
  if (!call.route) co_return std::nullopt;  // a web page
  auto& services = call.services;
  const auto credential = credential_of(call.request);
  const auto now = machine_now().steady;
  // Whoever makes up cookies and tokens must not make the database look for each of them.
  if (!services.known_callers.knows(credential.hash, now)) {
    auto& limit = credential.hash.empty() ? services.address_limit : services.token_limit;
    if (auto refused = take(services, limit, call.request.address)) co_return refused;
  }
  auto caller = co_await identify(services, credential);
  if (!caller) co_return problem(caller.error());
  call.caller = std::move(*caller);
  services.known_callers.note(credential.hash, call.caller.known(), now);
  if (auto refused = check_rate(call)) co_return refused;
  if (auto refused = check_rights(call)) co_return refused;
  if (auto refused = check_password_is_own(call)) co_return refused;
  if (auto refused = check_origin(call)) co_return refused;
  co_return std::nullopt;
}

Task<Response> answer(Call& call) {
  if (auto refused = check_content_type(call)) co_return std::move(*refused);
  Response response;
  try {
    response = co_await call.route->handler(call);
  } catch (const std::exception& error) {
    spdlog::error("{} failed: {}", call.route->pattern, error.what());
    response = problem({ErrorCode::kInternal, "The server failed. Its log says more.", {}});
  }
  if (!response.file && !response.stream && call.route->pattern != "/metrics") {
    response.headers.emplace_back("Cache-Control", "no-store");
  }
  co_return response;
}

}  // namespace carillon::api
