// Leads: the list, single changes, and many at once for imports.
#include <algorithm>

#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/outbox.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// Phones in one IN (...): below SQLite's and PostgreSQL's limits of parameters.
constexpr size_t kPhonesAtOnce = 500;

/// A lead that is reserved may go: its CommitAttempt is then refused.
constexpr std::string_view kNotInCall =
    "NOT EXISTS (SELECT 1 FROM attempts a WHERE a.lead_id = leads.id AND a.ended_at = 0)";

Result<void> check_lead(const Lead& lead) {
  Check check;
  check
      .that(is_e164(lead.phone), "phone",
            fmt::format("{} is not a phone number with its country code, as in +14155550123.",
                        lead.phone))
      .name(lead.status, "status", 64)
      .range(lead.priority, -1'000'000, 1'000'000, "priority", "The priority")
      .that(lead.custom.size() <= 200, "custom", "A lead has at most 200 custom columns.");
  for_contact_columns(lead, [&](const char* column, const auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::string>) {
      check.text(field, column, 4'000);
    }
  });
  for (const auto& [column, value] : lead.custom) {
    check.that(!column.empty() && column.size() <= 100, "custom",
               "The name of a custom column is 1 to 100 characters.");
    check.text(value, "custom", 4'000);
  }
  return check.result();
}

Assignments contact_assignments(const Lead& lead) {
  Assignments row;
  for_contact_columns(
      lead, [&](const char* column, const auto& field) { row.add(column, encode(field)); });
  return row;
}

/// What dialing goes by: who edits only a name does not disturb the leads that are claimed.
bool dialing_differs(const Lead& a, const Lead& b) {
  return a.phone != b.phone || a.status != b.status || a.priority != b.priority ||
         a.zone_set != b.zone_set || a.not_call_until != b.not_call_until ||
         a.finished != b.finished || a.leadset != b.leadset;
}

int64_t campaign_of(Database& db, LeadsetId leadset) {
  return db.number("SELECT campaign_id FROM leadsets WHERE id = ?", {leadset.value});
}

bool phone_on_dnc(Database& db, const std::string& phone, LeadsetId leadset) {
  return db.number("SELECT count(*) FROM dnc WHERE phone = ? AND campaign_id IN (0, ?)",
                   {phone, campaign_of(db, leadset)}) > 0;
}

}  // namespace

// ------------------------------------------------------------------------------- reading

Result<Lead> Reader::lead(LeadId id) {
  return guarded([&] { return select_one<Lead>(db_, "leads WHERE id = ?", {id.value}, "lead"); });
}

Result<std::unordered_set<std::string>> Reader::known_phones(const std::vector<std::string>& phones,
                                                             DuplicateScope scope,
                                                             LeadsetId leadset) {
  return guarded([&]() -> Result<std::unordered_set<std::string>> {
    // The index to use is the one over phones: + hides the column from the other one's.
    std::string scoped = " AND +leadset_id IN (SELECT id FROM leadsets WHERE deleted_at = 0)";
    Values scope_values;
    if (scope == DuplicateScope::kLeadset) {
      scoped = " AND +leadset_id = ?";
      scope_values = {leadset.value};
    } else if (scope == DuplicateScope::kCampaign) {
      const int64_t campaign = campaign_of(db_, leadset);
      scoped = campaign == 0
                   ? " AND +leadset_id = ?"
                   : " AND +leadset_id IN (SELECT id FROM leadsets WHERE campaign_id = ?)";
      scope_values = {campaign == 0 ? leadset.value : campaign};
    }
    std::unordered_set<std::string> known;
    for (size_t start = 0; start < phones.size(); start += kPhonesAtOnce) {
      const size_t count = std::min(kPhonesAtOnce, phones.size() - start);
      Values values;
      for (size_t i = 0; i < count; ++i) values.emplace_back(phones[start + i]);
      values.insert(values.end(), scope_values.begin(), scope_values.end());
      for (auto& row : db_.query(fmt::format("SELECT DISTINCT phone FROM leads WHERE phone IN "
                                             "({}){}",
                                             marks(count), scoped),
                                 values)) {
        known.insert(std::move(row.front()));
      }
    }
    return known;
  });
}

// ------------------------------------------------------------------------------- one lead

void Writer::mark_leads(LeadsetId leadset, bool dialing_sees_it) {
  const CampaignId campaign{campaign_of(db_, leadset)};
  if (!campaign) return;
  effects_.stats_dirty.insert(campaign);
  if (dialing_sees_it) effects_.leads_changed.insert(campaign);
}

Result<LeadId> Writer::add_lead(Lead lead) {
  return guarded([&]() -> Result<LeadId> {
    if (auto checked = check_lead(lead); !checked) return checked.error();
    if (const auto set = leadset(lead.leadset); !set) return set.error();
    if (!lead.zone_set) {
      const auto unknown = zone_set({});
      if (!unknown) return unknown.error();
      lead.zone_set = *unknown;
    }
    Assignments row = contact_assignments(lead);
    row.add("dnc", int64_t{phone_on_dnc(db_, lead.phone, lead.leadset) ? 1 : 0});
    row.add("created_at", to_unix_ms(now_));
    row.add("modified_at", to_unix_ms(now_));
    lead.id = LeadId{insert(db_, "leads", row)};
    mark_leads(lead.leadset, true);
    note(RecordKind::kLead, lead.id.value, "created", difference(Lead{}, lead));
    outbox_.lead_changed(db_, lead.id, now_, effects_);
    return lead.id;
  });
}

