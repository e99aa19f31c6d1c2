// Rows: what the store keeps beyond core/messages/records.h, and how lists are asked for.
//
// Field names are the names in SQL and in the API's JSON.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/messages/records.h"

namespace carillon::store {

/// Who makes a change, for the audit log. Default: the system itself.
struct Actor {
  UserId user;
  std::string name = "system";
  std::string address;  ///< of the client, empty: none
};

/// The kinds of records that `record_changed` and the audit log name.
enum class RecordKind {
  kUser,
  kCampaign,
  kScript,
  kLeadset,
  kLead,
  kLeadJob,
  kTrunk,
  kSipProfile,
  kToken,
  kDnc,
  kImport,
  kSetting,
  kAttempt,
  kWebhook,
  kCallback,  ///< its id is that of the agent, 0: for anyone
};
/// `user`, `campaign`, ... as the API's record_changed event says it.
std::string_view to_string(RecordKind kind);

/// How a list is asked for. `sort` is a column name, `-` in front for descending; an unknown one is
/// kInvalid with field "sort". `limit` is 1 to 1000.
struct ListQuery {
  int64_t offset = 0;
  int64_t limit = 100;
  std::string search;
  std::string sort;
};

/// What holds for the whole installation.
struct Settings {
  int64_t recordings_keep_days = 0;  ///< 0: for ever; at most 3650
  std::string domain;                ///< From of trunks that name none; empty: our own address
};

template <class T>
struct Page {
  std::vector<T> items;
  int64_t total = 0;  ///< of all that match, not only of this page
};

/// A signed-in browser. Only the hash of the cookie's token is kept.
struct WebSession {
  std::string token_hash;
  UserId user;
  std::string csrf_token;
  std::string address;
  std::string user_agent;
  WallTime created_at{};
  WallTime expires_at{};
  WallTime last_used_at{};
};

/// An API token of a program. Only its hash is kept.
struct Token {
  TokenId id;
  std::string name;
  std::string token_hash;  ///< never returned by the API
  Role role = Role::kSupervisor;
  UserId created_by;
  WallTime created_at{};
  std::optional<WallTime> expires_at;
  std::optional<WallTime> last_used_at;
};

struct DncEntry {
  std::string phone;
  CampaignId campaign;  ///< 0: system-wide
  std::string reason;
  UserId added_by;
  WallTime created_at{};
};

enum class ImportState { kRunning, kDone, kFailed, kCancelled };

/// One upload of do-not-call numbers. rows = accepted + rejected + duplicates.
struct DncImport {
  ImportId id;
  CampaignId campaign;  ///< 0: the system-wide list
  UserId created_by;
  ImportState state = ImportState::kRunning;
  std::string name;  ///< of the file, as the client called it
  int64_t bytes_total = 0, bytes_done = 0;
  int64_t rows = 0, accepted = 0, rejected = 0;
  int64_t duplicates = 0;  ///< listed already
  std::string error;       ///< sentence when failed
  WallTime created_at{};
  std::optional<WallTime> ended_at;
};

struct LeadFilter {
  LeadsetId leadset;  ///< required
  std::string status;
  std::string last_disposition;
  std::optional<bool> finished;
  std::optional<Outcome> last_outcome = {};
  std::string search = {};  ///< the beginning of a phone, a first or a last name; with @: an email
  /// The beginning of what a column holds, without regard to case: the name of a text column, or
  /// "custom:" and the name of an own column. At most kMostConditions.
  std::map<std::string, std::string> where = {};

  static constexpr size_t kMostConditions = 10;
};

/// How a page of leads is asked for. `sort`: id, phone, status, first_name, last_name or
/// last_called_at, `-` in front for descending: what has an index.
struct LeadPageQuery {
  int64_t offset = 0;  ///< from `after` on; leads that are passed over cost little, but not nothing
  int64_t limit = 100;
  std::string sort = {};
  std::string after = {};  ///< LeadPage::next of the page before; empty: from the first lead
  bool count = true;  ///< whether `total` is wanted: among millions it takes longer than the page
};

struct LeadPage {
  std::vector<Lead> items;
  std::optional<int64_t> total;  ///< when asked for, or known anyway
  std::string next;              ///< where the next page begins; empty: no leads on this one
};

/// What the leads of a leadset hold, for the choices of a filter: of columns with few values.
struct LeadValues {
  std::vector<std::string> statuses, dispositions, custom_columns;
};

enum class LeadJobAction {
  kChange,   ///< sets one field
  kDelete,   ///< all but leads in a call
  kRecycle,  ///< Data Recycle
  kUndo,     ///< takes a recycle back, but for leads that were called since
};
std::string_view name_of(LeadJobAction action);
enum class LeadJobState { kRunning, kDone, kFailed, kCancelled };
std::string_view name_of(LeadJobState state);

/// One change to many leads, in batches (lead_jobs.cpp). `options` is JSON that only the store
/// reads.
struct LeadJob {
  LeadJobId id;
  LeadsetId leadset;
  UserId created_by;
  LeadJobAction action = LeadJobAction::kChange;
  LeadJobState state = LeadJobState::kRunning;
  std::string options;
  int64_t total = 0;    ///< leads that it was asked for
  int64_t done = 0;     ///< of them changed, deleted, brought back
  int64_t skipped = 0;  ///< in a call, changed meanwhile, called since
  LeadId cursor;        ///< the last lead that was looked at
  LeadId up_to;         ///< leads that came later are none of its business
  LeadJobId undoes;
  bool undone = false;
  std::string error;  ///< sentence when failed
  WallTime created_at{};
  std::optional<WallTime> ended_at;
};

/// Which leads a job is about: those with these ids, or those that match.
struct LeadTargets {
  std::vector<LeadId> ids;  ///< at most kMostIds; empty: `filter` says it
  LeadFilter filter;

