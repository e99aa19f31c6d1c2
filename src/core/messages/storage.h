// Core <-> store. Commands are made durable in group commits, in the order in which they were
// given.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/messages/records.h"

namespace carillon {

// ------------------------------------------------------------------------------- commands

/// Reserves up to `count` dialable leads of a campaign for this node. Answered by LeadsClaimed.
/// The store checks everything but the number of calls under way: leadset and campaign active,
/// source status, phone, DNC, not-call-until, attempts, zone set among `open_zone_sets`, not
/// reserved.
struct ClaimLeads {
  CampaignId campaign;
  int count = 0;
  std::vector<ZoneSetId> open_zone_sets;
  WallTime now{};
  UserId preview_agent;  ///< 0, or the agent whose own call-backs come first
};
/// Reserves, for each of `agents`, the call-back of their own that is due for longest, if any:
/// those that ClaimLeads leaves to them. Checks what ClaimLeads checks. Answered by
/// CallbacksClaimed.
struct ClaimCallbacks {
  CampaignId campaign;
  std::vector<UserId> agents;
  std::vector<ZoneSetId> open_zone_sets;
  WallTime now{};
};
/// Gives reserved leads back untouched.
struct ReleaseLeads {
  std::vector<LeadId> leads;
};
/// Writes the attempt (outcome In Progress) and raises the lead's called count. Its INVITE leaves
/// only after AttemptCommitted.
struct CommitAttempt {
  Attempt attempt;
};
/// What becomes of the lead when its attempt ends.
struct LeadFate {
  LeadId lead;
  bool finished = false;  ///< not dialed again until recycled
  std::optional<WallTime> not_call_until;
  /// No INVITE left for this attempt: the lead's history of calls, and a call-back that was agreed,
  /// are again as in this lead, which is what they were before CommitAttempt.
  std::shared_ptr<const Lead> not_dialed{};
};
/// Writes the attempt's final state and frees the lead. Times, agent, SIP details come with it.
struct FinishAttempt {
  Attempt attempt;
  LeadFate fate;
};
/// Writes state that changed during the call (ringing, answered, connected, agent).
struct UpdateAttempt {
  Attempt attempt;
};
/// Writes the agent's disposition. Answered by DispositionSaved.
struct SaveDisposition {
  RequestId request;
  AttemptId attempt;
  LeadId lead;
  UserId agent;
  CampaignId campaign;
  DispositionRule rule;
  std::string notes;
  std::vector<std::string> tags;
  std::optional<WallTime> callback_at;
  bool callback_for_me = false;
  LeadFate fate;
};
struct SaveRecording {
  AttemptId attempt;
  std::string recording;
  int64_t duration_ms = 0;
};
/// A line of the attempt's timeline.
struct NoteAttempt {
  AttemptId attempt;
  WallTime at{};
  /// hold, resume, park, retrieve, transfer, consult, conference, return, queue, recording
  std::string kind;
  std::string detail;
};
struct BeginAgentSession {
  AgentSessionId session;
  UserId agent;
  CampaignId campaign;
  WallTime at{};
};
struct EndAgentSession {
  AgentSessionId session;
  WallTime at{};
  std::string reason;
};
/// One row of an agent's history, for statistics and reports.
struct AgentStateLogged {
  AgentSessionId session;
  std::string state;
  std::string reason;
  WallTime at{};
};

using StoreCommand =
    std::variant<ClaimLeads, ClaimCallbacks, ReleaseLeads, CommitAttempt, FinishAttempt,
                 UpdateAttempt, SaveDisposition, SaveRecording, NoteAttempt, BeginAgentSession,
                 EndAgentSession, AgentStateLogged>;

// ------------------------------------------------------------------------------- events

/// How a campaign's calls have gone since its day began.
struct CampaignDay {
  CampaignId campaign;
  int64_t answered = 0;
  int64_t dropped = 0;
};

/// First event after start. Attempts that a crash left open were ended with outcome Error before
/// it, their leads finished, reservations of this node given back.
struct StoreReady {
  AttemptId last_attempt;  ///< highest id ever given
  AgentSessionId last_agent_session;
  std::vector<Campaign> campaigns;
  std::vector<Trunk> trunks;
  std::vector<ZoneSet> zone_sets;
  std::vector<User> agents;
  std::vector<CampaignDay> today;  ///< of this node
};
struct LeadsClaimed {
  CampaignId campaign;
  std::vector<std::shared_ptr<const Lead>> leads;
  bool exhausted = false;  ///< fewer than asked for: ask again after LeadsChanged or some time
  std::string error;       ///< the store failed; nothing was reserved
};
struct CallbacksClaimed {
  struct Callback {
    UserId agent;
    std::shared_ptr<const Lead> lead;
  };
  CampaignId campaign;
  std::vector<Callback> callbacks;  ///< at most one for each agent
  std::string error;                ///< the store failed; nothing was reserved
};
struct AttemptCommitted {
  AttemptId attempt;
};
/// The attempt could not be written: it must not be dialed. The lead stays reserved until released.
struct AttemptRefused {
  AttemptId attempt;
  std::string reason;
};
struct DispositionSaved {
  RequestId request;
  AttemptId attempt;
  std::string error;  ///< empty: durable
};
/// Somebody created or changed a campaign through the API; it is durable.
struct CampaignChanged {
  Campaign campaign;
};
struct CampaignRemoved {
  CampaignId campaign;
};
struct TrunksChanged {
  std::vector<Trunk> trunks;
};
struct AgentsChanged {
  std::vector<User> agents;  ///< every active user: agents, and managers who may help out
};
struct ZoneSetsChanged {
  std::vector<ZoneSet> zone_sets;
};
/// Leads were imported, edited or recycled, or a leadset was switched. Reserved leads that are not
/// in a call should be given back and claimed anew.
struct LeadsChanged {
  CampaignId campaign;
};

/// Somebody changed the details of a lead, perhaps the agent who has it on the screen.
struct LeadEdited {
  std::shared_ptr<const Lead> lead;
};

using StoreEvent =
    std::variant<StoreReady, LeadsClaimed, CallbacksClaimed, AttemptCommitted, AttemptRefused,
                 DispositionSaved, CampaignChanged, CampaignRemoved, TrunksChanged, AgentsChanged,
                 ZoneSetsChanged, LeadsChanged, LeadEdited>;

}  // namespace carillon
