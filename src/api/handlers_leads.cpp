// Leads and do-not-call numbers.
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/lead_filters.h"
#include "store/import/phone.h"
#include "store/import/zones.h"

namespace carillon::api {
namespace {

using store::Reader;
using store::Writer;

Error with_field(Error error, const char* field) {
  error.field = field;
  return error;
}

/// The country of numbers without +, from the query; empty: none.
Result<std::string> country_of(const Request& request) {
  const auto found = request.query.find("country");
  if (found == request.query.end() || found->second.empty()) return std::string{};
  if (!store::is_known_country(found->second)) {
    return Error{ErrorCode::kInvalid, "There is no such country. Use two capital letters.",
                 "country"};
  }
  return found->second;
}

/// Brings the phone into E.164 and finds the zones that it may lie in; a time zone that the lead
/// names goes first.
Result<void> place(Writer& writer, Lead& lead, const std::string& country) {
  const auto number = store::parse_phone_to_call(lead.phone, country);
  if (!number) return with_field(number.error(), "phone");
  lead.phone = number->e164;
  std::vector<std::string> zones;
  if (lead.time_zone.empty()) {
    zones = store::zones_of(store::zone_list_of(*number));
  } else if (store::is_time_zone(lead.time_zone)) {
    zones = {lead.time_zone};
  } else {
    return Error{ErrorCode::kInvalid,
                 "There is no such time zone. Write it like America/New_York, or leave it empty.",
                 "time_zone"};
  }
  const auto zone_set = writer.zone_set(std::move(zones));
  if (!zone_set) return zone_set.error();
  lead.zone_set = *zone_set;
  return {};
}

/// Agents reach the lead on their own screen only.
bool on_own_screen(const Call& call, LeadId lead) {
  const AgentLive* session = call.services.live.session_of(call.caller.user_id());
  return session && session->lead && session->lead->id == lead;
}

/// The agent has gone on without saying what came of the call with this lead.
bool disposition_owed(const Call& call, LeadId lead) {
  const AgentLive* session = call.services.live.session_of(call.caller.user_id());
  return session && session->owed && session->owed->lead && session->owed->lead->id == lead;
}

Error not_yours() {
  return {ErrorCode::kForbidden, "Agents can reach the lead on their own screen only.", {}};
}

/// The do-not-call entry as it is stored.
Result<store::DncEntry> find_dnc(Reader& reader, const std::string& phone, CampaignId campaign) {
  const auto page = reader.dnc({.offset = 0, .limit = 1'000, .search = phone, .sort = {}});
  if (!page) return page.error();
  for (const auto& entry : page->items) {
    if (entry.phone == phone && entry.campaign == campaign) return entry;
  }
  return Error{ErrorCode::kNotFound, "That number is not on that list.", "phone"};
}

}  // namespace

Task<Response> list_leads(Call& call) {
  const auto filter = lead_filter(call.request, LeadsetId{call.ids[0]});
  if (!filter) co_return problem(filter.error());
  const auto query = lead_page_query(call.request);
  if (!query) co_return problem(query.error());
  auto work = [filter = *filter, query = *query](Reader& reader) -> Result<store::LeadPage> {
    if (const auto leadset = reader.leadset(filter.leadset); !leadset) return leadset.error();
    return reader.lead_page(filter, query);
  };
  const auto page = co_await read(call.services, std::move(work));
  if (!page) co_return problem(page.error());
  Json items = Json::array();
  for (const auto& lead : page->items) items.push_back(to_json(lead));
  const Json body{{"items", std::move(items)},
                  {"total", page->total ? Json(*page->total) : Json(nullptr)},
                  {"next", page->next}};
  co_return json_response(200, body);
}

Task<Response> create_lead(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  const auto country = country_of(call.request);
  if (!country) co_return problem(country.error());
  Lead lead;
  lead.leadset = LeadsetId{call.ids[0]};
  if (const auto good = read_lead(*json, true, false, lead); !good) co_return problem(good.error());
  auto work = [lead, country = *country](Writer& writer) mutable -> Result<Lead> {
    if (const auto leadset = writer.leadset(lead.leadset); !leadset) return leadset.error();
    if (auto placed = place(writer, lead, country); !placed) return placed.error();
    const auto id = writer.add_lead(lead);
    if (!id) return id.error();
    return writer.lead(*id);
  };
  const auto made = co_await change(call.services, call.actor(), std::move(work));
  co_return made ? json_response(201, to_json(*made)) : problem(made.error());
}

Task<Response> get_lead(Call& call) {
  const LeadId id{call.ids[0]};
  if (call.caller.is_agent() && !on_own_screen(call, id)) co_return problem(not_yours());
  auto work = [id](Reader& reader) { return reader.lead(id); };
  const auto lead = co_await read(call.services, std::move(work));
  co_return lead ? json_response(200, to_json(*lead)) : problem(lead.error());
}

Task<Response> get_lead_time_zones(Call& call) {
  const LeadId id{call.ids[0]};
  if (call.caller.is_agent() && !on_own_screen(call, id) && !disposition_owed(call, id)) {
    co_return problem(not_yours());
  }
  auto work = [id](Reader& reader) { return reader.zones_of_lead(id); };
  const auto zones = co_await read(call.services, std::move(work));
  co_return zones ? json_response(200, {{"time_zones", *zones}}) : problem(zones.error());
}

Task<Response> why_lead(Call& call) {
  auto work = [id = LeadId{call.ids[0]}, now = machine_now().wall,
               zone_open = call.services.ports.zone_open](Reader& reader) {
    return reader.why(id, now, zone_open);
  };
  const auto why = co_await read(call.services, std::move(work));
  if (!why) co_return problem(why.error());
  const Json body{
      {"dialable", why->dialable}, {"reason", why->reason}, {"sentence", why->sentence}};
  co_return json_response(200, body);
}

Task<Response> change_lead(Call& call) {
  const LeadId id{call.ids[0]};
  const bool agent = call.caller.is_agent();
  if (agent && !on_own_screen(call, id)) co_return problem(not_yours());
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  const auto country = country_of(call.request);
  if (!country) co_return problem(country.error());
  auto work = [id, agent, json = *json, country = *country](Writer& writer) -> Result<Lead> {
    auto lead = writer.lead(id);
    if (!lead) return lead.error();
    const auto before = std::pair(lead->phone, lead->time_zone);
    if (auto good = read_lead(json, false, agent, *lead); !good) return good.error();
    if (before != std::pair(lead->phone, lead->time_zone)) {
      if (auto placed = place(writer, *lead, country); !placed) return placed.error();
    }
    if (auto saved = writer.save_lead(*lead); !saved) return saved.error();
    return writer.lead(id);
  };
  const auto changed = co_await change(call.services, call.actor(), std::move(work));
  co_return changed ? json_response(200, to_json(*changed)) : problem(changed.error());
}

Task<Response> delete_lead(Call& call) {
  auto work = [id = LeadId{call.ids[0]}](Writer& writer) { return writer.remove_lead(id); };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

// ------------------------------------------------------------------------------- do not call

Task<Response> list_dnc(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  const auto list = dnc_list_of(call.request);
  if (!list) co_return problem(list.error());
  auto work = [query = *query, list = *list](Reader& reader) { return reader.dnc(query, list); };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> add_dnc(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  store::DncEntry entry;
  if (const auto good = read_dnc(*json, entry); !good) co_return problem(good.error());
  const auto number = store::parse_phone(entry.phone, {});
  if (!number) co_return problem(with_field(number.error(), "phone"));
  entry.phone = number->e164;
  entry.added_by = call.caller.user_id();
  auto work = [entry](Writer& writer) -> Result<store::DncEntry> {
    if (auto added = writer.add_dnc(entry); !added) return added.error();
    return find_dnc(writer, entry.phone, entry.campaign);
  };
  const auto added = co_await change(call.services, call.actor(), std::move(work));
  co_return added ? json_response(201, to_json(*added)) : problem(added.error());
}

namespace {

constexpr int64_t kNumbersAtOnce = 500;  // in one change: calls wait behind it

/// One portion after the other, so that calls get through in between.
Task<Response> empty_dnc(Call& call, CampaignId list) {
  int64_t removed = 0;
  for (int64_t portion = -1; portion != 0;) {
    auto work = [list, is_first = portion < 0](Writer& writer) -> Result<int64_t> {
      if (is_first) {
        if (auto noted = writer.note_dnc_emptied(list); !noted) return noted.error();
      }
      return writer.remove_dnc_numbers(list, kNumbersAtOnce);
    };
    const auto gone = co_await change(call.services, call.actor(), std::move(work));
    if (!gone) co_return problem(gone.error());
    portion = *gone;
    removed += portion;
  }
  co_return json_response(200, {{"removed", removed}});
}

}  // namespace

Task<Response> delete_dnc(Call& call) {
  const auto campaign = query_id<CampaignTag>(call.request, "campaign_id");
  if (!campaign) co_return problem(campaign.error());
  const auto all = call.request.query.find("all");
  if (all != call.request.query.end()) {
    if (all->second == "true") co_return co_await empty_dnc(call, *campaign);
    co_return problem({ErrorCode::kInvalid, "all must be true, or left out.", "all"});
  }
  const auto found = call.request.query.find("phone");
  const auto phone = found == call.request.query.end() ? std::string{} : found->second;
  const auto number = store::parse_phone(phone, {});
  if (!number) co_return problem(with_field(number.error(), "phone"));
  auto work = [phone = number->e164, id = *campaign](Writer& writer) -> Result<void> {
    if (auto there = find_dnc(writer, phone, id); !there) return there.error();
    return writer.remove_dnc(phone, id);
  };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

}  // namespace carillon::api
