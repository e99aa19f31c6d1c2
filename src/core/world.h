// World: everything that the core knows at one moment. The functions of the core's other files
// work on it; there is no other state.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/agent_state.h"
#include "core/attempt_state.h"
#include "core/call_window.h"
#include "core/engine.h"
#include "core/pacing.h"
#include "core/timers.h"
#include "core/trunk_line.h"

namespace carillon::core {

using LeadPtr = std::shared_ptr<const Lead>;

/// How an attempt that we end ourselves is going to be written down.
struct OurEnd {
  Outcome outcome = Outcome::kAgentUnavailable;  ///< if it was not connected
  EndedBy by = EndedBy::kSystem;
  std::string reason;
};

/// Somebody whom the agent of a call has asked in, or to whom the call goes (handover.h).
struct ThirdParty {
  ThirdState state = ThirdState::kRinging;
  AgentSessionId host;       ///< who asked
  UserId by;                 ///< the same as a person, whom a number called by hand counts for
  AgentSessionId colleague;  ///< 0: a number
  SideCallId call;           ///< 0: a colleague
  std::string number;
  TrunkId channel;  ///< the trunk whose channel the side call occupies
};

/// One attempt under way, from the decision to dial to its outcome (attempt_state.h).
struct Call {
  Attempt record;
  AttemptState state = AttemptState::kCommitting;
  LeadPtr lead;
  AgentSessionId session;  ///< who talks; of a personal call from the beginning; 0: nobody
  bool personal = false;   ///< made for one agent: a preview, or a call-back of the agent's own
  bool invited = false;    ///< an INVITE has left
  bool answered = false;   ///< a person or a machine picked up
  bool held = false;
  std::optional<ThirdParty> third;
  bool was_parked = false;
  uint64_t queue_order = 0;  ///< its place in the queue
  TrunkId channel;           ///< the trunk whose channel it occupies, 0: none
  std::vector<TrunkId> tried;
  std::optional<CallEnded> trunk_failure;  ///< why the last trunk could not take it
  std::optional<OurEnd> our_end;
  std::optional<LeadFate> disposition_fate;  ///< set when the disposition came during the call
  SteadyTime began{};
  WallTime since{};
  bool announce = false;  ///< people see its change at the end of the step
};

/// The last call that an agent took, for its disposition.
struct LastCall {
  AttemptId attempt;
  LeadPtr lead;
  bool disposed = false;
  bool handed_on = false;  ///< somebody else has the call now
};

/// An agent logged in to one campaign (agent_state.h).
struct AgentSession {
  AgentSessionId id;
  UserId agent;
  CampaignId campaign;
  LineKind line = LineKind::kWebRtc;
  std::string sip_username;

  AgentState state = AgentState::kPaused;
  WallTime since{};
  std::string pause_reason = "login";
  uint64_t waiting_since = 0;  ///< order among the waiting agents
  bool line_up = false;
  bool line_open = true;  ///< OpenAgentLine was sent and no final AgentLineDown came
  bool present = true;    ///< the browser is there, as far as we know
  bool absent = false;    ///< it has been away for longer than a hiccup
  bool muted = false;
  bool echo_test = false;  ///< hears the own voice (echo_test.h)

  bool resume = false;  ///< asked to be ready: Waiting as soon as line and browser allow
  bool pause_after = false;
  std::string pause_after_reason;
  std::string end_after;  ///< not empty: the session ends after the call, with this reason

  AttemptId attempt;  ///< the call in the panel
  LeadPtr lead;       ///< of that call, or the previewed one
  LastCall last;
  std::optional<WallTime> wrap_up_until;
  RequestId saving;  ///< the disposition that is on its way to the disk
  SteadyTime next_preview_at{};
  std::optional<WallTime> preview_until;
  std::string idle_reason;  ///< preview: why no lead is shown, as the campaign last said
  int handled = 0;
  bool on_duty = false;   ///< counted in its campaign's on_duty
  bool announce = false;  ///< people see its change at the end of the step
};

/// Leads that the store has reserved for a campaign, ready to be dialed.
struct LeadBuffer {
  std::deque<LeadPtr> leads;
  std::vector<LeadPtr> parked;  ///< skipped previews, kept back for a while
  bool claiming = false;
  SteadyTime claiming_since{};
  int asked = 0;
  AgentSessionId claiming_for;  ///< preview: who gets the lead
  bool exhausted = false;
  SteadyTime ask_again_at{};
  bool all_closed = false;  ///< no zone set was inside the call window at the last look
};

/// Call-backs that agents of an auto campaign have agreed on for themselves (callbacks.h).
struct CallbackWatch {
  std::map<UserId, LeadPtr> held;  ///< due, reserved, and not yet dialed
  bool claiming = false;
  SteadyTime ask_again_at{};
};

/// A campaign at work.
struct DialingCampaign {
  Campaign record;
  bool removed = false;
  LeadBuffer buffer;
  CallbackWatch callbacks;
  TokenBucket starts;

