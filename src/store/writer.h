// Writer: every change that people and imports make.
#pragma once

#include <string>
#include <vector>

#include "store/reader.h"

namespace carillon::store {

class Outbox;
struct Effects;
struct LeadRows;

/// The changes of one Store::change, inside its transaction: it sees its own writes, and when the
/// work returns an error nothing of it stays. Each function checks its input: kInvalid with the
/// field's name and a sentence, kConflict when a unique name is taken, kNotFound. `save_x` takes
/// the whole record: PATCH is load, modify, save in one change. Runs on the writer thread; lives
/// only while the work runs. Every change goes to the audit log.
class Writer : public Reader {
 public:
  Writer(Database& database, const Outbox& outbox, Effects& effects, Actor actor, WallTime now)
      : Reader(database), outbox_(outbox), effects_(effects), actor_(std::move(actor)), now_(now) {}

  WallTime now() const { return now_; }

  // ---- people. `id` and times of a record to be added are ignored.
  /// `one_time`: with the password one can sign in only to choose another one.
  Result<UserId> add_user(User user, const std::string& password_hash, bool one_time = false);
  Result<void> save_user(const User& user);
  /// Sets the hash and ends the user's web sessions, except the one whose token hash is `keep`.
  Result<void> set_password_hash(UserId id, const std::string& hash, const std::string& keep = {},
                                 bool one_time = false);
  /// Keeps the row for reports; the name is free again. The last administrator stays.
  Result<void> remove_user(UserId id);
  Result<void> set_last_seen(UserId id);
  /// Also sets the user's sip_username. An empty ha1 removes the credential.
  Result<void> set_phone_credential(const PhoneCredential& credential);
  Result<SipProfileId> add_sip_profile(SipProfile profile);
  Result<void> save_sip_profile(const SipProfile& profile);
  Result<void> remove_sip_profile(SipProfileId id);

  // ---- sessions and tokens
  Result<void> add_web_session(const WebSession& session);
  Result<void> touch_web_session(const std::string& token_hash, WallTime expires_at);
  Result<void> remove_web_session(const std::string& token_hash);
  Result<void> remove_web_sessions_of(UserId user);
  Result<TokenId> add_token(Token token);
  Result<void> touch_token(TokenId id);
  Result<void> remove_token(TokenId id);

  // ---- campaigns and what belongs to them
  Result<CampaignId> add_campaign(Campaign campaign);
  Result<void> save_campaign(const Campaign& campaign);
  /// Its leadsets stay, without a campaign.
  Result<void> remove_campaign(CampaignId id);
  Result<ScriptId> add_script(Script script);
  Result<void> save_script(const Script& script);
  Result<void> remove_script(ScriptId id);
  Result<TrunkId> add_trunk(Trunk trunk);
  Result<void> save_trunk(const Trunk& trunk);
  Result<void> remove_trunk(TrunkId id);
  /// For the audit log: somebody calls a number to try the trunk.
  Result<void> note_test_call(TrunkId id, const std::string& number);

