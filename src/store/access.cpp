// Web sessions of people and tokens of programs.
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// Writing "last used" more often than this would make each request a commit.
constexpr int64_t kTouchEveryMs = 60'000;

}  // namespace

Result<WebSession> Reader::web_session(const std::string& token_hash, WallTime now) {
  return guarded([&] {
    return select_one<WebSession>(db_, "web_sessions WHERE token_hash = ? AND expires_at > ?",
                                  {token_hash, to_unix_ms(now)}, "session");
  });
}

Result<Page<Token>> Reader::tokens(const ListQuery& query) {
  return guarded([&] {
    Where where;
    add_search(where, query.search, {"name"});
    return select_page<Token>(db_, "tokens", where, query,
                              {"name", "role", "created_at", "expires_at", "last_used_at", "id"});
  });
}

Result<Token> Reader::token(TokenId id) {
  return guarded(
      [&] { return select_one<Token>(db_, "tokens WHERE id = ?", {id.value}, "token"); });
}

Result<Token> Reader::token_by_hash(const std::string& token_hash, WallTime now) {
  return guarded([&] {
    return select_one<Token>(db_,
                             "tokens WHERE token_hash = ? AND (expires_at = 0 OR expires_at > ?)",
                             {token_hash, to_unix_ms(now)}, "token");
  });
}

Result<void> Writer::add_web_session(const WebSession& session) {
  return guarded([&]() -> Result<void> {
    db_.execute("DELETE FROM web_sessions WHERE expires_at <= ?", {to_unix_ms(now_)});
    WebSession kept = session;
    kept.created_at = now_;
    kept.last_used_at = now_;
    const Assignments row = assignments(kept);
    db_.execute(fmt::format("INSERT INTO web_sessions ({}) VALUES ({})", row.columns, row.marks),
                row.values);
    return {};
  });
}

Result<void> Writer::touch_web_session(const std::string& token_hash, WallTime expires_at) {
  return guarded([&]() -> Result<void> {
    const int64_t now = to_unix_ms(now_);
    db_.execute(
        "UPDATE web_sessions SET last_used_at = ?, expires_at = ? "
        "WHERE token_hash = ? AND last_used_at < ?",
        {now, to_unix_ms(expires_at), token_hash, now - kTouchEveryMs});
    return {};
  });
}

Result<void> Writer::remove_web_session(const std::string& token_hash) {
  return guarded([&]() -> Result<void> {
    db_.execute("DELETE FROM web_sessions WHERE token_hash = ?", {token_hash});
    return {};
  });
}

Result<void> Writer::remove_web_sessions_of(UserId user) {
  return guarded([&]() -> Result<void> {
    db_.execute("DELETE FROM web_sessions WHERE user_id = ?", {user.value});
    return {};
  });
}

Result<TokenId> Writer::add_token(Token token) {
  return guarded([&]() -> Result<TokenId> {
    token.id = {};
    token.created_at = now_;
    token.last_used_at.reset();
    Check check;
    check.name(token.name, "name")
        .that(!token.expires_at || *token.expires_at > now_, "expires_at",
              "The token would already have expired. Choose a time in the future.");
    if (auto checked = check.result(); !checked) return checked.error();
    if (auto free = check_name_free("tokens", "name", token.name, 0, ""); !free) {
      return free.error();
    }
    token.id = TokenId{insert(db_, "tokens", assignments(token))};
    note(RecordKind::kToken, token.id.value, "created", difference(Token{}, token));
    return token.id;
  });
}

Result<void> Writer::touch_token(TokenId id) {
  return guarded([&]() -> Result<void> {
    const int64_t now = to_unix_ms(now_);
    db_.execute("UPDATE tokens SET last_used_at = ? WHERE id = ? AND last_used_at < ?",
                {now, id.value, now - kTouchEveryMs});
    return {};
  });
}

Result<void> Writer::remove_token(TokenId id) {
  return guarded([&]() -> Result<void> {
    const auto before = token(id);
    if (!before) return before.error();
    db_.execute("DELETE FROM tokens WHERE id = ?", {id.value});
    note(RecordKind::kToken, id.value, "deleted", difference(*before, Token{}));
    return {};
  });
}

}  // namespace carillon::store
