// Users, their credentials, and SIP profiles.
#include <algorithm>
#include <map>

#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

constexpr std::string_view kBrowserProtocol = "webrtc";

bool is_username(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

// ------------------------------------------------------------------------------- reading

Result<Page<User>> Reader::users(const ListQuery& query) {
  return guarded([&] {
    Where where;
    where.add("deleted_at = 0");
    add_search(where, query.search, {"username", "name"});
    return select_page<User>(
        db_, "users", where, query,
        {"username", "name", "role", "active", "created_at", "last_seen_at", "id"});
  });
}

Result<User> Reader::user(UserId id) {
  return guarded([&] {
    return select_one<User>(db_, "users WHERE id = ? AND deleted_at = 0", {id.value}, "user");
  });
}

Result<User> Reader::user_by_username(const std::string& username) {
  return guarded([&] {
    return select_one<User>(db_, "users WHERE username = ? AND deleted_at = 0", {lowered(username)},
                            "user");
  });
}

Result<std::string> Reader::password_hash(UserId id) {
  return guarded([&]() -> Result<std::string> {
    const auto rows =
        db_.query("SELECT password_hash FROM users WHERE id = ? AND deleted_at = 0", {id.value});
    if (rows.empty()) return Error{ErrorCode::kNotFound, "There is no such user.", ""};
    return rows.front().front();
  });
}

Result<bool> Reader::has_one_time_password(UserId id) {
  return guarded([&]() -> Result<bool> {
    return db_.number("SELECT one_time_password FROM users WHERE id = ?", {id.value}) != 0;
  });
}

Result<std::vector<User>> Reader::active_people() {
  return guarded([&]() -> Result<std::vector<User>> {
    auto people = select<User>(db_, "users WHERE active = 1 AND deleted_at = 0 ORDER BY id");
    std::map<SipProfileId, HandDialing> rules;
    for (const auto& profile : select<SipProfile>(db_, "sip_profiles")) {
      rules[profile.id] = {profile.dial_pattern, profile.channels, profile.cps};
    }
    for (User& user : people) {
      const auto found = rules.find(user.sip_profile);
      if (found != rules.end()) user.hand_dialing = found->second;
    }
    return people;
  });
}

Result<int64_t> Reader::count_administrators() {
  return guarded([&]() -> Result<int64_t> {
    return db_.number(
        "SELECT count(*) FROM users WHERE role = 'administrator' AND active = 1 AND "
        "deleted_at = 0");
  });
}

Result<std::vector<PhoneCredential>> Reader::phone_credentials() {
  return guarded([&]() -> Result<std::vector<PhoneCredential>> {
    std::vector<PhoneCredential> credentials;
    for (const auto& row :
         db_.query("SELECT u.id, u.sip_username, u.sip_ha1, p.id, p.protocol, p.codecs, "
                   "p.sip_ping, p.bandwidth_kbps FROM users u LEFT JOIN sip_profiles p ON p.id = "
                   "u.sip_profile_id WHERE "
                   "u.sip_username <> '' AND u.sip_ha1 <> '' AND u.active = 1 AND "
                   "u.deleted_at = 0 ORDER BY u.id")) {
      PhoneCredential phone{UserId{to_number<int64_t>(row[0])}, row[1], row[2]};
      if (!row[3].empty()) {
        phone.protocol = row[4];
        decode(row[5], phone.codecs);
        decode(row[6], phone.ping);
        decode(row[7], phone.bandwidth_kbps);
      }
      credentials.push_back(std::move(phone));
    }
    return credentials;
  });
}

Result<Page<SipProfile>> Reader::sip_profiles(const ListQuery& query) {
  return guarded([&] {
    Where where;
    add_search(where, query.search, {"name", "protocol"});
    return select_page<SipProfile>(db_, "sip_profiles", where, query, {"name", "protocol", "id"});
  });
}

Result<SipProfile> Reader::sip_profile(SipProfileId id) {
  return guarded([&] {
    return select_one<SipProfile>(db_, "sip_profiles WHERE id = ?", {id.value}, "SIP profile");
  });
}

// ------------------------------------------------------------------------------- users

Result<void> Writer::check_user(const User& user) {
  Check check;
  check.that(is_username(user.username), "username",
             "A username is 1 to 64 characters of a-z, 0-9, dot, underscore and hyphen.");
  check.name(user.name, "name");
  check.that(user.sip_username.empty() || is_username(lowered(user.sip_username)), "sip_username",
             "A SIP username is 1 to 64 characters of letters, digits, dot, underscore and "
             "hyphen.");
  if (auto checked = check.result(); !checked) return checked;
  if (user.sip_profile) {
    const auto profile = sip_profile(user.sip_profile);
    if (!profile) {
      return Error{ErrorCode::kInvalid, "There is no such SIP profile.", "sip_profile_id"};
    }
    if (user.line == LineKind::kDeskPhone && profile->protocol == kBrowserProtocol) {
      return Error{ErrorCode::kInvalid,
                   fmt::format("The SIP profile {} is for agents who talk in the browser. Choose "
                               "one for desk phones, or none.",
                               profile->name),
                   "sip_profile_id"};
    }
  }
  if (!user.sip_username.empty()) {
    if (auto free = check_name_free("users", "sip_username", user.sip_username, user.id.value,
                                    "deleted_at = 0");
        !free) {
      return free;
    }
  }
  return check_name_free("users", "username", user.username, user.id.value, "deleted_at = 0");
}

Result<void> Writer::check_last_administrator(const User& before) {
  if (before.role != Role::kAdministrator || !before.active) return {};
  const auto count = count_administrators();
  if (!count) return count.error();
  if (*count > 1) return {};
  return Error{ErrorCode::kConflict,
               "This is the last active administrator. Make another user administrator first.",
               "role"};
}

void Writer::mark_campaigns_of_agent(UserId agent) {
  for (const auto& row :
       db_.query("SELECT campaign_id FROM campaign_agents WHERE user_id = ?", {agent.value})) {
    effects_.campaigns_changed.insert(CampaignId{to_number<int64_t>(row[0])});
  }
}

Result<UserId> Writer::add_user(User user, const std::string& password_hash, bool one_time) {
  return guarded([&]() -> Result<UserId> {
    user.id = {};
    user.username = lowered(user.username);
    user.created_at = now_;
    user.last_seen_at.reset();
    if (auto checked = check_user(user); !checked) return checked.error();
    Assignments row = assignments(user);
    row.add("password_hash", password_hash);
    row.add("one_time_password", int64_t{one_time});
    user.id = UserId{insert(db_, "users", row)};
    effects_.agents_changed = true;
    note(RecordKind::kUser, user.id.value, "created", difference(User{}, user));
    return user.id;
  });
}

Result<void> Writer::save_user(const User& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = user(changed.id);
    if (!before) return before.error();
    User after = changed;
    after.username = lowered(after.username);
    if (auto checked = check_user(after); !checked) return checked;
    if (after.role != Role::kAdministrator || !after.active) {
      if (auto checked = check_last_administrator(*before); !checked) return checked;
    }
    update(db_, "users", assignments(after), after.id.value);
    if (!after.active) db_.execute("DELETE FROM web_sessions WHERE user_id = ?", {after.id.value});
    if (before->role == Role::kAgent && after.role != Role::kAgent) {
      mark_campaigns_of_agent(after.id);
      db_.execute("DELETE FROM campaign_agents WHERE user_id = ?", {after.id.value});
    }
    effects_.agents_changed = true;
    note(RecordKind::kUser, after.id.value, "changed", difference(*before, after));
    return {};
  });
}

