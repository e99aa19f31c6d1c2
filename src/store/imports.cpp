// Imports: what an upload of leads has come to. src/store/import does the work.
#include "store/audit.h"
#include "store/effects.h"
#include "store/outbox.h"
#include "store/writer.h"

namespace carillon::store {

Result<Import> Reader::import(ImportId id) {
  return guarded(
      [&] { return select_one<Import>(db_, "imports WHERE id = ?", {id.value}, "import"); });
}

Result<std::vector<Import>> Reader::imports_of(LeadsetId leadset) {
  return guarded([&]() -> Result<std::vector<Import>> {
    return select<Import>(db_, "imports WHERE leadset_id = ? ORDER BY id DESC", {leadset.value});
  });
}

Result<std::vector<Import>> Reader::running_imports() {
  return guarded([&]() -> Result<std::vector<Import>> {
    return select<Import>(db_, "imports WHERE state = 'running' ORDER BY id");
  });
}

Result<std::vector<RejectedRow>> Reader::rejected_rows(ImportId id, int64_t after_row,
                                                       int64_t limit) {
  return guarded([&]() -> Result<std::vector<RejectedRow>> {
    return select<RejectedRow>(
        db_, "rejected_rows WHERE import_id = ? AND row_number > ? ORDER BY row_number LIMIT ?",
        {id.value, after_row, limit});
  });
}

Result<ImportId> Writer::add_import(Import import) {
  return guarded([&]() -> Result<ImportId> {
    if (const auto set = leadset(import.leadset); !set) return set.error();
    import.id = {};
    import.created_at = now_;
    import.id = ImportId{insert(db_, "imports", assignments(import))};
    note(RecordKind::kImport, import.id.value, "created", difference(Import{}, import));
    return import.id;
  });
}

Result<void> Writer::save_import(const Import& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = import(changed.id);
    if (!before) return before.error();
    update(db_, "imports", assignments(changed), changed.id.value);
    effects_.records.emplace(RecordKind::kImport, changed.id.value);
    if (before->state != changed.state) {
      note(RecordKind::kImport, changed.id.value, std::string(name_of(changed.state)),
           difference(*before, changed));
      if (changed.state != ImportState::kRunning) {
        outbox_.import_ended(db_, changed, now_, effects_);
      }
    }
    return {};
  });
}

Result<void> Writer::add_rejected_rows(ImportId id, const std::vector<RejectedRow>& rejected) {
  return guarded([&]() -> Result<void> {
    std::vector<Values> rows;
    rows.reserve(rejected.size());
    for (const auto& row : rejected) {
      rows.push_back({id.value, row.row, row.reason, row.content});
    }
    db_.insert_rows("rejected_rows", "import_id, row_number, reason, content", rows);
    return {};
  });
}

}  // namespace carillon::store
