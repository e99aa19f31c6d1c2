// Referee: watches a run and blows the whistle when a rule that must always hold is broken
// (PRODUCT.md).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine.h"
#include "core/testing/fixed_zones.h"
#include "core/testing/model_store.h"

namespace carillon::simulator {

/// It believes the disk, the network and the true time only, never the engine's own account, except
/// for what the engine shows to people. Owned by the Simulation.
class Referee {
 public:
  Referee(const core::testing::ModelStore& disk, const core::testing::FixedZones& zones)
      : disk_(disk), zones_(zones) {}

  void set_time(Now now) { now_ = now; }

  // What is told to the engine.
  void told(const core::CoreEvent& event);
  /// The engine answers a step with these.
  void step_done(const std::vector<core::CoreCommand>& commands);

  // What happens in the network.
  void connected(AttemptId attempt, AgentSessionId agent);
  void call_is_over(AttemptId attempt);

  void asked(RequestId request) { open_requests_.insert(request); }
  void disposition_sent(RequestId request, AttemptId attempt) { sent_[request] = attempt; }
  /// The server died: what it knew is gone, what the disk holds is not.
  void crashed();
  void recovered();
  /// From time to time: nobody is stuck.
  void look_around();
  /// After everybody has gone home and the dust has settled.
  void final_whistle();

  const std::vector<std::string>& violations() const { return violations_; }
  void foul(const std::string& rule, const std::string& what);

 private:
  struct LiveCall {
    CampaignId campaign;
    LeadId lead;
    bool personal = false;  ///< made for one agent, and no other takes it
    bool answered_told = false;
    bool prompted = false;
    bool end_told = false;
    std::optional<AgentSessionId> agent;  ///< as the engine commanded
    bool aside = false;                   ///< hears music or a third party, as commanded
    SteadyTime aside_since{};
    std::optional<SideCallId> third;  ///< the number that it was left to
    CallState shown = CallState::kDialing;
    bool connected = false;  ///< as the network did
    SteadyTime since{};
    SteadyTime answered_at{};
    SteadyTime end_told_at{};
  };
  struct LiveAgent {
    AgentLive last;
    SteadyTime since{};
  };

  void check_place(const PlaceCall& place);
  void check_lead(const PlaceCall& place, const Attempt& attempt);
  void check_limits(const PlaceCall& place, const Campaign& campaign);
  void check_pace(CampaignId campaign);
  void check_queue();
  void on(const TelephonyCommand& command);
  void on(const JoinParties& join);
  void check_aside(AttemptId attempt, const LiveCall& call);
  void on(const LiveEvent& event);
  void on(const RequestDone& done);
  void check_agent(const LiveAgent& agent);
  void check_call(AttemptId attempt, const LiveCall& call);

  const core::testing::ModelStore& disk_;
  const core::testing::FixedZones& zones_;
  Now now_{};
  std::map<CampaignId, Campaign> campaigns_;  ///< as the engine was told
  std::set<CampaignId> removed_;
  std::set<TrunkId> trunks_down_;
  std::map<AttemptId, LiveCall> calls_;
  std::map<AgentSessionId, LiveAgent> agents_;
  std::set<SideCallId> side_calls_;  ///< placed and not ended
  std::map<TrunkId, TrunkLive> trunks_;
  std::set<AttemptId> dialed_;
  std::set<AttemptId> over_;        ///< calls that the network has ended
  std::set<AttemptId> end_told_;    ///< calls of whose end the engine was told
  std::set<LeadId> open_at_crash_;  ///< dialed and open when the server died
  std::map<CampaignId, std::deque<SteadyTime>> starts_;
  std::set<RequestId> open_requests_;
  std::map<RequestId, AttemptId> sent_;
  std::set<AttemptId> acknowledged_;
  std::vector<std::string> violations_;
};

}  // namespace carillon::simulator
