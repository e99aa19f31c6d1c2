#include "api/json_records.h"

#include <algorithm>
#include <array>

namespace carillon::api {
namespace {

template <class E>
struct Named {
  E value;
  std::string_view name;
};

constexpr std::array kAgentStates{Named<AgentState>{AgentState::kPaused, "paused"},
                                  Named<AgentState>{AgentState::kWaiting, "waiting"},
                                  Named<AgentState>{AgentState::kPreview, "preview"},
                                  Named<AgentState>{AgentState::kRinging, "ringing"},
                                  Named<AgentState>{AgentState::kInCall, "in_call"},
                                  Named<AgentState>{AgentState::kOnHold, "on_hold"},
                                  Named<AgentState>{AgentState::kWrapUp, "wrap_up"}};
constexpr std::array kCallStates{Named<CallState>{CallState::kDialing, "dialing"},
                                 Named<CallState>{CallState::kRinging, "ringing"},
                                 Named<CallState>{CallState::kWaiting, "waiting"},
                                 Named<CallState>{CallState::kConnected, "connected"},
                                 Named<CallState>{CallState::kOnHold, "on_hold"},
                                 Named<CallState>{CallState::kParked, "parked"},
                                 Named<CallState>{CallState::kTransferred, "transferred"},
                                 Named<CallState>{CallState::kEnded, "ended"}};
constexpr std::array kThirdStates{Named<ThirdState>{ThirdState::kRinging, "ringing"},
                                  Named<ThirdState>{ThirdState::kTalking, "talking"},
                                  Named<ThirdState>{ThirdState::kConference, "conference"}};
constexpr std::array kConsultSteps{Named<ConsultStep>{ConsultStep::kBack, "back"},
                                   Named<ConsultStep>{ConsultStep::kConference, "conference"},
                                   Named<ConsultStep>{ConsultStep::kComplete, "complete"}};
constexpr std::array kImportStates{
    Named<store::ImportState>{store::ImportState::kRunning, "running"},
    Named<store::ImportState>{store::ImportState::kDone, "done"},
    Named<store::ImportState>{store::ImportState::kFailed, "failed"},
    Named<store::ImportState>{store::ImportState::kCancelled, "cancelled"}};
constexpr std::array kImportModes{Named<store::ImportMode>{store::ImportMode::kAppend, "append"},
                                  Named<store::ImportMode>{store::ImportMode::kReplace, "replace"}};
constexpr std::array kDuplicates{
    Named<store::Duplicates>{store::Duplicates::kAllow, "none"},
    Named<store::Duplicates>{store::Duplicates::kLeadset, "leadset"},
    Named<store::Duplicates>{store::Duplicates::kCampaign, "campaign"},
    Named<store::Duplicates>{store::Duplicates::kEverywhere, "everywhere"}};

template <class E, size_t N>
std::string_view name_in(const std::array<Named<E>, N>& names, E value) {
  for (const auto& named : names) {
    if (named.value == value) return named.name;
  }
  CARILLON_ASSERT(false, "an enumerator without a name");
}

template <class E, size_t N>
std::optional<E> value_in(const std::array<Named<E>, N>& names, std::string_view name) {
  for (const auto& named : names) {
    if (named.name == name) return named.value;
  }
  return std::nullopt;
}

/// For ObjectReader::enumeration.
template <class E, size_t N>
auto parser_of(const std::array<Named<E>, N>& names) {
  return [&names](std::string_view name) { return value_in(names, name); };
}

bool all_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           more.find(c) != std::string_view::npos;
  });
}
bool is_username(std::string_view text) { return all_of(text, "._-"); }
bool is_host(std::string_view text) { return all_of(text, ".-:[]_"); }
bool is_prefix(std::string_view text) { return all_of(text, "*#+"); }
bool is_caller_id(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}
bool is_dtmf(std::string_view text) {
  return text.find_first_not_of("0123456789*#ABCD") == std::string_view::npos;
}
bool is_connection(std::string_view text) { return all_of(text, "_-"); }
bool is_country(std::string_view text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}
bool is_codec(std::string_view text) { return text == "PCMU" || text == "PCMA"; }
bool is_profile_protocol(std::string_view text) {
  return text == "webrtc" || text == "udp" || text == "tcp" || text == "tls";
}

constexpr TextRule kName{.min = 1, .max = 200};
constexpr TextRule kSpoken{.max = 600};
constexpr TextRule kUsername{.min = 1,
                             .max = 64,
                             .valid = is_username,
                             .wanted = "may hold letters, digits, dot, underscore and hyphen only"};
