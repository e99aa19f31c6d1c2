// Do-not-call lists: system-wide (campaign 0) and per campaign.
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {

namespace {

constexpr size_t kPhonesAtOnce = 250;  // of one statement, which is kept prepared

/// Whether a lead is on the list of all campaigns or of its own.
constexpr const char* kIsListed =
    "CASE WHEN EXISTS (SELECT 1 FROM dnc d JOIN leadsets s ON s.id = leads.leadset_id WHERE "
    "d.phone = leads.phone AND (d.campaign_id = 0 OR d.campaign_id = s.campaign_id)) THEN 1 ELSE 0 "
    "END";

Values values_of(const std::vector<std::string>& phones) { return {phones.begin(), phones.end()}; }

}  // namespace

Result<Page<DncEntry>> Reader::dnc(const ListQuery& query, std::optional<CampaignId> list) {
  return guarded([&] {
    Where where;
    if (list) where.add("campaign_id = ?", {list->value});
    if (!query.search.empty()) {
      add_prefix(where, "phone", query.search.front() == '+' ? query.search : "+" + query.search);
    }
    return select_page<DncEntry>(db_, "dnc", where, query, {"phone", "campaign_id", "created_at"},
                                 "phone");
  });
}

Result<std::vector<DncEntry>> Reader::dnc_after(const DncEntry& after,
                                                std::optional<CampaignId> list, int64_t limit) {
  return guarded([&]() -> Result<std::vector<DncEntry>> {
    Where where;
    if (list) where.add("campaign_id = ?", {list->value});
    where.add("(phone > ? OR (phone = ? AND campaign_id > ?))",
              {after.phone, after.phone, after.campaign.value});
    where.values.emplace_back(limit);
    return select<DncEntry>(db_, "dnc" + where.text + " ORDER BY phone, campaign_id LIMIT ?",
                            where.values);
  });
}

Result<DncImport> Reader::dnc_import(ImportId id) {
  return guarded(
      [&] { return select_one<DncImport>(db_, "dnc_imports WHERE id = ?", {id.value}, "upload"); });
}

Result<std::vector<DncImport>> Reader::dnc_imports(int64_t limit) {
  return guarded([&]() -> Result<std::vector<DncImport>> {
    return select<DncImport>(db_, "dnc_imports ORDER BY id DESC LIMIT ?", {limit});
  });
}

Result<std::vector<RejectedRow>> Reader::dnc_rejected_rows(ImportId id, int64_t after_row,
                                                           int64_t limit) {
  return guarded([&]() -> Result<std::vector<RejectedRow>> {
    return select<RejectedRow>(
        db_, "dnc_rejected_rows WHERE import_id = ? AND row_number > ? ORDER BY row_number LIMIT ?",
        {id.value, after_row, limit});
  });
}

Result<bool> Reader::on_dnc(const std::string& phone, CampaignId campaign) {
  return guarded([&]() -> Result<bool> {
    return db_.number("SELECT count(*) FROM dnc WHERE phone = ? AND campaign_id IN (0, ?)",
                      {phone, campaign.value}) > 0;
  });
}

void Writer::flag_dnc(const std::string& phone) {
  db_.execute(fmt::format("UPDATE leads SET dnc = {} WHERE phone = ?", kIsListed), {phone});
  mark_campaigns_with({phone});
}

void Writer::mark_campaigns_with(const std::vector<std::string>& phones) {
  for (const auto& row :
       db_.query("SELECT DISTINCT s.campaign_id FROM leads l JOIN leadsets s ON s.id = "
                 "l.leadset_id WHERE s.campaign_id > 0 AND l.phone IN (" +
                     marks(phones.size()) + ")",
                 values_of(phones))) {
    const CampaignId campaign{to_number<int64_t>(row[0])};
    effects_.leads_changed.insert(campaign);
    effects_.stats_dirty.insert(campaign);
  }
}

Result<void> Writer::add_dnc(DncEntry entry) {
  return guarded([&]() -> Result<void> {
    Check check;
    check
        .that(is_e164(entry.phone), "phone",
              fmt::format("{} is not a phone number with its country code, as in +14155550123.",
                          entry.phone))
        .text(entry.reason, "reason", 1000);
    if (auto checked = check.result(); !checked) return checked;
    if (entry.campaign && !campaign(entry.campaign)) {
      return Error{ErrorCode::kInvalid, "There is no such campaign.", "campaign_id"};
    }
    entry.created_at = now_;
    const Assignments row = assignments(entry);
    const int64_t added = db_.execute(
        fmt::format("INSERT INTO dnc ({}) VALUES ({}) ON CONFLICT (phone, campaign_id) DO NOTHING",
                    row.columns, row.marks),
        row.values);
    if (added == 0) return {};
    flag_dnc(entry.phone);
    note(RecordKind::kDnc, entry.campaign.value, "created",
         nlohmann::json{{"phone", entry.phone}}.dump());
    return {};
  });
}

Result<void> Writer::remove_dnc(const std::string& phone, CampaignId campaign) {
  return guarded([&]() -> Result<void> {
    if (db_.execute("DELETE FROM dnc WHERE phone = ? AND campaign_id = ?",
                    {phone, campaign.value}) == 0) {
      return Error{ErrorCode::kNotFound, "This number is not on that list.", "phone"};
    }
    flag_dnc(phone);
    note(RecordKind::kDnc, campaign.value, "deleted", nlohmann::json{{"phone", phone}}.dump());
    return {};
  });
}

// ------------------------------------------------------------------------------- uploads

int64_t Writer::insert_dnc(const std::vector<std::string>& phones, const DncEntry& entry) {
  std::string rows;
  Values values;
  for (const auto& phone : phones) {
    rows += rows.empty() ? "(?, ?, ?, ?, ?)" : ", (?, ?, ?, ?, ?)";
    values.insert(values.end(), {phone, entry.campaign.value, entry.reason, entry.added_by.value,
                                 to_unix_ms(now_)});
  }
  return db_.execute("INSERT INTO dnc (phone, campaign_id, reason, added_by, created_at) VALUES " +
                         rows + " ON CONFLICT (phone, campaign_id) DO NOTHING",
                     values);
}

void Writer::flag_leads_of(const std::vector<std::string>& phones, CampaignId campaign) {
  const std::string list = marks(phones.size());
  std::string sql = "UPDATE leads SET dnc = 1 WHERE dnc = 0 AND phone IN (" + list + ")";
  Values values = values_of(phones);
  if (campaign) {
    sql += " AND leadset_id IN (SELECT id FROM leadsets WHERE campaign_id = ?)";
    values.emplace_back(campaign.value);
  }
  if (db_.execute(sql, values) > 0) mark_campaigns_with(phones);
}

namespace {

/// Calls `work` with portions. What is left of the last one goes one by one: statements of every
/// length would all be kept prepared.
template <class Work>
void in_portions(const std::vector<std::string>& phones, const Work& work) {
  for (size_t from = 0; from < phones.size();) {
    const size_t size = phones.size() - from >= kPhonesAtOnce ? kPhonesAtOnce : 1;
    const auto begin = phones.begin() + static_cast<std::ptrdiff_t>(from);
    work(std::vector<std::string>(begin, begin + static_cast<std::ptrdiff_t>(size)));
    from += size;
  }
}

}  // namespace

Result<int64_t> Writer::add_dnc_numbers(const std::vector<std::string>& phones,
                                        const DncEntry& entry) {
  return guarded([&]() -> Result<int64_t> {
    int64_t added = 0;
    in_portions(phones, [&](const std::vector<std::string>& some) {
      added += insert_dnc(some, entry);
      flag_leads_of(some, entry.campaign);
    });
    return added;
  });
}

Result<void> Writer::note_dnc_emptied(CampaignId list) {
  return guarded([&]() -> Result<void> {
    const int64_t numbers =
        db_.number("SELECT count(*) FROM dnc WHERE campaign_id = ?", {list.value});
    note(RecordKind::kDnc, list.value, "emptied", nlohmann::json{{"numbers", numbers}}.dump());
    return {};
  });
}

Result<int64_t> Writer::remove_dnc_numbers(CampaignId list, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    std::vector<std::string> gone;
    for (auto& row : db_.query(
             "DELETE FROM dnc WHERE campaign_id = ? AND phone IN (SELECT phone FROM dnc WHERE "
             "campaign_id = ? ORDER BY phone LIMIT ?) RETURNING phone",
             {list.value, list.value, limit})) {
      gone.push_back(std::move(row.front()));
    }
    in_portions(gone, [&](const std::vector<std::string>& some) {
      const int64_t changed =
          db_.execute(fmt::format("UPDATE leads SET dnc = {} WHERE dnc = 1 AND phone IN ({})",
                                  kIsListed, marks(some.size())),
                      values_of(some));
      if (changed > 0) mark_campaigns_with(some);
    });
    return std::ssize(gone);
  });
}

