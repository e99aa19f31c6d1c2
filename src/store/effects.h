// Effects: what a change means to others, told after its commit.
#pragma once

#include <set>
#include <utility>

#include "base/ids.h"
#include "store/rows.h"

namespace carillon::store {

struct Effects {
  std::set<CampaignId> campaigns_changed;
  std::set<CampaignId> campaigns_removed;
  std::set<CampaignId> leads_changed;  ///< campaigns whose leads changed in a way that dialing sees
  std::set<CampaignId> stats_dirty;    ///< campaigns whose lead statistics are to be counted anew
  std::set<LeadId> leads_edited;       ///< one by one, by a person
  bool trunks_changed = false;
  bool agents_changed = false;
  bool zone_sets_changed = false;
  std::set<std::pair<RecordKind, int64_t>> records;

  void add(Effects&& other) {
    campaigns_changed.merge(other.campaigns_changed);
    campaigns_removed.merge(other.campaigns_removed);
    leads_changed.merge(other.leads_changed);
    stats_dirty.merge(other.stats_dirty);
    leads_edited.merge(other.leads_edited);
    trunks_changed |= other.trunks_changed;
    agents_changed |= other.agents_changed;
    zone_sets_changed |= other.zone_sets_changed;
    records.merge(other.records);
  }
};

}  // namespace carillon::store
