// Every handler of the routes, by file.
#pragma once

#include "api/call.h"

namespace carillon::api {

// handlers_access.cpp: set-up, signing in and out, tokens
Task<Response> get_setup(Call& call);
Task<Response> run_setup(Call& call);
Task<Response> get_session(Call& call);
Task<Response> sign_in(Call& call);
Task<Response> sign_out(Call& call);
Task<Response> list_tokens(Call& call);
Task<Response> create_token(Call& call);
Task<Response> get_token(Call& call);
Task<Response> delete_token(Call& call);

// handlers_users.cpp
Task<Response> list_users(Call& call);
Task<Response> create_user(Call& call);
Task<Response> get_user(Call& call);
Task<Response> change_user(Call& call);
Task<Response> delete_user(Call& call);
Task<Response> set_password(Call& call);

// handlers_hiring.cpp: many people at once
Task<Response> create_agents(Call& call);
Task<Response> import_users(Call& call);

// handlers_records.cpp: campaigns, scripts, leadsets, trunks, SIP profiles
Task<Response> list_campaigns(Call& call);
Task<Response> create_campaign(Call& call);
Task<Response> get_campaign(Call& call);
Task<Response> change_campaign(Call& call);
Task<Response> delete_campaign(Call& call);
Task<Response> get_campaign_stats(Call& call);
Task<Response> speak(Call& call);
Task<Response> list_scripts(Call& call);
Task<Response> create_script(Call& call);
Task<Response> get_script(Call& call);
Task<Response> change_script(Call& call);
Task<Response> delete_script(Call& call);
Task<Response> list_leadsets(Call& call);
Task<Response> create_leadset(Call& call);
Task<Response> get_leadset(Call& call);
Task<Response> change_leadset(Call& call);
Task<Response> delete_leadset(Call& call);
Task<Response> get_leadset_stats(Call& call);
Task<Response> list_trunks(Call& call);
Task<Response> create_trunk(Call& call);
Task<Response> get_trunk(Call& call);
Task<Response> change_trunk(Call& call);
Task<Response> delete_trunk(Call& call);
Task<Response> list_sip_profiles(Call& call);
Task<Response> create_sip_profile(Call& call);
Task<Response> get_sip_profile(Call& call);
Task<Response> change_sip_profile(Call& call);
Task<Response> delete_sip_profile(Call& call);

// handlers_leads.cpp: leads, do-not-call numbers
Task<Response> list_leads(Call& call);
Task<Response> create_lead(Call& call);
Task<Response> get_lead(Call& call);
Task<Response> why_lead(Call& call);
Task<Response> get_lead_time_zones(Call& call);
Task<Response> change_lead(Call& call);
Task<Response> delete_lead(Call& call);
Task<Response> list_dnc(Call& call);
Task<Response> add_dnc(Call& call);
Task<Response> delete_dnc(Call& call);

// handlers_lead_jobs.cpp: many leads at once
Task<Response> count_leads(Call& call);
Task<Response> get_lead_values(Call& call);
Task<Response> list_lead_jobs(Call& call);
Task<Response> start_lead_job(Call& call);
Task<Response> get_lead_job(Call& call);
Task<Response> cancel_lead_job(Call& call);
Task<Response> undo_lead_job(Call& call);
Task<Response> get_recycle(Call& call);
Task<Response> recycle_leadset(Call& call);
Task<Response> get_leadset_activity(Call& call);

// handlers_dnc.cpp: files of do-not-call numbers, in and out
/// Which list a request means by `campaign_id` or `system_wide=true`; nothing: all.
Result<std::optional<CampaignId>> dnc_list_of(const Request& request);
Task<Response> start_dnc_import(Call& call);
Task<Response> list_dnc_imports(Call& call);
Task<Response> get_dnc_import(Call& call);
Task<Response> cancel_dnc_import(Call& call);
Task<Response> get_dnc_rejected_rows(Call& call);
Task<Response> export_dnc(Call& call);

// handlers_trunk_tests.cpp
Task<Response> start_trunk_test(Call& call);
Task<Response> get_trunk_test(Call& call);

// handlers_webhooks.cpp
Task<Response> list_webhooks(Call& call);
Task<Response> create_webhook(Call& call);
Task<Response> get_webhook(Call& call);
Task<Response> change_webhook(Call& call);
Task<Response> delete_webhook(Call& call);
Task<Response> renew_webhook_secret(Call& call);
Task<Response> test_webhook(Call& call);
Task<Response> list_deliveries(Call& call);
Task<Response> retry_delivery(Call& call);

// handlers_audit.cpp
Task<Response> list_audit(Call& call);
Task<Response> export_audit(Call& call);

// handlers_imports.cpp
Task<Response> upload(Call& call);
Task<Response> upload_from_url(Call& call);
Task<Response> start_import(Call& call);
Task<Response> list_imports(Call& call);
Task<Response> get_import(Call& call);
Task<Response> cancel_import(Call& call);
Task<Response> get_rejected_rows(Call& call);

// handlers_calls.cpp: the call log
Task<Response> list_attempts(Call& call);
Task<Response> export_attempts(Call& call);
Task<Response> get_attempt(Call& call);
Task<Response> get_attempt_events(Call& call);
Task<Response> get_recording(Call& call);

// handlers_callbacks.cpp
Task<Response> list_callbacks(Call& call);
Task<Response> get_callback(Call& call);
Task<Response> change_callback(Call& call);
Task<Response> cancel_callback(Call& call);

// handlers_live.cpp: what goes on now, and the supervisor's hand in it
Task<Response> get_live(Call& call);
Task<Response> watch_events(Call& call);
Task<Response> pause_agent(Call& call);
Task<Response> end_live_call(Call& call);
Task<Response> sign_out_agent(Call& call);

// handlers_agent.cpp: the agent console
Task<Response> list_agent_campaigns(Call& call);
Task<Response> get_agent_session(Call& call);
Task<Response> open_agent_session(Call& call);
Task<Response> close_agent_session(Call& call);
Task<Response> set_agent_status(Call& call);
Task<Response> hang_up(Call& call);
Task<Response> hold(Call& call);
Task<Response> mute(Call& call);
Task<Response> echo_test(Call& call);
Task<Response> send_digits(Call& call);
Task<Response> park_call(Call& call);
Task<Response> retrieve_call(Call& call);
Task<Response> transfer_call(Call& call);
Task<Response> consult(Call& call);
Task<Response> consult_step(Call& call);
Task<Response> list_colleagues(Call& call);
Task<Response> next_preview(Call& call);
Task<Response> save_notes(Call& call);
Task<Response> get_agent_day(Call& call);
Task<Response> decide_preview(Call& call);
Task<Response> submit_disposition(Call& call);
Task<Response> open_agent_line(Call& call);

// handlers_system.cpp
Task<Response> get_health(Call& call);
Task<Response> get_system(Call& call);
Task<Response> get_metrics(Call& call);

// handlers_settings.cpp
Task<Response> get_settings(Call& call);
Task<Response> change_settings(Call& call);

}  // namespace carillon::api
