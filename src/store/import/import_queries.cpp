// What only imports ask of the database, or tell it.
#include <chrono>
#include <limits>

#include <fmt/format.h>

#include "store/database.h"
#include "store/import/csv.h"
#include "store/import/import_jobs.h"
#include "store/table.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// The phones as one parameter. They are E.164: a plus and digits, so that nothing needs escaping.
std::string list_parameter(const Database& database, const std::vector<std::string>& phones) {
  const bool array = database.is_postgresql();
  const char* quote = array ? "" : "\"";
  return fmt::format("{}{}{}{}{}", array ? '{' : '[', quote,
                     fmt::join(phones, fmt::format("{0},{0}", quote)), quote, array ? '}' : ']');
}

std::string is_in_list(const Database& database) {
  return database.is_postgresql() ? "= ANY (CAST(? AS text[]))"
                                  : "IN (SELECT value FROM json_each(?))";
}

Result<std::unordered_set<std::string>> phones_of(Database& database, const std::string& sql,
                                                  const Values& values) {
  try {
    std::unordered_set<std::string> found;
    for (auto& row : database.query(sql, values)) found.insert(std::move(row.at(0)));
    return found;
  } catch (const DatabaseError& failure) {
    return failure.error();
  }
}

}  // namespace

Result<std::unordered_set<std::string>> Reader::dnc_phones(const std::vector<std::string>& phones,
                                                           LeadsetId leadset) {
  if (phones.empty()) return std::unordered_set<std::string>{};
  const std::string sql =
      "SELECT phone FROM dnc WHERE phone " + is_in_list(db_) +
      " AND campaign_id IN (0, (SELECT campaign_id FROM leadsets WHERE id = ?))";
  return phones_of(db_, sql, {list_parameter(db_, phones), leadset.value});
}

Result<bool> Reader::has_leads_for_import(DuplicateScope scope, LeadsetId leadset,
                                          ImportId replacing, ImportId own) {
  return guarded([&]() -> Result<bool> {
    const int64_t own_first =
        db_.number("SELECT id FROM leads WHERE import_id = ? AND import_id > 0 ORDER BY id LIMIT 1",
                   {own.value});
    const int64_t before = own_first > 0 ? own_first : std::numeric_limits<int64_t>::max();
    std::string leadsets = "id = ?";
    if (scope == DuplicateScope::kCampaign) {
      leadsets =
          "id IN (SELECT o.id FROM leadsets o JOIN leadsets l ON l.id = o.id OR (l.campaign_id = "
          "o.campaign_id AND l.campaign_id > 0) WHERE l.id = ?)";
    } else if (scope == DuplicateScope::kEverywhere) {
      leadsets = "(deleted_at = 0 OR id = ?)";
    }
    // One look into the index for each leadset.
    for (const auto& row :
         db_.query("SELECT id FROM leadsets WHERE " + leadsets, {leadset.value})) {
      const auto id = to_number<int64_t>(row[0]);
      if (replacing && id == leadset.value) continue;
      if (!db_.query("SELECT id FROM leads WHERE leadset_id = ? AND id < ? ORDER BY id LIMIT 1",
                     {id, before})
               .empty()) {
        return true;
      }
    }
    return false;
  });
}

Result<ImportMarks> Reader::import_marks() {
  return guarded([&]() -> Result<ImportMarks> {
    ImportMarks marks;
    if (db_.is_postgresql()) return marks;
    marks.last_lead = LeadId{db_.number("SELECT max(id) FROM leads")};
    marks.last_dnc = db_.number("SELECT max(rowid) FROM dnc");
    marks.certain = true;
    return marks;
  });
}

Result<bool> Reader::others_added_leads(LeadId after, ImportId own) {
  return guarded([&]() -> Result<bool> {
    return !db_.query("SELECT id FROM leads WHERE id > ? AND import_id <> ? LIMIT 1",
                      {after.value, own.value})
                .empty();
  });
}

