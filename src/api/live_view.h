// LiveView: the mirror of what goes on now, for snapshots and for the ten figures.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "api/json.h"
#include "core/messages/calls.h"
#include "core/messages/live.h"

namespace carillon::api {

/// The ten figures of the dashboard. Waiting, In Call, Active, Calls Waiting and Ringing count the
/// auto dialer; the AI figures count broadcast; Logged In, Paused and Data Remaining count all.
struct Figures {
  int agents_logged_in = 0, agents_paused = 0, agents_waiting = 0, agents_in_call = 0;
  int active_calls = 0, calls_waiting = 0, calls_ringing = 0;
  int64_t data_remaining = 0;
  int ai_calls_ringing = 0, ai_calls_active = 0;

  bool operator==(const Figures&) const = default;
};
Json to_json(const Figures& figures);

/// Whether a person can be reached: browsers that watch the event stream, and the desk phone.
struct Presence {
  UserId user;
  int streams = 0;            ///< open event streams
  WallTime since{};           ///< when they came online, or went
  std::string phone_address;  ///< of the registered desk phone; empty: not registered
  std::string phone_transport;
};
Json to_json(const Presence& presence);

/// Holds the last word on every agent session, call, campaign and trunk, and the lead counts of
/// every campaign. Loop: http. Lifetime: the server's.
class LiveView {
 public:
  void apply(const LiveEvent& event);
  void set_lead_stats(CampaignId campaign, const LeadStats& stats);
  void forget_campaign(CampaignId campaign);
  void forget_trunk(TrunkId trunk);

  const Presence& phone_registered(const PhoneRegistered& phone);
  /// An event stream of theirs was opened (+1) or closed (-1). Null: nothing that others see
  /// changed.
  const Presence* stream_counted(UserId user, int change, WallTime now);

  Figures figures() const;
  /// `figures`, `agents`, `calls`, `campaigns`, `trunks`, `presence`, `lead_stats`.
  Json snapshot() const;

  /// The open session of an agent; null: none.
  const AgentLive* session_of(UserId agent) const;
  const AgentLive* session(AgentSessionId id) const;
  const CallLive* call(AttemptId attempt) const;
  /// The calls of a campaign that wait to be retrieved.
  Json parked_calls(CampaignId campaign) const;
  /// The sessions of a campaign.
  std::vector<AgentLive> sessions_of(CampaignId campaign) const;
  const TrunkLive* trunk(TrunkId id) const;
  /// Whose panel a call is in, also in wrap-up; 0: nobody's.
  UserId agent_of(const CallLive& call) const;

 private:
  DialerType type_of(CampaignId campaign) const;
  void put(const AgentLive& agent);
  void put(const AgentGone& agent);
  void put(const CallLive& call);
  void put(const CampaignLive& campaign);
  void put(const TrunkLive& trunk);

  std::map<AgentSessionId, AgentLive> agents_;
  std::unordered_map<UserId, AgentSessionId> session_of_agent_;
  std::unordered_map<AttemptId, UserId> agent_of_attempt_;
  std::map<AttemptId, CallLive> calls_;
  std::map<CampaignId, CampaignLive> campaigns_;
  std::map<TrunkId, TrunkLive> trunks_;
  std::map<UserId, Presence> presence_;
  std::map<CampaignId, LeadStats> lead_stats_;
};

}  // namespace carillon::api
