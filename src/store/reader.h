// Reader: every question that can be put to the database.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "core/messages/records.h"
#include "store/rows.h"

namespace carillon::store {

class Database;

/// Answers whether a zone set lies inside a campaign's call window at a time.
using ZoneOpen = std::function<bool(const Campaign&, const ZoneSet&, WallTime)>;

/// Plain synchronous questions over one database connection. Given to the work of Store::read (on a
/// reader thread) and, as part of Writer, of Store::change; lives as long as that work runs, never
/// keep it. A missing record is kNotFound, a failing database kStorage or kUnavailable.
class Reader {
 public:
  explicit Reader(Database& database) : db_(database) {}

  // ---- people (users.cpp)
  Result<Page<User>> users(const ListQuery& query);
  Result<User> user(UserId id);
  /// kNotFound also when the user was deleted; inactive users are returned.
  Result<User> user_by_username(const std::string& username);
  /// argon2id text as the API stored it; empty: no password set.
  Result<std::string> password_hash(UserId id);
  /// The password was made by somebody else, for the first sign-in only.
  Result<bool> has_one_time_password(UserId id);
  Result<std::vector<User>> active_people();
  Result<int64_t> count_administrators();
  Result<std::vector<PhoneCredential>> phone_credentials();
  Result<Page<SipProfile>> sip_profiles(const ListQuery& query);
  Result<SipProfile> sip_profile(SipProfileId id);

  // ---- sessions and tokens (access.cpp). Expired ones are kNotFound.
  Result<WebSession> web_session(const std::string& token_hash, WallTime now);
  Result<Page<Token>> tokens(const ListQuery& query);
  Result<Token> token(TokenId id);
  Result<Token> token_by_hash(const std::string& token_hash, WallTime now);

  // ---- campaigns (campaigns.cpp, trunks.cpp)
  Result<Page<Campaign>> campaigns(const ListQuery& query);
  Result<std::vector<Campaign>> all_campaigns();
  Result<Campaign> campaign(CampaignId id);
  /// A removed one, too: agents finish their calls in it.
  Result<Campaign> campaign_even_removed(CampaignId id);
  Result<std::vector<Campaign>> campaigns_of_agent(UserId agent);
  Result<Page<Script>> scripts(const ListQuery& query);
  Result<Script> script(ScriptId id);
  Result<Page<Trunk>> trunks(const ListQuery& query);
  Result<std::vector<Trunk>> all_trunks();
  /// As telephony gets them: a trunk without a From domain has that of the settings.
  Result<std::vector<Trunk>> trunks_to_call_by();
  Result<Trunk> trunk(TrunkId id);

  // ---- leads (leadsets.cpp, leads.cpp, lead_stats.cpp, dnc.cpp)
  Result<Page<Leadset>> leadsets(const ListQuery& query);
  /// Those of one campaign.
  Result<std::vector<Leadset>> leadsets_of(CampaignId campaign);
  Result<Leadset> leadset(LeadsetId id);
  /// Removed ones whose leads are still to be deleted.
  Result<std::vector<LeadsetId>> removed_leadsets_with_leads();
  /// Search as LeadFilter::search. Sorts by id, phone, status, first_name, last_name,
  /// last_called_at: what has an index.
  Result<Page<Lead>> leads(const LeadFilter& filter, const ListQuery& query);
  /// The same by keyset and without a count, for lists of millions (lead_pages.cpp).
  Result<LeadPage> lead_page(const LeadFilter& filter, const LeadPageQuery& query);
  Result<int64_t> count_matching(const LeadFilter& filter);
  Result<LeadValues> lead_values(LeadsetId leadset);
  Result<Lead> lead(LeadId id);
  /// The phones among `phones` that the scope already holds. `leadset` names the leadset itself, or
  /// the campaign through it.
  Result<std::unordered_set<std::string>> known_phones(const std::vector<std::string>& phones,
                                                       DuplicateScope scope, LeadsetId leadset);
  /// The same for the chunks of an import (import/import_queries.cpp). `replacing`: the import that
  /// is going to replace the leadset's leads, none of which counts but its own; 0: all count.
  Result<std::unordered_set<std::string>> known_phones_for_import(
      const std::vector<std::string>& phones, DuplicateScope scope, LeadsetId leadset,
      ImportId replacing);
  /// Whether the same scope has any lead from before the import `own` had its first.
  Result<bool> has_leads_for_import(DuplicateScope scope, LeadsetId leadset, ImportId replacing,
                                    ImportId own);
  /// Where the leads and the do-not-call lists end now.
  Result<ImportMarks> import_marks();
  /// Whether anybody but the import has added leads after `after`.
  Result<bool> others_added_leads(LeadId after, ImportId own);
  /// The phones among `phones` that are on the system's do-not-call list or on that of the
  /// leadset's campaign (import/import_queries.cpp).
  Result<std::unordered_set<std::string>> dnc_phones(const std::vector<std::string>& phones,
                                                     LeadsetId leadset);
  // Jobs over many leads (lead_jobs.cpp, recycle.cpp)
  Result<LeadJob> lead_job(LeadJobId id);
  /// The newest `limit` of a leadset.
  Result<std::vector<LeadJob>> lead_jobs(LeadsetId leadset, int64_t limit);
  /// Those in state running, the oldest first.
  Result<std::vector<LeadJob>> running_lead_jobs();
  /// The next leads of a job after `after`, in order of id; fewer than `limit`: there are no more.
  Result<std::vector<LeadId>> next_of_lead_job(const LeadJob& job, LeadId after, int64_t limit);
  Result<std::vector<RecycleGroup>> recycle_groups(LeadsetId leadset);
  /// Jobs that ended before `before` and still keep what leads were.
  Result<std::vector<LeadJobId>> recycles_to_forget(WallTime before);
  Result<LeadsetActivity> leadset_activity(LeadsetId leadset);
  Result<std::vector<ZoneSet>> zone_sets();
  /// Where a lead may be; empty: unknown.
  Result<std::vector<std::string>> zones_of_lead(LeadId lead);
  /// `zone_open` decides the reason "window"; empty: every zone set counts as open.
  Result<LeadStats> campaign_stats(CampaignId campaign, WallTime now, const ZoneOpen& zone_open);
  Result<LeadStats> leadset_stats(LeadsetId leadset, WallTime now, const ZoneOpen& zone_open);
  Result<LeadAnswer> why(LeadId lead, WallTime now, const ZoneOpen& zone_open);
  /// `list`: a campaign's, 0 the system-wide one, nothing: all.
  Result<Page<DncEntry>> dnc(const ListQuery& query, std::optional<CampaignId> list = {});
  /// Up to `limit` entries after `after`, in order of phone and campaign.
  Result<std::vector<DncEntry>> dnc_after(const DncEntry& after, std::optional<CampaignId> list,
                                          int64_t limit);
  Result<DncImport> dnc_import(ImportId id);
  /// The newest.
  Result<std::vector<DncImport>> dnc_imports(int64_t limit);
  Result<std::vector<RejectedRow>> dnc_rejected_rows(ImportId id, int64_t after_row, int64_t limit);
  Result<bool> on_dnc(const std::string& phone, CampaignId campaign);