Result<void> Writer::set_password_hash(UserId id, const std::string& hash, const std::string& keep,
                                       bool one_time) {
  return guarded([&]() -> Result<void> {
    if (db_.execute("UPDATE users SET password_hash = ?, one_time_password = ? WHERE id = ? AND "
                    "deleted_at = 0",
                    {hash, int64_t{one_time}, id.value}) == 0) {
      return Error{ErrorCode::kNotFound, "There is no such user.", ""};
    }
    db_.execute("DELETE FROM web_sessions WHERE user_id = ? AND token_hash <> ?", {id.value, keep});
    note(RecordKind::kUser, id.value, "password changed");
    return {};
  });
}

Result<void> Writer::remove_user(UserId id) {
  return guarded([&]() -> Result<void> {
    const auto before = user(id);
    if (!before) return before.error();
    if (auto checked = check_last_administrator(*before); !checked) return checked;
    mark_campaigns_of_agent(id);
    db_.execute("DELETE FROM campaign_agents WHERE user_id = ?", {id.value});
    db_.execute("DELETE FROM web_sessions WHERE user_id = ?", {id.value});
    db_.execute("UPDATE users SET deleted_at = ?, active = 0, sip_ha1 = '' WHERE id = ?",
                {to_unix_ms(now_), id.value});
    effects_.agents_changed = true;
    note(RecordKind::kUser, id.value, "deleted", difference(*before, User{}));
    return {};
  });
}

