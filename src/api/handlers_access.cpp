// Set-up, signing in and out, access tokens of programs.
#include "api/access.h"
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/secrets.h"

namespace carillon::api {
namespace {

struct Begun {
  User user;
  store::WebSession session;
  std::string token;  ///< the cookie's value
  bool must_change_password = false;
};

Json session_json(const User& user, const std::string& csrf_token, bool must_change_password) {
  return {{"user", to_json(user)},
          {"csrf_token", csrf_token},
          {"must_change_password", must_change_password}};
}

Response begun_response(int status, const Request& request, const Begun& begun) {
  auto response = json_response(
      status, session_json(begun.user, begun.session.csrf_token, begun.must_change_password));
  response.headers.emplace_back("Set-Cookie", session_cookie(request, begun.token));
  return response;
}

Error no_session() {
  return {ErrorCode::kUnauthorized, "Nobody is signed in with a browser session.", {}};
}

constexpr const char* kSlowDown = "Too many failed attempts.";

}  // namespace

Task<Response> get_setup(Call& call) {
  auto work = [](store::Reader& reader) { return reader.count_administrators(); };
  const auto count = co_await read(call.services, work);
  if (!count) co_return problem(count.error());
  co_return json_response(200, {{"needed", *count == 0}});
}

Task<Response> run_setup(Call& call) {
  auto& services = call.services;
  const auto now = machine_now().steady;
  const auto& address = call.request.address;
  SetupRequest setup;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  if (const auto good = read_setup(*json, setup); !good) co_return problem(good.error());

  const auto wait = services.sign_in_guard.wait("setup", address, now);
  if (wait > Duration{0}) co_return rate_limited(wait, kSlowDown);
  const auto& code = services.config.setup_code;
  if (code.empty() || !same_secret(setup.setup_code, code)) {
    services.sign_in_guard.failed("setup", address, now);
    co_return problem({ErrorCode::kForbidden,
                       "The set-up code is wrong. The server printed it when it started.",
                       "setup_code"});
  }
  auto hashing = [password = setup.password]() -> Result<std::string> {
    return hash_password(password);
  };
  const auto hash = co_await offload(services, std::move(hashing));
  if (!hash) co_return problem(hash.error());

  auto work = [setup, hash = *hash,
               request = call.request](store::Writer& writer) -> Result<Begun> {
    const auto administrators = writer.count_administrators();
    if (!administrators) return administrators.error();
    if (*administrators > 0) {
      return Error{ErrorCode::kConflict, "Set-up was done already. Sign in instead.", {}};
    }
    Begun begun;
    begun.user.username = setup.username;
    begun.user.name = setup.name;
    begun.user.role = Role::kAdministrator;
    const auto id = writer.add_user(begun.user, hash);
    if (!id) return id.error();
    auto settings = writer.settings();
    if (!settings) return settings.error();
    settings->domain = setup.domain;
    if (auto saved = writer.save_settings(*settings); !saved) return saved.error();
    begun.user.id = *id;
    auto session = begin_session(writer, begun.user, request, begun.token);
    if (!session) return session.error();
    begun.session = std::move(*session);
    auto user = writer.user(*id);
    if (!user) return user.error();
    begun.user = std::move(*user);
    return begun;
  };
  const auto begun = co_await change(services, call.actor(), std::move(work));
  if (!begun) co_return problem(begun.error());
  co_return begun_response(201, call.request, *begun);
}

Task<Response> get_session(Call& call) {
  const auto& caller = call.caller;
  if (!caller.person) co_return problem(no_session());
  co_return json_response(
      200, session_json(*caller.person, caller.session->csrf_token, caller.must_change_password));
}

Task<Response> sign_in(Call& call) {
  auto& services = call.services;
  SignInRequest request;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  if (const auto good = read_sign_in(*json, request); !good) co_return problem(good.error());
  const auto username = to_lower(request.username);
  const auto address = call.request.address;
  const auto wait = services.sign_in_guard.wait(username, address, machine_now().steady);
  if (wait > Duration{0}) co_return rate_limited(wait, kSlowDown);

  // Unknown, inactive, no password: all take the way of a wrong password, and its time.
  struct Candidate {
    std::optional<User> user;
    std::string hash;
  };
  auto find = [username](store::Reader& reader) -> Result<Candidate> {
    auto user = reader.user_by_username(username);
    if (!user) {
      if (user.error().code == ErrorCode::kNotFound) return Candidate{};
      return user.error();
    }
    if (!user->active) return Candidate{};
    auto hash = reader.password_hash(user->id);
    if (!hash) return hash.error();
    return Candidate{std::move(*user), std::move(*hash)};
  };
  const auto candidate = co_await read(services, std::move(find));
  if (!candidate) co_return problem(candidate.error());
  auto check = [hash = candidate->hash, password = request.password]() -> Result<bool> {
    return verify_password(hash, password);
  };
  const auto right = co_await offload(services, std::move(check));
  if (!right) co_return problem(right.error());
  if (!*right) {
    services.sign_in_guard.failed(username, address, machine_now().steady);
    ++services.counters.sign_ins_failed;
    co_return problem({ErrorCode::kUnauthorized, "The user name or the password is wrong.", {}});
  }
  services.sign_in_guard.succeeded(username, address);
  ++services.counters.sign_ins;

  auto work = [user = *candidate->user,
               http = call.request](store::Writer& writer) -> Result<Begun> {
    Begun begun;
    auto session = begin_session(writer, user, http, begun.token);
    if (!session) return session.error();
    begun.session = std::move(*session);
    auto now = writer.user(user.id);
    if (!now) return now.error();
    const auto one_time = writer.has_one_time_password(user.id);
    if (!one_time) return one_time.error();
    begun.must_change_password = *one_time;
    begun.user = std::move(*now);
    return begun;
  };
  store::Actor actor{candidate->user->id, candidate->user->username, address};
  const auto begun = co_await change(services, std::move(actor), std::move(work));
  if (!begun) co_return problem(begun.error());
  co_return begun_response(200, call.request, *begun);
}

Task<Response> sign_out(Call& call) {
  if (!call.caller.session) co_return problem(no_session());
  auto work = [hash = call.caller.session->token_hash](store::Writer& writer) {
    return writer.remove_web_session(hash);
  };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  if (!done) co_return problem(done.error());
  auto response = no_content();
  response.headers.emplace_back("Set-Cookie", session_cookie(call.request, {}));
  co_return response;
}

// ------------------------------------------------------------------------------- tokens

Task<Response> list_tokens(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  auto work = [query = *query](store::Reader& reader) { return reader.tokens(query); };
  const auto page = co_await read(call.services, std::move(work));
  if (!page) co_return problem(page.error());
  co_return json_response(200, list_json(*page));
}

Task<Response> create_token(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::Token token;
  if (const auto good = read_token(*json, token); !good) co_return problem(good.error());
  const auto value = random_token();
  token.token_hash = token_hash(value);
  token.created_by = call.caller.user_id();
  auto work = [token](store::Writer& writer) -> Result<store::Token> {
    const auto id = writer.add_token(token);
    if (!id) return id.error();
    return writer.token(*id);
  };
  const auto made = co_await change(call.services, call.actor(), std::move(work));
  if (!made) co_return problem(made.error());
  auto body = to_json(*made);
  body["token"] = value;
  co_return json_response(201, body);
}

Task<Response> get_token(Call& call) {
  auto work = [id = TokenId{call.ids[0]}](store::Reader& reader) { return reader.token(id); };
  const auto token = co_await read(call.services, std::move(work));
  if (!token) co_return problem(token.error());
  co_return json_response(200, to_json(*token));
}

Task<Response> delete_token(Call& call) {
  auto work = [id = TokenId{call.ids[0]}](store::Writer& writer) {
    return writer.remove_token(id);
  };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

}  // namespace carillon::api
