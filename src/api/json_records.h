// Records <-> JSON, as openapi.yaml describes them. The one place where field names of the API are.
//
// The read_* functions change only what is present in the JSON, so they serve POST (on a fresh
// record) and PATCH (on the stored one). They are strict: see ObjectReader.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/json.h"
#include "core/messages/live.h"
#include "core/messages/names.h"
#include "core/messages/records.h"
#include "store/import/import_jobs.h"
#include "store/rows.h"

namespace carillon::api {

// ---- enumerations, beside those of core/messages/names.h
std::string_view name_of(AgentState state);
std::string_view name_of(CallState state);
std::string_view name_of(store::ImportState state);

// ---- small pieces
/// null for "none".
template <class Tag>
Json id_json(Id<Tag> id) {
  return id ? Json(id.value) : Json(nullptr);
}
template <class Tag>
Json ids_json(const std::vector<Id<Tag>>& ids) {
  Json array = Json::array();
  for (const auto id : ids) array.push_back(id.value);
  return array;
}
inline Json time_json(WallTime time) { return to_unix_ms(time); }
inline Json time_json(const std::optional<WallTime>& time) {
  return time ? Json(to_unix_ms(*time)) : Json(nullptr);
}

// ---- records that people change
struct UserSecrets {
  std::optional<std::string> password;      ///< POST only
  std::optional<std::string> sip_password;  ///< of the desk phone
};
Json to_json(const User& user);
Result<void> read_user(const Json& json, bool is_new, User& user, UserSecrets& secrets);

Json to_json(const SipProfile& profile);
/// A text that is to be spoken.
Result<void> read_speech(const Json& json, std::string& text);
Result<void> read_sip_profile(const Json& json, bool is_new, SipProfile& profile);

Json to_json(const Trunk& trunk);
Result<void> read_trunk(const Json& json, bool is_new, Trunk& trunk);

Json to_json(const DispositionRule& rule);
Json to_json(const Campaign& campaign);
Result<void> read_campaign(const Json& json, bool is_new, Campaign& campaign);

Json to_json(const Script& script);
/// The body is sanitised by the caller.
Result<void> read_script(const Json& json, bool is_new, Script& script);

Json to_json(const Leadset& leadset);
Result<void> read_leadset(const Json& json, bool is_new, Leadset& leadset);

Json to_json(const Lead& lead);
/// `contact_only`: what agents may change. The phone is normalised by the caller.
Result<void> read_lead(const Json& json, bool is_new, bool contact_only, Lead& lead);

Json to_json(const store::Token& token);
Result<void> read_token(const Json& json, store::Token& token);

/// Without its secret.
Json to_json(const store::Webhook& webhook);
Result<void> read_webhook(const Json& json, bool is_new, store::Webhook& webhook);
/// Without its data.
Json to_json(const store::WebhookDelivery& delivery);

Json to_json(const store::DncEntry& entry);
Json to_json(const store::DncImport& import);
Json to_json(const store::AuditEntry& entry);
Result<void> read_dnc(const Json& json, store::DncEntry& entry);

Json to_json(const store::ImportPreview& preview);
Json to_json(const store::Import& import);
Result<void> read_import(const Json& json, store::ImportSpec& spec);

Json to_json(const store::Settings& settings);
Result<void> read_settings(const Json& json, store::Settings& settings);

// ---- what people watch
Json to_json(const Attempt& attempt);
/// As it is `now`: overdue or not.
Json callback_json(const store::Callback& callback, WallTime now);
Result<void> read_callback(const Json& json, store::CallbackChange& change);
Json to_json(const LeadStats& stats);
Json to_json(const OwedDisposition& owed);
Json to_json(const AgentLive& agent);
Json to_json(const AgentGone& agent);
Json to_json(const CallLive& call);
Json to_json(const CampaignLive& campaign);
Json to_json(const TrunkLive& trunk);

// ---- requests
struct SignInRequest {
  std::string username, password;
};
Result<void> read_sign_in(const Json& json, SignInRequest& request);

struct SetupRequest {
  std::string setup_code, username, name, password, domain;
};
Result<void> read_setup(const Json& json, SetupRequest& request);

struct PasswordRequest {
  std::string password;
  std::optional<std::string> current_password;
  bool one_time = false;  ///< somebody else's: they must choose their own at the next sign-in
};
Result<void> read_password(const Json& json, PasswordRequest& request);

Result<void> read_agent_session(const Json& json, OpenAgentSession& request);
Result<void> read_agent_status(const Json& json, SetAgentReady& request);
/// The `on` of hold and mute.
Result<void> read_switch(const Json& json, bool& on);
Result<void> read_retrieve(const Json& json, AgentRetrieve& request);
/// The number is left as it was given: the handler checks it.
Result<void> read_transfer(const Json& json, TransferTarget& target);
Result<void> read_consult_step(const Json& json, AgentConsultStep& request);
Result<void> read_digits(const Json& json, AgentDigits& request);
Result<void> read_preview(const Json& json, PreviewDecision& request);
Result<void> read_disposition(const Json& json, SubmitDisposition& request);
struct NotesRequest {
  AttemptId attempt;
  std::string notes;
  std::vector<std::string> tags;
};
Result<void> read_notes(const Json& json, NotesRequest& request);
Result<void> read_force_pause(const Json& json, SetAgentReady& request);

struct LineOffer {
  std::string connection, sdp;
};
/// A message of the agent's line WebSocket.
Result<void> read_line_offer(const Json& json, LineOffer& offer);

/// Lower case, as user names are kept.
std::string to_lower(std::string_view text);

}  // namespace carillon::api
