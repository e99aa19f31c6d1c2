#include "api/access.h"

#include <algorithm>

#include "api/json_records.h"
#include "api/secrets.h"
#include "base/log.h"

namespace carillon::api {
namespace {

constexpr Duration kTouchGap = 60s;

struct Signed {
  store::WebSession session;
  User user;
  bool must_change_password = false;
};

void report(const Result<void>& result) {
  if (!result) spdlog::warn("A sign-in's last use could not be saved: {}", result.error().message);
}

/// Moves the end of a session on, at most once a minute.
void touch(Services& services, const store::WebSession& session, WallTime now) {
  if (now - session.last_used_at < kTouchGap) return;
  const auto end = std::min<WallTime>(now + kSessionIdle, session.created_at + kSessionLife);
  services.ports.store.change(
      {},
      [hash = session.token_hash, end](store::Writer& writer) {
        return writer.touch_web_session(hash, end);
      },
      report);
}

void touch(Services& services, const store::Token& token, WallTime now) {
  if (token.last_used_at && now - *token.last_used_at < kTouchGap) return;
  services.ports.store.change(
      {}, [id = token.id](store::Writer& writer) { return writer.touch_token(id); }, report);
}

Task<Result<Caller>> person_of(Services& services, std::string hash) {
  const auto now = machine_now().wall;
  auto work = [hash, now](store::Reader& reader) -> Result<Signed> {
    auto session = reader.web_session(hash, now);
    if (!session) return session.error();
    auto user = reader.user(session->user);
    if (!user) return user.error();
    const auto one_time = reader.has_one_time_password(user->id);
    if (!one_time) return one_time.error();
    return Signed{std::move(*session), std::move(*user), *one_time};
  };
  auto found = co_await read(services, std::move(work));
  if (!found) {
    if (found.error().code == ErrorCode::kNotFound) co_return Caller{};
    co_return found.error();
  }
  if (!found->user.active || found->session.created_at + kSessionLife < now) co_return Caller{};
  touch(services, found->session, now);
  Caller caller;
  caller.role = found->user.role;
  caller.must_change_password = found->must_change_password;
  caller.person = std::move(found->user);
  caller.session = std::move(found->session);
  co_return caller;
}

Task<Result<Caller>> program_of(Services& services, std::string hash) {
  const auto now = machine_now().wall;
  auto work = [hash, now](store::Reader& reader) { return reader.token_by_hash(hash, now); };
  auto token = co_await read(services, std::move(work));
  if (!token) {
    if (token.error().code == ErrorCode::kNotFound) co_return Caller{};
    co_return token.error();
  }
  touch(services, *token, now);
  Caller caller;
  caller.role = token->role;
  caller.program = std::move(*token);
  co_return caller;
}

}  // namespace

Credential credential_of(const Request& request) {
  const auto authorization = request.header("authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (to_lower(authorization.substr(0, kBearer.size())) == kBearer) {
    return {token_hash(authorization.substr(kBearer.size())), true};
  }
  const auto value = cookie(request, kSessionCookie);
  if (value.empty() || value.size() > 100) return {};
  return {token_hash(value), false};
}

Task<Result<Caller>> identify(Services& services, Credential credential) {
  if (credential.hash.empty()) co_return Caller{};
  if (credential.token) {
    auto program = co_await program_of(services, std::move(credential.hash));
    co_return program;
  }
  auto person = co_await person_of(services, std::move(credential.hash));
  co_return person;
}

Result<store::WebSession> begin_session(store::Writer& writer, const User& user,
                                        const Request& request, std::string& token) {
  token = random_token();
  store::WebSession session;
  session.token_hash = token_hash(token);
  session.user = user.id;
  session.csrf_token = random_token();
  session.address = request.address;
  session.user_agent = std::string(request.header("user-agent").substr(0, 200));
  session.created_at = session.last_used_at = writer.now();
  session.expires_at = writer.now() + kSessionIdle;
  if (auto added = writer.add_web_session(session); !added) return added.error();
  if (auto seen = writer.set_last_seen(user.id); !seen) return seen.error();
  return session;
}

std::string session_cookie(const Request& request, const std::string& token) {
  std::string text =
      std::string(kSessionCookie) + "=" + token + "; Path=/; HttpOnly; SameSite=Strict";
  if (request.secure) text += "; Secure";
  const auto life = token.empty() ? std::chrono::seconds{0} : std::chrono::seconds{kSessionLife};
  return text + "; Max-Age=" + std::to_string(life.count());
}

bool origin_allowed(const ApiConfig& config, const Request& request, bool required) {
  const auto origin = request.header("origin");
  if (origin.empty()) return !required;
  const auto host = request.header("host");
  const std::string own = std::string(request.secure ? "https://" : "http://") + std::string(host);
  if (!host.empty() && to_lower(origin) == to_lower(own)) return true;
  return std::find(config.allowed_origins.begin(), config.allowed_origins.end(), origin) !=
         config.allowed_origins.end();
}

Task<bool> still_signed_in(Services& services, const Caller& caller) {
  // Both coroutines take the hash by value: the caller may go away while they wait.
  if (caller.session) {
    const auto role = caller.role;
    auto now = co_await person_of(services, caller.session->token_hash);
    // A database that is away for a moment signs nobody out.
    co_return !now || (now->known() && now->role == role);
  }
  if (caller.program) {
    auto now = co_await program_of(services, caller.program->token_hash);
    co_return !now || now->known();
  }
  co_return false;
}

}  // namespace carillon::api
