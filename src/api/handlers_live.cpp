// What goes on now, and the supervisor's hand in it.
#include "api/access.h"
#include "api/handlers.h"
#include "api/json_records.h"
#include "api/websocket.h"

namespace carillon::api {
namespace {

/// One client of the event stream.
class EventSocket : public WebSocketHandler {
 public:
  EventSocket(Services& services, Caller caller, std::string epoch, int64_t after, bool own_only)
      : services_(services),
        caller_(std::move(caller)),
        epoch_(std::move(epoch)),
        after_(after),
        own_only_(own_only) {}

  void opened(WebSocketPeer& peer) override {
    const Viewer viewer{.all = !own_only_ && !caller_.is_agent(), .agent = caller_.user_id()};
    client_ = services_.events.add(peer, viewer, epoch_, after_);
    count(+1);
  }
  void message(const std::string&) override {}  // the stream has one direction
  void closed() override {
    services_.events.remove(client_);
    count(-1);
  }
  Task<bool> still_allowed() override { return still_signed_in(services_, caller_); }

 private:
  void count(int change_of_streams) {
    const auto user = caller_.user_id();
    if (!user) return;
    const auto* presence =
        services_.live.stream_counted(user, change_of_streams, machine_now().wall);
    if (presence == nullptr) return;
    services_.events.publish("presence", to_json(*presence), {});
    services_.ports.store.change(
        {}, [user](store::Writer& writer) { return writer.set_last_seen(user); },
        [](const Result<void>&) {});
  }

  Services& services_;
  const Caller caller_;
  const std::string epoch_;
  const int64_t after_;
  const bool own_only_;
  EventStream::ClientId client_ = 0;
};

/// The answer of the core to a request without a result of its own.
Task<Response> ask_core(Services& services, CoreRequest request) {
  const auto done = co_await services.core.ask(std::move(request));
  co_return done.result ? no_content() : problem(done.result.error());
}

Error no_such_session() {
  return {ErrorCode::kNotFound, "That agent is not logged in (any more).", {}};
}

}  // namespace

Task<Response> get_live(Call& call) {
  auto& services = call.services;
  auto body = services.live.snapshot();
  body["epoch"] = services.events.epoch();
  body["seq"] = services.events.last_seq();
  co_return json_response(200, body);
}

Task<Response> watch_events(Call& call) {
  const auto after = query_integer(call.request, "after", 0);
  if (!after) co_return problem(after.error());
  const auto epoch = call.request.query.find("epoch");
  const auto own = call.request.query.find("own");
  Response response;
  response.websocket = std::make_shared<EventSocket>(
      call.services, call.caller, epoch == call.request.query.end() ? "" : epoch->second,
      after->value_or(0), own != call.request.query.end() && own->second == "true");
  co_return response;
}

Task<Response> pause_agent(Call& call) {
  const AgentSessionId session{call.ids[0]};
  SetAgentReady request{.request = {},
                        .session = session,
                        .ready = false,
                        .pause_reason = "supervisor",
                        .by_supervisor = true};
  if (!call.request.body.empty()) {
    const auto json = body_json(call);
    if (!json) co_return problem(400, json.error());
    if (const auto good = read_force_pause(*json, request); !good) co_return problem(good.error());
  }
  if (!call.services.live.session(session)) co_return problem(no_such_session());
  auto response = co_await ask_core(call.services, std::move(request));
  co_return response;
}

Task<Response> end_live_call(Call& call) {
  const AttemptId attempt{call.ids[0]};
  if (!call.services.live.call(attempt)) {
    co_return problem(Error{ErrorCode::kNotFound, "This call is over.", {}});
  }
  auto response = co_await ask_core(call.services, EndLiveCall{{}, attempt});
  co_return response;
}

Task<Response> sign_out_agent(Call& call) {
  const AgentSessionId session{call.ids[0]};
  if (!call.services.live.session(session)) co_return problem(no_such_session());
  auto response = co_await ask_core(call.services, CloseAgentSession{{}, session, true});
  co_return response;
}

}  // namespace carillon::api