constexpr TextRule kNotes{.max = 10'000, .lines = true};
constexpr TextRule kStatus{.min = 1, .max = 64};
constexpr TextRule kPauseReason{.max = 64};
constexpr TextRule kNewPassword{.min = 10, .max = 1'024};
constexpr TextRule kTechPrefix{
    .max = 20, .valid = is_prefix, .wanted = "may hold digits, letters, *, # and + only"};
constexpr TextRule kCodec{.valid = is_codec};
constexpr const char* kHostWanted = "must be a host name or an address";

void optional_text(ObjectReader& reader, const char* name, std::optional<std::string>& out,
                   const TextRule& rule) {
  std::string value;
  reader.text(name, value, rule);
  if (reader.ok() && reader.has(name)) out = std::move(value);
}

void read_codecs(ObjectReader& reader, std::vector<std::string>& out) {
  std::vector<std::string> codecs = out;
  reader.texts("codecs", codecs, 2, kCodec);
  if (codecs.empty() || (codecs.size() == 2 && codecs[0] == codecs[1])) {
    return reader.fail("codecs", "must hold PCMU, PCMA or both, each once.");
  }
  out = std::move(codecs);
}

}  // namespace

std::string_view name_of(AgentState state) { return name_in(kAgentStates, state); }
std::string_view name_of(CallState state) { return name_in(kCallStates, state); }
std::string_view name_of(store::ImportState state) { return name_in(kImportStates, state); }

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// ------------------------------------------------------------------------------- people

Json to_json(const User& user) {
  return {{"id", user.id.value},
          {"username", user.username},
          {"name", user.name},
          {"role", name_of(user.role)},
          {"active", user.active},
          {"line", name_of(user.line)},
          {"sip_profile_id", id_json(user.sip_profile)},
          {"sip_username", user.sip_username},
          {"created_at", time_json(user.created_at)},
          {"last_seen_at", time_json(user.last_seen_at)}};
}

Result<void> read_user(const Json& json, bool is_new, User& user, UserSecrets& secrets) {
  ObjectReader reader(json);
  if (is_new) {
    reader.require({"username", "name", "role", "password"});
    optional_text(reader, "password", secrets.password, kNewPassword);
  }
  reader.text("username", user.username, kUsername);
  user.username = to_lower(user.username);
  reader.text("name", user.name, kName);
  reader.enumeration("role", user.role, from_name<Role>);
  reader.boolean("active", user.active);
  reader.enumeration("line", user.line, from_name<LineKind>);
  reader.id("sip_profile_id", user.sip_profile);
  reader.text("sip_username", user.sip_username,
              {.max = 64, .valid = is_username, .wanted = kUsername.wanted});
  optional_text(reader, "sip_password", secrets.sip_password, {.min = 10, .max = 128});
  return reader.finish();
}

Json to_json(const store::Token& token) {
  return {{"id", token.id.value},
          {"name", token.name},
          {"role", name_of(token.role)},
          {"created_at", time_json(token.created_at)},
          {"last_used_at", time_json(token.last_used_at)}};
}

Result<void> read_token(const Json& json, store::Token& token) {
  ObjectReader reader(json);
  reader.require({"name", "role"});
  reader.text("name", token.name, kName);
  reader.enumeration("role", token.role, from_name<Role>);
  if (token.role == Role::kAgent) {
    reader.fail("role", "must be administrator or supervisor: agents are people.");
  }
  return reader.finish();
}

// ------------------------------------------------------------------------------- webhooks

namespace {

const char* health_of(const store::Webhook& webhook) {
  if (!webhook.active) return "off";
  return webhook.failures > 0 ? "failing" : "ok";
}

}  // namespace

Json to_json(const store::Webhook& webhook) {
  return {{"id", webhook.id.value},
          {"name", webhook.name},
          {"url", webhook.url},
          {"events", webhook.events},
          {"active", webhook.active},
          {"state", health_of(webhook)},
          {"waiting", webhook.waiting},
          {"dropped", webhook.dropped},
          {"failing_since", time_json(webhook.failing_since)},
          {"retry_at", time_json(webhook.retry_at)},
          {"last_error", webhook.last_error},
          {"last_success_at", time_json(webhook.last_success_at)},
          {"created_at", time_json(webhook.created_at)}};
}

Result<void> read_webhook(const Json& json, bool is_new, store::Webhook& webhook) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name", "url", "events"});
  reader.text("name", webhook.name, kName);
  reader.text("url", webhook.url, {.min = 1, .max = 2'000});
  reader.texts("events", webhook.events, store::webhook_events::kAll.size(), kName);
  reader.boolean("active", webhook.active);
  return reader.finish();
}

Json to_json(const store::WebhookDelivery& delivery) {
  return {{"id", delivery.id.value},
          {"sequence", delivery.sequence},
          {"event", delivery.event},
          {"at", time_json(delivery.at)},
          {"state", name_of(delivery.state)},
          {"attempts", delivery.attempts},
          {"http_status", delivery.http_status > 0 ? Json(delivery.http_status) : Json(nullptr)},
          {"error", delivery.error},
          {"tried_at", time_json(delivery.tried_at)},
          {"ended_at", time_json(delivery.ended_at)}};
}

// ------------------------------------------------------------------------------- trunks

Json to_json(const SipProfile& profile) {
  return {{"id", profile.id.value},
          {"name", profile.name},
          {"protocol", profile.protocol},
          {"codecs", profile.codecs},
          {"channels", profile.channels},
          {"cps", profile.cps},
          {"dial_pattern", profile.dial_pattern},
          {"bandwidth_kbps", profile.bandwidth_kbps},
          {"sip_ping", profile.sip_ping}};
}

Result<void> read_speech(const Json& json, std::string& text) {
  ObjectReader reader(json);
  reader.require({"text"});
  reader.text("text", text, {.min = 1, .max = kSpoken.max});
  return reader.finish();
}

Result<void> read_sip_profile(const Json& json, bool is_new, SipProfile& profile) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name"});
  reader.text("name", profile.name, kName);
  reader.text("protocol", profile.protocol,
              {.valid = is_profile_protocol, .wanted = "must be webrtc, udp, tcp or tls"});
  read_codecs(reader, profile.codecs);
  reader.integer("channels", profile.channels, 1, 100);
  reader.number("cps", profile.cps, 0.1, 1'000);
  reader.text(
      "dial_pattern", profile.dial_pattern,
      {.max = 200,
       .valid = is_dial_pattern,
       .wanted = "holds digits, X, Z, N, and a dot at the end; with commas between several"});
  reader.integer("bandwidth_kbps", profile.bandwidth_kbps, 80, 10'000);
  reader.boolean("sip_ping", profile.sip_ping);
  return reader.finish();
}

Json to_json(const Trunk& trunk) {
  return {{"id", trunk.id.value},
          {"name", trunk.name},
          {"active", trunk.active},
          {"host", trunk.host},
          {"port", trunk.port},
          {"transport", name_of(trunk.transport)},
          {"username", trunk.username},
          {"has_password", !trunk.password.empty()},
          {"from_domain", trunk.from_domain},
          {"tech_prefix", trunk.tech_prefix},
          {"cps", trunk.cps},
          {"channels", trunk.channels},
          {"options_ping", trunk.options_ping},
          {"ping_interval_s", trunk.ping_interval_s},
          {"session_timers", trunk.session_timers},
          {"codecs", trunk.codecs}};
}

Result<void> read_trunk(const Json& json, bool is_new, Trunk& trunk) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name", "host"});
  reader.text("name", trunk.name, kName);
  reader.boolean("active", trunk.active);
  reader.text("host", trunk.host, {.min = 1, .max = 253, .valid = is_host, .wanted = kHostWanted});
  reader.integer("port", trunk.port, 1, 65'535);
  reader.enumeration("transport", trunk.transport, from_name<SipTransport>);
  reader.text("username", trunk.username, {.max = 128});
  reader.text("password", trunk.password, {.max = 128});
  reader.text("from_domain", trunk.from_domain,
              {.max = 253, .valid = is_host, .wanted = kHostWanted});
  reader.text("tech_prefix", trunk.tech_prefix, kTechPrefix);
  reader.number("cps", trunk.cps, 0.1, 1'000);
  reader.integer("channels", trunk.channels, 1, 10'000);
  reader.boolean("options_ping", trunk.options_ping);
  reader.integer("ping_interval_s", trunk.ping_interval_s, 5, 3'600);
  reader.boolean("session_timers", trunk.session_timers);
  read_codecs(reader, trunk.codecs);
  return reader.finish();
}

Json to_json(const store::Settings& settings) {
  return {{"recordings_keep_days", settings.recordings_keep_days}, {"domain", settings.domain}};
}

Result<void> read_settings(const Json& json, store::Settings& settings) {
  ObjectReader reader(json);
  reader.integer("recordings_keep_days", settings.recordings_keep_days, 0, 3'650);
  reader.text("domain", settings.domain, {.max = 253, .valid = is_host, .wanted = kHostWanted});
  return reader.finish();
}

// ------------------------------------------------------------------------------- campaigns

Json to_json(const DispositionRule& rule) {
  return {{"name", rule.name},
          {"final", rule.final},
          {"recyclable", rule.recyclable},
          {"callback", rule.callback},
          {"do_not_call", rule.do_not_call},
          {"sale", rule.sale}};
}

namespace {

Json retry_rules_json(const std::vector<RetryRule>& rules) {
  Json array = Json::array();
  for (const auto& rule : rules) {
    array.push_back({{"outcome", name_of(rule.outcome)}, {"after_s", rule.after_s}});
  }
  return array;
}

Json dispositions_json(const std::vector<DispositionRule>& rules) {
  Json array = Json::array();
  for (const auto& rule : rules) array.push_back(to_json(rule));
  return array;
}

void read_retry_rules(ObjectReader& reader, std::vector<RetryRule>& out) {
  const Json* array = reader.take_array("retry_rules", 12);
  if (!array) return;
  std::vector<RetryRule> rules;
  for (size_t i = 0; i < array->size(); ++i) {
    RetryRule rule;
    ObjectReader item((*array)[i], "retry_rules[" + std::to_string(i) + "].");
    item.require({"outcome", "after_s"});
    item.enumeration("outcome", rule.outcome, from_name<Outcome>);
    item.integer("after_s", rule.after_s, 0, 31'536'000);
    if (const auto result = item.finish(); !result) return reader.fail(result.error());
    rules.push_back(rule);
  }
  out = std::move(rules);
}

void read_dispositions(ObjectReader& reader, std::vector<DispositionRule>& out) {
  const Json* array = reader.take_array("dispositions", 100);
  if (!array) return;
  if (array->empty()) return reader.fail("dispositions", "must have at least one item.");
  std::vector<DispositionRule> rules;
  for (size_t i = 0; i < array->size(); ++i) {
    DispositionRule rule;
    ObjectReader item((*array)[i], "dispositions[" + std::to_string(i) + "].");
    item.require({"name"});
    item.text("name", rule.name, {.min = 1, .max = 64});
    item.boolean("final", rule.final);
    item.boolean("recyclable", rule.recyclable);
    item.boolean("callback", rule.callback);
    item.boolean("do_not_call", rule.do_not_call);
    item.boolean("sale", rule.sale);
    if (const auto result = item.finish(); !result) return reader.fail(result.error());
    const auto same = [&rule](const DispositionRule& other) { return other.name == rule.name; };
    if (std::any_of(rules.begin(), rules.end(), same)) {
      return reader.fail("dispositions", "has two items of the same name.");
    }
    rules.push_back(std::move(rule));
  }
  out = std::move(rules);
}

}  // namespace

Json to_json(const Campaign& campaign) {
  return {{"id", campaign.id.value},
          {"name", campaign.name},
          {"type", name_of(campaign.type)},
          {"active", campaign.active},
          {"script_id", id_json(campaign.script)},
          {"notes", campaign.notes},
          {"caller_id", campaign.caller_id},
          {"source_statuses", campaign.source_statuses},
          {"outbound_multiplier", campaign.outbound_multiplier},
          {"trunk_ids", ids_json(campaign.trunks)},
          {"tech_prefix", campaign.tech_prefix},
          {"channels", campaign.channels},
          {"cps", campaign.cps},
          {"ring_timeout_ms", campaign.ring_timeout_ms},
          {"answer_wait_ms", campaign.answer_wait_ms},
          {"wrap_up_limit_ms", campaign.wrap_up_limit_ms},
          {"window_from_min", campaign.window_from_min},
          {"window_to_min", campaign.window_to_min},
          {"max_attempts", campaign.max_attempts},
          {"retry_rules", retry_rules_json(campaign.retry_rules)},
          {"recording", campaign.recording},
          {"transfer_allowed", campaign.transfer_allowed},
          {"drop_message", campaign.drop_message},
          {"dispositions", dispositions_json(campaign.dispositions)},
          {"agent_ids", ids_json(campaign.agents)}};
}

Result<void> read_campaign(const Json& json, bool is_new, Campaign& campaign) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name", "type"});
  reader.text("name", campaign.name, kName);
  reader.enumeration("type", campaign.type, from_name<DialerType>);
  reader.boolean("active", campaign.active);
  reader.id("script_id", campaign.script);
  reader.text("notes", campaign.notes, kNotes);
  reader.text("caller_id", campaign.caller_id,
              {.max = 21, .valid = is_caller_id, .wanted = "may hold digits only, and + in front"});
  reader.texts("source_statuses", campaign.source_statuses, 100, kStatus);
  reader.number("outbound_multiplier", campaign.outbound_multiplier, 1, 10);
  reader.ids("trunk_ids", campaign.trunks, 20);
  reader.text("tech_prefix", campaign.tech_prefix, kTechPrefix);
  reader.integer("channels", campaign.channels, 1, 10'000);
  reader.number("cps", campaign.cps, 0.1, 1'000);
  reader.integer("ring_timeout_ms", campaign.ring_timeout_ms, 15'000, 120'000);
  reader.integer("answer_wait_ms", campaign.answer_wait_ms, 0, 600'000);
  reader.integer("wrap_up_limit_ms", campaign.wrap_up_limit_ms, 5'000, 3'600'000);
  reader.integer("window_from_min", campaign.window_from_min, 0, 1'440);
  reader.integer("window_to_min", campaign.window_to_min, 0, 1'440);
  reader.integer("max_attempts", campaign.max_attempts, 1, 100);
  read_retry_rules(reader, campaign.retry_rules);
  reader.boolean("recording", campaign.recording);
  reader.boolean("transfer_allowed", campaign.transfer_allowed);
  reader.text("drop_message", campaign.drop_message, kSpoken);
  read_dispositions(reader, campaign.dispositions);
  reader.ids("agent_ids", campaign.agents, 10'000);
  return reader.finish();
}

Json to_json(const Script& script) {
  return {{"id", script.id.value}, {"name", script.name}, {"body", script.body}};
}

Result<void> read_script(const Json& json, bool is_new, Script& script) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name"});
  reader.text("name", script.name, kName);
  reader.text("body", script.body, {.max = 200'000, .lines = true});
  return reader.finish();
}

// ------------------------------------------------------------------------------- leads

Json to_json(const Leadset& leadset) {
  return {{"id", leadset.id.value},
          {"name", leadset.name},
          {"description", leadset.description},
          {"campaign_id", id_json(leadset.campaign)},
          {"active", leadset.active}};
}

Result<void> read_leadset(const Json& json, bool is_new, Leadset& leadset) {
  ObjectReader reader(json);
  if (is_new) reader.require({"name"});
  reader.text("name", leadset.name, kName);
  reader.text("description", leadset.description, kNotes);
  reader.id("campaign_id", leadset.campaign);
  reader.boolean("active", leadset.active);
  return reader.finish();
}

namespace {

struct LeadText {
  const char* name;
  std::string Lead::* member;
};
/// The contact fields that are plain short texts.
constexpr std::array kLeadTexts{LeadText{"title", &Lead::title},
                                LeadText{"first_name", &Lead::first_name},
                                LeadText{"middle_initial", &Lead::middle_initial},
                                LeadText{"last_name", &Lead::last_name},
                                LeadText{"gender", &Lead::gender},
                                LeadText{"date_of_birth", &Lead::date_of_birth},
                                LeadText{"business", &Lead::business},
                                LeadText{"address1", &Lead::address1},
                                LeadText{"address2", &Lead::address2},
                                LeadText{"address3", &Lead::address3},
                                LeadText{"city", &Lead::city},
                                LeadText{"state", &Lead::state},
                                LeadText{"province", &Lead::province},
                                LeadText{"postal_code", &Lead::postal_code},
                                LeadText{"country_code", &Lead::country_code},
                                LeadText{"phone_code", &Lead::phone_code},
                                LeadText{"alternative_phone", &Lead::alternative_phone},
                                LeadText{"email", &Lead::email},
                                LeadText{"vendor_lead_code", &Lead::vendor_lead_code},
                                LeadText{"source_id", &Lead::source_id},
                                LeadText{"security_phrase", &Lead::security_phrase}};

void read_custom(ObjectReader& reader, std::map<std::string, std::string>& out) {
  const Json* object = reader.take_object("custom", 200);
  if (!object) return;
  std::map<std::string, std::string> custom;
  for (const auto& member : object->items()) {
    const auto& name = member.key();
    if (name.empty() || name.size() > 100 || !member.value().is_string()) {
      return reader.fail("custom", "must map column names of 1 to 100 characters to texts.");
    }
    const Json item{{"value", member.value()}};
    ObjectReader one(item);
    std::string value;
    one.text("value", value, {.max = 2'000, .lines = true});
    if (!one.ok()) return reader.fail("custom", "has a value that is too long or not a text.");
    custom[name] = std::move(value);
  }
  out = std::move(custom);
}

}  // namespace

Json to_json(const Lead& lead) {
  Json json{{"id", lead.id.value},
            {"leadset_id", id_json(lead.leadset)},
            {"phone", lead.phone},
            {"status", lead.status},
            {"comments", lead.comments},
            {"owner", lead.owner},
            {"time_zone", lead.time_zone},
            {"priority", lead.priority},
            {"not_call_until", time_json(lead.not_call_until)},
            {"custom", lead.custom},
            {"called_count", lead.called_count},
            {"last_called_at", time_json(lead.last_called_at)},
            {"last_outcome", lead.called_count > 0 ? Json(name_of(lead.last_outcome)) : Json()},
            {"last_disposition", lead.last_disposition},
            {"finished", lead.finished},
            {"created_at", time_json(lead.created_at)},
            {"modified_at", time_json(lead.modified_at)}};
  for (const auto& text : kLeadTexts) json[text.name] = lead.*text.member;
  return json;
}

/// The status of a lead whose data an agent found to be wrong: not dialed until somebody mends it,
/// unless the campaign names it among its source statuses.
constexpr const char* kInvalidDetails = "Invalid Details";

Result<void> read_lead(const Json& json, bool is_new, bool contact_only, Lead& lead) {
  ObjectReader reader(json);
  if (is_new) reader.require({"phone"});
  for (const auto& text : kLeadTexts) reader.text(text.name, lead.*text.member, {.max = 500});
  reader.text("phone", lead.phone, {.min = 1, .max = 40});
  reader.text("comments", lead.comments, kNotes);
  bool invalid_details = false;
  reader.boolean("invalid_details", invalid_details);
  if (invalid_details) lead.status = kInvalidDetails;
  reader.text("time_zone", lead.time_zone, {.max = 64});
  read_custom(reader, lead.custom);
  if (!contact_only) {
    reader.text("status", lead.status, kStatus);
    reader.text("owner", lead.owner, {.max = 500});
    reader.integer("priority", lead.priority, -1'000'000, 1'000'000);
    reader.optional_time("not_call_until", lead.not_call_until);
  }
  return reader.finish();
}

Json to_json(const store::DncEntry& entry) {
  return {{"phone", entry.phone},
          {"campaign_id", id_json(entry.campaign)},
          {"reason", entry.reason},
          {"created_at", time_json(entry.created_at)}};
}

Json to_json(const store::DncImport& import) {
  return {{"id", import.id.value},
          {"campaign_id", id_json(import.campaign)},
          {"state", name_of(import.state)},
          {"name", import.name},
          {"bytes", import.bytes_total},
          {"bytes_read", import.bytes_done},
          {"rows", import.rows},
          {"accepted", import.accepted},
          {"rejected", import.rejected},
          {"duplicates", import.duplicates},
          {"message", import.error},
          {"created_at", time_json(import.created_at)},
          {"finished_at", time_json(import.ended_at)}};
}

Json to_json(const store::AuditEntry& entry) {
  const auto changes = Json::parse(entry.changes, nullptr, false);
  return {{"id", entry.id},
          {"at", time_json(entry.at)},
          {"user_id", id_json(entry.actor.user)},
          {"actor", entry.actor.name},
          {"address", entry.actor.address},
          {"kind", entry.kind},
          {"record_id", entry.record_id > 0 ? Json(entry.record_id) : Json(nullptr)},
          {"action", entry.action},
          {"changes", changes.is_object() ? changes : Json::object()}};
}

Result<void> read_dnc(const Json& json, store::DncEntry& entry) {
  ObjectReader reader(json);
  reader.require({"phone"});
  reader.text("phone", entry.phone, {.min = 1, .max = 40});
  reader.id("campaign_id", entry.campaign);
  reader.text("reason", entry.reason, {.max = 500});
  return reader.finish();
}

// ------------------------------------------------------------------------------- imports

Json to_json(const store::ImportPreview& preview) {
  Json mapping = Json::object();
  for (const auto& [column, field] : preview.guessed_mapping) {
    mapping[std::to_string(column)] = field;
  }
  return {{"upload_id", preview.upload_id},
          {"name", preview.name},
          {"bytes", preview.bytes},
          {"encoding", store::to_string(preview.encoding)},
          {"delimiter", std::string(1, preview.delimiter)},
          {"columns", preview.columns},
          {"rows", preview.rows},
          {"guessed_start_row", preview.guessed_start_row},
          {"guessed_mapping", mapping}};
}

Json to_json(const store::Import& import) {
  return {{"id", import.id.value},
          {"leadset_id", id_json(import.leadset)},
          {"state", name_of(import.state)},
          {"bytes", import.bytes_total},
          {"bytes_read", import.bytes_done},
          {"rows", import.rows},
          {"accepted", import.accepted},
          {"rejected", import.rejected},
          {"duplicates", import.duplicates},
          {"message", import.error},
          {"created_at", time_json(import.created_at)},
          {"finished_at", time_json(import.ended_at)}};
}

namespace {

void read_mapping(ObjectReader& reader, std::map<int, std::string>& out) {
  const Json* object = reader.take_object("mapping", 256);
  if (!object) return;
  for (const auto& member : object->items()) {
    const auto& column = member.key();
    const bool is_number = !column.empty() && column.size() <= 3 &&
                           column.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || !member.value().is_string()) {
      return reader.fail("mapping", "must map columns (counted from 0) to field names.");
    }
    const auto& field = member.value().get_ref<const std::string&>();
    if (field.empty() || field.size() > 110) {
      return reader.fail("mapping", "has a field name that is empty or too long.");
    }
    if (!out.emplace(std::stoi(column), field).second) {
      return reader.fail("mapping", "names a column twice.");
    }
  }
}

}  // namespace

Result<void> read_import(const Json& json, store::ImportSpec& spec) {
  ObjectReader reader(json);
  reader.require({"upload_id", "mapping"});
  reader.text("upload_id", spec.upload_id, {.min = 1, .max = 64});
  reader.integer("start_row", spec.start_row, 0, 1'000'000'000);
  read_mapping(reader, spec.mapping);
  reader.text("status_for_all", spec.status_for_all, {.max = 64});
  reader.enumeration("mode", spec.mode, parser_of(kImportModes));
  reader.enumeration("duplicates", spec.duplicates, parser_of(kDuplicates));
  spec.country = "US";
  reader.text("country", spec.country,
              {.valid = is_country, .wanted = "must be a country's two capital letters"});
  reader.boolean("keep_dnc", spec.keep_dnc);
  return reader.finish();
}

// ------------------------------------------------------------------------------- live

Json to_json(const Attempt& attempt) {
  return {{"id", attempt.id.value},
          {"campaign_id", id_json(attempt.campaign)},
          {"lead_id", id_json(attempt.lead)},
          {"leadset_id", id_json(attempt.leadset)},
          {"phone", attempt.phone},
          {"caller_id", attempt.caller_id},
          {"trunk_id", id_json(attempt.trunk)},
          {"agent_id", id_json(attempt.agent)},
          {"agent_session_id", id_json(attempt.agent_session)},
          {"outcome", name_of(attempt.outcome)},
          {"sip_status", attempt.sip_status},
          {"sip_reason", attempt.sip_reason},
          {"sip_call_id", attempt.sip_call_id},
          {"started_at", time_json(attempt.started_at)},
          {"ringing_at", time_json(attempt.ringing_at)},
          {"answered_at", time_json(attempt.answered_at)},
          {"connected_at", time_json(attempt.connected_at)},
          {"ended_at", time_json(attempt.ended_at)},
          {"ended_by", attempt.ended_by},
          {"disposition", attempt.disposition},
          {"notes", attempt.notes},
          {"tags", attempt.tags},
          {"callback_at", time_json(attempt.callback_at)},
          {"recording", attempt.recording},
          {"recording_ms", attempt.recording_ms}};
}

Json callback_json(const store::Callback& callback, WallTime now) {
  return {{"lead_id", callback.lead.value},
          {"first_name", callback.first_name},
          {"last_name", callback.last_name},
          {"phone", callback.phone},
          {"time_zones", callback.zones},
          {"leadset_id", callback.leadset.value},
          {"campaign_id", id_json(callback.campaign)},
          {"due_at", time_json(callback.due_at)},
          {"overdue", callback.due_at < now},
          {"calling", callback.calling},
          {"agent_id", id_json(callback.agent)},
          {"attempt_id", id_json(callback.attempt)},
          {"promised_by", id_json(callback.promised_by)},
          {"notes", callback.notes}};
}

Result<void> read_callback(const Json& json, store::CallbackChange& change) {
  ObjectReader reader(json);
  if (reader.has("due_at")) reader.time("due_at", change.due_at.emplace());
  if (reader.has("agent_id")) reader.id("agent_id", change.agent.emplace());
  return reader.finish();
}

Json to_json(const LeadStats& stats) {
  return {{"total", stats.total},
          {"dialable", stats.dialable},
          {"in_progress", stats.in_progress},
          {"answered", stats.answered},
          {"failed", stats.failed},
          {"dropped", stats.dropped},
          {"not_dialable", stats.not_dialable}};
}

Json to_json(const ThirdPartyLive& third) {
  return {{"state", name_in(kThirdStates, third.state)},
          {"agent_id", id_json(third.colleague)},
          {"number", third.number}};
}

Json to_json(const OwedDisposition& owed) {
  return {{"attempt_id", owed.attempt.value},
          {"lead", owed.lead ? to_json(*owed.lead) : Json(nullptr)}};
}

Json to_json(const AgentLive& agent) {
  return {{"session_id", agent.session.value},
          {"agent_id", agent.agent.value},
          {"campaign_id", agent.campaign.value},
          {"state", name_of(agent.state)},
          {"since", time_json(agent.since)},
          {"pause_reason", agent.pause_reason},
          {"line_up", agent.line_up},
          {"muted", agent.muted},
          {"echo_test", agent.echo_test},
          {"attempt_id", id_json(agent.attempt)},
          {"lead", agent.lead ? to_json(*agent.lead) : Json(nullptr)},
          {"third", agent.third ? to_json(*agent.third) : Json(nullptr)},
          {"guest", agent.guest},
          {"wrap_up_until", time_json(agent.wrap_up_until)},
          {"preview_until", time_json(agent.preview_until)},
          {"owed", agent.owed ? to_json(*agent.owed) : Json(nullptr)},
          {"idle_reason", agent.idle_reason},
          {"handled", agent.handled}};
}

Json to_json(const AgentGone& agent) {
  return {{"session_id", agent.session.value},
          {"agent_id", agent.agent.value},
          {"campaign_id", agent.campaign.value},
          {"reason", agent.reason}};
}

Json to_json(const CallLive& call) {
  return {{"attempt_id", call.attempt.value},
          {"campaign_id", call.campaign.value},
          {"lead_id", id_json(call.lead)},
          {"phone", call.phone},
          {"state", name_of(call.state)},
          {"since", time_json(call.since)},
          {"started_at", time_json(call.started_at)},
          {"agent_id", id_json(call.agent)},
          {"outcome", name_of(call.outcome)},
          {"was_parked", call.was_parked}};
}

Json to_json(const CampaignLive& campaign) {
  return {{"campaign_id", campaign.campaign.value},
          {"type", name_of(campaign.type)},
          {"active", campaign.active},
          {"agents_logged_in", campaign.agents_logged_in},
          {"agents_paused", campaign.agents_paused},
          {"agents_waiting", campaign.agents_waiting},
          {"agents_in_call", campaign.agents_in_call},
          {"agents_wrap_up", campaign.agents_wrap_up},
          {"calls_dialing", campaign.calls_dialing},
          {"calls_ringing", campaign.calls_ringing},
          {"calls_waiting", campaign.calls_waiting},
          {"calls_active", campaign.calls_active},
          {"calls_parked", campaign.calls_parked},
          {"answered_today", campaign.answered_today},
          {"dropped_today", campaign.dropped_today},
          {"idle_reason", campaign.idle_reason}};
}

Json to_json(const TrunkLive& trunk) {
  return {{"trunk_id", trunk.trunk.value},
          {"up", trunk.up},
          {"calls", trunk.calls},
          {"reason", trunk.reason}};
}

// ------------------------------------------------------------------------------- requests

Result<void> read_sign_in(const Json& json, SignInRequest& request) {
  ObjectReader reader(json);
  reader.require({"username", "password"});
  reader.text("username", request.username, {.max = 64});
  reader.text("password", request.password, {.max = 1'024});
  return reader.finish();
}

Result<void> read_setup(const Json& json, SetupRequest& request) {
  ObjectReader reader(json);
  reader.require({"setup_code", "username", "name", "password", "domain"});
  reader.text("setup_code", request.setup_code, {.max = 64});
  reader.text("username", request.username, kUsername);
  request.username = to_lower(request.username);
  reader.text("name", request.name, kName);
  reader.text("password", request.password, kNewPassword);
  reader.text("domain", request.domain,
              {.max = 253, .valid = is_host, .wanted = "must be a host name"});
  return reader.finish();
}

Result<void> read_password(const Json& json, PasswordRequest& request) {
  ObjectReader reader(json);
  reader.require({"password"});
  reader.text("password", request.password, kNewPassword);
  optional_text(reader, "current_password", request.current_password, {.max = 1'024});
  reader.boolean("one_time", request.one_time);
  return reader.finish();
}

Result<void> read_agent_session(const Json& json, OpenAgentSession& request) {
  ObjectReader reader(json);
  reader.require({"campaign_id"});
  reader.id("campaign_id", request.campaign, /*nullable=*/false);
  reader.enumeration("line", request.line, from_name<LineKind>);
  return reader.finish();
}

Result<void> read_agent_status(const Json& json, SetAgentReady& request) {
  ObjectReader reader(json);
  reader.require({"ready"});
  reader.boolean("ready", request.ready);
  reader.text("pause_reason", request.pause_reason, kPauseReason);
  return reader.finish();
}

Result<void> read_switch(const Json& json, bool& on) {
  ObjectReader reader(json);
  reader.require({"on"});
  reader.boolean("on", on);
  return reader.finish();
}

Result<void> read_retrieve(const Json& json, AgentRetrieve& request) {
  ObjectReader reader(json);
  reader.require({"attempt_id"});
  reader.id("attempt_id", request.attempt);
  return reader.finish();
}

Result<void> read_transfer(const Json& json, TransferTarget& target) {
  ObjectReader reader(json);
  reader.id("agent_id", target.colleague);
  reader.boolean("manager", target.any_manager);
  reader.text("number", target.number, {.max = 32});
  if (const auto good = reader.finish(); !good) return good;
  const int given =
      (target.colleague ? 1 : 0) + (target.any_manager ? 1 : 0) + (target.number.empty() ? 0 : 1);
  if (given == 1) return {};
  return Error{ErrorCode::kInvalid, "Say who: a colleague, a manager or a number.", "agent_id"};
}

Result<void> read_consult_step(const Json& json, AgentConsultStep& request) {
  ObjectReader reader(json);
  reader.require({"step"});
  reader.enumeration("step", request.step, parser_of(kConsultSteps));
  return reader.finish();
}

Result<void> read_digits(const Json& json, AgentDigits& request) {
  ObjectReader reader(json);
  reader.require({"digits"});
  reader.text("digits", request.digits,
              {.min = 1, .max = 32, .valid = is_dtmf, .wanted = "may hold 0-9, *, # and A-D only"});
  return reader.finish();
}

Result<void> read_preview(const Json& json, PreviewDecision& request) {
  ObjectReader reader(json);
  reader.require({"dial"});
  reader.boolean("dial", request.dial);
  reader.text("skip_reason", request.skip_reason, kPauseReason);
  return reader.finish();
}

Result<void> read_disposition(const Json& json, SubmitDisposition& request) {
  ObjectReader reader(json);
  reader.require({"attempt_id", "disposition"});
  reader.id("attempt_id", request.attempt, /*nullable=*/false);
  reader.text("disposition", request.disposition, {.min = 1, .max = 64});
  reader.text("notes", request.notes, kNotes);
  reader.texts("tags", request.tags, 20, {.min = 1, .max = 40});
  reader.optional_time("callback_at", request.callback_at);
  reader.boolean("callback_for_me", request.callback_for_me);
  reader.boolean("then_pause", request.then_pause);
  reader.text("pause_reason", request.pause_reason, kPauseReason);
  return reader.finish();
}

Result<void> read_notes(const Json& json, NotesRequest& request) {
  ObjectReader reader(json);
  reader.require({"attempt_id", "notes", "tags"});
  reader.id("attempt_id", request.attempt, /*nullable=*/false);
  reader.text("notes", request.notes, kNotes);
  reader.texts("tags", request.tags, 20, {.min = 1, .max = 40});
  return reader.finish();
}

Result<void> read_force_pause(const Json& json, SetAgentReady& request) {
  ObjectReader reader(json);
  reader.text("pause_reason", request.pause_reason, kPauseReason);
  return reader.finish();
}

Result<void> read_line_offer(const Json& json, LineOffer& offer) {
  ObjectReader reader(json);
  reader.require({"type", "connection", "sdp"});
  std::string type;
  reader.text("type", type, {.max = 20});
  if (reader.ok() && type != "offer") reader.fail("type", "must be offer.");
  reader.text("connection", offer.connection,
              {.min = 8,
               .max = 64,
               .valid = is_connection,
               .wanted = "may hold letters, digits, _ and - only"});
  reader.text("sdp", offer.sdp, {.min = 1, .max = 16'384, .lines = true});
  return reader.finish();
}

}  // namespace carillon::api