  static constexpr size_t kMostIds = 10'000;
};

/// What a job of action kChange does: one field for every lead.
struct LeadAssignment {
  std::string field;  ///< a column's name, or "custom:" and the name of an own column
  std::string text = {};
  int64_t number = 0;  ///< of priority and not_call_until
};

/// Finished leads that Data Recycle could bring back, by how they ended. Leads with a disposition
/// count by that, whatever the outcome.
struct RecycleGroup {
  std::string disposition;         ///< empty: none was given
  std::optional<Outcome> outcome;  ///< of leads without a disposition
  int64_t leads = 0;
  bool allowed = true;  ///< false: the disposition is not recyclable in the campaign
};
struct RecycleChoice {
  std::vector<Outcome> outcomes;
  std::vector<std::string> dispositions;
};

/// What came of the calls to a leadset's leads.
struct LeadsetActivity {
  int64_t in_progress = 0, ringing = 0, connected = 0;  ///< calls now
  std::map<Outcome, int64_t> outcomes;                  ///< of calls that have ended
  std::map<std::string, int64_t> dispositions;          ///< "": answered, none given
  /// Of each agent's calls; 0 is nobody.
  std::map<UserId, std::map<std::string, int64_t>> agents;
};

struct AttemptFilter {
  CampaignId campaign;
  LeadsetId leadset;
  LeadId lead;
  UserId agent;
  std::optional<Outcome> outcome;
  std::string disposition;
  std::string phone;  ///< whole number or its beginning
  std::optional<WallTime> from, to;
};

/// A call-back that was agreed with a lead and is still to be made.
struct Callback {
  LeadId lead;
  std::string first_name, last_name, phone;
  LeadsetId leadset;
  CampaignId campaign;
  WallTime due_at{};
  UserId agent;                    ///< 0: for anyone
  std::vector<std::string> zones;  ///< where the lead may be; empty: unknown
  AttemptId attempt;               ///< that agreed on it; 0: not in the call log any more
  UserId promised_by;              ///< the agent of that attempt
  std::string notes;               ///< of that attempt
  bool calling = false;            ///< the lead is in a call now
};

struct CallbackFilter {
  CampaignId campaign = {};
  LeadsetId leadset = {};
  std::optional<UserId> agent = {};    ///< 0: those for anyone
  std::optional<WallTime> from = {};   ///< due at or after
  std::optional<WallTime> to = {};     ///< due before
  std::optional<UserId> seen_by = {};  ///< an agent: their own, and those for anyone of
                                       ///< their campaigns
};

struct CallbackChange {
  std::optional<WallTime> due_at = {};
  std::optional<UserId> agent = {};  ///< 0: for anyone
};

/// An agent's calls since some moment, counted.
struct AgentDay {
  int64_t calls = 0;
  int64_t talk_ms = 0;  ///< of those that have ended
  std::map<std::string, int64_t> dispositions;
};

/// One line of an attempt's timeline.
struct AttemptEvent {
  WallTime at{};
  std::string kind;  ///< placed, ringing, answered, connected, ended, disposition, recording,
                     ///< interrupted
  std::string detail;
};

/// One agent session, as history.
struct AgentSessionRow {
  AgentSessionId id;
  UserId agent;
  CampaignId campaign;
  WallTime started_at{};
  std::optional<WallTime> ended_at;
  std::string end_reason;
};

struct AgentStateRow {
  AgentSessionId session;
  std::string state;
  std::string reason;
  WallTime at{};
};

/// Why a lead is or is not dialed now (PRODUCT rule 7).
struct LeadAnswer {
  bool dialable = false;
  std::string reason;    ///< as in LeadStats::not_dialable; empty when dialable
  std::string sentence;  ///< for a person, says what to do
};

/// One upload of leads. `options` is JSON that only the importer reads.
struct Import {
  ImportId id;
  LeadsetId leadset;
  UserId created_by;
  ImportState state = ImportState::kRunning;
  std::string file;  ///< name of the kept upload, relative to the uploads folder
  std::string options;
  int64_t bytes_total = 0, bytes_done = 0;
  int64_t rows = 0, accepted = 0, rejected = 0, duplicates = 0;
  std::string error;  ///< sentence when failed
  WallTime created_at{};
  std::optional<WallTime> ended_at;
};

struct RejectedRow {
  int64_t row = 0;  ///< 1-based line of the file
  std::string reason;
  std::string content;
};

/// Where the leads and the do-not-call lists end: what is added later comes after it.
struct ImportMarks {
  LeadId last_lead;
  int64_t last_dnc = 0;
  bool certain = false;  ///< false on PostgreSQL, where others write at the same time
};

using WebhookId = Id<struct WebhookTag>;
using WebhookDeliveryId = Id<struct WebhookDeliveryTag>;

/// What webhooks can be told of, by the names that never change (docs/WEBHOOKS.md).
namespace webhook_events {
inline constexpr const char* kCallEnded = "call.ended";
inline constexpr const char* kDispositionSet = "disposition.set";
inline constexpr const char* kRecordingReady = "recording.ready";
inline constexpr const char* kLeadChanged = "lead.changed";
inline constexpr const char* kImportEnded = "import.ended";
inline constexpr const char* kAgentState = "agent.state";
inline constexpr std::array kAll{kCallEnded,   kDispositionSet, kRecordingReady,
                                 kLeadChanged, kImportEnded,    kAgentState};
}  // namespace webhook_events

/// Somebody's URL that is told of events.
struct Webhook {
  WebhookId id;
  std::string name;
  std::string url;
  std::string secret;  ///< the key of the signatures; never returned by the API
  std::vector<std::string> events;
  bool active = true;
  UserId created_by;
  WallTime created_at{};
  // Kept by the store:
  std::string previous_secret;  ///< signs, too, until:
  std::optional<WallTime> previous_secret_until;
  int64_t last_sequence = 0;
  int64_t dropped = 0;   ///< events, because too many waited
  int64_t failures = 0;  ///< in a row
  std::optional<WallTime> failing_since, retry_at;
  std::string last_error;  ///< sentence; empty once an attempt succeeded
  std::optional<WallTime> last_success_at;
  int64_t waiting = 0;  ///< events that are still to be delivered; filled when read
};

/// What webhooks that are switched on have still to be told.
struct WebhookBacklog {
  int64_t waiting = 0;
  std::optional<WallTime> oldest;  ///< since when the oldest of them waits
};

enum class DeliveryState {
  kWaiting,
  kDelivered,
  kGivenUp,
};
std::string_view name_of(DeliveryState state);

/// One event on its way to one webhook.
struct WebhookDelivery {
  WebhookDeliveryId id;
  WebhookId webhook;
  int64_t sequence = 0;  ///< 1, 2, 3 ... of this webhook
  std::string event;
  WallTime at{};     ///< when it happened
  std::string data;  ///< JSON object
  DeliveryState state = DeliveryState::kWaiting;
  int64_t attempts = 0;
  int64_t http_status = 0;  ///< of the last attempt; 0: no answer
  std::string error;        ///< of the last attempt, a sentence
  WallTime queued_at{};
  std::optional<WallTime> tried_at, ended_at;
};

/// What a webhook's sender has to do.
struct NextDelivery {
  Webhook webhook;
  std::optional<WebhookDelivery> delivery;  ///< to be sent now
  std::optional<WallTime> look_again;       ///< else: when there may be something
};

/// What came of an attempt.
struct DeliveryOutcome {
  WebhookDeliveryId delivery;
  WebhookId webhook;
  bool delivered = false;
  bool gone = false;  ///< the receiver wants no more: the webhook is switched off
  int64_t http_status = 0;
  std::string error = {};
  Duration retry_after{};
};

/// Where a phone counts as a duplicate.
enum class DuplicateScope { kLeadset, kCampaign, kEverywhere };

/// Which entries of the audit log; empty and 0: all.
struct AuditFilter {
  UserId user;
  std::string kind;
  std::string action;
  int64_t record_id = 0;
  std::optional<WallTime> from, to;
  int64_t after_id = 0;  ///< for reading on
};

/// What an event of a webhook tells of, as it is in the event's transaction.
struct WebhookSubject {
  std::optional<Attempt> call;
  std::optional<Lead> lead;
  std::optional<Import> import;
  std::optional<AgentSessionRow> agent_session;
  std::optional<AgentStateRow> agent_state;
};
/// Writes it as a JSON object; the API supplies it, so that records look the same everywhere.
using WebhookData = std::function<std::string(const WebhookSubject&)>;

struct AuditEntry {
  int64_t id = 0;
  WallTime at{};
  Actor actor;
  std::string kind;  ///< of the record, as to_string(RecordKind)
  int64_t record_id = 0;
  std::string action;   ///< created, changed, deleted, ...
  std::string changes;  ///< JSON object of field -> [before, after]; secrets are left out
};

}  // namespace carillon::store
