// The columns of each record: one list that SELECT, INSERT, UPDATE and the audit log are made from.
//
// for_columns(record, visit) calls visit("column", field) for each column in order; `id` comes
// first where there is one.
#pragma once

#include "core/messages/records.h"
#include "store/rows.h"

namespace carillon::store {

template <class Record, class Wanted>
concept Of = std::is_same_v<std::remove_cvref_t<Record>, Wanted>;

void for_columns(Of<SipProfile> auto&& profile, auto&& visit) {
  visit("id", profile.id);
  visit("name", profile.name);
  visit("protocol", profile.protocol);
  visit("codecs", profile.codecs);
  visit("channels", profile.channels);
  visit("cps", profile.cps);
  visit("dial_pattern", profile.dial_pattern);
  visit("bandwidth_kbps", profile.bandwidth_kbps);
  visit("sip_ping", profile.sip_ping);
}

void for_columns(Of<User> auto&& user, auto&& visit) {
  visit("id", user.id);
  visit("username", user.username);
  visit("name", user.name);
  visit("role", user.role);
  visit("active", user.active);
  visit("line", user.line);
  visit("sip_profile_id", user.sip_profile);
  visit("sip_username", user.sip_username);
  visit("created_at", user.created_at);
  visit("last_seen_at", user.last_seen_at);
}

void for_columns(Of<WebSession> auto&& session, auto&& visit) {
  visit("token_hash", session.token_hash);
  visit("user_id", session.user);
  visit("csrf_token", session.csrf_token);
  visit("address", session.address);
  visit("user_agent", session.user_agent);
  visit("created_at", session.created_at);
  visit("expires_at", session.expires_at);
  visit("last_used_at", session.last_used_at);
}

void for_columns(Of<Token> auto&& token, auto&& visit) {
  visit("id", token.id);
  visit("name", token.name);
  visit("token_hash", token.token_hash);
  visit("role", token.role);
  visit("created_by", token.created_by);
  visit("created_at", token.created_at);
  visit("expires_at", token.expires_at);
  visit("last_used_at", token.last_used_at);
}

void for_columns(Of<Trunk> auto&& trunk, auto&& visit) {
  visit("id", trunk.id);
  visit("name", trunk.name);
  visit("active", trunk.active);
  visit("host", trunk.host);
  visit("port", trunk.port);
  visit("transport", trunk.transport);
  visit("username", trunk.username);
  visit("password", trunk.password);
  visit("from_domain", trunk.from_domain);
  visit("tech_prefix", trunk.tech_prefix);
  visit("cps", trunk.cps);
  visit("channels", trunk.channels);
  visit("options_ping", trunk.options_ping);
  visit("ping_interval_s", trunk.ping_interval_s);
  visit("session_timers", trunk.session_timers);
  visit("codecs", trunk.codecs);
}

/// Each is a row of its own.
void for_columns(Of<Settings> auto&& settings, auto&& visit) {
  visit("recordings_keep_days", settings.recordings_keep_days);
  visit("domain", settings.domain);
}

void for_columns(Of<Script> auto&& script, auto&& visit) {
  visit("id", script.id);
  visit("name", script.name);
  visit("body", script.body);
}

/// Its trunks and agents have tables of their own.
void for_columns(Of<Campaign> auto&& campaign, auto&& visit) {
  visit("id", campaign.id);
  visit("name", campaign.name);
  visit("type", campaign.type);
  visit("active", campaign.active);
  visit("script_id", campaign.script);
  visit("notes", campaign.notes);
  visit("caller_id", campaign.caller_id);
  visit("source_statuses", campaign.source_statuses);
  visit("outbound_multiplier", campaign.outbound_multiplier);
  visit("tech_prefix", campaign.tech_prefix);
  visit("channels", campaign.channels);
  visit("cps", campaign.cps);
  visit("ring_timeout_ms", campaign.ring_timeout_ms);
  visit("answer_wait_ms", campaign.answer_wait_ms);
  visit("wrap_up_limit_ms", campaign.wrap_up_limit_ms);
  visit("window_from_min", campaign.window_from_min);
  visit("window_to_min", campaign.window_to_min);
  visit("max_attempts", campaign.max_attempts);
  visit("retry_rules", campaign.retry_rules);
  visit("recording", campaign.recording);
  visit("transfer_allowed", campaign.transfer_allowed);
  visit("drop_message", campaign.drop_message);
  visit("dispositions", campaign.dispositions);
}

void for_columns(Of<Leadset> auto&& leadset, auto&& visit) {
  visit("id", leadset.id);
  visit("name", leadset.name);
  visit("description", leadset.description);
  visit("campaign_id", leadset.campaign);
  visit("active", leadset.active);
}

void for_columns(Of<ZoneSet> auto&& set, auto&& visit) {
  visit("id", set.id);
  visit("zones", set.zones);
}

/// What people may write of a lead.
void for_contact_columns(Of<Lead> auto&& lead, auto&& visit) {
  visit("leadset_id", lead.leadset);
  visit("phone", lead.phone);
  visit("status", lead.status);
  visit("title", lead.title);
  visit("first_name", lead.first_name);
  visit("middle_initial", lead.middle_initial);
  visit("last_name", lead.last_name);
  visit("gender", lead.gender);
  visit("date_of_birth", lead.date_of_birth);
  visit("business", lead.business);
  visit("address1", lead.address1);
  visit("address2", lead.address2);
  visit("address3", lead.address3);
  visit("city", lead.city);
  visit("state", lead.state);
  visit("province", lead.province);
  visit("postal_code", lead.postal_code);
  visit("country_code", lead.country_code);
  visit("phone_code", lead.phone_code);
  visit("alternative_phone", lead.alternative_phone);
  visit("email", lead.email);
  visit("comments", lead.comments);
  visit("vendor_lead_code", lead.vendor_lead_code);
  visit("source_id", lead.source_id);
  visit("owner", lead.owner);
  visit("security_phrase", lead.security_phrase);
  visit("time_zone", lead.time_zone);
  visit("priority", lead.priority);
  visit("zone_set_id", lead.zone_set);
  visit("not_call_until", lead.not_call_until);
  visit("custom", lead.custom);
  visit("finished", lead.finished);
}

void for_columns(Of<Lead> auto&& lead, auto&& visit) {
  visit("id", lead.id);
  for_contact_columns(lead, visit);
  visit("called_count", lead.called_count);
  visit("last_called_at", lead.last_called_at);
  visit("last_outcome", lead.last_outcome);
  visit("last_disposition", lead.last_disposition);
  visit("created_at", lead.created_at);
  visit("modified_at", lead.modified_at);
}

void for_columns(Of<DncEntry> auto&& entry, auto&& visit) {
  visit("phone", entry.phone);
  visit("campaign_id", entry.campaign);
  visit("reason", entry.reason);
  visit("added_by", entry.added_by);
  visit("created_at", entry.created_at);
}

void for_columns(Of<DncImport> auto&& import, auto&& visit) {
  visit("id", import.id);
  visit("campaign_id", import.campaign);
  visit("created_by", import.created_by);
  visit("state", import.state);
  visit("name", import.name);
  visit("bytes_total", import.bytes_total);
  visit("bytes_done", import.bytes_done);
  visit("rows_read", import.rows);
  visit("accepted", import.accepted);
  visit("rejected", import.rejected);
  visit("duplicates", import.duplicates);
  visit("error", import.error);
  visit("created_at", import.created_at);
  visit("ended_at", import.ended_at);
}

void for_columns(Of<Callback> auto&& callback, auto&& visit) {
  visit("lead_id", callback.lead);
  visit("first_name", callback.first_name);
  visit("last_name", callback.last_name);
  visit("phone", callback.phone);
  visit("leadset_id", callback.leadset);
  visit("campaign_id", callback.campaign);
  visit("due_at", callback.due_at);
  visit("agent_id", callback.agent);
  visit("zones", callback.zones);
  visit("attempt_id", callback.attempt);
  visit("promised_by", callback.promised_by);
  visit("notes", callback.notes);
  visit("calling", callback.calling);
}

/// What the core says while the call goes on and when it ends.
void for_call_columns(Of<Attempt> auto&& attempt, auto&& visit) {
  visit("caller_id", attempt.caller_id);
  visit("trunk_id", attempt.trunk);
  visit("agent_id", attempt.agent);
  visit("agent_session_id", attempt.agent_session);
  visit("outcome", attempt.outcome);
  visit("sip_status", attempt.sip_status);
  visit("sip_reason", attempt.sip_reason);
  visit("sip_call_id", attempt.sip_call_id);
  visit("ringing_at", attempt.ringing_at);
  visit("answered_at", attempt.answered_at);
  visit("connected_at", attempt.connected_at);
  visit("ended_at", attempt.ended_at);
  visit("ended_by", attempt.ended_by);
}

void for_columns(Of<Attempt> auto&& attempt, auto&& visit) {
  visit("id", attempt.id);
  visit("campaign_id", attempt.campaign);
  visit("lead_id", attempt.lead);
  visit("leadset_id", attempt.leadset);
  visit("phone", attempt.phone);
  visit("started_at", attempt.started_at);
  for_call_columns(attempt, visit);
  visit("disposition", attempt.disposition);
  visit("notes", attempt.notes);
  visit("tags", attempt.tags);
  visit("callback_at", attempt.callback_at);
  visit("recording", attempt.recording);
  visit("recording_ms", attempt.recording_ms);
}

void for_columns(Of<AttemptEvent> auto&& event, auto&& visit) {
  visit("at", event.at);
  visit("kind", event.kind);
  visit("detail", event.detail);
}

void for_columns(Of<AgentSessionRow> auto&& session, auto&& visit) {
  visit("id", session.id);
  visit("agent_id", session.agent);
  visit("campaign_id", session.campaign);
  visit("started_at", session.started_at);
  visit("ended_at", session.ended_at);
  visit("end_reason", session.end_reason);
}

void for_columns(Of<AgentStateRow> auto&& state, auto&& visit) {
  visit("session_id", state.session);
  visit("state", state.state);
  visit("reason", state.reason);
  visit("at", state.at);
}

void for_columns(Of<Import> auto&& import, auto&& visit) {
  visit("id", import.id);
  visit("leadset_id", import.leadset);
  visit("created_by", import.created_by);
  visit("state", import.state);
  visit("file", import.file);
  visit("options", import.options);
  visit("bytes_total", import.bytes_total);
  visit("bytes_done", import.bytes_done);
  visit("rows_read", import.rows);
  visit("accepted", import.accepted);
  visit("rejected", import.rejected);
  visit("duplicates", import.duplicates);
  visit("error", import.error);
  visit("created_at", import.created_at);
  visit("ended_at", import.ended_at);
}

void for_columns(Of<LeadJob> auto&& job, auto&& visit) {
  visit("id", job.id);
  visit("leadset_id", job.leadset);
  visit("created_by", job.created_by);
  visit("action", job.action);
  visit("state", job.state);
  visit("options", job.options);
  visit("total", job.total);
  visit("done", job.done);
  visit("skipped", job.skipped);
  visit("cursor_id", job.cursor);
  visit("up_to_id", job.up_to);
  visit("undoes_id", job.undoes);
  visit("undone", job.undone);
  visit("error", job.error);
  visit("created_at", job.created_at);
  visit("ended_at", job.ended_at);
}

/// What people write of a webhook.
void for_settings_columns(Of<Webhook> auto&& webhook, auto&& visit) {
  visit("name", webhook.name);
  visit("url", webhook.url);
  visit("secret", webhook.secret);
  visit("events", webhook.events);
  visit("active", webhook.active);
}

void for_columns(Of<Webhook> auto&& webhook, auto&& visit) {
  visit("id", webhook.id);
  for_settings_columns(webhook, visit);
  visit("created_by", webhook.created_by);
  visit("created_at", webhook.created_at);
  visit("previous_secret", webhook.previous_secret);
  visit("previous_secret_until", webhook.previous_secret_until);
  visit("last_sequence", webhook.last_sequence);
  visit("dropped", webhook.dropped);
  visit("failures", webhook.failures);
  visit("failing_since", webhook.failing_since);
  visit("retry_at", webhook.retry_at);
  visit("last_error", webhook.last_error);
  visit("last_success_at", webhook.last_success_at);
}

void for_columns(Of<WebhookDelivery> auto&& delivery, auto&& visit) {
  visit("id", delivery.id);
  visit("webhook_id", delivery.webhook);
  visit("sequence", delivery.sequence);
  visit("event", delivery.event);
  visit("at", delivery.at);
  visit("data", delivery.data);
  visit("state", delivery.state);
  visit("attempts", delivery.attempts);
  visit("http_status", delivery.http_status);
  visit("error", delivery.error);
  visit("queued_at", delivery.queued_at);
  visit("tried_at", delivery.tried_at);
  visit("ended_at", delivery.ended_at);
}

void for_columns(Of<RejectedRow> auto&& row, auto&& visit) {
  visit("row_number", row.row);
  visit("reason", row.reason);
  visit("content", row.content);
}

void for_columns(Of<AuditEntry> auto&& entry, auto&& visit) {
  visit("id", entry.id);
  visit("at", entry.at);
  visit("user_id", entry.actor.user);
  visit("actor", entry.actor.name);
  visit("address", entry.actor.address);
  visit("kind", entry.kind);
  visit("record_id", entry.record_id);
  visit("action", entry.action);
  visit("changes", entry.changes);
}

}  // namespace carillon::store