Result<void> Writer::set_last_seen(UserId id) {
  return guarded([&]() -> Result<void> {
    db_.execute("UPDATE users SET last_seen_at = ? WHERE id = ?", {to_unix_ms(now_), id.value});
    return {};
  });
}

Result<void> Writer::set_phone_credential(const PhoneCredential& credential) {
  return guarded([&]() -> Result<void> {
    auto owner = user(credential.agent);
    if (!owner) return owner.error();
    owner->sip_username = credential.sip_username;
    if (auto checked = check_user(*owner); !checked) return checked;
    if (credential.sip_username.empty() && !credential.ha1.empty()) {
      return Error{ErrorCode::kInvalid, "Enter the SIP username of the desk phone.",
                   "sip_username"};
    }
    db_.execute("UPDATE users SET sip_username = ?, sip_ha1 = ? WHERE id = ?",
                {credential.sip_username, credential.ha1, credential.agent.value});
    effects_.agents_changed = true;
    note(RecordKind::kUser, credential.agent.value, "phone credential changed");
    return {};
  });
}

// ------------------------------------------------------------------------------- SIP profiles

Result<void> Writer::check_sip_profile(const SipProfile& profile) {
  const std::vector<std::string> protocols{"webrtc", "udp", "tcp", "tls"};
  Check check;
  check.name(profile.name, "name")
      .that(std::count(protocols.begin(), protocols.end(), profile.protocol) == 1, "protocol",
            "The protocol must be webrtc, udp, tcp or tls.")
      .codecs(profile.codecs)
      .range(profile.channels, 1, 100, "channels", "The number of channels")
      .range(profile.cps, 0.1, 1000, "cps", "Calls per second")
      .range(profile.bandwidth_kbps, 80, 10'000, "bandwidth_kbps", "The bandwidth in kbit/s")
      .that(is_dial_pattern(profile.dial_pattern), "dial_pattern",
            "Dial patterns hold digits, X for any digit, Z for 1 to 9, N for 2 to 9, and a dot at "
            "the end for the rest; put commas between several.");
  if (auto checked = check.result(); !checked) return checked;
  return check_name_free("sip_profiles", "name", profile.name, profile.id.value, "");
}

Result<SipProfileId> Writer::add_sip_profile(SipProfile profile) {
  return guarded([&]() -> Result<SipProfileId> {
    profile.id = {};
    if (auto checked = check_sip_profile(profile); !checked) return checked.error();
    profile.id = SipProfileId{insert(db_, "sip_profiles", assignments(profile))};
    note(RecordKind::kSipProfile, profile.id.value, "created", difference(SipProfile{}, profile));
    return profile.id;
  });
}

Result<void> Writer::save_sip_profile(const SipProfile& profile) {
  return guarded([&]() -> Result<void> {
    const auto before = sip_profile(profile.id);
    if (!before) return before.error();
    if (auto checked = check_sip_profile(profile); !checked) return checked;
    const int64_t desk_phones = db_.number(
        "SELECT count(*) FROM users WHERE sip_profile_id = ? AND line = ? AND deleted_at = 0",
        {profile.id.value, encode(LineKind::kDeskPhone)});
    if (profile.protocol == kBrowserProtocol && desk_phones > 0) {
      return Error{ErrorCode::kConflict,
                   fmt::format("{} agents with this SIP profile use desk phones. Give them another "
                               "profile first, or keep udp, tcp or tls.",
                               desk_phones),
                   "protocol"};
    }
    update(db_, "sip_profiles", assignments(profile), profile.id.value);
    effects_.agents_changed = true;
    note(RecordKind::kSipProfile, profile.id.value, "changed", difference(*before, profile));
    return {};
  });
}

Result<void> Writer::remove_sip_profile(SipProfileId id) {
  return guarded([&]() -> Result<void> {
    const auto before = sip_profile(id);
    if (!before) return before.error();
    const int64_t users = db_.number(
        "SELECT count(*) FROM users WHERE sip_profile_id = ? AND deleted_at = 0", {id.value});
    if (users > 0) {
      return Error{
          ErrorCode::kConflict,
          fmt::format("{} agents use this SIP profile. Give them another one first.", users), ""};
    }
    db_.execute("DELETE FROM sip_profiles WHERE id = ?", {id.value});
    note(RecordKind::kSipProfile, id.value, "deleted", difference(*before, SipProfile{}));
    return {};
  });
}

}  // namespace carillon::store
