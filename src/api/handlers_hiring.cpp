// Many people at once: agents by a pattern, people from a CSV text. Everybody gets a one-time
// password, which is in this one answer and nowhere else.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "api/secrets.h"
#include "store/import/csv.h"

namespace carillon::api {
namespace {

constexpr size_t kMostPeople = 500;
constexpr size_t kHashesAtOnce = 10;  // half a second of a worker; sign-ins wait behind it
constexpr size_t kPeopleAtOnce = 50;  // in one change; calls wait behind it
constexpr int kPasswordGroups = 3, kSipPasswordGroups = 5;
constexpr int64_t kNumbersTried = 100'000;
constexpr size_t kShownOfRow = 200;  // bytes of a rejected row

struct Newcomer {
  int64_t line = 0;  ///< of the file; by pattern: 0
  std::string content;
  User user;
  std::string password, hash;
  std::string sip_password;  ///< empty: no desk phone
};

struct Rejected {
  int64_t line = 0;
  std::string reason;
  std::string content;
};

struct Hired {
  std::vector<Newcomer> people;
  std::vector<Rejected> rejected;
};

struct Pattern {
  int64_t count = 0;
  int64_t first_number = 1;
  std::string username;
  std::string name;
  SipProfileId profile;
};

Json hired_json(const Hired& hired) {
  Json users = Json::array();
  for (const auto& each : hired.people) {
    users.push_back({{"id", each.user.id.value},
                     {"username", each.user.username},
                     {"name", each.user.name},
                     {"role", name_of(each.user.role)},
                     {"password", each.password},
                     {"sip_username", each.user.sip_username},
                     {"sip_password", each.sip_password}});
  }
  Json rejected = Json::array();
  for (const auto& row : hired.rejected) {
    rejected.push_back({{"line", row.line}, {"reason", row.reason}, {"content", row.content}});
  }
  return {{"users", std::move(users)}, {"rejected", std::move(rejected)}};
}

Result<Pattern> read_pattern(const Json& json) {
  Pattern pattern;
  ObjectReader reader(json);
  reader.require({"count", "username_pattern"});
  reader.integer("count", pattern.count, 1, static_cast<int64_t>(kMostPeople));
  reader.integer("first_number", pattern.first_number, 0, 1'000'000);
  reader.text("username_pattern", pattern.username, {.min = 1, .max = 56});
  reader.text("name_pattern", pattern.name, {.max = 150});
  reader.id("sip_profile_id", pattern.profile);
  const auto one_place = [](const std::string& text) {
    const auto from = text.find('#');
    return from == std::string::npos ||
           text.find('#', text.find_first_not_of('#', from)) == std::string::npos;
  };
  if (!one_place(pattern.username)) {
    reader.fail("username_pattern", "may have one place for the number: agent-###.");
  }
  if (!one_place(pattern.name)) {
    reader.fail("name_pattern", "may have one place for the number: Agent ###.");
  }
  if (auto good = reader.finish(); !good) return good.error();
  pattern.username = to_lower(pattern.username);
  return pattern;
}

/// "agent-###" and 7: "agent-007". Without a #, the number goes to the end.
std::string numbered(const std::string& pattern, int64_t number) {
  const auto from = pattern.find('#');
  if (from == std::string::npos) return fmt::format("{}{}", pattern, number);
  const auto end = std::min(pattern.find_first_not_of('#', from), pattern.size());
  return fmt::format("{}{:0{}}{}", pattern.substr(0, from), number, end - from,
                     pattern.substr(end));
}

/// The line that a SIP profile means, with credentials for a desk phone when it is one.
void give_line(Newcomer& newcomer, const SipProfile* profile) {
  if (profile == nullptr || newcomer.user.role != Role::kAgent) return;
  newcomer.user.sip_profile = profile->id;
  if (profile->protocol == "webrtc") return;
  newcomer.user.line = LineKind::kDeskPhone;
  newcomer.user.sip_username = newcomer.user.username;
  newcomer.sip_password = random_password(kSipPasswordGroups);
}

/// Writes one person; the caller's change undoes it when it fails.
Result<UserId> hire(store::Writer& writer, const Newcomer& newcomer, const std::string& realm) {
  const auto id = writer.add_user(newcomer.user, newcomer.hash, true);
  if (!id || newcomer.sip_password.empty()) return id;
  const auto& sip_username = newcomer.user.sip_username;
  auto set = writer.set_phone_credential(
      {*id, sip_username, digest_ha1(sip_username, realm, newcomer.sip_password)});
  if (!set) return set.error();
  return id;
}

/// Usernames of the pattern that nobody has, from its first number on.
Result<std::vector<std::string>> free_usernames(store::Reader& reader, const Pattern& pattern) {
  std::vector<std::string> found;
  const auto end = pattern.first_number + kNumbersTried;
  for (auto number = pattern.first_number; number < end; ++number) {
    if (static_cast<int64_t>(found.size()) == pattern.count) return found;
    auto username = numbered(pattern.username, number);
    const auto taken = reader.user_by_username(username);
    if (taken) continue;
    if (taken.error().code != ErrorCode::kNotFound) return taken.error();
    found.push_back(std::move(username));
  }
  return Error{ErrorCode::kConflict,
               "Too many user names of this pattern are taken. Choose another pattern or first "
               "number.",
               "username_pattern"};
}

/// The number that a user name of the pattern has, for the name that is shown.
std::string name_for(const Pattern& pattern, const std::string& username) {
  if (pattern.name.empty()) return username;
  const auto from = std::min(pattern.username.find('#'), pattern.username.size());
  return numbered(pattern.name, std::strtoll(username.c_str() + from, nullptr, 10));
}

using Profiles = std::vector<SipProfile>;

Result<Profiles> all_profiles(store::Reader& reader) {
  store::ListQuery query;
  query.limit = 1'000;
  auto page = reader.sip_profiles(query);
  if (!page) return page.error();
  return std::move(page->items);
}

const SipProfile* profile_named(const Profiles& profiles, const std::string& name) {
  const auto found = std::find_if(profiles.begin(), profiles.end(), [&](const auto& each) {
    return to_lower(each.name) == to_lower(name);
  });
  return found == profiles.end() ? nullptr : &*found;
}

/// Which column holds what, by the names in the first row.
struct Columns {
  static constexpr size_t kNone = SIZE_MAX;
  size_t name = kNone, username = kNone, role = kNone, profile = kNone;

