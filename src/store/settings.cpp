// Settings, the audit log, and what all changes share.
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {

Result<Settings> Reader::settings() {
  return guarded([&]() -> Result<Settings> {
    Settings settings;
    const auto rows = db_.query("SELECT key, value FROM settings");
    for_columns(settings, [&](const char* key, auto& field) {
      for (const auto& row : rows) {
        if (row[0] == key) decode(row[1], field);
      }
    });
    return settings;
  });
}

Result<void> Writer::save_settings(const Settings& changed) {
  return guarded([&]() -> Result<void> {
    Check check;
    check
        .range(static_cast<double>(changed.recordings_keep_days), 0, 3'650, "recordings_keep_days",
               "The number of days")
        .text(changed.domain, "domain", 253);
    if (auto checked = check.result(); !checked) return checked;
    const auto before = settings();
    if (!before) return before.error();
    const auto changes = difference(*before, changed);
    if (changes == "{}") return {};
    for_columns(changed, [&](const char* key, const auto& field) {
      db_.execute(
          "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = "
          "excluded.value",
          {key, fmt::format("{}", field)});
    });
    effects_.trunks_changed |= before->domain != changed.domain;
    note(RecordKind::kSetting, 0, "changed", changes);
    return {};
  });
}

Result<Page<AuditEntry>> Reader::audit(const ListQuery& query) { return audit({}, query); }

Result<Page<AuditEntry>> Reader::audit(const AuditFilter& filter, const ListQuery& query) {
  return guarded([&] {
    Where where;
    if (filter.user) where.add("user_id = ?", {filter.user.value});
    if (!filter.kind.empty()) where.add("kind = ?", {filter.kind});
    if (!filter.action.empty()) where.add("action = ?", {filter.action});
    if (filter.record_id > 0) where.add("record_id = ?", {filter.record_id});
    if (filter.from) where.add("at >= ?", {to_unix_ms(*filter.from)});
    if (filter.to) where.add("at < ?", {to_unix_ms(*filter.to)});
    if (filter.after_id > 0) where.add("id > ?", {filter.after_id});
    add_search(where, query.search, {"actor", "kind", "action", "changes"});
    ListQuery newest_first = query;
    if (newest_first.sort.empty()) newest_first.sort = "-id";
    return select_page<AuditEntry>(db_, "audit", where, newest_first,
                                   {"id", "at", "actor", "kind", "action"});
  });
}

void Writer::note(RecordKind kind, int64_t id, const std::string& action,
                  const std::string& changes) {
  effects_.records.emplace(kind, id);
  db_.execute(
      "INSERT INTO audit (at, user_id, actor, address, kind, record_id, action, changes) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?)",
      {to_unix_ms(now_), actor_.user.value, actor_.name, actor_.address,
       std::string(to_string(kind)), id, action, changes});
}

Result<void> Writer::check_name_free(const std::string& table, const std::string& column,
                                     const std::string& name, int64_t id,
                                     const std::string& alive) {
  const std::string condition = alive.empty() ? "" : " AND " + alive;
  if (db_.number(fmt::format("SELECT count(*) FROM {} WHERE {} = ? AND id <> ?{}", table, column,
                             condition),
                 {name, id}) == 0) {
    return {};
  }
  return Error{ErrorCode::kConflict,
               fmt::format("The {} {} is taken. Choose another one.", column, name), column};
}

}  // namespace carillon::store
