// Why leads are or are not dialable, counted and for one lead (PRODUCT rules 3 and 7).
#include <array>

#include "store/reader.h"
#include "store/table.h"

namespace carillon::store {
namespace {

struct Reason {
  std::string_view name;
  std::string_view sentence;
};
/// In the order in which they are looked at: the first that holds is the reason.
constexpr std::array<Reason, 10> kReasons{{
    {"leadset_inactive", "Its leadset is switched off. Switch it on to dial this lead."},
    {"status", "Its status is not among the campaign's source statuses."},
    {"invalid_phone", "Its phone number is not valid, or charges whoever calls it. Correct it."},
    {"dnc", "Its phone number is on a do-not-call list."},
    {"finished",
     "It is finished: a final disposition was given, or no retry was due. Data Recycle "
     "can bring it back."},
    {"attempts", "It was tried as often as the campaign allows."},
    {"not_call_until", "Its not-call-until time has not come yet."},
    {"window", "Its local time is outside the campaign's call window."},
    {"reserved", "It is in a call, or reserved for one."},
    {"campaign_inactive",
     "Its campaign is switched off. It can be dialed when the campaign is switched on."},
}};

/// Zone sets in which the campaign must not call now.
std::vector<int64_t> closed_zone_sets(const Campaign& campaign, const std::vector<ZoneSet>& sets,
                                      WallTime now, const ZoneOpen& zone_open) {
  std::vector<int64_t> closed;
  for (const auto& set : sets) {
    if (zone_open && !zone_open(campaign, set, now)) closed.push_back(set.id.value);
  }
  return closed;
}

/// The reason of each lead `l` of a leadset `s` as an SQL expression, '' when it is dialable. That
/// the campaign is off comes last: before it is switched on one wants to know what else stands in
/// the way.
struct ReasonSql {
  std::string text;
  Values values;
};
ReasonSql reason_sql(const Campaign& campaign, const std::vector<int64_t>& closed, WallTime now) {
  ReasonSql sql;
  const std::string statuses = campaign.source_statuses.empty()
                                   ? std::string("NULL")
                                   : marks(campaign.source_statuses.size());
  sql.text = fmt::format(
      "CASE WHEN s.active = 0 THEN 'leadset_inactive' "
      "WHEN l.status IN ({}) THEN CASE "
      "WHEN l.phone_valid <> 1 THEN 'invalid_phone' WHEN l.dnc = 1 THEN 'dnc' "
      "WHEN l.finished = 1 THEN 'finished' WHEN l.called_count >= {} THEN 'attempts' "
      "WHEN l.not_call_until > {} THEN 'not_call_until' "
      "WHEN l.zone_set_id IN ({}) THEN 'window' WHEN l.reserved_until > 0 THEN 'reserved' "
      "ELSE '{}' END ELSE 'status' END",
      statuses, campaign.max_attempts, to_unix_ms(now), closed.empty() ? "NULL" : id_list(closed),
      campaign.active ? "" : "campaign_inactive");
  for (const auto& status : campaign.source_statuses) sql.values.emplace_back(status);
  return sql;
}

void count(LeadStats& stats, const std::string& reason, const std::string& outcome, bool was_called,
           int64_t leads) {
  stats.total += leads;
  if (reason.empty()) {
    stats.dialable += leads;
  } else {
    stats.not_dialable[reason] += leads;
  }
  if (!was_called) return;
  const auto last = from_name<Outcome>(outcome);
  if (!last) return;
  switch (*last) {
    case Outcome::kInProgress:
    case Outcome::kRinging:
    case Outcome::kConnected: stats.in_progress += leads; break;
    case Outcome::kAnswered: stats.answered += leads; break;
    case Outcome::kDropped: stats.dropped += leads; break;
    default: stats.failed += leads;
  }
}

LeadStats count_leads(Database& db, const Campaign& campaign, const std::vector<ZoneSet>& sets,
                      WallTime now, const ZoneOpen& zone_open, const std::string& scope,
                      int64_t scope_id) {
  ReasonSql reason = reason_sql(campaign, closed_zone_sets(campaign, sets, now, zone_open), now);
  reason.values.emplace_back(scope_id);
  LeadStats stats;
  for (const auto& row :
       db.query(fmt::format("SELECT why, last_outcome, called, count(*) FROM (SELECT {} AS why, "
                            "l.last_outcome AS last_outcome, CASE WHEN l.called_count > 0 THEN 1 "
                            "ELSE 0 END AS called FROM leadsets s JOIN leads l ON l.leadset_id = "
                            "s.id WHERE {} = ? AND s.deleted_at = 0) AS counted GROUP BY why, "
                            "last_outcome, called",
                            reason.text, scope),
                reason.values)) {
    count(stats, row[0], row[1], row[2] == "1", to_number<int64_t>(row[3]));
  }
  return stats;
}

/// A leadset without a campaign: nothing of it is dialable, by its status at the latest.
Result<Campaign> campaign_or_none(Reader& reader, CampaignId id) {
  if (!id) return Campaign{};
  return reader.campaign(id);
}

}  // namespace

Result<LeadStats> Reader::campaign_stats(CampaignId id, WallTime now, const ZoneOpen& zone_open) {
  return guarded([&]() -> Result<LeadStats> {
    const auto owner = campaign(id);
    if (!owner) return owner.error();
    const auto sets = zone_sets();
    if (!sets) return sets.error();
    return count_leads(db_, *owner, *sets, now, zone_open, "s.campaign_id", id.value);
  });
}

Result<LeadStats> Reader::leadset_stats(LeadsetId id, WallTime now, const ZoneOpen& zone_open) {
  return guarded([&]() -> Result<LeadStats> {
    const auto set = leadset(id);
    if (!set) return set.error();
    const auto owner = campaign_or_none(*this, set->campaign);
    if (!owner) return owner.error();
    const auto sets = zone_sets();
    if (!sets) return sets.error();
    return count_leads(db_, *owner, *sets, now, zone_open, "s.id", id.value);
  });
}

Result<LeadAnswer> Reader::why(LeadId id, WallTime now, const ZoneOpen& zone_open) {
  return guarded([&]() -> Result<LeadAnswer> {
    const auto subject = lead(id);
    if (!subject) return subject.error();
    const auto set = leadset(subject->leadset);
    if (!set) return set.error();
    const auto owner = campaign_or_none(*this, set->campaign);
    if (!owner) return owner.error();
    const auto sets = zone_sets();
    if (!sets) return sets.error();
    ReasonSql reason = reason_sql(*owner, closed_zone_sets(*owner, *sets, now, zone_open), now);
    reason.values.emplace_back(id.value);
    const auto rows = db_.query(
        fmt::format("SELECT {} FROM leads l JOIN leadsets s ON s.id = l.leadset_id WHERE l.id = ?",
                    reason.text),
        reason.values);
    LeadAnswer answer{.dialable = rows.front().front().empty(),
                      .reason = rows.front().front(),
                      .sentence = "It can be dialed as soon as it is its turn."};
    for (const auto& [name, sentence] : kReasons) {
      if (name == answer.reason) answer.sentence = sentence;
    }
    return answer;
  });
}

}  // namespace carillon::store
