// The agent console.
#include <map>

#include <fmt/format.h>

#include "api/access.h"
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/websocket.h"
#include "store/import/phone.h"

namespace carillon::api {
namespace {

/// The agent's line: presence, and offer and answer.
class LineSocket : public WebSocketHandler {
 public:
  LineSocket(Services& services, Caller caller) : services_(services), caller_(std::move(caller)) {}

  void opened(WebSocketPeer& peer) override {
    peer_ = &peer;
    services_.lines.opened(caller_.user_id(), peer);
  }
  void message(const std::string& text) override {
    services_.lines.message(caller_.user_id(), *peer_, text);
  }
  void closed() override { services_.lines.closed(caller_.user_id(), *peer_); }
  Task<bool> still_allowed() override { return still_signed_in(services_, caller_); }

 private:
  Services& services_;
  const Caller caller_;
  WebSocketPeer* peer_ = nullptr;
};

Error not_a_person() {
  return {ErrorCode::kForbidden, "Only a person who is signed in can be an agent.", {}};
}
Error not_logged_in() {
  return {ErrorCode::kConflict, "You are not logged in to a campaign. Choose one first.", {}};
}

/// The caller's open session; an error sentence when there is none.
Result<AgentSessionId> own_session(const Call& call) {
  if (!call.caller.person) return not_a_person();
  const AgentLive* session = call.services.live.session_of(call.caller.person->id);
  if (!session) return not_logged_in();
  return session->session;
}

Json agent_view(const Services& services, UserId agent) {
  const AgentLive* session = services.live.session_of(agent);
  const CallLive* call =
      session && session->attempt ? services.live.call(session->attempt) : nullptr;
  return {{"epoch", services.events.epoch()},
          {"seq", services.events.last_seq()},
          {"session", session ? to_json(*session) : Json(nullptr)},
          {"call", call ? to_json(*call) : Json(nullptr)},
          {"parked", session ? services.live.parked_calls(session->campaign) : Json::array()}};
}

Json agent_campaign(const Campaign& campaign, const std::optional<Script>& script) {
  Json dispositions = Json::array();
  for (const auto& rule : campaign.dispositions) dispositions.push_back(to_json(rule));
  return {{"id", campaign.id.value},
          {"name", campaign.name},
          {"type", name_of(campaign.type)},
          {"notes", campaign.notes},
          {"recording", campaign.recording},
          {"transfer_allowed", campaign.transfer_allowed},
          {"wrap_up_limit_ms", campaign.wrap_up_limit_ms},
          {"dispositions", std::move(dispositions)},
          {"script", script ? to_json(*script) : Json(nullptr)}};
}

/// Reads the body into a request about the caller's own session and puts it to the core.
template <class Request, class ReadBody>
Task<Response> ask_about_own(Call& call, ReadBody read_body) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  Request request;
  if (const auto good = read_body(*json, request); !good) co_return problem(good.error());
  const auto session = own_session(call);
  if (!session) co_return problem(session.error());
  request.session = *session;
  const auto done = co_await call.services.core.ask(std::move(request));
  co_return done.result ? no_content() : problem(done.result.error());
}

/// The same for requests without a body.
template <class Request>
Task<Response> ask_plainly(Call& call) {
  const auto session = own_session(call);
  if (!session) co_return problem(session.error());
  Request request;
  request.session = *session;
  const auto done = co_await call.services.core.ask(std::move(request));
  co_return done.result ? no_content() : problem(done.result.error());
}

/// A number that may be called: valid anywhere, and none that charges the caller.
Result<void> read_target(const Json& json, TransferTarget& target) {
  if (const auto good = read_transfer(json, target); !good) return good;
  if (target.number.empty()) return {};
  const auto number = store::parse_phone(target.number, {});
  if (!number) {
    return Error{ErrorCode::kInvalid,
                 "Give a valid number with its country code, as in +49301234567.", "number"};
  }
  if (number->premium_rate) {
    return Error{ErrorCode::kInvalid, "Calls are not transferred to premium-rate numbers.",
                 "number"};
  }
  target.number = number->e164;
  return {};
}

/// Agents choose among their own active campaigns, managers among all active ones.
Result<std::vector<Campaign>> campaigns_for(store::Reader& reader, const User& person) {
  auto campaigns =
      person.role == Role::kAgent ? reader.campaigns_of_agent(person.id) : reader.all_campaigns();
  if (campaigns) std::erase_if(*campaigns, [](const Campaign& each) { return !each.active; });
  return campaigns;
}

/// The same with the one in which the person is logged in, if any, whatever has become of it: the
/// last call in it is to be finished.
Result<std::vector<Campaign>> campaigns_with(store::Reader& reader, const User& person,
                                             CampaignId logged_in_to) {
  auto campaigns = campaigns_for(reader, person);
  if (!campaigns || !logged_in_to) return campaigns;
  auto own = reader.campaign_even_removed(logged_in_to);
  if (!own) return own.error();
  std::erase_if(*campaigns, [&](const Campaign& each) { return each.id == logged_in_to; });
  campaigns->insert(campaigns->begin(), std::move(*own));
  return campaigns;
}

}  // namespace

