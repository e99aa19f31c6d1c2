// Core <-> telephony. The core decides, the telephony does and reports.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/messages/records.h"

namespace carillon {

// ------------------------------------------------------------------------------- commands

/// Sends the INVITE of an attempt that is on disk. Answered by CallProgress, CallAnswered and
/// exactly one CallEnded. The same attempt may be placed again over another trunk after CallEnded
/// said `try_next_trunk`.
struct PlaceCall {
  AttemptId attempt;
  CampaignId campaign;
  TrunkId trunk;
  std::string number;  ///< as dialed: tech prefix + digits
  std::string caller_id;
  int64_t ring_timeout_ms = 30'000;
};
/// CANCEL, BYE or nothing, whatever the state asks for. CallEnded follows.
struct EndCall {
  AttemptId attempt;
};
/// Switches the answered customer to the agent's open line. Both hear each other from the next
/// packet.
struct ConnectCall {
  AttemptId attempt;
  AgentSessionId session;
  bool record = false;
  std::string recording;  ///< file name to write, relative to the recordings folder
};
/// Takes the customer off the agent's line; the call goes on (hold music) until told otherwise. Its
/// recording goes on too.
struct DisconnectCall {
  AttemptId attempt;
};
/// Calls a third party: somebody whom an agent asks into a call, or hands it to. Answered by
/// SideCallAnswered, perhaps, and exactly one SideCallEnded.
struct PlaceSideCall {
  SideCallId call;
  TrunkId trunk;
  std::string number;  ///< as dialed
  std::string caller_id;
  int64_t ring_timeout_ms = 30'000;
};
struct EndSideCall {
  SideCallId call;
};
/// Whoever can be joined to others.
using Party = std::variant<AttemptId, AgentSessionId, SideCallId>;
/// Everybody hears everybody else, and nobody besides: two are switched together, more are mixed.
/// Former connections of each are undone, and nobody of them is on hold any more.
struct JoinParties {
  std::vector<Party> parties;  ///< 2 or more
};
struct HoldCall {
  AttemptId attempt;
  bool on = false;  ///< the customer hears music, the agent silence
};
/// Plays a prompt to the customer and then ends the call: the safe-harbour message.
struct PlayAndEnd {
  AttemptId attempt;
  std::string prompt;  ///< name below the prompts folder
  std::string text{};  ///< spoken in place of the prompt, if it can be; empty: the prompt
};
struct SendDigits {
  AttemptId attempt;
  std::string digits;  ///< 0-9 * # A-D, sent as RFC 4733 events
};
/// Opens the one audio leg of an agent session. WebRTC waits for the browser's offer.
struct OpenAgentLine {
  AgentSessionId session;
  UserId agent;
  LineKind kind = LineKind::kWebRtc;
  std::string sip_username;  ///< desk phone to call
};
struct CloseAgentLine {
  AgentSessionId session;
};
struct MuteAgent {
  AgentSessionId session;
  bool on = false;
};
/// On: the agent hears over the line what they say, a second later, until it is switched off or the
/// line is joined to somebody.
struct EchoAgent {
  AgentSessionId session;
  bool on = false;
};
/// The browser's SDP offer. `connection` is random per RTCPeerConnection: a new one needs new DTLS.
struct AgentOffer {
  RequestId request;
  AgentSessionId session;
  std::string connection;
  std::string sdp;
};
/// The trunks as they are now; replaces the former set. Calls under way go on.
struct SetTrunks {
  std::vector<Trunk> trunks;
};
struct SetPhones {
  std::vector<PhoneCredential> phones;
};

using TelephonyCommand =
    std::variant<PlaceCall, EndCall, ConnectCall, DisconnectCall, HoldCall, PlayAndEnd, SendDigits,
                 PlaceSideCall, EndSideCall, JoinParties, OpenAgentLine, CloseAgentLine, MuteAgent,
                 EchoAgent, AgentOffer, SetTrunks, SetPhones>;

// ------------------------------------------------------------------------------- events

struct CallProgress {
  AttemptId attempt;
  bool early_media = false;
  std::string sip_call_id;
};
struct CallAnswered {
  AttemptId attempt;
};
enum class EndedBy { kCustomer, kAgent, kSystem, kCarrier };
/// The last word on a placed call.
struct CallEnded {
  AttemptId attempt;
  Outcome outcome = Outcome::kError;  ///< for calls that were answered: kAnswered
  int sip_status = 0;                 ///< 0: no final response came
  std::string reason;                 ///< sentence for the call log
  EndedBy by = EndedBy::kCarrier;
  bool try_next_trunk = false;  ///< the trunk failed or may have failed: nothing rang
  /// Not empty: the number may be to blame or the trunk. A sentence for the administrator, for when
  /// the same comes again and again.
  std::string trunk_doubt{};
};
struct SideCallAnswered {
  SideCallId call;
};
/// The last word on a side call.
struct SideCallEnded {
  SideCallId call;
  Outcome outcome = Outcome::kError;  ///< for calls that were answered: kAnswered
  std::string reason;                 ///< sentence
};
struct CallDigit {
  AttemptId attempt;
  char digit = '0';
};
struct RecordingFinished {
  AttemptId attempt;
  std::string recording;
  int64_t duration_ms = 0;  ///< of what can be played; 0: there is no file
  std::string error;        ///< empty: all of it was written; else why not, a sentence
  bool disk_failed = false;
};
struct AgentLineUp {
  AgentSessionId session;
};
/// The audio path to the agent broke. `final`: it will not come back by itself (desk phone hung
/// up).
struct AgentLineDown {
  AgentSessionId session;
  std::string reason;
  bool final = false;
};
struct TrunkStateChanged {
  TrunkId trunk;
  bool up = false;
  std::string reason;  ///< sentence for the administrator when down
};
struct PhoneRegistered {
  UserId agent;
  bool registered = false;
  std::string address;      ///< "192.0.2.7:5060"
  std::string transport{};  ///< "udp", "tcp", "tls"
};

using TelephonyEvent =
    std::variant<CallProgress, CallAnswered, CallEnded, CallDigit, SideCallAnswered, SideCallEnded,
                 RecordingFinished, AgentLineUp, AgentLineDown, TrunkStateChanged, PhoneRegistered>;

/// Answer to AgentOffer; goes to the API, not to the core.
struct AgentAnswer {
  RequestId request;
  std::string sdp;    ///< empty when refused
  std::string error;  ///< sentence for the agent
};

}  // namespace carillon
