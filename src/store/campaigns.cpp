// Campaigns with their trunks and agents.
#include <algorithm>
#include <set>

#include "core/messages/dial_string.h"
#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// Fills in the lists that have tables of their own.
void read_lists(Database& db, std::vector<Campaign>& campaigns) {
  if (campaigns.empty()) return;
  std::map<int64_t, Campaign*> by_id;
  std::vector<int64_t> ids;
  for (auto& campaign : campaigns) {
    by_id[campaign.id.value] = &campaign;
    ids.push_back(campaign.id.value);
  }
  const std::string wanted = id_list(ids);
  for (const auto& row :
       db.query(fmt::format("SELECT campaign_id, trunk_id FROM campaign_trunks WHERE campaign_id "
                            "IN ({}) ORDER BY campaign_id, position",
                            wanted))) {
    by_id[to_number<int64_t>(row[0])]->trunks.emplace_back(to_number<int64_t>(row[1]));
  }
  for (const auto& row :
       db.query(fmt::format("SELECT campaign_id, user_id FROM campaign_agents WHERE campaign_id "
                            "IN ({}) ORDER BY campaign_id, user_id",
                            wanted))) {
    by_id[to_number<int64_t>(row[0])]->agents.emplace_back(to_number<int64_t>(row[1]));
  }
}

std::vector<Campaign> select_campaigns(Database& db, const std::string& rest,
                                       const Values& values = {}) {
  auto campaigns = select<Campaign>(db, "campaigns " + rest, values);
  read_lists(db, campaigns);
  return campaigns;
}

Result<Campaign> find_campaign(Database& db, const std::string& where, CampaignId id) {
  auto found = select_campaigns(db, where, {id.value});
  if (found.empty()) return Error{ErrorCode::kNotFound, "There is no such campaign.", ""};
  return std::move(found.front());
}

bool is_final(Outcome outcome) {
  return outcome != Outcome::kInProgress && outcome != Outcome::kRinging &&
         outcome != Outcome::kConnected;
}

template <class Item>
bool has_repeats(const std::vector<Item>& items) {
  return std::set<Item>(items.begin(), items.end()).size() != items.size();
}

Result<void> check_dispositions(const std::vector<DispositionRule>& rules) {
  Check check;
  check.that(rules.size() <= 100, "dispositions", "A campaign has at most 100 dispositions.");
  std::set<std::string> names;
  for (const auto& rule : rules) {
    check.that(!rule.name.empty() && rule.name.size() <= 64, "dispositions",
               "Each disposition needs a name of at most 64 characters.");
    check.that(names.insert(rule.name).second, "dispositions",
               fmt::format("The disposition {} is there twice.", rule.name));
    check.that(!(rule.final && rule.callback), "dispositions",
               fmt::format("The disposition {} cannot both end the lead and ask for a call-back.",
                           rule.name));
  }
  return check.result();
}