  std::array<std::set<AttemptId>, kAttemptStates> calls;  ///< by state, oldest first
  std::array<int, kAttemptStates> personal_calls{};       ///< how many of them are personal
  std::set<std::pair<uint64_t, AttemptId>> queue;         ///< answered calls, in order of answer
  std::set<std::pair<uint64_t, AgentSessionId>> waiting_agents;  ///< longest waiting first
  std::set<AgentSessionId> sessions;
  std::array<int, 7> agents{};  ///< by AgentState
  int on_duty = 0;              ///< agents who will take calls: waiting, or busy and coming back

  SteadyTime backoff_until{};
  std::string backoff_reason;
  int64_t answered_today = 0;
  int64_t dropped_today = 0;

  bool dirty = false;
  bool publish_wanted = false;
  SteadyTime published_at{};
  std::optional<CampaignLive> published;

  const std::set<AttemptId>& in(AttemptState state) const {
    return calls[static_cast<size_t>(state)];
  }
  int count(AttemptState state) const { return static_cast<int>(in(state).size()); }
  /// Those that any agent may take: they are what the pace counts.
  int shared(AttemptState state) const {
    return count(state) - personal_calls[static_cast<size_t>(state)];
  }
  int count(AgentState state) const { return agents[static_cast<size_t>(state)]; }
  int ready() const { return static_cast<int>(waiting_agents.size()); }
  /// Calls placed that nobody has answered yet.
  int unanswered() const { return count(AttemptState::kDialing) + count(AttemptState::kRinging); }
  int shared_unanswered() const {
    return shared(AttemptState::kDialing) + shared(AttemptState::kRinging);
  }
  /// Attempts on disk, or on their way there, and not yet placed.
  int shared_written() const {
    return shared(AttemptState::kCommitting) + shared(AttemptState::kOnDisk);
  }
  int shared_under_way() const { return shared_unanswered() + shared_written(); }
  /// Calls that take a channel.
  int placed() const;
  /// The same and those that are about to.
  int occupied() const;
  bool dials() const { return record.active && !removed; }
  CallWindow window() const { return {record.window_from_min, record.window_to_min}; }
};

/// A disposition that waits for the disk.
struct PendingDisposition {
  AgentSessionId session;
  AttemptId attempt;
  LeadId lead;
  bool then_pause = false;
  std::string pause_reason;
};

/// Owned by the Engine. Objects in the maps keep their address until they are erased.
struct World {
  World(EngineOptions engine_options, const TimeZones& time_zones)
      : options(std::move(engine_options)), zones(time_zones) {}

  const EngineOptions options;
  const TimeZones& zones;
  Now now{};
  std::vector<CoreCommand>* out = nullptr;
  Timers timers;

  bool ready = false;  ///< StoreReady came
  AttemptId last_attempt;
  AgentSessionId last_session;
  uint64_t last_order = 0;

  std::map<CampaignId, DialingCampaign> campaigns;
  std::map<TrunkId, TrunkLine> trunks;
  ZoneSets zone_sets;
  std::unordered_map<UserId, User> users;
  std::unordered_map<AttemptId, Call> calls;
  std::unordered_map<AgentSessionId, AgentSession> sessions;
  std::unordered_map<UserId, AgentSessionId> session_of;
  std::unordered_map<SideCallId, AttemptId> side_calls;
  std::unordered_map<UserId, TokenBucket> hand_starts;  ///< calls to numbers that agents begin
  SideCallId last_side_call;
  std::unordered_map<RequestId, PendingDisposition> dispositions;
  std::unordered_set<LeadId> held_leads;  ///< reserved by this node: buffered, shown or called

  std::optional<WallTime> day_began;
  std::optional<WallTime> day_checked;  ///< the minute in which it was last looked up
  std::deque<CampaignId> dirty;
  std::vector<AttemptId> changed_calls;
  std::vector<AgentSessionId> changed_sessions;

  void tell(TelephonyCommand command) { out->push_back(std::move(command)); }
  void store(StoreCommand command) { out->push_back(std::move(command)); }
  void show(LiveEvent event) { out->push_back(std::move(event)); }
  void done(RequestId request) { out->push_back(RequestDone{request, {}, {}}); }
  void refuse(RequestId request, ErrorCode code, std::string message, std::string field = "");

  DialingCampaign& campaign(CampaignId id);
  DialingCampaign* find_campaign(CampaignId id);
  Call* find_call(AttemptId id);
  AgentSession* find_session(AgentSessionId id);
  TrunkLine* find_trunk(TrunkId id);

  /// Whether the user may log in to the campaign: one of its agents, or a manager, who may help out
  /// in every campaign.
  static bool may_work_in(const DialingCampaign& campaign, const User& user);

  /// The dialer looks at the campaign before the step ends, and its figures are published.
  void touch(DialingCampaign& campaign);
  /// The same for every campaign that may use the trunk.
  void touch_campaigns_of(TrunkId trunk);
};

}  // namespace carillon::core
