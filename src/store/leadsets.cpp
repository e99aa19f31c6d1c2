// Leadsets and zone sets.
#include <algorithm>

#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {

Result<Page<Leadset>> Reader::leadsets(const ListQuery& query) {
  return guarded([&] {
    Where where;
    where.add("deleted_at = 0");
    add_search(where, query.search, {"name", "description"});
    return select_page<Leadset>(db_, "leadsets", where, query,
                                {"name", "campaign_id", "active", "id"});
  });
}

Result<std::vector<Leadset>> Reader::leadsets_of(CampaignId campaign) {
  return guarded([&]() -> Result<std::vector<Leadset>> {
    return select<Leadset>(db_, "leadsets WHERE campaign_id = ? AND deleted_at = 0 ORDER BY id",
                           {campaign.value});
  });
}

Result<Leadset> Reader::leadset(LeadsetId id) {
  return guarded([&] {
    return select_one<Leadset>(db_, "leadsets WHERE id = ? AND deleted_at = 0", {id.value},
                               "leadset");
  });
}

Result<std::vector<LeadsetId>> Reader::removed_leadsets_with_leads() {
  return guarded([&]() -> Result<std::vector<LeadsetId>> {
    std::vector<LeadsetId> ids;
    for (const auto& row :
         db_.query("SELECT id FROM leadsets WHERE deleted_at > 0 AND EXISTS (SELECT 1 FROM leads "
                   "WHERE leadset_id = leadsets.id)")) {
      ids.emplace_back(to_number<int64_t>(row[0]));
    }
    return ids;
  });
}

Result<std::vector<ZoneSet>> Reader::zone_sets() {
  return guarded([&]() -> Result<std::vector<ZoneSet>> {
    return select<ZoneSet>(db_, "zone_sets ORDER BY id");
  });
}

Result<std::vector<std::string>> Reader::zones_of_lead(LeadId lead) {
  return guarded([&]() -> Result<std::vector<std::string>> {
    const auto set = select_one<ZoneSet>(
        db_, "zone_sets WHERE id = (SELECT zone_set_id FROM leads WHERE id = ?)", {lead.value},
        "lead");
    if (!set) return set.error();
    return set->zones;
  });
}

Result<void> Writer::check_leadset(const Leadset& leadset) {
  Check check;
  check.name(leadset.name, "name").text(leadset.description, "description", 10'000);
  if (auto checked = check.result(); !checked) return checked;
  if (leadset.campaign && !campaign(leadset.campaign)) {
    return Error{ErrorCode::kInvalid, "There is no such campaign.", "campaign_id"};
  }
  return check_name_free("leadsets", "name", leadset.name, leadset.id.value, "deleted_at = 0");
}

Result<LeadsetId> Writer::add_leadset(Leadset leadset) {
  return guarded([&]() -> Result<LeadsetId> {
    leadset.id = {};
    if (auto checked = check_leadset(leadset); !checked) return checked.error();
    leadset.id = LeadsetId{insert(db_, "leadsets", assignments(leadset))};
    note(RecordKind::kLeadset, leadset.id.value, "created", difference(Leadset{}, leadset));
    return leadset.id;
  });
}

Result<void> Writer::save_leadset(const Leadset& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = leadset(changed.id);
    if (!before) return before.error();
    if (auto checked = check_leadset(changed); !checked) return checked;
    update(db_, "leadsets", assignments(changed), changed.id.value);
    if (before->campaign != changed.campaign) {
      // Each campaign has its own do-not-call list.
      db_.execute(
          "UPDATE leads SET dnc = CASE WHEN EXISTS (SELECT 1 FROM dnc d WHERE d.phone = "
          "leads.phone "
          "AND d.campaign_id IN (0, ?)) THEN 1 ELSE 0 END WHERE leadset_id = ? AND (dnc = 1 OR "
          "phone IN (SELECT phone FROM dnc WHERE campaign_id = ?))",
          {changed.campaign.value, changed.id.value, changed.campaign.value});
    }
    if (before->campaign != changed.campaign || before->active != changed.active) {
      for (const auto id : {before->campaign, changed.campaign}) {
        if (!id) continue;
        effects_.leads_changed.insert(id);
        effects_.stats_dirty.insert(id);
      }
    }
    note(RecordKind::kLeadset, changed.id.value, "changed", difference(*before, changed));
    return {};
  });
}

Result<void> Writer::remove_leadset(LeadsetId id) {
  return guarded([&]() -> Result<void> {
    const auto before = leadset(id);
    if (!before) return before.error();
    db_.execute("UPDATE leadsets SET deleted_at = ?, active = 0, campaign_id = 0 WHERE id = ?",
                {to_unix_ms(now_), id.value});
    if (before->campaign) {
      effects_.leads_changed.insert(before->campaign);
      effects_.stats_dirty.insert(before->campaign);
    }
    note(RecordKind::kLeadset, id.value, "deleted", difference(*before, Leadset{}));
    return {};
  });
}

Result<ZoneSetId> Writer::zone_set(std::vector<std::string> zones) {
  return guarded([&]() -> Result<ZoneSetId> {
    std::sort(zones.begin(), zones.end());
    zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
    const Value text = encode(zones);
    const int64_t known = db_.number("SELECT id FROM zone_sets WHERE zones = ?", {text});
    if (known != 0) return ZoneSetId{known};
    effects_.zone_sets_changed = true;
    return ZoneSetId{db_.number("INSERT INTO zone_sets (zones) VALUES (?) RETURNING id", {text})};
  });
}

}  // namespace carillon::store