Task<Response> list_agent_campaigns(Call& call) {
  if (!call.caller.person) co_return problem(not_a_person());
  const auto* session = call.services.live.session_of(call.caller.person->id);
  auto work = [person = *call.caller.person,
               logged_in_to = session ? session->campaign
                                      : CampaignId{}](store::Reader& reader) -> Result<Json> {
    const auto campaigns = campaigns_with(reader, person, logged_in_to);
    if (!campaigns) return campaigns.error();
    Json items = Json::array();
    for (const auto& campaign : *campaigns) {
      std::optional<Script> script;
      if (campaign.script) {
        auto found = reader.script(campaign.script);
        if (found) script = std::move(*found);
      }
      items.push_back(agent_campaign(campaign, script));
    }
    const auto total = items.size();
    return Json{{"items", std::move(items)}, {"total", total}};
  };
  const auto list = co_await read(call.services, std::move(work));
  co_return list ? json_response(200, *list) : problem(list.error());
}

Task<Response> get_agent_session(Call& call) {
  if (!call.caller.person) co_return problem(not_a_person());
  co_return json_response(200, agent_view(call.services, call.caller.person->id));
}

Task<Response> open_agent_session(Call& call) {
  auto& services = call.services;
  if (!call.caller.person) co_return problem(not_a_person());
  const auto& person = *call.caller.person;
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  OpenAgentSession request;
  request.agent = person.id;
  request.line = person.line;
  if (const auto good = read_agent_session(*json, request); !good) co_return problem(good.error());
  auto find = [person](store::Reader& reader) { return campaigns_for(reader, person); };
  const auto campaigns = co_await read(services, std::move(find));
  if (!campaigns) co_return problem(campaigns.error());
  const auto chosen = std::find_if(campaigns->begin(), campaigns->end(),
                                   [&request](const auto& c) { return c.id == request.campaign; });
  if (chosen == campaigns->end()) {
    co_return problem({ErrorCode::kInvalid,
                       "You cannot choose this campaign: it is not active, or you are not in it.",
                       "campaign_id"});
  }
  const auto done = co_await services.core.ask(request);
  if (!done.result) co_return problem(done.result.error());
  co_return json_response(201, agent_view(services, person.id));
}

Task<Response> close_agent_session(Call& call) { return ask_plainly<CloseAgentSession>(call); }
Task<Response> hang_up(Call& call) { return ask_plainly<AgentHangUp>(call); }

