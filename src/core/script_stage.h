// ScriptStage: the engine with a store, a telephone network and agents around it, moved by a
// script. Used by tests only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine.h"
#include "core/testing/fixed_zones.h"
#include "core/testing/model_store.h"

namespace carillon::core {

/// One agent as the script knows him.
struct StagedAgent {
  UserId id;
  AgentSessionId session;
  std::optional<AgentLive> live;
  AttemptId last_attempt;              ///< the last call in the panel
  std::string gone;                    ///< why the session ended, empty while it lives
  std::optional<std::string> refusal;  ///< of the last request, until the script expects it
  int saved = 0;                       ///< dispositions acknowledged
};

/// One attempt as the telephone network saw it.
struct StagedCall {
  PlaceCall placed;
  std::string phone;
  int invites = 0;
  bool answered = false;
  bool end_asked = false;
  bool held = false;
  std::string prompt;
  std::string spoken;  ///< in place of the prompt
  std::string digits;
  AgentSessionId connected;
  std::optional<SteadyTime> connected_at;
};

/// Time, messages and what was seen of them. Every public function returns a complaint, empty when
/// all is well, or nothing.
class ScriptStage {
 public:
  ScriptStage();

  // The script's knowledge, filled by `given`.
  testing::ModelStore store;
  testing::FixedZones zones;
  std::map<std::string, CampaignId> campaigns;
  std::map<std::string, TrunkId> trunks;
  std::map<std::string, StagedAgent> agents;
  std::string last_campaign;
  bool lines_come_up = true;
  bool ends_are_confirmed = true;
  bool store_stalls = false;
  WallTime wall;

  /// Starts the engine when it is not running; a second call after crash() starts it again.
  void start();
  void crash();
  bool running() const { return engine_ != nullptr; }

  /// Lets the time pass until `at`, with every deadline of the engine at its moment.
  std::string advance(SteadyTime at);
  SteadyTime now() const { return steady_; }
  WallTime wall_now() const { return wall; }
  void send(const CoreEvent& event);
  /// Sends a request of an agent and notes how it is answered.
  template <class Request>
  void request(StagedAgent& agent, Request request) {
    request.request = RequestId{++last_request_};
    if constexpr (requires { request.session; }) request.session = agent.session;
    asked_by_[request.request] = agent.id;
    send(CoreRequest{request});
  }
  /// The same of a supervisor, whom nothing may be refused.
  template <class Request>
  void request_of_supervisor(Request request) {
    request.request = RequestId{++last_request_};
    asked_by_[request.request] = UserId{};
    send(CoreRequest{request});
  }
  void let_the_store_work();

  StagedAgent* agent_of(AgentSessionId session);
  /// The latest call to a number, null when there was none.
  StagedCall* call_to(const std::string& phone);
  AttemptId attempt_to(const std::string& phone);

  std::map<AttemptId, StagedCall> calls;
  std::map<SideCallId, PlaceSideCall> side_calls;  ///< under way
  std::vector<std::set<Party>> talks;              ///< who hears whom

  std::set<AgentSessionId> echoing;  ///< lines that are in an echo test

  /// Who is called so in the script: an agent, a customer's or a third party's number.
  std::optional<Party> party(const std::string& name);
  std::deque<PlaceCall> unexpected_calls;  ///< placed and not yet expected by the script
  std::map<CampaignId, CampaignLive> campaign_live;
  std::map<TrunkId, TrunkLive> trunk_live;
  std::string breach;  ///< a rule that must always hold was broken

 private:
  Now now_both() const { return {steady_, wall}; }
  void step(const CoreEvent& event);
  void carry_out(const CoreCommand& command);
  void on(const TelephonyCommand& command);
  void on_place(const PlaceCall& command);
  void join(const std::vector<Party>& parties);
  void take_out(const Party& party);
  void on_end(AttemptId attempt);
  void on(const LiveEvent& event);
  void on(const RequestDone& done);
  StagedAgent* agent_by_id(UserId id);

  std::unique_ptr<Engine> engine_;
  SteadyTime steady_{Duration{1'000'000}};
  std::deque<CoreEvent> to_core_;
  std::deque<StoreCommand> to_store_;
  std::map<RequestId, UserId> asked_by_;
  std::set<LeadId> leads_in_call_;
  int64_t last_request_ = 0;
  bool stepping_ = false;
};

}  // namespace carillon::core
