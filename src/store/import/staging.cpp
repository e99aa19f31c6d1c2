// Staged leads: those of an import that is not complete. Their phone_valid is 2, which keeps them
// out of the lanes that claims are made from, and out of the lanes' index until they are released.
#include <algorithm>

#include <fmt/format.h>

#include "store/effects.h"
#include "store/import/lead_rows.h"
#include "store/table.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

constexpr int64_t kStaged = 2;

bool has_content(const std::string& text) { return !text.empty(); }
bool has_content(int number) { return number != 0; }
bool has_content(bool flag) { return flag; }
bool has_content(const std::optional<WallTime>& time) { return time.has_value(); }
bool has_content(const std::map<std::string, std::string>& map) { return !map.empty(); }
template <class Tag>
bool has_content(Id<Tag> id) {
  return static_cast<bool>(id);
}

/// Which contact columns hold something in any of the leads; the others keep their defaults.
std::vector<bool> used_columns(const std::vector<ImportedLead>& leads) {
  std::vector<bool> used;
  for (const auto& imported : leads) {
    size_t i = 0;
    for_contact_columns(*imported.lead, [&](const char*, const auto& field) {
      if (i == used.size()) used.push_back(false);
      if (!used[i] && has_content(field)) used[i] = true;
      ++i;
    });
  }
  return used;
}

}  // namespace

LeadRows lead_rows(ImportId import, const std::vector<ImportedLead>& leads, LeadState state,
                   WallTime now) {
  LeadRows out;
  if (leads.empty()) return out;
  const auto used = used_columns(leads);
  out.columns = "import_id, phone_valid, dnc, created_at, modified_at";
  size_t i = 0;
  for_contact_columns(*leads.front().lead, [&](const char* column, const auto&) {
    if (used[i++]) out.columns += fmt::format(", {}", column);
  });
  const int64_t valid = state == LeadState::kStaged ? kStaged : 1;
  const int64_t now_ms = to_unix_ms(now);
  const auto count = static_cast<size_t>(std::ranges::count(used, true)) + 5;
  out.rows.reserve(leads.size());
  for (const auto& [lead, on_dnc] : leads) {
    auto& row = out.rows.emplace_back();
    row.reserve(count);
    for (const int64_t number : {import.value, valid, int64_t{on_dnc ? 1 : 0}, now_ms, now_ms}) {
      row.emplace_back(number);
    }
    size_t column = 0;
    for_contact_columns(*lead, [&](const char*, const auto& field) {
      if (used[column++]) row.emplace_back(encode(field));
    });
  }
  return out;
}

Result<void> Writer::insert_leads(const LeadRows& leads) {
  return guarded([&]() -> Result<void> {
    db_.insert_rows("leads", leads.columns, leads.rows);
    return {};
  });
}

Result<int64_t> Writer::release_leads(ImportId id, LeadId& after, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    const auto job = import(id);
    if (!job) return job.error();
    // A range of ids, as a list of them would be read twice.
    const auto bounds = db_.query(
        "SELECT count(*), max(id) FROM (SELECT id FROM leads WHERE import_id = ? AND "
        "import_id > 0 AND id > ? ORDER BY id LIMIT ?) AS next",
        {id.value, after.value, limit});
    const int64_t count = std::stoll(bounds.at(0).at(0));
    mark_leads(job->leadset, true);
    if (count == 0) return 0;
    const int64_t last = std::stoll(bounds.at(0).at(1));
    // The pluses: SQLite reads the leads one after the other, not by way of another index.
    db_.execute(
        "UPDATE leads SET phone_valid = 1 WHERE +import_id = ? AND id > ? AND id <= ? AND "
        "+phone_valid = ?",
        {id.value, after.value, last, kStaged});
    after = LeadId{last};
    return count;
  });
}

}  // namespace carillon::store
