// People.
#include "api/access.h"
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/secrets.h"

namespace carillon::api {
namespace {

/// Supervisors look after agents, administrators after everybody.
Result<void> may_manage(const Call& call, Role role) {
  if (call.caller.role == Role::kAdministrator || role == Role::kAgent) return {};
  return Error{
      ErrorCode::kForbidden, "Only an administrator may do this to people who are no agents.", {}};
}

/// Writes the desk phone's digest when the request names a SIP password; a SIP user name alone
/// would leave a digest that fits no more.
Result<void> save_phone(store::Writer& writer, const User& before, const User& after,
                        const UserSecrets& secrets, const std::string& realm) {
  if (secrets.sip_password && after.sip_username.empty()) {
    return Error{ErrorCode::kInvalid, "A SIP password needs a SIP user name.", "sip_username"};
  }
  if (secrets.sip_password) {
    return writer.set_phone_credential(
        {after.id, after.sip_username,
         digest_ha1(after.sip_username, realm, *secrets.sip_password)});
  }
  if (after.sip_username == before.sip_username) return {};
  if (after.sip_username.empty()) return writer.set_phone_credential({after.id, {}, {}});
  return Error{ErrorCode::kInvalid, "A new SIP user name needs its SIP password again.",
               "sip_password"};
}

/// An agent who may not work any more leaves the dialer at once.
void end_agent_session(Services& services, UserId user) {
  const AgentLive* session = services.live.session_of(user);
  if (session) services.core.tell(CloseAgentSession{{}, session->session, true});
}

/// All users of one role; the store has no such filter, and people are few.
Result<store::Page<User>> users_of_role(store::Reader& reader, store::ListQuery query, Role role) {
  const auto [offset, limit] = std::pair(query.offset, query.limit);
  query.offset = 0;
  query.limit = 1'000;
  store::Page<User> result;
  while (true) {
    const auto page = reader.users(query);
    if (!page) return page.error();
    for (const auto& user : page->items) {
      if (user.role != role) continue;
      const bool on_page = result.total >= offset && result.total < offset + limit;
      ++result.total;
      if (on_page) result.items.push_back(user);
    }
    query.offset += query.limit;
    if (query.offset >= page->total) return result;
  }
}

}  // namespace

Task<Response> list_users(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  std::optional<Role> role;
  if (const auto found = call.request.query.find("role"); found != call.request.query.end()) {
    role = from_name<Role>(found->second);
    if (!role) co_return problem({ErrorCode::kInvalid, "There is no such role.", "role"});
  }
  auto work = [query = *query, role](store::Reader& reader) {
    return role ? users_of_role(reader, query, *role) : reader.users(query);
  };
  const auto page = co_await read(call.services, std::move(work));
  if (!page) co_return problem(page.error());
  co_return json_response(200, list_json(*page));
}

Task<Response> create_user(Call& call) {
  auto& services = call.services;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  User user;
  UserSecrets secrets;
  if (const auto good = read_user(*json, true, user, secrets); !good) {
    co_return problem(good.error());
  }
  if (const auto may = may_manage(call, user.role); !may) co_return problem(may.error());
  auto hashing = [password = *secrets.password]() -> Result<std::string> {
    return hash_password(password);
  };
  const auto hash = co_await offload(services, std::move(hashing));
  if (!hash) co_return problem(hash.error());

  auto work = [user, secrets, hash = *hash,
               realm = services.config.realm](store::Writer& writer) -> Result<User> {
    const auto id = writer.add_user(user, hash);
    if (!id) return id.error();
    User after = user;
    after.id = *id;
    if (auto saved = save_phone(writer, User{}, after, secrets, realm); !saved) {
      return saved.error();
    }
    return writer.user(*id);
  };
  const auto made = co_await change(services, call.actor(), std::move(work));
  co_return made ? json_response(201, to_json(*made)) : problem(made.error());
}

Task<Response> get_user(Call& call) {
  auto work = [id = UserId{call.ids[0]}](store::Reader& reader) { return reader.user(id); };
  const auto user = co_await read(call.services, std::move(work));
  co_return user ? json_response(200, to_json(*user)) : problem(user.error());
}

Task<Response> change_user(Call& call) {
  auto& services = call.services;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  auto work = [id = UserId{call.ids[0]}, json = *json, realm = services.config.realm,
               role = call.caller.role](store::Writer& writer) -> Result<User> {
    const auto before = writer.user(id);
    if (!before) return before.error();
    User after = *before;
    UserSecrets secrets;
    if (auto good = read_user(json, false, after, secrets); !good) return good.error();
    const bool touches_others = before->role != Role::kAgent || after.role != Role::kAgent;
    if (role != Role::kAdministrator && touches_others) {
      return Error{
          ErrorCode::kForbidden, "Only an administrator may change people who are no agents.", {}};
    }
    if (auto saved = writer.save_user(after); !saved) return saved.error();
    if (auto saved = save_phone(writer, *before, after, secrets, realm); !saved) {
      return saved.error();
    }
    return writer.user(id);
  };
  const auto user = co_await change(services, call.actor(), std::move(work));
  if (!user) co_return problem(user.error());
  if (!user->active || user->role != Role::kAgent) end_agent_session(services, user->id);
  co_return json_response(200, to_json(*user));
}

Task<Response> delete_user(Call& call) {
  auto& services = call.services;
  const UserId id{call.ids[0]};
  if (id == call.caller.user_id()) {
    co_return problem({ErrorCode::kConflict, "Nobody can delete themselves.", {}});
  }
  auto work = [id, role = call.caller.role](store::Writer& writer) -> Result<void> {
    const auto user = writer.user(id);
    if (!user) return user.error();
    if (role != Role::kAdministrator && user->role != Role::kAgent) {
      return Error{
          ErrorCode::kForbidden, "Only an administrator may delete people who are no agents.", {}};
    }
    return writer.remove_user(id);
  };
  const auto done = co_await change(services, call.actor(), std::move(work));
  if (!done) co_return problem(done.error());
  end_agent_session(services, id);
  co_return no_content();
}

Task<Response> set_password(Call& call) {
  auto& services = call.services;
  const UserId id{call.ids[0]};
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  PasswordRequest request;
  if (const auto good = read_password(*json, request); !good) co_return problem(good.error());
  const bool own = call.caller.person && id == call.caller.person->id;
  if (!own && call.caller.is_agent()) {
    co_return problem({ErrorCode::kForbidden, "Agents can set their own password only.", {}});
  }
  struct Target {
    User user;
    std::string hash;
  };
  auto find = [id](store::Reader& reader) -> Result<Target> {
    auto user = reader.user(id);
    if (!user) return user.error();
    auto hash = reader.password_hash(id);
    if (!hash) return hash.error();
    return Target{std::move(*user), std::move(*hash)};
  };
  const auto target = co_await read(services, std::move(find));
  if (!target) co_return problem(target.error());
  if (!own) {
    if (const auto may = may_manage(call, target->user.role); !may) co_return problem(may.error());
  }
  const auto now = machine_now().steady;
  const auto& username = target->user.username;
  if (own) {
    const auto wait = services.sign_in_guard.wait(username, call.request.address, now);
    if (wait > Duration{0}) co_return rate_limited(wait, "Too many failed attempts.");
  }
  if (own && request.one_time) {
    co_return problem(
        {ErrorCode::kInvalid, "Your own password cannot be a one-time password.", "one_time"});
  }
  if (own && request.current_password == request.password) {
    co_return problem(
        {ErrorCode::kInvalid, "The new password is the current one. Choose another.", "password"});
  }
  // nullopt: the current password is wrong.
  auto hashing = [own, old_hash = target->hash, request]() -> Result<std::optional<std::string>> {
    if (own && !verify_password(old_hash, request.current_password.value_or(""))) {
      return std::optional<std::string>{};
    }
    return std::optional<std::string>{hash_password(request.password)};
  };
  const auto hash = co_await offload(services, std::move(hashing));
  if (!hash) co_return problem(hash.error());
  if (!*hash) {
    services.sign_in_guard.failed(username, call.request.address, now);
    co_return problem({ErrorCode::kInvalid, "The current password is wrong.", "current_password"});
  }
  const auto keep = own ? call.caller.session->token_hash : std::string{};
  auto work = [id, hash = **hash, keep, once = request.one_time](store::Writer& writer) {
    return writer.set_password_hash(id, hash, keep, once);
  };
  const auto done = co_await change(services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

}  // namespace carillon::api
