// Records: what the store keeps and the core, the API and the telephony speak about.
//
// Field names are the names in SQL and in the API's JSON. Times are WallTime (Unix milliseconds at
// the edges), durations carry their unit in the name.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace carillon {

// ------------------------------------------------------------------------------- people

enum class Role { kAdministrator, kSupervisor, kAgent };

/// How an agent's ear is reached.
enum class LineKind {
  kWebRtc,     ///< the browser, over DTLS-SRTP
  kDeskPhone,  ///< a registered SIP phone that we call once per agent session
};

/// What an agent may call by hand: the numbers of transfers and consultations. Of the SIP profile.
struct HandDialing {
  std::string pattern;  ///< see SipProfile::dial_pattern
  int channels = 10;    ///< numbers that the agent has called and that are still there, 1 to 100
  double cps = 1;       ///< new calls a second, 0.1 to 1000
};

/// A person who signs in. The password is never part of this record.
struct User {
  UserId id;
  std::string username;  ///< unique, case-insensitive, 1 to 64 of [a-z0-9._-]
  std::string name;      ///< as shown
  Role role = Role::kAgent;
  bool active = true;
  // Agents only:
  LineKind line = LineKind::kWebRtc;
  SipProfileId sip_profile;
  std::string sip_username;                 ///< of the desk phone, unique; empty: none
  std::optional<HandDialing> hand_dialing;  ///< nothing: no profile, any number
  WallTime created_at{};
  std::optional<WallTime> last_seen_at;
};

/// What the registrar needs to check a desk phone's digest (RFC 3261 section 22),
/// with what the agent's SIP profile says of the phone; without one: anything goes.
struct PhoneCredential {
  UserId agent;
  std::string sip_username;
  std::string ha1;         ///< MD5(username:realm:password), hex
  std::string protocol{};  ///< udp, tcp, tls: no other is taken; webrtc: none is; empty: any
  std::vector<std::string> codecs{"PCMU", "PCMA"};  ///< of our offer, in order of preference
  bool ping = false;       ///< asked with OPTIONS now and then; silence ends the registration
  int bandwidth_kbps = 0;  ///< named in our offer; 0: not
};

/// A named set of telephone settings that agents share.
struct SipProfile {
  SipProfileId id;
  std::string name;
  std::string protocol = "webrtc";  ///< webrtc, udp, tcp, tls
  std::vector<std::string> codecs{"PCMU", "PCMA"};
  int channels = 10;  ///< HandDialing::channels
  double cps = 1;     ///< HandDialing::cps
  /// Numbers that may be called by hand, digits with country code and without '+': X any digit, Z 1
  /// to 9, N 2 to 9, a dot at the end for one digit or more; several with commas. Empty: any.
  std::string dial_pattern;
  int bandwidth_kbps = 100;  ///< of the phone's network each way, told to the phone; 80 to 10000
  bool sip_ping = true;
};

/// Whether the text is of SipProfile::dial_pattern's form: at most 200 characters.
bool is_dial_pattern(std::string_view text);

// ------------------------------------------------------------------------------- trunks

enum class SipTransport { kUdp, kTcp, kTls };

/// A carrier connection.
struct Trunk {
  TrunkId id;
  std::string name;
  bool active = true;
  std::string host;  ///< name or numeric address; resolved outside the SIP thread
  int port = 5060;
  SipTransport transport = SipTransport::kUdp;
  std::string username;     ///< digest user, empty: the carrier knows us by address
  std::string password;     ///< never logged, never returned by the API
  std::string from_domain;  ///< host part of From; empty: that of the settings
  std::string tech_prefix;  ///< put before the number
  double cps = 10;          ///< new calls a second, 0.1 to 1000
  int channels = 100;       ///< calls at once, 1 to 10000
  bool options_ping = true;
  int ping_interval_s = 30;
  bool session_timers = true;
  std::vector<std::string> codecs{"PCMU", "PCMA"};  ///< in order of preference
};

// ------------------------------------------------------------------------------- campaigns

enum class DialerType { kPreview, kAuto, kBroadcast };

/// How an attempt ended technically. The first three are live states.
enum class Outcome {
  kInProgress,
  kRinging,
  kConnected,
  kAnswered,
  kAgentUnavailable,
  kBusy,
  kNoAnswer,
  kRejected,
  kDropped,
  kMachine,
  kConnectionError,
  kError,
};

/// One entry of a campaign's list of dispositions; the flags say what choosing it does.
struct DispositionRule {
  std::string name;
  bool final = false;        ///< the lead is never dialed again
  bool recyclable = false;   ///< Data Recycle may bring the lead back
  bool callback = false;     ///< asks for a time; the lead is not called until then
  bool do_not_call = false;  ///< the phone goes to the campaign's DNC list
  bool sale = false;
};

/// The dispositions that every campaign starts with (PRODUCT words).
const std::vector<DispositionRule>& predefined_dispositions();

/// When a lead may be tried again after an outcome. No rule: not by itself.
struct RetryRule {
  Outcome outcome = Outcome::kNoAnswer;
  int64_t after_s = 3600;
};

