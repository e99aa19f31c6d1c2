// Access: who a request comes from.
#pragma once

#include "api/call.h"

namespace carillon::api {

constexpr const char* kSessionCookie = "carillon_session";
constexpr std::chrono::hours kSessionIdle{12};
constexpr std::chrono::hours kSessionLife{24 * 7};

/// What a request says about who sends it.
struct Credential {
  std::string hash;    ///< as the database has it; empty: the request says nothing
  bool token = false;  ///< of a program, else of a browser's session
};
Credential credential_of(const Request& request);

/// Looks up whose credential it is. An unknown caller is no error; a database that fails is.
Task<Result<Caller>> identify(Services& services, Credential credential);

/// Makes a new browser session of a user, inside a change. `token` is the cookie's value.
Result<store::WebSession> begin_session(store::Writer& writer, const User& user,
                                        const Request& request, std::string& token);

/// The Set-Cookie value; an empty token deletes it.
std::string session_cookie(const Request& request, const std::string& token);

/// True when the Origin header is absent or names this server (RFC 6454). `required`: absent is
/// wrong too.
bool origin_allowed(const ApiConfig& config, const Request& request, bool required);

/// Is the caller still signed in, with the role it had? For WebSockets that stay open.
Task<bool> still_signed_in(Services& services, const Caller& caller);

}  // namespace carillon::api