  // ---- calls (attempts.cpp). Sorts by id, started_at, ended_at, phone, outcome, disposition.
  Result<Page<Attempt>> attempts(const AttemptFilter& filter, const ListQuery& query);
  /// Up to `limit` attempts after `last` in order of their start and id. Begins with Attempt{}.
  Result<std::vector<Attempt>> attempts_after(const AttemptFilter& filter, const Attempt& last,
                                              int64_t limit);
  Result<Attempt> attempt(AttemptId id);
  Result<std::vector<AttemptEvent>> attempt_events(AttemptId id);
  Result<std::vector<Attempt>> attempts_of_lead(LeadId lead);
  /// Up to `limit` attempts of the node that began before `before` and still have a recording.
  Result<std::vector<Attempt>> recordings_before(const std::string& node, WallTime before,
                                                 int64_t limit);
  /// The recording's name, perhaps empty, of each of these attempts that exists.
  Result<std::map<AttemptId, std::string>> recordings_of(const std::vector<AttemptId>& ids);
  /// The calls that an agent has taken since `from`.
  Result<AgentDay> agent_day(UserId agent, WallTime from);
  Result<Page<AgentSessionRow>> agent_sessions(UserId agent, const ListQuery& query);
  Result<std::vector<AgentStateRow>> agent_states(AgentSessionId session);

  // ---- call-backs (callbacks.cpp). Sorts by due_at, phone, last_name; search in phone and names.
  Result<Page<Callback>> callbacks(const CallbackFilter& filter, const ListQuery& query);
  /// That of a lead.
  Result<Callback> callback(LeadId lead);

  // ---- imports (imports.cpp)
  Result<Import> import(ImportId id);
  Result<std::vector<Import>> imports_of(LeadsetId leadset);
  /// Those in state running, for going on after a restart.
  Result<std::vector<Import>> running_imports();
  /// In order of row; for paging give the last row seen as `after_row`.
  Result<std::vector<RejectedRow>> rejected_rows(ImportId id, int64_t after_row, int64_t limit);

  // ---- webhooks (webhooks.cpp, webhook_deliveries.cpp)
  Result<Page<Webhook>> webhooks(const ListQuery& query);
  Result<Webhook> webhook(WebhookId id);
  /// The newest before `before`; 0: the newest of all.
  Result<std::vector<WebhookDelivery>> webhook_deliveries(WebhookId id, WebhookDeliveryId before,
                                                          int64_t limit);

  Result<WebhookBacklog> webhook_backlog();

  // ---- settings and audit (settings.cpp)
  Result<Settings> settings();
  Result<Page<AuditEntry>> audit(const ListQuery& query);
  Result<Page<AuditEntry>> audit(const AuditFilter& filter, const ListQuery& query);

 protected:
  Database& db_;
};

}  // namespace carillon::store