  // ---- leads
  Result<LeadsetId> add_leadset(Leadset leadset);
  Result<void> save_leadset(const Leadset& leadset);
  /// Its leads go too, in the background; attempts stay in the call log.
  Result<void> remove_leadset(LeadsetId id);
  /// `lead.phone` must already be E.164 by libphonenumber (store/import validates), with its zone
  /// set.
  Result<LeadId> add_lead(Lead lead);
  /// Writes the contact fields, status, priority, not_call_until, finished and custom columns; the
  /// counters that the system keeps stay. An agreed call-back moves with not_call_until, and is not
  /// lost by an empty one, which is refused.
  Result<void> save_lead(const Lead& lead);
  Result<void> remove_lead(LeadId id);
  /// Many leads at once, for imports: checks as add_lead does and fails as a whole.
  Result<void> add_leads(LeadsetId leadset, ImportId import, const std::vector<Lead>& leads);
  /// Leads of an import, whose fields must have been checked. Staged ones stay out of dialing until
  /// release_leads(): an import is seen whole or not at all (import/staging.cpp).
  Result<void> insert_leads(const LeadRows& leads);
  /// Lets up to `limit` staged leads of an import be dialed, in order of id after `after`, which is
  /// moved on. Returns how many; call it until it says 0: then dialing hears of them.
  Result<int64_t> release_leads(ImportId import, LeadId& after, int64_t limit);
  /// For a LongChange on PostgreSQL: holds, until it ends, the place in which an import promises to
  /// add no number twice, so that another node's import, of which it sees nothing, waits. False:
  /// another one holds it, or a part of it, or more; ask again.
  Result<bool> take_import_turn(DuplicateScope scope, LeadsetId leadset, CampaignId campaign);
  /// The last of a LongChange that brought an import's leads: what others did while they could not
  /// see these. Numbers that were put on a do-not-call list since are not dialed; kConflict when
  /// the leadset, which had `campaign`, has another one or is gone.
  Result<void> settle_import(const Import& import, CampaignId campaign);
  /// Removes up to `limit` leads that belong to the leadset and are older than those of `except`,
  /// save those in a call. Returns how many went; call it until it says 0.
  Result<int64_t> remove_leads(LeadsetId leadset, ImportId except, int64_t limit);
  /// Removes up to `limit` leads that an import brought, save those that were called already: for a
  /// cancelled import. Returns how many went; call it until it says 0.
  Result<int64_t> remove_leads_of_import(ImportId import, int64_t limit);
  /// Asks for a change to many leads, which a thread of the store then makes (lead_job_loop.h).
  Result<LeadJobId> add_lead_change(LeadsetId leadset, const LeadTargets& targets,
                                    const LeadAssignment& assignment, int64_t total);
  Result<LeadJobId> add_lead_deletion(LeadsetId leadset, const LeadTargets& targets, int64_t total);
  /// Data Recycle: finished leads that ended as chosen may be dialed again, with a new count of
  /// attempts. Leads on a do-not-call list stay finished.
  Result<LeadJobId> add_recycle(LeadsetId leadset, const RecycleChoice& choice);
  /// Takes a recycle back, save for leads that were called since. kConflict: already undone, or too
  /// old.
  Result<LeadJobId> add_recycle_undo(LeadJobId recycle);
  /// What was done stays done. kConflict when it has ended.
  Result<void> cancel_lead_job(LeadJobId id);
  /// One batch: the leads that next_of_lead_job() gave for this state of the job. `last`: there are
  /// no more. False: the job has moved on or ended meanwhile, nothing was done.
  Result<bool> advance_lead_job(const LeadJob& job, const std::vector<LeadId>& leads, bool last);
  Result<void> fail_lead_job(LeadJobId id, const std::string& sentence);
  /// Forgets up to `limit` leads that a job has recycled: it cannot be undone any more. Returns how
  /// many.
  Result<int64_t> forget_recycle(LeadJobId id, int64_t limit);
  /// The id of the set of IANA zones, made when it is new. Order and repeats do not matter.
  Result<ZoneSetId> zone_set(std::vector<std::string> zones);
  Result<void> add_dnc(DncEntry entry);
  Result<void> remove_dnc(const std::string& phone, CampaignId campaign);
  /// Many numbers (E.164) at once, some hundred at a time. Returns how many were not listed yet.
  /// The audit log names the upload, not each number.
  Result<int64_t> add_dnc_numbers(const std::vector<std::string>& phones, const DncEntry& entry);
  /// Takes up to `limit` numbers off a list (0: that of all campaigns). Returns how many; call it
  /// until it says 0. The audit log has note_dnc_emptied(), with the first of them.
  Result<int64_t> remove_dnc_numbers(CampaignId list, int64_t limit);
  Result<void> note_dnc_emptied(CampaignId list);
  Result<ImportId> add_dnc_import(DncImport import);
  Result<void> save_dnc_import(const DncImport& import);
  Result<void> add_dnc_rejected_rows(ImportId id, const std::vector<RejectedRow>& rows);
  /// Uploads that a restart broke off.
  Result<void> fail_running_dnc_imports(const std::string& error);

  // ---- imports
  Result<ImportId> add_import(Import import);
  Result<void> save_import(const Import& import);
  Result<void> add_rejected_rows(ImportId id, const std::vector<RejectedRow>& rows);