Task<Response> set_agent_status(Call& call) {
  return ask_about_own<SetAgentReady>(call, read_agent_status);
}
Task<Response> hold(Call& call) {
  return ask_about_own<AgentHold>(
      call, [](const Json& json, AgentHold& request) { return read_switch(json, request.on); });
}
Task<Response> mute(Call& call) {
  return ask_about_own<AgentMute>(
      call, [](const Json& json, AgentMute& request) { return read_switch(json, request.on); });
}
Task<Response> echo_test(Call& call) {
  return ask_about_own<AgentEcho>(
      call, [](const Json& json, AgentEcho& request) { return read_switch(json, request.on); });
}
Task<Response> send_digits(Call& call) { return ask_about_own<AgentDigits>(call, read_digits); }
Task<Response> park_call(Call& call) { return ask_plainly<AgentPark>(call); }
Task<Response> retrieve_call(Call& call) {
  return ask_about_own<AgentRetrieve>(call, read_retrieve);
}
Task<Response> transfer_call(Call& call) {
  return ask_about_own<AgentTransfer>(
      call, [](const Json& json, AgentTransfer& request) { return read_target(json, request.to); });
}
Task<Response> consult(Call& call) {
  return ask_about_own<AgentConsult>(
      call, [](const Json& json, AgentConsult& request) { return read_target(json, request.to); });
}
Task<Response> consult_step(Call& call) {
  return ask_about_own<AgentConsultStep>(call, read_consult_step);
}

Task<Response> list_colleagues(Call& call) {
  const auto own = own_session(call);
  if (!own) co_return problem(own.error());
  const auto& live = call.services.live;
  auto work = [me = call.caller.person->id,
               sessions = live.sessions_of(live.session(*own)->campaign)](
                  store::Reader& reader) -> Result<Json> {
    std::map<std::string, Json> by_name;
    for (const auto& session : sessions) {
      if (session.agent == me) continue;
      const auto user = reader.user(session.agent);
      if (!user) continue;  // removed this moment
      by_name[fmt::format("{}\n{}", user->name, user->id)] = {{"agent_id", user->id.value},
                                                              {"name", user->name},
                                                              {"role", name_of(user->role)},
                                                              {"state", name_of(session.state)}};
    }
    Json items = Json::array();
    for (auto& [name, item] : by_name) items.push_back(std::move(item));
    const auto total = items.size();
    return Json{{"items", std::move(items)}, {"total", total}};
  };
  const auto list = co_await read(call.services, std::move(work));
  co_return list ? json_response(200, *list) : problem(list.error());
}

Task<Response> decide_preview(Call& call) {
  return ask_about_own<PreviewDecision>(call, read_preview);
}
Task<Response> submit_disposition(Call& call) {
  return ask_about_own<SubmitDisposition>(call, read_disposition);
}

Task<Response> next_preview(Call& call) { return ask_plainly<NextPreview>(call); }

Task<Response> save_notes(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  NotesRequest request;
  if (const auto good = read_notes(*json, request); !good) co_return problem(good.error());
  const auto own = own_session(call);
  if (!own) co_return problem(own.error());
  const AgentLive& session = *call.services.live.session(*own);
  const bool in_panel = session.attempt == request.attempt && !session.guest;
  if (!in_panel && !(session.owed && session.owed->attempt == request.attempt)) {
    co_return problem({ErrorCode::kConflict, "That is not your call (any more).", "attempt_id"});
  }
  auto work = [request, agent = session.agent](store::Writer& writer) {
    return writer.save_notes(request.attempt, agent, request.notes, request.tags);
  };
  const auto saved = co_await change(call.services, call.actor(), std::move(work));
  co_return saved ? no_content() : problem(saved.error());
}

Task<Response> get_agent_day(Call& call) {
  if (!call.caller.person) co_return problem(not_a_person());
  const auto from = query_integer(call.request, "from");
  if (!from) co_return problem(from.error());
  auto work = [agent = call.caller.person->id, from = from_unix_ms(from->value_or(0))](
                  store::Reader& reader) { return reader.agent_day(agent, from); };
  const auto day = co_await read(call.services, std::move(work));
  if (!day) co_return problem(day.error());
  Json dispositions = Json::array();
  for (const auto& [name, calls] : day->dispositions) {
    dispositions.push_back({{"disposition", name}, {"calls", calls}});
  }
  const Json body{
      {"calls", day->calls}, {"talk_ms", day->talk_ms}, {"dispositions", std::move(dispositions)}};
  co_return json_response(200, body);
}

Task<Response> open_agent_line(Call& call) {
  const auto session = own_session(call);
  if (!session) co_return problem(session.error());
  Response response;
  response.websocket = std::make_shared<LineSocket>(call.services, call.caller);
  co_return response;
}

}  // namespace carillon::api