Result<ImportId> Writer::add_dnc_import(DncImport import) {
  return guarded([&]() -> Result<ImportId> {
    if (import.campaign && !campaign(import.campaign)) {
      return Error{ErrorCode::kInvalid, "There is no such campaign.", "campaign_id"};
    }
    import.id = {};
    import.created_at = now_;
    import.id = ImportId{insert(db_, "dnc_imports", assignments(import))};
    note(RecordKind::kDnc, import.campaign.value, "upload",
         nlohmann::json{{"file", import.name}, {"upload", import.id.value}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace));
    return import.id;
  });
}

Result<void> Writer::save_dnc_import(const DncImport& import) {
  return guarded([&]() -> Result<void> {
    update(db_, "dnc_imports", assignments(import), import.id.value);
    if (import.state == ImportState::kRunning) return {};
    note(RecordKind::kDnc, import.campaign.value, "upload " + std::string(name_of(import.state)),
         nlohmann::json{{"upload", import.id.value}, {"added", import.accepted}}.dump());
    return {};
  });
}

Result<void> Writer::add_dnc_rejected_rows(ImportId id, const std::vector<RejectedRow>& rejected) {
  return guarded([&]() -> Result<void> {
    std::vector<Values> rows;
    for (const auto& row : rejected) rows.push_back({id.value, row.row, row.reason, row.content});
    db_.insert_rows("dnc_rejected_rows", "import_id, row_number, reason, content", rows);
    return {};
  });
}

Result<void> Writer::fail_running_dnc_imports(const std::string& error) {
  return guarded([&]() -> Result<void> {
    db_.execute(
        "UPDATE dnc_imports SET state = 'failed', error = ?, ended_at = ? WHERE state = 'running'",
        {error, to_unix_ms(now_)});
    return {};
  });
}

}  // namespace carillon::store