  // ---- calls
  /// A recording was found that the attempt does not know of. One that it knows stays.
  Result<void> adopt_recording(AttemptId id, const std::string& name, Duration duration);
  /// What an agent has written so far about the call that they have. kConflict: somebody else has
  /// it. Not in the audit log: the disposition is in the timeline.
  Result<void> save_notes(AttemptId id, UserId agent, const std::string& notes,
                          const std::vector<std::string>& tags);
  /// The recording's file is gone.
  Result<void> forget_recording(AttemptId id);

  // ---- call-backs. kNotFound: none is pending; kConflict: the lead is in a call.
  /// Moves a call-back to a time to come, gives it to an agent who takes calls in its campaign, or
  /// to anyone.
  Result<void> save_callback(LeadId lead, const CallbackChange& change);
  /// The lead then goes by the campaign's retry rule for answered calls; without one it is
  /// finished.
  Result<void> cancel_callback(LeadId lead);

  // ---- webhooks
  Result<WebhookId> add_webhook(Webhook webhook);
  /// Writes name, URL, secret, events and whether it is on; what the store keeps stays.
  Result<void> save_webhook(const Webhook& webhook);
  /// What waits for it is dropped.
  Result<void> remove_webhook(WebhookId id);
  /// For the audit log: somebody sends a test.
  Result<void> note_webhook_test(WebhookId id);
  /// Counts an attempt at the first delivery that waits and claims it for a node for a minute, if
  /// the webhook is on and its next attempt is due.
  Result<NextDelivery> begin_delivery(WebhookId id, const std::string& node);
  Result<void> end_delivery(const DeliveryOutcome& outcome);
  /// Puts a delivery back to where its number belongs, and has the next attempt made at once.
  /// kConflict while the webhook is off.
  Result<WebhookDelivery> retry_delivery(WebhookId id, WebhookDeliveryId delivery);
  /// Removes up to `limit` deliveries that ended before `before`, or whose webhook is gone. Returns
  /// how many; call it until it says 0.
  Result<int64_t> forget_deliveries(WallTime before, int64_t limit);

  // ---- settings
  Result<void> save_settings(const Settings& settings);

 private:
  /// Notes a change for record_changed and the audit log. `changes` is JSON, see audit.h.
  void note(RecordKind kind, int64_t id, const std::string& action,
            const std::string& changes = "{}");
  Result<void> check_user(const User& user);
  Result<void> check_last_administrator(const User& before);
  Result<void> check_campaign(const Campaign& campaign);
  Result<void> check_trunk(const Trunk& trunk);
  Result<void> check_sip_profile(const SipProfile& profile);
  Result<void> check_script(const Script& script);
  Result<void> check_leadset(const Leadset& leadset);
  /// kConflict when another row of `table` has this name. `alive`: one more condition, or empty.
  Result<void> check_name_free(const std::string& table, const std::string& column,
                               const std::string& name, int64_t id, const std::string& alive);
  void write_campaign_lists(const Campaign& campaign);
  void mark_campaigns_of_agent(UserId agent);
  void mark_campaigns_of_trunk(TrunkId trunk);
  Result<LeadJobId> add_lead_job(LeadJob job);
  Result<int64_t> run_lead_job(const LeadJob& job, const std::vector<LeadId>& leads);
  int64_t recycle_leads(const LeadJob& job, const std::vector<LeadId>& leads);
  int64_t undo_recycle(const LeadJob& job, const std::vector<LeadId>& leads);
  void mark_leads(LeadsetId leadset, bool dialing_sees_it);
  Result<Callback> free_callback(LeadId lead);
  void callback_changed(const Callback& before);
  void flag_dnc(const std::string& phone);
  void mark_campaigns_with(const std::vector<std::string>& phones);
  int64_t insert_dnc(const std::vector<std::string>& phones, const DncEntry& entry);
  void flag_leads_of(const std::vector<std::string>& phones, CampaignId campaign);

  const Outbox& outbox_;
  Effects& effects_;
  Actor actor_;
  WallTime now_;
};

}  // namespace carillon::store
