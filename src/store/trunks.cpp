// Trunks and scripts.
#include <algorithm>

#include "core/messages/dial_string.h"
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {

// ------------------------------------------------------------------------------- trunks

Result<Page<Trunk>> Reader::trunks(const ListQuery& query) {
  return guarded([&] {
    Where where;
    add_search(where, query.search, {"name", "host"});
    return select_page<Trunk>(db_, "trunks", where, query,
                              {"name", "host", "active", "cps", "channels", "id"});
  });
}

Result<std::vector<Trunk>> Reader::all_trunks() {
  return guarded(
      [&]() -> Result<std::vector<Trunk>> { return select<Trunk>(db_, "trunks ORDER BY id"); });
}

Result<std::vector<Trunk>> Reader::trunks_to_call_by() {
  auto trunks = all_trunks();
  if (!trunks) return trunks;
  const auto general = settings();
  if (!general) return general.error();
  for (auto& trunk : *trunks) {
    if (trunk.from_domain.empty()) trunk.from_domain = general->domain;
  }
  return trunks;
}

Result<Trunk> Reader::trunk(TrunkId id) {
  return guarded(
      [&] { return select_one<Trunk>(db_, "trunks WHERE id = ?", {id.value}, "trunk"); });
}

Result<void> Writer::check_trunk(const Trunk& trunk) {
  const auto no_space = [](const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  };
  Check check;
  check.name(trunk.name, "name")
      .name(trunk.host, "host", 255)
      .that(no_space(trunk.host), "host", "The host is a name or an address without spaces.")
      .range(trunk.port, 1, 65'535, "port", "The port")
      .text(trunk.username, "username", 255)
      .text(trunk.password, "password", 255)
      .that(no_space(trunk.username), "username", "The username must not hold spaces.")
      .text(trunk.from_domain, "from_domain", 255)
      .that(no_space(trunk.from_domain), "from_domain", "The domain must not hold spaces.")
      .that(is_tech_prefix(trunk.tech_prefix), "tech_prefix", kTechPrefixRule)
      .range(trunk.cps, 0.1, 1000, "cps", "Calls per second")
      .range(trunk.channels, 1, 10'000, "channels", "The number of channels")
      .range(trunk.ping_interval_s, 5, 3600, "ping_interval_s", "The ping interval in seconds")
      .codecs(trunk.codecs);
  if (auto checked = check.result(); !checked) return checked;
  return check_name_free("trunks", "name", trunk.name, trunk.id.value, "");
}

Result<TrunkId> Writer::add_trunk(Trunk trunk) {
  return guarded([&]() -> Result<TrunkId> {
    trunk.id = {};
    if (auto checked = check_trunk(trunk); !checked) return checked.error();
    trunk.id = TrunkId{insert(db_, "trunks", assignments(trunk))};
    effects_.trunks_changed = true;
    note(RecordKind::kTrunk, trunk.id.value, "created", difference(Trunk{}, trunk));
    return trunk.id;
  });
}

Result<void> Writer::save_trunk(const Trunk& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = trunk(changed.id);
    if (!before) return before.error();
    if (auto checked = check_trunk(changed); !checked) return checked;
    update(db_, "trunks", assignments(changed), changed.id.value);
    effects_.trunks_changed = true;
    note(RecordKind::kTrunk, changed.id.value, "changed", difference(*before, changed));
    return {};
  });
}

Result<void> Writer::note_test_call(TrunkId id, const std::string& number) {
  return guarded([&]() -> Result<void> {
    note(RecordKind::kTrunk, id.value, "test call", nlohmann::json{{"number", number}}.dump());
    return {};
  });
}

Result<void> Writer::remove_trunk(TrunkId id) {
  return guarded([&]() -> Result<void> {
    const auto before = trunk(id);
    if (!before) return before.error();
    const auto users = db_.query(
        "SELECT c.name FROM campaign_trunks t JOIN campaigns c ON c.id = t.campaign_id "
        "WHERE t.trunk_id = ? ORDER BY c.name",
        {id.value});
    if (!users.empty()) {
      return Error{ErrorCode::kConflict,
                   fmt::format("{} campaigns use this trunk, among them {}. Take it out of them "
                               "first.",
                               users.size(), users.front().front()),
                   ""};
    }
    db_.execute("DELETE FROM trunks WHERE id = ?", {id.value});
    effects_.trunks_changed = true;
    note(RecordKind::kTrunk, id.value, "deleted", difference(*before, Trunk{}));
    return {};
  });
}

// ------------------------------------------------------------------------------- scripts

Result<Page<Script>> Reader::scripts(const ListQuery& query) {
  return guarded([&] {
    Where where;
    add_search(where, query.search, {"name"});
    return select_page<Script>(db_, "scripts", where, query, {"name", "id"});
  });
}

Result<Script> Reader::script(ScriptId id) {
  return guarded(
      [&] { return select_one<Script>(db_, "scripts WHERE id = ?", {id.value}, "script"); });
}

Result<void> Writer::check_script(const Script& script) {
  Check check;
  check.name(script.name, "name").text(script.body, "body", 200'000);
  if (auto checked = check.result(); !checked) return checked;
  return check_name_free("scripts", "name", script.name, script.id.value, "");
}

Result<ScriptId> Writer::add_script(Script script) {
  return guarded([&]() -> Result<ScriptId> {
    script.id = {};
    if (auto checked = check_script(script); !checked) return checked.error();
    script.id = ScriptId{insert(db_, "scripts", assignments(script))};
    note(RecordKind::kScript, script.id.value, "created", difference(Script{}, script));
    return script.id;
  });
}

Result<void> Writer::save_script(const Script& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = script(changed.id);
    if (!before) return before.error();
    if (auto checked = check_script(changed); !checked) return checked;
    update(db_, "scripts", assignments(changed), changed.id.value);
    note(RecordKind::kScript, changed.id.value, "changed", difference(*before, changed));
    return {};
  });
}

Result<void> Writer::remove_script(ScriptId id) {
  return guarded([&]() -> Result<void> {
    const auto before = script(id);
    if (!before) return before.error();
    const auto users =
        db_.query("SELECT name FROM campaigns WHERE script_id = ? AND deleted_at = 0", {id.value});
    if (!users.empty()) {
      return Error{ErrorCode::kConflict,
                   fmt::format("{} campaigns use this script, among them {}. Give them another "
                               "script first.",
                               users.size(), users.front().front()),
                   ""};
    }
    db_.execute("DELETE FROM scripts WHERE id = ?", {id.value});
    note(RecordKind::kScript, id.value, "deleted", difference(*before, Script{}));
    return {};
  });
}

}  // namespace carillon::store