  bool complete() const { return name != kNone && username != kNone; }
  void read(const std::vector<std::string_view>& header) {
    for (size_t i = 0; i < header.size(); ++i) {
      const auto title = to_lower(std::string(header[i]));
      if (title == "name") name = i;
      if (title == "username" || title == "user name") username = i;
      if (title == "role") role = i;
      if (title == "profile" || title == "sip profile" || title == "sip_profile") profile = i;
    }
  }
};

std::string cell(const store::CsvRow& row, size_t column) {
  if (column >= row.fields.size()) return {};
  auto text = store::without_formula_guard(row.fields[column]);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

/// Why a row cannot become a person; empty: it can, and is in `newcomer`.
std::string read_person(const store::CsvRow& row, const Columns& columns, const Profiles& profiles,
                        bool administrator, Newcomer& newcomer) {
  if (!row.error.empty()) return row.error;
  auto& user = newcomer.user;
  user.name = cell(row, columns.name);
  user.username = to_lower(cell(row, columns.username));
  const auto role = to_lower(cell(row, columns.role));
  const auto known = role.empty() ? Role::kAgent : from_name<Role>(role);
  if (!known)
    return fmt::format("There is no role {}: write agent, supervisor or administrator.", role);
  user.role = *known;
  if (user.role != Role::kAgent && !administrator) {
    return "Only an administrator may create people who are no agents.";
  }
  const auto wanted = cell(row, columns.profile);
  const auto* profile = wanted.empty() ? nullptr : profile_named(profiles, wanted);
  if (!wanted.empty() && profile == nullptr) {
    return fmt::format("There is no SIP profile {}. Create it first, or leave the cell empty.",
                       wanted);
  }
  give_line(newcomer, profile);
  return {};
}

std::string shown(const store::CsvRow& row) {
  std::string text;
  for (const auto& field : row.fields) {
    if (!text.empty()) text += ", ";
    text += field;
    if (text.size() > kShownOfRow) break;
  }
  if (text.size() > kShownOfRow) text.resize(kShownOfRow);
  return text;
}

/// Reads the people out of a CSV text.
Result<Hired> read_people(const std::string& csv, const Profiles& profiles, bool administrator) {
  Hired found;
  Columns columns;
  bool header_read = false;
  std::set<std::string> usernames;
  store::CsvReader reader(store::detect_delimiter(csv), {}, [&](const store::CsvRow& row) {
    if (!header_read) {
      header_read = true;
      columns.read(row.fields);
      return columns.complete();
    }
    Newcomer newcomer;
    newcomer.line = row.line;
    newcomer.content = shown(row);
    auto reason = read_person(row, columns, profiles, administrator, newcomer);
    if (reason.empty() && !usernames.insert(newcomer.user.username).second) {
      reason = "This user name is in the file twice.";
    }
    if (!reason.empty()) {
      found.rejected.push_back({row.line, std::move(reason), newcomer.content});
    } else {
      found.people.push_back(std::move(newcomer));
    }
    return found.people.size() <= kMostPeople && found.rejected.size() <= kMostPeople;
  });
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  reader.feed(std::string_view(csv).starts_with(kMark) ? std::string_view(csv).substr(kMark.size())
                                                       : std::string_view(csv));
  reader.finish();
  if (!columns.complete()) {
    return Error{ErrorCode::kInvalid,
                 "The first row must name the columns: name and username, and if you like role and "
                 "profile.",
                 "csv"};
  }
  if (found.people.size() > kMostPeople || found.rejected.size() > kMostPeople) {
    return Error{ErrorCode::kTooLarge,
                 fmt::format("One file may bring {} people. Split it.", kMostPeople), "csv"};
  }
  return found;
}

/// Gives everybody a password and its hash, some at a time, so that sign-ins get their turn.
Task<Result<void>> give_passwords(Services& services, std::vector<Newcomer>& people) {
  for (size_t from = 0; from < people.size(); from += kHashesAtOnce) {
    const auto size = std::min(kHashesAtOnce, people.size() - from);
    std::vector<std::string> passwords(size);
    for (auto& password : passwords) password = random_password(kPasswordGroups);
    auto work = [passwords]() -> Result<std::vector<std::string>> {
      std::vector<std::string> hashes;
      for (const auto& password : passwords) hashes.push_back(hash_password(password));
      return hashes;
    };
    const auto hashes = co_await offload(services, std::move(work));
    if (!hashes) co_return hashes.error();
    for (size_t i = 0; i < size; ++i) {
      people[from + i].password = passwords[i];
      people[from + i].hash = (*hashes)[i];
    }
  }
  co_return Result<void>{};
}

/// One change: whoever breaks a rule is rejected, the others are written.
Result<Hired> hire_some(store::Writer& writer, const std::vector<Newcomer>& some,
                        const std::string& realm) {
  Hired result;
  for (const auto& newcomer : some) {
    auto id = hire(writer, newcomer, realm);
    if (id) {
      result.people.push_back(newcomer);
      result.people.back().user.id = *id;
      continue;
    }
    const auto code = id.error().code;
    if (code == ErrorCode::kStorage || code == ErrorCode::kUnavailable) return id.error();
    result.rejected.push_back({newcomer.line, id.error().message, newcomer.content});
  }
  return result;
}

/// Writes all, some in each change. An error only when nobody was written: who was has a password
/// that is told this once.
Task<Result<Hired>> hire_all(Call& call, std::vector<Newcomer> people) {
  Hired all;
  for (size_t from = 0; from < people.size(); from += kPeopleAtOnce) {
    const auto end = std::min(from + kPeopleAtOnce, people.size());
    const std::vector<Newcomer> some(people.begin() + static_cast<std::ptrdiff_t>(from),
                                     people.begin() + static_cast<std::ptrdiff_t>(end));
    auto work = [some, realm = call.services.config.realm](store::Writer& writer) {
      return hire_some(writer, some, realm);
    };
    auto done = co_await change(call.services, call.actor(), std::move(work));
    if (!done && all.people.empty()) co_return done.error();
    if (!done) {
      for (const auto& each : some) {
        all.rejected.push_back({each.line, done.error().message, each.content});
      }
      continue;
    }
    std::move(done->people.begin(), done->people.end(), std::back_inserter(all.people));
    std::move(done->rejected.begin(), done->rejected.end(), std::back_inserter(all.rejected));
  }
  co_return all;
}

}  // namespace

Task<Response> create_agents(Call& call) {
  auto& services = call.services;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  const auto pattern = read_pattern(*json);
  if (!pattern) co_return problem(pattern.error());
  auto prepare = [pattern = *pattern](store::Reader& reader) -> Result<std::vector<Newcomer>> {
    std::optional<SipProfile> profile;
    if (pattern.profile) {
      auto found = reader.sip_profile(pattern.profile);
      if (!found) return Error{ErrorCode::kInvalid, found.error().message, "sip_profile_id"};
      profile = std::move(*found);
    }
    const auto usernames = free_usernames(reader, pattern);
    if (!usernames) return usernames.error();
    std::vector<Newcomer> people;
    for (const auto& username : *usernames) {
      Newcomer newcomer;
      newcomer.user.username = username;
      newcomer.user.name = name_for(pattern, username);
      newcomer.content = username;
      give_line(newcomer, profile ? &*profile : nullptr);
      people.push_back(std::move(newcomer));
    }
    return people;
  };
  auto people = co_await read(services, std::move(prepare));
  if (!people) co_return problem(people.error());
  const auto given = co_await give_passwords(services, *people);
  if (!given) co_return problem(given.error());
  const auto hired = co_await hire_all(call, std::move(*people));
  if (!hired) co_return problem(hired.error());
  if (hired->people.empty()) {
    // All break the same rule: that of the pattern.
    co_return problem({ErrorCode::kInvalid, hired->rejected.front().reason, "username_pattern"});
  }
  co_return json_response(201, hired_json(*hired));
}

Task<Response> import_users(Call& call) {
  auto& services = call.services;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  std::string csv;
  ObjectReader reader(*json);
  reader.require({"csv"});
  reader.text("csv", csv, {.min = 1, .max = kJsonLimit, .lines = true});
  if (const auto good = reader.finish(); !good) co_return problem(good.error());
  const bool administrator = call.caller.role == Role::kAdministrator;
  auto prepare = [csv, administrator](store::Reader& store_reader) -> Result<Hired> {
    const auto profiles = all_profiles(store_reader);
    if (!profiles) return profiles.error();
    return read_people(csv, *profiles, administrator);
  };
  auto found = co_await read(services, std::move(prepare));
  if (!found) co_return problem(found.error());
  const auto given = co_await give_passwords(services, found->people);
  if (!given) co_return problem(given.error());
  auto hired = co_await hire_all(call, std::move(found->people));
  if (!hired) co_return problem(hired.error());
  auto& rejected = hired->rejected;
  std::move(found->rejected.begin(), found->rejected.end(), std::back_inserter(rejected));
  std::sort(rejected.begin(), rejected.end(),
            [](const auto& a, const auto& b) { return a.line < b.line; });
  co_return json_response(201, hired_json(*hired));
}

}  // namespace carillon::api
