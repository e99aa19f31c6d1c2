// Campaigns, scripts, leadsets, trunks and SIP profiles: records that are listed, made, changed and
// deleted all in the same way.
#include "api/handlers.h"
#include "api/html_sanitizer.h"
#include "api/json_records.h"

namespace carillon::api {
namespace {

using store::Reader;
using store::Writer;

/// What the handlers below need to know of one kind of record.
template <class Record>
struct Kind;

template <>
struct Kind<Campaign> {
  using Id = CampaignId;
  static auto list(Reader& r, const store::ListQuery& q) { return r.campaigns(q); }
  static auto get(Reader& r, Id id) { return r.campaign(id); }
  static auto add(Writer& w, Campaign record) { return w.add_campaign(std::move(record)); }
  static auto save(Writer& w, const Campaign& record) { return w.save_campaign(record); }
  static Result<void> remove(Writer& w, Id id) {
    const auto campaign = w.campaign(id);
    if (!campaign) return campaign.error();
    if (campaign->active) {
      return Error{ErrorCode::kConflict, "The campaign is active. Switch it off first.", {}};
    }
    return w.remove_campaign(id);
  }
  static auto read(const Json& json, bool is_new, Campaign& record) {
    return read_campaign(json, is_new, record);
  }
  static void prepare(Json&) {}
};

template <>
struct Kind<Script> {
  using Id = ScriptId;
  static auto list(Reader& r, const store::ListQuery& q) { return r.scripts(q); }
  static auto get(Reader& r, Id id) { return r.script(id); }
  static auto add(Writer& w, Script record) { return w.add_script(std::move(record)); }
  static auto save(Writer& w, const Script& record) { return w.save_script(record); }
  static auto remove(Writer& w, Id id) { return w.remove_script(id); }
  static auto read(const Json& json, bool is_new, Script& record) {
    return read_script(json, is_new, record);
  }
  /// On the http loop, so that the writer does not wait for it.
  static void prepare(Json& json) {
    if (!json.is_object() || !json.contains("body") || !json["body"].is_string()) return;
    const auto& body = json["body"].get_ref<const std::string&>();
    if (body.size() <= 200'000) json["body"] = sanitize_html(body);
  }
};

template <>
struct Kind<Leadset> {
  using Id = LeadsetId;
  static auto list(Reader& r, const store::ListQuery& q) { return r.leadsets(q); }
  static auto get(Reader& r, Id id) { return r.leadset(id); }
  static auto add(Writer& w, Leadset record) { return w.add_leadset(std::move(record)); }
  static auto save(Writer& w, const Leadset& record) { return w.save_leadset(record); }
  static auto remove(Writer& w, Id id) { return w.remove_leadset(id); }
  static auto read(const Json& json, bool is_new, Leadset& record) {
    return read_leadset(json, is_new, record);
  }
  static void prepare(Json&) {}
};

template <>
struct Kind<Trunk> {
  using Id = TrunkId;
  static auto list(Reader& r, const store::ListQuery& q) { return r.trunks(q); }
  static auto get(Reader& r, Id id) { return r.trunk(id); }
  static auto add(Writer& w, Trunk record) { return w.add_trunk(std::move(record)); }
  static auto save(Writer& w, const Trunk& record) { return w.save_trunk(record); }
  static auto remove(Writer& w, Id id) { return w.remove_trunk(id); }
  static auto read(const Json& json, bool is_new, Trunk& record) {
    return read_trunk(json, is_new, record);
  }
  static void prepare(Json&) {}
};

template <>
struct Kind<SipProfile> {
  using Id = SipProfileId;
  static auto list(Reader& r, const store::ListQuery& q) { return r.sip_profiles(q); }
  static auto get(Reader& r, Id id) { return r.sip_profile(id); }
  static auto add(Writer& w, SipProfile record) { return w.add_sip_profile(std::move(record)); }
  static auto save(Writer& w, const SipProfile& record) { return w.save_sip_profile(record); }
  static auto remove(Writer& w, Id id) { return w.remove_sip_profile(id); }
  static auto read(const Json& json, bool is_new, SipProfile& record) {
    return read_sip_profile(json, is_new, record);
  }
  static void prepare(Json&) {}
};

template <class Record>
Task<Response> list_of(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  auto work = [query = *query](Reader& reader) { return Kind<Record>::list(reader, query); };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

template <class Record>
Task<Response> get_one(Call& call) {
  const typename Kind<Record>::Id id{call.ids[0]};
  auto work = [id](Reader& reader) { return Kind<Record>::get(reader, id); };
  const auto record = co_await read(call.services, std::move(work));
  co_return record ? json_response(200, to_json(*record)) : problem(record.error());
}

template <class Record>
Task<Response> create_one(Call& call) {
  auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  Kind<Record>::prepare(*json);
  Record record;
  if (const auto good = Kind<Record>::read(*json, true, record); !good) {
    co_return problem(good.error());
  }
  auto work = [record](Writer& writer) -> Result<Record> {
    const auto id = Kind<Record>::add(writer, record);
    if (!id) return id.error();
    return Kind<Record>::get(writer, *id);
  };
  const auto made = co_await change(call.services, call.actor(), std::move(work));
  co_return made ? json_response(201, to_json(*made)) : problem(made.error());
}

template <class Record>
Task<Response> change_one(Call& call) {
  auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  Kind<Record>::prepare(*json);
  const typename Kind<Record>::Id id{call.ids[0]};
  auto work = [id, json = *json](Writer& writer) -> Result<Record> {
    auto record = Kind<Record>::get(writer, id);
    if (!record) return record.error();
    if (auto good = Kind<Record>::read(json, false, *record); !good) return good.error();
    if (auto saved = Kind<Record>::save(writer, *record); !saved) return saved.error();
    return Kind<Record>::get(writer, id);
  };
  const auto changed = co_await change(call.services, call.actor(), std::move(work));
  co_return changed ? json_response(200, to_json(*changed)) : problem(changed.error());
}

template <class Record>
Task<Response> delete_one(Call& call) {
  const typename Kind<Record>::Id id{call.ids[0]};
  auto work = [id](Writer& writer) { return Kind<Record>::remove(writer, id); };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

/// The leadsets of one campaign; the store gives them as a whole.
Result<store::Page<Leadset>> leadsets_of(Reader& reader, CampaignId campaign,
                                         const store::ListQuery& query) {
  const auto all = reader.leadsets_of(campaign);
  if (!all) return all.error();
  store::Page<Leadset> page;
  for (const auto& leadset : *all) {
    if (to_lower(leadset.name).find(to_lower(query.search)) == std::string::npos) continue;
    const bool on_page = page.total >= query.offset && page.total < query.offset + query.limit;
    ++page.total;
    if (on_page) page.items.push_back(leadset);
  }
  return page;
}

}  // namespace

Task<Response> list_campaigns(Call& call) { return list_of<Campaign>(call); }
Task<Response> create_campaign(Call& call) { return create_one<Campaign>(call); }
Task<Response> get_campaign(Call& call) { return get_one<Campaign>(call); }
Task<Response> change_campaign(Call& call) { return change_one<Campaign>(call); }
Task<Response> delete_campaign(Call& call) { return delete_one<Campaign>(call); }

Task<Response> get_campaign_stats(Call& call) {
  auto work = [id = CampaignId{call.ids[0]}, now = machine_now().wall,
               zone_open = call.services.ports.zone_open](Reader& reader) -> Result<LeadStats> {
    if (const auto campaign = reader.campaign(id); !campaign) return campaign.error();
    return reader.campaign_stats(id, now, zone_open);
  };
  const auto stats = co_await read(call.services, std::move(work));
  co_return stats ? json_response(200, to_json(*stats)) : problem(stats.error());
}

Task<Response> speak(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  std::string text;
  if (const auto good = read_speech(*json, text); !good) co_return problem(good.error());
  if (!call.services.ports.speak) {
    co_return problem({ErrorCode::kUnavailable, "This server does not speak.", {}});
  }
  auto work = [speak = call.services.ports.speak, text = std::move(text)] { return speak(text); };
  auto spoken = co_await offload(call.services, std::move(work));
  if (!spoken) co_return problem(spoken.error());
  Response response;
  response.headers.emplace_back("Content-Type", "audio/wav");
  response.body = std::move(*spoken);
  co_return response;
}

Task<Response> list_scripts(Call& call) { return list_of<Script>(call); }
Task<Response> create_script(Call& call) { return create_one<Script>(call); }
Task<Response> get_script(Call& call) { return get_one<Script>(call); }
Task<Response> change_script(Call& call) { return change_one<Script>(call); }
Task<Response> delete_script(Call& call) { return delete_one<Script>(call); }

Task<Response> list_leadsets(Call& call) {
  const auto campaign = query_id<CampaignTag>(call.request, "campaign_id");
  if (!campaign) co_return problem(campaign.error());
  if (!*campaign) {
    auto all = co_await list_of<Leadset>(call);
    co_return all;
  }
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  auto work = [id = *campaign, query = *query](Reader& reader) {
    return leadsets_of(reader, id, query);
  };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> create_leadset(Call& call) { return create_one<Leadset>(call); }
Task<Response> get_leadset(Call& call) { return get_one<Leadset>(call); }
Task<Response> change_leadset(Call& call) { return change_one<Leadset>(call); }
Task<Response> delete_leadset(Call& call) { return delete_one<Leadset>(call); }

Task<Response> get_leadset_stats(Call& call) {
  auto work = [id = LeadsetId{call.ids[0]}, now = machine_now().wall,
               zone_open = call.services.ports.zone_open](Reader& reader) -> Result<LeadStats> {
    if (const auto leadset = reader.leadset(id); !leadset) return leadset.error();
    return reader.leadset_stats(id, now, zone_open);
  };
  const auto stats = co_await read(call.services, std::move(work));
  co_return stats ? json_response(200, to_json(*stats)) : problem(stats.error());
}

Task<Response> list_trunks(Call& call) { return list_of<Trunk>(call); }
Task<Response> create_trunk(Call& call) { return create_one<Trunk>(call); }
Task<Response> get_trunk(Call& call) { return get_one<Trunk>(call); }
Task<Response> change_trunk(Call& call) { return change_one<Trunk>(call); }
Task<Response> delete_trunk(Call& call) { return delete_one<Trunk>(call); }

Task<Response> list_sip_profiles(Call& call) { return list_of<SipProfile>(call); }
Task<Response> create_sip_profile(Call& call) { return create_one<SipProfile>(call); }
Task<Response> get_sip_profile(Call& call) { return get_one<SipProfile>(call); }
Task<Response> change_sip_profile(Call& call) { return change_one<SipProfile>(call); }
Task<Response> delete_sip_profile(Call& call) { return delete_one<SipProfile>(call); }

}  // namespace carillon::api