struct Campaign {
  CampaignId id;
  std::string name;
  DialerType type = DialerType::kAuto;
  bool active = false;
  ScriptId script;
  std::string notes;

  std::string caller_id;  ///< as sent to the carrier, E.164 or digits
  std::vector<std::string>
      source_statuses;                ///< lead statuses that are dialed; empty: nothing is dialed
  double outbound_multiplier = 1.0;   ///< calls per ready agent, 1.0 to 10.0
  std::vector<TrunkId> trunks;        ///< in order of fail-over
  std::string tech_prefix;            ///< in place of the trunk's when not empty
  int channels = 100;                 ///< calls at once of this campaign, 1 to 10000
  double cps = 10;                    ///< new calls a second of this campaign, 0.1 to 1000
  int64_t ring_timeout_ms = 30'000;   ///< 15 s to 120 s (16 CFR 310.4(b)(4)(ii): at least 15 s)
  int64_t answer_wait_ms = 2'000;     ///< an answered call waits this long for an agent, then drops
  int64_t wrap_up_limit_ms = 30'000;  ///< without a disposition by then the agent leaves the queue
  int window_from_min = 8 * 60;  ///< call window, minutes after local midnight (47 CFR 64.1200(c))
  int window_to_min = 21 * 60;
  int max_attempts = 5;  ///< per lead, 1 to 100
  std::vector<RetryRule> retry_rules{{Outcome::kBusy, 900},
                                     {Outcome::kNoAnswer, 7200},
                                     {Outcome::kAgentUnavailable, 3600},
                                     {Outcome::kDropped, 259'200},
                                     {Outcome::kConnectionError, 900}};
  bool recording = true;
  bool transfer_allowed = true;
  /// Spoken to customers for whom no agent was free; empty: the house's own, which names no seller.
  std::string drop_message;  ///< at most 600 characters
  std::vector<DispositionRule> dispositions = predefined_dispositions();
  std::vector<UserId> agents;  ///< who may choose this campaign
};

struct Script {
  ScriptId id;
  std::string name;
  std::string body;  ///< HTML from the editor, sanitised; placeholders {{first_name}}
};

// ------------------------------------------------------------------------------- leads

struct Leadset {
  LeadsetId id;
  std::string name;
  std::string description;
  CampaignId campaign;
  bool active = true;
};

/// One person to call. Absent fields are empty.
struct Lead {
  LeadId id;
  LeadsetId leadset;
  std::string phone;  ///< E.164 with '+', valid by libphonenumber
  std::string status = "New";
  std::string title, first_name, middle_initial, last_name, gender, date_of_birth, business;
  std::string address1, address2, address3, city, state, province, postal_code, country_code;
  std::string phone_code, alternative_phone, email, comments, vendor_lead_code, source_id, owner;
  std::string security_phrase, time_zone;
  int priority = 0;    ///< higher is dialed earlier
  ZoneSetId zone_set;  ///< the time zones its number may lie in
  std::optional<WallTime> not_call_until;
  std::map<std::string, std::string> custom;  ///< the campaign's own columns
  // Kept by the system:
  int called_count = 0;
  std::optional<WallTime> last_called_at;
  Outcome last_outcome = Outcome::kInProgress;  ///< meaningful when called_count > 0
  std::string last_disposition;
  bool finished = false;  ///< final disposition, DNC, or retries used up: not dialed until recycled
  WallTime created_at{}, modified_at{};
};

/// The time zones of one ZoneSetId: IANA names. Empty: unknown, the strictest rule applies.
struct ZoneSet {
  ZoneSetId id;
  std::vector<std::string> zones;
};

// ------------------------------------------------------------------------------- calls

/// One try to reach a lead, as the call log shows it. Exactly one final outcome.
struct Attempt {
  AttemptId id;
  CampaignId campaign;
  LeadId lead;
  LeadsetId leadset;
  std::string phone;
  std::string caller_id;
  TrunkId trunk;
  UserId agent;  ///< who took the call, 0: nobody
  AgentSessionId agent_session;
  Outcome outcome = Outcome::kInProgress;
  int sip_status = 0;  ///< final SIP status, 0: none came
  std::string sip_reason;
  std::string sip_call_id;
  WallTime started_at{};
  std::optional<WallTime> ringing_at, answered_at, connected_at, ended_at;
  std::string ended_by;  ///< customer, agent, carrier, system
  std::string disposition;
  std::string notes;
  std::vector<std::string> tags;  ///< the agent's own words for it, at most 20
  std::optional<WallTime> callback_at;
  std::string recording;  ///< file name below the recordings folder, empty: none
  int64_t recording_ms = 0;
};

/// Why leads are or are not dialable, and how attempts went, for one campaign or leadset.
struct LeadStats {
  int64_t total = 0;
  int64_t dialable = 0;
  int64_t in_progress = 0;
  int64_t answered = 0;
  int64_t failed = 0;
  int64_t dropped = 0;
  /// By the first reason that holds, in this order: leadset_inactive, status, invalid_phone, dnc,
  /// finished, attempts, not_call_until, window, reserved, campaign_inactive.
  std::map<std::string, int64_t> not_dialable;
};

}  // namespace carillon