Result<std::unordered_set<std::string>> Reader::known_phones_for_import(
    const std::vector<std::string>& phones, DuplicateScope scope, LeadsetId leadset,
    ImportId replacing) {
  if (phones.empty()) return std::unordered_set<std::string>{};
  // The pluses keep both databases from reading the whole leadset by its index instead of looking
  // up each phone: without statistics of the table they take that for the shorter way.
  std::string sql = "SELECT DISTINCT phone FROM leads WHERE phone " + is_in_list(db_);
  Values values{list_parameter(db_, phones)};
  if (replacing) {
    sql += " AND (+leadset_id <> ? OR +import_id = ?)";
    values.emplace_back(leadset.value);
    values.emplace_back(replacing.value);
  }
  if (scope == DuplicateScope::kLeadset) {
    sql += " AND +leadset_id = ?";
    values.emplace_back(leadset.value);
  } else if (scope == DuplicateScope::kCampaign) {
    sql +=
        " AND +leadset_id IN (SELECT o.id FROM leadsets o JOIN leadsets l ON l.id = o.id OR "
        "(l.campaign_id = o.campaign_id AND l.campaign_id > 0) WHERE l.id = ?)";
    values.emplace_back(leadset.value);
  } else {
    sql += " AND +leadset_id IN (SELECT id FROM leadsets WHERE deleted_at = 0)";
  }
  return phones_of(db_, sql, values);
}

Result<bool> Writer::take_import_turn(DuplicateScope scope, LeadsetId leadset,
                                      CampaignId campaign) {
  return guarded([&]() -> Result<bool> {
    // From wide to narrow. All but the last are shared with those who want another part of it.
    std::vector<std::string> places{"everywhere"};
    if (scope != DuplicateScope::kEverywhere && campaign) {
      places.push_back(fmt::format("campaign {}", campaign));
    }
    if (scope == DuplicateScope::kLeadset || (scope == DuplicateScope::kCampaign && !campaign)) {
      places.push_back(fmt::format("leadset {}", leadset));
    }
    for (const auto& place : places) {
      const bool whole = &place == &places.back();
      const auto got = db_.query(
          fmt::format("SELECT CASE WHEN pg_try_advisory_xact_lock{}(4702, hashtext(?)) THEN 1 ELSE "
                      "0 END",
                      whole ? "" : "_shared"),
          {place});
      if (got.front().front() != "1") return false;
    }
    return true;
  });
}

Result<void> Writer::settle_import(const Import& import, CampaignId campaign) {
  return guarded([&]() -> Result<void> {
    // Who lists a number or moves the leadset from here on waits for the commit.
    db_.run("LOCK TABLE dnc IN SHARE MODE");
    const auto now =
        db_.query("SELECT campaign_id FROM leadsets WHERE id = ? AND deleted_at = 0 FOR SHARE",
                  {import.leadset.value});
    if (now.empty() || std::stoll(now.front().front()) != campaign.value) {
      return Error{ErrorCode::kConflict,
                   "The leadset was given to another campaign or deleted during this import. "
                   "Nothing was kept; start the import again.",
                   ""};
    }
    // Nodes' clocks differ; too many are only looked at for nothing.
    const WallTime since = import.created_at - std::chrono::hours(1);
    std::vector<std::string> listed;
    for (auto& row :
         db_.query("SELECT phone FROM dnc WHERE created_at >= ? AND campaign_id IN (0, ?)",
                   {to_unix_ms(since), campaign.value})) {
      listed.push_back(std::move(row.front()));
    }
    if (listed.empty()) return {};
    // The sum keeps PostgreSQL from reading the whole import instead of looking up each phone.
    db_.execute(
        "UPDATE leads SET dnc = 1 WHERE import_id + 0 = ? AND dnc = 0 AND phone " + is_in_list(db_),
        {import.id.value, list_parameter(db_, listed)});
    return {};
  });
}

std::string report_csv(const std::vector<RejectedRow>& rows, int64_t& after_row) {
  std::string csv;
  if (after_row == 0) csv = "line,reason,original row\r\n";
  for (const auto& row : rows) {
    csv += fmt::format("{},", row.row);
    append_csv_field(csv, row.reason);
    csv += ',';
    csv += row.content;  // was made of cells that are safe in a spreadsheet
    csv += "\r\n";
    after_row = row.row;
  }
  // A piece with nothing in it is the end; the heading alone is a report without rows.
  if (rows.empty() && after_row == 0) after_row = 1;
  return csv;
}

Result<std::string> rejected_csv(Reader& reader, ImportId id, int64_t& after_row, int64_t limit) {
  const auto rows = reader.rejected_rows(id, after_row, limit);
  if (!rows) return rows.error();
  return report_csv(*rows, after_row);
}

}  // namespace carillon::store
