// API <-> core: what people ask for, and the live state they watch.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "core/messages/records.h"

namespace carillon {

// ------------------------------------------------------------------------------- requests
// Each carries a RequestId and is answered by exactly one RequestDone with that id.

/// An agent logs in to a campaign: opens the agent session, Paused, and its line.
struct OpenAgentSession {
  RequestId request;
  UserId agent;
  CampaignId campaign;
  LineKind line = LineKind::kWebRtc;
};
/// Logs out. During a call: refused for the agent (`by_supervisor` false), else the call is ended.
struct CloseAgentSession {
  RequestId request;
  AgentSessionId session;
  bool by_supervisor = false;
};
/// Ready or Paused. In a call it takes effect after wrap-up.
struct SetAgentReady {
  RequestId request;
  AgentSessionId session;
  bool ready = false;
  std::string pause_reason;  ///< when not ready
  bool by_supervisor = false;
};
/// The agent's browser is connected or gone (WebSocket). Gone too long ends the session.
struct AgentPresence {
  RequestId request;
  AgentSessionId session;
  bool present = false;
};
struct AgentHangUp {
  RequestId request;
  AgentSessionId session;
};
/// A supervisor ends a call, wherever it is: with an agent, in the queue, parked, handed on.
struct EndLiveCall {
  RequestId request;
  AttemptId attempt;
};
struct AgentHold {
  RequestId request;
  AgentSessionId session;
  bool on = false;
};
struct AgentMute {
  RequestId request;
  AgentSessionId session;
  bool on = false;
};
/// The agent hears their own voice over the line: a test of headset and connection. Refused in a
/// call.
struct AgentEcho {
  RequestId request;
  AgentSessionId session;
  bool on = false;
};
struct AgentDigits {
  RequestId request;
  AgentSessionId session;
  std::string digits;
};
/// Puts the customer aside: music is played, and every agent of the campaign may take the call. The
/// agent is free, and owes no disposition.
struct AgentPark {
  RequestId request;
  AgentSessionId session;
};
/// Takes a parked call of the agent's campaign.
struct AgentRetrieve {
  RequestId request;
  AgentSessionId session;
  AttemptId attempt;
};
/// Whom a call is handed to, or who is asked in: exactly one of the three.
struct TransferTarget {
  UserId colleague;          ///< an agent of the same campaign who is waiting for calls
  bool any_manager = false;  ///< a supervisor or administrator who is logged in to the campaign
  std::string number;        ///< E.164 with '+'
};
/// Blind transfer: the customer goes on to `to`, the agent to wrap-up.
struct AgentTransfer {
  RequestId request;
  AgentSessionId session;
  TransferTarget to;
};
/// The customer hears music while the agent speaks with `to`.
struct AgentConsult {
  RequestId request;
  AgentSessionId session;
  TransferTarget to;
};
/// How a consultation goes on.
enum class ConsultStep {
  kBack,        ///< without the third party
  kConference,  ///< all three together
  kComplete,    ///< without the agent: the attended transfer
};
struct AgentConsultStep {
  RequestId request;
  AgentSessionId session;
  ConsultStep step = ConsultStep::kBack;
};
/// Preview dialer: dial or skip the lead that is shown.
struct PreviewDecision {
  RequestId request;
  AgentSessionId session;
  bool dial = false;
  std::string skip_reason;
};
/// Preview dialer: looks for a lead at once, for an agent to whom none can be shown.
struct NextPreview {
  RequestId request;
  AgentSessionId session;
};
/// Sets the disposition of the agent's last call, until the next one is connected: also after the
/// wrap-up limit, and also when the agent is ready again. Acknowledged when durable.
struct SubmitDisposition {
  RequestId request;
  AgentSessionId session;
  AttemptId attempt;
  std::string disposition;
  std::string notes;
  std::vector<std::string> tags;
  std::optional<WallTime> callback_at;
  bool callback_for_me = false;
  bool then_pause = false;  ///< `Submit & Go On Pause`
  std::string pause_reason;
};

using CoreRequest = std::variant<OpenAgentSession, CloseAgentSession, SetAgentReady, AgentPresence,
                                 AgentHangUp, EndLiveCall, AgentHold, AgentMute, AgentEcho,
                                 AgentDigits, AgentPark, AgentRetrieve, AgentTransfer, AgentConsult,
                                 AgentConsultStep, PreviewDecision, NextPreview, SubmitDisposition>;

// ------------------------------------------------------------------------------- what people watch

enum class AgentState { kPaused, kWaiting, kPreview, kRinging, kInCall, kOnHold, kWrapUp };

enum class ThirdState { kRinging, kTalking, kConference };

/// Somebody besides the agent and the customer.
struct ThirdPartyLive {
  ThirdState state = ThirdState::kRinging;
  UserId colleague;    ///< 0: a number
  std::string number;  ///< empty: a colleague
};

/// A call that is over, out of the panel, and still without a disposition.
struct OwedDisposition {
  AttemptId attempt;
  std::shared_ptr<const Lead> lead;
};

/// One agent session as it is now. Published on every change.
struct AgentLive {
  AgentSessionId session;
  UserId agent;
  CampaignId campaign;
  AgentState state = AgentState::kPaused;
  WallTime since{};          ///< when this state began
  std::string pause_reason;  ///< e.g. "login", "break", "no disposition", "line down"
  bool line_up = false;
  bool muted = false;
  bool echo_test = false;               ///< the agent hears their own voice
  AttemptId attempt;                    ///< the call in the panel, also in wrap-up
  std::shared_ptr<const Lead> lead;     ///< of that attempt or preview
  std::optional<ThirdPartyLive> third;  ///< whom the agent has asked into the call
  bool guest = false;                   ///< the call is a colleague's, who has asked this agent in
  std::optional<WallTime> wrap_up_until;
  std::optional<WallTime> preview_until;  ///< the lead that is shown goes back then
  std::optional<OwedDisposition> owed;    ///< of the last call, when the agent is ready without it
  std::string idle_reason;  ///< preview, Waiting: why no lead is shown; empty: one is looked for
  int handled = 0;          ///< calls taken in this session
};
struct AgentGone {
  AgentSessionId session;
  UserId agent;
  CampaignId campaign;
  std::string reason;
};

enum class CallState {
  kDialing,
  kRinging,
  kWaiting,
  kConnected,
  kOnHold,
  kParked,
  kTransferred,  ///< the customer speaks with a third party, and no agent with either
  kEnded
};

/// One call as it is now. kEnded is its last.
struct CallLive {
  AttemptId attempt;
  CampaignId campaign;
  LeadId lead;
  std::string phone;
  CallState state = CallState::kDialing;
  WallTime since{};
  WallTime started_at{};
  UserId agent;
  Outcome outcome = Outcome::kInProgress;
  bool was_parked = false;  ///< the campaign's agents are told how it goes on
};

/// The live figures of one campaign. Published when they change, at most some times a second.
struct CampaignLive {
  CampaignId campaign;
  DialerType type = DialerType::kAuto;
  bool active = false;
  int agents_logged_in = 0, agents_paused = 0, agents_waiting = 0, agents_in_call = 0,
      agents_wrap_up = 0;
  int calls_dialing = 0, calls_ringing = 0, calls_waiting = 0, calls_active = 0, calls_parked = 0;
  int64_t answered_today = 0, dropped_today = 0;
  /// Why nothing is dialed right now, a sentence; empty when dialing.
  std::string idle_reason;
};

struct TrunkLive {
  TrunkId trunk;
  bool up = false;
  int calls = 0;
  std::string reason;
};

using LiveEvent = std::variant<AgentLive, AgentGone, CallLive, CampaignLive, TrunkLive>;

/// The answer to a CoreRequest.
struct RequestDone {
  RequestId request;
  Result<void> result;
  AgentSessionId session;  ///< of OpenAgentSession
};

}  // namespace carillon
