// ModelStore: what a store must do, in memory, for script tests and the simulator.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/messages/storage.h"

namespace carillon::core::testing {

/// A store whose every applied command is durable at once. Whoever drives it decides when a command
/// is applied; what was not applied before a crash never happened. It follows the contract of
/// messages/storage.h and keeps a list of breaches of it.
class ModelStore {
 public:
  struct LeadRow {
    Lead lead;
    CampaignId campaign;
    bool reserved = false;
    bool do_not_call = false;
    UserId callback_agent;  ///< who alone makes the agreed call-back; 0: anybody
  };
  struct AttemptRow {
    Attempt attempt;
    int finished = 0;  ///< how many times FinishAttempt came
    bool recovered = false;
  };
  struct DispositionRow {
    std::string name;
    std::string notes;
  };

  /// Carries out one command; the answer goes to the core.
  std::optional<StoreEvent> apply(const StoreCommand& command);

  /// What happens at a start: open attempts end with Error, their leads are finished, reservations
  /// are given back.
  StoreReady recover(WallTime day_began = {});

  Lead& add_lead(CampaignId campaign, Lead lead);
  LeadRow* find_by_phone(const std::string& phone);
  ZoneSetId zone_set(const std::vector<std::string>& zones);
  /// The zone sets as the core is told.
  std::vector<ZoneSet> zone_sets() const;
  std::vector<Trunk> trunk_list() const;
  std::vector<User> agent_list() const;
  std::vector<CampaignDay> today(WallTime day_began) const;

  std::map<CampaignId, Campaign> campaigns;
  std::map<TrunkId, Trunk> trunks;
  std::map<UserId, User> agents;
  std::map<LeadId, LeadRow> leads;
  std::map<AttemptId, AttemptRow> attempts;
  std::map<AttemptId, DispositionRow> dispositions;
  std::map<AttemptId, std::string> recordings;
  std::map<AttemptId, std::string> recording_failures;
  std::map<AgentSessionId, std::optional<WallTime>> sessions;  ///< the end of each
  std::vector<std::string> breaches;

  // Faults:
  bool refuse_attempts = false;
  bool fail_claims = false;
  bool fail_dispositions = false;
  bool forget_commits = false;  ///< says committed and writes nothing: a broken store, on purpose

 private:
  StoreEvent claim(const ClaimLeads& command);
  StoreEvent claim(const ClaimCallbacks& command);
  StoreEvent commit(const CommitAttempt& command);
  void finish(const FinishAttempt& command);
  StoreEvent save(const SaveDisposition& command);
  void decide_fate(const LeadFate& fate);
  bool is_dialable(const LeadRow& row, CampaignId campaign,
                   const std::vector<ZoneSetId>& open_zone_sets, WallTime now) const;

  std::map<std::vector<std::string>, ZoneSetId> zone_set_ids_;
};

}  // namespace carillon::core::testing
