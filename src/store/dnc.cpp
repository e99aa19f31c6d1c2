// Do-not-call lists: system-wide (campaign 0) and per campaign.
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {

Result<Page<DncEntry>> Reader::dnc(const ListQuery& query) {
  return guarded([&] {
    Where where;
    if (!query.search.empty()) {
      add_prefix(where, "phone", query.search.front() == '+' ? query.search : "+" + query.search);
    }
    return select_page<DncEntry>(db_, "dnc", where, query, {"phone", "campaign_id", "created_at"},
                                 "phone");
  });
}

Result<bool> Reader::on_dnc(const std::string& phone, CampaignId campaign) {
  return guarded([&]() -> Result<bool> {
    return db_.number("SELECT count(*) FROM dnc WHERE phone = ? AND campaign_id IN (0, ?)",
                      {phone, campaign.value}) > 0;
  });
}

void Writer::flag_dnc(const std::string& phone) {
  db_.execute(
      "UPDATE leads SET dnc = CASE WHEN EXISTS (SELECT 1 FROM dnc d JOIN leadsets s ON s.id = "
      "leads.leadset_id WHERE d.phone = leads.phone AND (d.campaign_id = 0 OR d.campaign_id = "
      "s.campaign_id)) THEN 1 ELSE 0 END WHERE phone = ?",
      {phone});
  for (const auto& row :
       db_.query("SELECT DISTINCT s.campaign_id FROM leads l JOIN leadsets s ON s.id = "
                 "l.leadset_id WHERE l.phone = ? AND s.campaign_id > 0",
                 {phone})) {
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

}  // namespace carillon::store