Result<void> check_plain_fields(const Campaign& campaign) {
  Check check;
  check.name(campaign.name, "name")
      .text(campaign.notes, "notes", 10'000)
      .phone_like(campaign.caller_id, "caller_id", "The caller ID")
      .range(campaign.outbound_multiplier, 1, 10, "outbound_multiplier", "The outbound multiplier")
      .that(is_tech_prefix(campaign.tech_prefix), "tech_prefix", kTechPrefixRule)
      .range(campaign.channels, 1, 10'000, "channels", "The number of channels")
      .range(campaign.cps, 0.1, 1000, "cps", "Calls per second")
      .that(campaign.ring_timeout_ms >= 15'000 && campaign.ring_timeout_ms <= 120'000,
            "ring_timeout_ms",
            "The ring timeout must be from 15 to 120 seconds: the law wants at least 15.")
      .that(campaign.answer_wait_ms >= 0 && campaign.answer_wait_ms <= 60'000, "answer_wait_ms",
            "An answered call may wait at most 60 seconds for an agent.")
      .that(campaign.wrap_up_limit_ms >= 1'000 && campaign.wrap_up_limit_ms <= 3'600'000,
            "wrap_up_limit_ms", "The wrap-up limit must be from 1 second to 1 hour.")
      .that(campaign.window_from_min >= 0 && campaign.window_to_min <= 24 * 60 &&
                campaign.window_from_min < campaign.window_to_min,
            "window_from_min", "The call window must begin before it ends, on the same day.")
      .range(campaign.max_attempts, 1, 100, "max_attempts", "The number of attempts for a lead")
      .that(campaign.source_statuses.size() <= 100, "source_statuses",
            "A campaign has at most 100 source statuses.")
      .that(!has_repeats(campaign.source_statuses), "source_statuses",
            "A source status is there twice.");
  std::set<Outcome> outcomes;
  for (const auto& rule : campaign.retry_rules) {
    check.that(is_final(rule.outcome), "retry_rules", "A retry rule needs a final outcome.")
        .that(outcomes.insert(rule.outcome).second, "retry_rules",
              "There are two retry rules for one outcome.")
        .that(rule.after_s >= 60 && rule.after_s <= 365 * 86'400, "retry_rules",
              "A retry comes after at least a minute and at most a year.");
  }
  return check.result();
}

/// The lists for the audit log, which compares columns only.
std::string difference_with_lists(const Campaign& before, const Campaign& after) {
  auto changes = nlohmann::json::parse(difference(before, after));
  if (before.trunks != after.trunks) {
    changes["trunks"] = {id_list(before.trunks), id_list(after.trunks)};
  }
  if (before.agents != after.agents) {
    changes["agents"] = {id_list(before.agents), id_list(after.agents)};
  }
  return changes.dump();
}

/// What decides which leads are dialable.
bool dialing_differs(const Campaign& a, const Campaign& b) {
  return a.source_statuses != b.source_statuses || a.max_attempts != b.max_attempts ||
         a.active != b.active || a.window_from_min != b.window_from_min ||
         a.window_to_min != b.window_to_min;
}

}  // namespace

// ------------------------------------------------------------------------------- reading

Result<Page<Campaign>> Reader::campaigns(const ListQuery& query) {
  return guarded([&]() -> Result<Page<Campaign>> {
    Where where;
    where.add("deleted_at = 0");
    add_search(where, query.search, {"name", "notes"});
    auto page =
        select_page<Campaign>(db_, "campaigns", where, query, {"name", "type", "active", "id"});
    if (page) read_lists(db_, page->items);
    return page;
  });
}

Result<std::vector<Campaign>> Reader::all_campaigns() {
  return guarded([&]() -> Result<std::vector<Campaign>> {
    return select_campaigns(db_, "WHERE deleted_at = 0 ORDER BY id");
  });
}

Result<Campaign> Reader::campaign(CampaignId id) {
  return guarded([&] { return find_campaign(db_, "WHERE id = ? AND deleted_at = 0", id); });
}

Result<Campaign> Reader::campaign_even_removed(CampaignId id) {
  return guarded([&] { return find_campaign(db_, "WHERE id = ?", id); });
}

Result<std::vector<Campaign>> Reader::campaigns_of_agent(UserId agent) {
  return guarded([&]() -> Result<std::vector<Campaign>> {
    return select_campaigns(db_,
                            "WHERE deleted_at = 0 AND id IN (SELECT campaign_id FROM "
                            "campaign_agents WHERE user_id = ?) ORDER BY name",
                            {agent.value});
  });
}

// ------------------------------------------------------------------------------- changing

Result<void> Writer::check_campaign(const Campaign& campaign) {
  if (auto checked = check_plain_fields(campaign); !checked) return checked;
  if (auto checked = check_dispositions(campaign.dispositions); !checked) return checked;
  if (campaign.script && !script(campaign.script)) {
    return Error{ErrorCode::kInvalid, "There is no such script.", "script_id"};
  }
  if (has_repeats(campaign.trunks)) {
    return Error{ErrorCode::kInvalid, "A trunk is there twice.", "trunk_ids"};
  }
  for (const auto id : campaign.trunks) {
    if (!trunk(id)) {
      return Error{ErrorCode::kInvalid, fmt::format("There is no trunk {}.", id), "trunk_ids"};
    }
  }
  if (has_repeats(campaign.agents)) {
    return Error{ErrorCode::kInvalid, "An agent is there twice.", "agent_ids"};
  }
  for (const auto id : campaign.agents) {
    const auto agent = user(id);
    if (!agent || agent->role != Role::kAgent) {
      return Error{ErrorCode::kInvalid, fmt::format("User {} is not an agent.", id), "agent_ids"};
    }
  }
  return check_name_free("campaigns", "name", campaign.name, campaign.id.value, "deleted_at = 0");
}

void Writer::write_campaign_lists(const Campaign& campaign) {
  const int64_t id = campaign.id.value;
  db_.execute("DELETE FROM campaign_trunks WHERE campaign_id = ?", {id});
  int64_t position = 0;
  for (const auto trunk_id : campaign.trunks) {
    db_.execute("INSERT INTO campaign_trunks (campaign_id, position, trunk_id) VALUES (?, ?, ?)",
                {id, position++, trunk_id.value});
  }
  db_.execute("DELETE FROM campaign_agents WHERE campaign_id = ?", {id});
  for (const auto agent : campaign.agents) {
    db_.execute("INSERT INTO campaign_agents (campaign_id, user_id) VALUES (?, ?)",
                {id, agent.value});
  }
}

Result<CampaignId> Writer::add_campaign(Campaign campaign) {
  return guarded([&]() -> Result<CampaignId> {
    campaign.id = {};
    if (auto checked = check_campaign(campaign); !checked) return checked.error();
    campaign.id = CampaignId{insert(db_, "campaigns", assignments(campaign))};
    write_campaign_lists(campaign);
    effects_.campaigns_changed.insert(campaign.id);
    effects_.stats_dirty.insert(campaign.id);
    note(RecordKind::kCampaign, campaign.id.value, "created",
         difference_with_lists(Campaign{}, campaign));
    return campaign.id;
  });
}

Result<void> Writer::save_campaign(const Campaign& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = campaign(changed.id);
    if (!before) return before.error();
    if (auto checked = check_campaign(changed); !checked) return checked;
    update(db_, "campaigns", assignments(changed), changed.id.value);
    if (before->trunks != changed.trunks || before->agents != changed.agents) {
      write_campaign_lists(changed);
    }
    effects_.campaigns_changed.insert(changed.id);
    if (dialing_differs(*before, changed)) {
      effects_.leads_changed.insert(changed.id);
      effects_.stats_dirty.insert(changed.id);
    }
    note(RecordKind::kCampaign, changed.id.value, "changed",
         difference_with_lists(*before, changed));
    return {};
  });
}

Result<void> Writer::remove_campaign(CampaignId id) {
  return guarded([&]() -> Result<void> {
    const auto before = campaign(id);
    if (!before) return before.error();
    for (const auto& set : select<Leadset>(db_, "leadsets WHERE campaign_id = ?", {id.value})) {
      note(RecordKind::kLeadset, set.id.value, "changed",
           fmt::format(R"({{"campaign_id":[{},0]}})", id));
    }
    db_.execute("UPDATE leadsets SET campaign_id = 0 WHERE campaign_id = ?", {id.value});
    db_.execute("DELETE FROM campaign_trunks WHERE campaign_id = ?", {id.value});
    db_.execute("DELETE FROM campaign_agents WHERE campaign_id = ?", {id.value});
    db_.execute("UPDATE campaigns SET deleted_at = ?, active = 0 WHERE id = ?",
                {to_unix_ms(now_), id.value});
    effects_.campaigns_removed.insert(id);
    note(RecordKind::kCampaign, id.value, "deleted", difference_with_lists(*before, Campaign{}));
    return {};
  });
}

}  // namespace carillon::store