Result<void> Writer::save_lead(const Lead& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = lead(changed.id);
    if (!before) return before.error();
    if (auto checked = check_lead(changed); !checked) return checked;
    if (const auto set = leadset(changed.leadset); !set) return set.error();
    Assignments row = contact_assignments(changed);
    row.add("dnc", int64_t{phone_on_dnc(db_, changed.phone, changed.leadset) ? 1 : 0});
    row.add("modified_at", to_unix_ms(now_));
    if (before->not_call_until != changed.not_call_until) {
      if (const auto agreed = callback(changed.id); agreed) {
        if (!changed.not_call_until) {
          return Error{ErrorCode::kInvalid,
                       "A call-back is agreed with this lead. Give another time, or cancel the "
                       "call-back in the list of call-backs.",
                       "not_call_until"};
        }
        callback_changed(*agreed);
      } else if (agreed.error().code != ErrorCode::kNotFound) {
        return agreed.error();
      } else {
        row.add("callback_due", int64_t{0});
        row.add("callback_agent_id", int64_t{0});
      }
    }
    update(db_, "leads", row, changed.id.value);
    if (before->phone != changed.phone) {
      db_.execute("UPDATE leads SET phone_valid = 1 WHERE id = ? AND phone_valid = 0",
                  {changed.id.value});
    }
    const bool dialing = dialing_differs(*before, changed);
    mark_leads(changed.leadset, dialing);
    if (before->leadset != changed.leadset) mark_leads(before->leadset, true);
    effects_.leads_edited.insert(changed.id);
    note(RecordKind::kLead, changed.id.value, "changed", difference(*before, changed));
    outbox_.lead_changed(db_, changed.id, now_, effects_);
    return {};
  });
}

Result<void> Writer::remove_lead(LeadId id) {
  return guarded([&]() -> Result<void> {
    const auto before = lead(id);
    if (!before) return before.error();
    if (db_.number("SELECT count(*) FROM attempts WHERE lead_id = ? AND ended_at = 0", {id.value}) >
        0) {
      return Error{ErrorCode::kConflict, "This lead is in a call. Delete it after the call.", ""};
    }
    db_.execute("DELETE FROM leads WHERE id = ?", {id.value});
    mark_leads(before->leadset, true);
    note(RecordKind::kLead, id.value, "deleted", difference(*before, Lead{}));
    return {};
  });
}

// ------------------------------------------------------------------------------- many leads

Result<void> Writer::add_leads(LeadsetId set, ImportId import, const std::vector<Lead>& leads) {
  return guarded([&]() -> Result<void> {
    if (leads.empty()) return {};
    if (const auto found = leadset(set); !found) return found.error();
    std::unordered_set<std::string> listed;
    if (!db_.query("SELECT 1 FROM dnc LIMIT 1").empty()) {
      const int64_t campaign = campaign_of(db_, set);
      for (size_t start = 0; start < leads.size(); start += kPhonesAtOnce) {
        const size_t count = std::min(kPhonesAtOnce, leads.size() - start);
        Values values;
        for (size_t i = 0; i < count; ++i) values.emplace_back(leads[start + i].phone);
        values.emplace_back(campaign);
        for (auto& row : db_.query(fmt::format("SELECT phone FROM dnc WHERE phone IN ({}) AND "
                                               "campaign_id IN (0, ?)",
                                               marks(count)),
                                   values)) {
          listed.insert(std::move(row.front()));
        }
      }
    }
    const auto unknown = zone_set({});
    if (!unknown) return unknown.error();
    std::vector<Values> rows;
    rows.reserve(leads.size());
    std::string columns;
    for (Lead lead : leads) {
      if (auto checked = check_lead(lead); !checked) return checked;
      lead.leadset = set;
      if (!lead.zone_set) lead.zone_set = *unknown;
      Assignments row = contact_assignments(lead);
      row.add("import_id", import.value);
      row.add("dnc", int64_t{listed.count(lead.phone) > 0 ? 1 : 0});
      row.add("created_at", to_unix_ms(now_));
      row.add("modified_at", to_unix_ms(now_));
      if (columns.empty()) columns = std::move(row.columns);
      rows.push_back(std::move(row.values));
    }
    db_.insert_rows("leads", columns, rows);
    mark_leads(set, true);
    return {};
  });
}

Result<int64_t> Writer::remove_leads(LeadsetId set, ImportId except, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    Where where;
    where.add("leadset_id = ?", {set.value});
    where.add(std::string(kNotInCall));
    const int64_t first =
        db_.number("SELECT id FROM leads WHERE import_id = ? AND import_id > 0 ORDER BY id LIMIT 1",
                   {except.value});
    if (first > 0) {
      // The leads of the new import come last: those before its first are all that can go.
      where.add("id < ? AND import_id <> ?", {first, except.value});
    }
    where.values.emplace_back(limit);
    const int64_t gone = db_.execute(
        fmt::format("DELETE FROM leads WHERE id IN (SELECT id FROM leads{} ORDER BY id LIMIT ?)",
                    where.text),
        where.values);
    if (gone > 0) mark_leads(set, true);
    return gone;
  });
}

Result<int64_t> Writer::remove_leads_of_import(ImportId id, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    const auto job = import(id);
    if (!job) return job.error();
    const int64_t gone = db_.execute(
        fmt::format("DELETE FROM leads WHERE id IN (SELECT id FROM leads WHERE import_id = ? AND "
                    "import_id > 0 AND called_count = 0 AND {} ORDER BY id LIMIT ?)",
                    kNotInCall),
        {id.value, limit});
    if (gone > 0) mark_leads(job->leadset, true);
    return gone;
  });
}

}  // namespace carillon::store
