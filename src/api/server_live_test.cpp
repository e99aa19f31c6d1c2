// The event stream, the agent console and the agents' line: on the running server.
#include <fmt/format.h>

#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

using namespace std::chrono_literals;

class LiveTest : public ApiTest {
 protected:
  void begin() {
    start();
    admin = set_up();
    ann = person(admin, "ann", "agent");
    bob = person(admin, "bob", "agent");
    const auto made = post(admin, "/api/v1/campaigns",
                           {{"name", "Spring"},
                            {"type", "auto"},
                            {"agent_ids", {ann.user_id}},
                            {"source_statuses", {"New"}}});
    ASSERT_EQ(made.status, 201) << made.body;
    campaign = made.json()["id"];
  }
  WebSocketClient events(const SignedIn& who, const std::string& query = {}) {
    return WebSocketClient(port(), "/api/v1/events" + query, socket_headers(who, port()));
  }
  /// The same once it has begun: what is published from here on comes.
  WebSocketClient listen(const SignedIn& who) {
    auto socket = events(who);
    EXPECT_TRUE(await_type(socket, "hello").is_object());
    return socket;
  }
  WebSocketClient line(const SignedIn& who) {
    return WebSocketClient(port(), "/api/v1/agent/line", socket_headers(who, port()));
  }
  CallLive call(int64_t attempt, CallState state, int64_t agent = 0) {
    CallLive live;
    live.attempt = AttemptId{attempt};
    live.campaign = CampaignId{campaign};
    live.lead = LeadId{1};
    live.phone = "+12025550123";
    live.state = state;
    live.agent = UserId{agent};
    return live;
  }
  /// Reads frames until a message fits; all messages seen are kept in `seen`.
  template <class Fits>
  Json await_message(WebSocketClient& socket, Fits fits) {
    while (true) {
      const auto frame = socket.read();
      if (!frame) return nullptr;
      const auto messages = Json::parse(*frame);
      for (const auto& message : messages) {
        seen.push_back(message);
        if (fits(message)) return message;
      }
    }
  }
  Json await_type(WebSocketClient& socket, const std::string& type) {
    return await_message(socket, [&](const Json& m) { return m["type"] == type; });
  }

  SignedIn admin, ann, bob;
  int64_t campaign = 0;
  std::vector<Json> seen;
};

TEST_F(LiveTest, SnapshotAndStreamFitTogether) {
  begin();
  log_in_agent(ann.user_id, campaign, 11);
  server().publish(call(5, CallState::kRinging));
  Json live;
  for (int i = 0; i < 200 && (live.is_null() || live["calls"].empty()); ++i) {
    live = get(admin, "/api/v1/live").json();
  }
  ASSERT_EQ(live["calls"].size(), 1u);
  EXPECT_EQ(live["agents"][0]["session_id"], 11);
  EXPECT_EQ(live["figures"]["agents_logged_in"], 1);
  EXPECT_EQ(live["figures"]["calls_ringing"], 1);

  auto socket = events(admin, fmt::format("?epoch={}&after={}", live["epoch"].get<std::string>(),
                                          live["seq"].get<int64_t>()));
  ASSERT_EQ(socket.status(), 101) << socket.answer().body;
  server().publish(call(5, CallState::kEnded));
  const auto ended = await_type(socket, "call");
  ASSERT_TRUE(ended.is_object());
  EXPECT_EQ(ended["data"]["state"], "ended");
  EXPECT_EQ(seen.front()["type"], "hello");
  int64_t last = live["seq"];
  for (const auto& message : seen) {
    if (!message.contains("data")) continue;
    EXPECT_EQ(message["seq"], last + 1) << "a gap";
    last = message["seq"];
  }
}

TEST_F(LiveTest, ChangesOfRecordsAreTold) {
  begin();
  auto socket = listen(admin);
  const auto id = post(admin, "/api/v1/scripts", {{"name", "s"}}).json()["id"].get<int64_t>();
  const auto message = await_message(socket, [&](const Json& m) {
    return m["type"] == "record_changed" && m["data"]["kind"] == "script" && m["data"]["id"] == id;
  });
  EXPECT_TRUE(message.is_object());
}

TEST_F(LiveTest, FiguresComeWhenTheyChange) {
  begin();
  auto socket = listen(admin);
  log_in_agent(ann.user_id, campaign, 11);
  const auto figures = await_message(socket, [](const Json& m) {
    return m["type"] == "figures" && m["data"]["agents_logged_in"] == 1;
  });
  ASSERT_TRUE(figures.is_object());
  EXPECT_EQ(figures["data"]["agents_paused"], 1);
}

TEST_F(LiveTest, ResyncAfterAGapAndForAnotherBoot) {
  config.event_ring = 20;
  begin();
  const auto live = get(admin, "/api/v1/live").json();
  const auto epoch = live["epoch"].get<std::string>();
  const auto seq = live["seq"].get<int64_t>();
  for (int i = 1; i <= 100; ++i) server().publish(call(i, CallState::kRinging));
  for (int64_t now = 0; now < seq + 100;) now = get(admin, "/api/v1/live").json()["seq"];
  auto gap = events(admin, fmt::format("?epoch={}&after={}", epoch, seq));
  EXPECT_TRUE(await_type(gap, "resync").is_object());
  auto boot = events(admin, fmt::format("?epoch=other&after={}", seq + 100));
  EXPECT_TRUE(await_type(boot, "resync").is_object());
  server().publish(call(1, CallState::kEnded));
  EXPECT_TRUE(await_type(boot, "call").is_object()) << "the stream goes on after resync";
}

TEST_F(LiveTest, AgentsHearOnlyOfThemselves) {
  begin();
  log_in_agent(ann.user_id, campaign, 11, 5);
  log_in_agent(bob.user_id, campaign, 12, 6);
  auto socket = listen(ann);
  server().publish(call(6, CallState::kConnected, bob.user_id));
  server().publish(TrunkLive{TrunkId{1}, true, 3, ""});
  log_in_agent(bob.user_id, campaign, 12, 7);
  server().publish(call(5, CallState::kConnected));  // in ann's panel
  const auto message = await_type(socket, "call");
  ASSERT_TRUE(message.is_object());
  EXPECT_EQ(message["data"]["attempt_id"], 5);
  for (const auto& other : seen) {
    EXPECT_TRUE(other["type"] == "hello" || other["type"] == "agent" || other["type"] == "call")
        << other;
    if (other["type"] == "agent") {
      EXPECT_EQ(other["data"]["agent_id"], ann.user_id);
    }
  }
  EXPECT_EQ(get(ann, "/api/v1/live").status, 403);
  const auto view = get(ann, "/api/v1/agent/session").json();
  EXPECT_EQ(view["session"]["session_id"], 11);
  EXPECT_EQ(view["call"]["attempt_id"], 5);
}

TEST_F(LiveTest, WebSocketsOfOtherSitesAndStrangersAreRefused) {
  begin();
  WebSocketClient foreign(port(), "/api/v1/events",
                          admin.headers() + "Origin: https://evil.example\r\n");
  EXPECT_EQ(foreign.status(), 403);
  WebSocketClient no_origin(port(), "/api/v1/events", admin.headers());
  EXPECT_EQ(no_origin.status(), 403) << "browsers always send one";
  WebSocketClient stranger(port(), "/api/v1/events", "");
  EXPECT_EQ(stranger.status(), 401);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/events", socket_headers(admin, port())).status, 400)
      << "no upgrade";

  const std::string token =
      post(admin, "/api/v1/tokens", {{"name", "crm"}, {"role", "supervisor"}}).json()["token"];
  WebSocketClient program(port(), "/api/v1/events", "Authorization: Bearer " + token + "\r\n");
  EXPECT_EQ(program.status(), 101);
}

TEST_F(LiveTest, SigningOutClosesTheStream) {
  config.websocket_ping = 200ms;
  begin();
  auto socket = events(admin);
  ASSERT_EQ(socket.status(), 101);
  EXPECT_TRUE(await_type(socket, "hello").is_object());
  EXPECT_EQ(del(admin, "/api/v1/session").status, 204);
  EXPECT_TRUE(await_type(socket, "never").is_null());
  EXPECT_EQ(socket.close_code(), 1008);
}

TEST_F(LiveTest, StoppingClosesWith1001) {
  begin();
  auto socket = events(admin);
  EXPECT_TRUE(await_type(socket, "hello").is_object());
  stop_server();
  EXPECT_TRUE(await_type(socket, "never").is_null());
  EXPECT_EQ(socket.close_code(), 1001);
}

TEST_F(LiveTest, ASlowClientIsResyncedAndTheOthersDoNotWait) {
  config.websocket_queue_kb = 64;
  config.events_gap = 10ms;
  config.websocket_ping = 10min;  // else who does not read for so long is disconnected
  begin();
  WebSocketClient slow(port(), "/api/v1/events", socket_headers(admin, port()), 8'192);
  ASSERT_EQ(slow.status(), 101);
  ASSERT_TRUE(await_type(slow, "hello").is_object());
  auto quick = listen(admin);
  // More than the sockets' own buffers hold.
  constexpr int kFrames = 80;
  auto live = call(1, CallState::kRinging);
  live.phone = std::string(200'000, '1');
  for (int i = 0; i < kFrames; ++i) {
    live.started_at = from_unix_ms(i);
    server().publish(live);
    const auto got = await_message(
        quick, [&](const Json& m) { return m["type"] == "call" && m["data"]["started_at"] == i; });
    ASSERT_TRUE(got.is_object()) << i;
    seen.clear();
  }
  EXPECT_TRUE(await_type(slow, "resync").is_object());
  EXPECT_LT(seen.size(), size_t{kFrames}) << "it did not get them all";
}

// ------------------------------------------------------------------------------- agents

TEST_F(LiveTest, AgentsChooseOnlyTheirOwnActiveCampaigns) {
  begin();
  EXPECT_EQ(get(ann, "/api/v1/agent/campaigns").json()["total"], 0) << "not active yet";
  const Json request{{"campaign_id", campaign}};
  EXPECT_EQ(post(ann, "/api/v1/agent/session", request).status, 422);
  const auto path = fmt::format("/api/v1/campaigns/{}", campaign);
  ASSERT_EQ(patch(admin, path, {{"active", true}}).status, 200);
  const auto list = get(ann, "/api/v1/agent/campaigns").json();
  ASSERT_EQ(list["total"], 1);
  EXPECT_EQ(list["items"][0]["dispositions"].size(), 9u);
  EXPECT_EQ(post(bob, "/api/v1/agent/session", request).status, 422) << "not his";

  const auto opened = post(ann, "/api/v1/agent/session", request);
  EXPECT_EQ(opened.status, 201) << opened.body;
  const auto asked = core_request(0);
  ASSERT_TRUE(std::holds_alternative<OpenAgentSession>(asked));
  EXPECT_EQ(std::get<OpenAgentSession>(asked).agent, UserId{ann.user_id});
  EXPECT_EQ(std::get<OpenAgentSession>(asked).campaign, CampaignId{campaign});
}

TEST_F(LiveTest, TheCampaignOfALastCallIsThereWhateverBecomesOfIt) {
  begin();
  log_in_agent(ann.user_id, campaign, 11, 5);
  const auto path = fmt::format("/api/v1/campaigns/{}", campaign);
  ASSERT_EQ(patch(admin, path, {{"active", true}}).status, 200);
  ASSERT_EQ(patch(admin, path, {{"active", false}, {"agent_ids", Json::array()}}).status, 200);
  auto list = get(ann, "/api/v1/agent/campaigns").json();
  ASSERT_EQ(list["total"], 1) << "switched off, and she was taken off it";
  EXPECT_EQ(list["items"][0]["dispositions"].size(), 9u);
  ASSERT_EQ(del(admin, path).status, 204);
  list = get(ann, "/api/v1/agent/campaigns").json();
  ASSERT_EQ(list["total"], 1) << "removed";
  EXPECT_EQ(list["items"][0]["id"], campaign);
}

TEST_F(LiveTest, ActionsGoToTheCoreAndItsAnswerComesBack) {
  begin();
  EXPECT_EQ(post(ann, "/api/v1/agent/session/hangup", nullptr).status, 409) << "not logged in";
  log_in_agent(ann.user_id, campaign, 11, 5);
  const Json disposition{{"attempt_id", 5},        {"disposition", "CALL BACK"},
                         {"notes", "line\nbreak"}, {"callback_at", 1'800'000'000'000},
                         {"then_pause", true},     {"pause_reason", "break"}};
  EXPECT_EQ(post(ann, "/api/v1/agent/session/disposition", disposition).status, 204);
  const auto asked = std::get<SubmitDisposition>(core_request(0));
  EXPECT_EQ(asked.session, AgentSessionId{11});
  EXPECT_EQ(asked.attempt, AttemptId{5});
  EXPECT_EQ(asked.notes, "line\nbreak");
  ASSERT_TRUE(asked.callback_at);
  EXPECT_EQ(to_unix_ms(*asked.callback_at), 1'800'000'000'000);
  EXPECT_TRUE(asked.then_pause);

  EXPECT_EQ(post(ann, "/api/v1/agent/session/hold", {{"on", true}}).status, 204);
  EXPECT_TRUE(std::get<AgentHold>(core_request(1)).on);
  EXPECT_EQ(post(ann, "/api/v1/agent/session/digits", {{"digits", "12#"}}).status, 204);
  EXPECT_EQ(std::get<AgentDigits>(core_request(2)).digits, "12#");
  EXPECT_EQ(post(ann, "/api/v1/agent/session/digits", {{"digits", "12x"}}).status, 422);

  core_answers(Result<void>(Error{ErrorCode::kConflict, "There is no call.", {}}));
  const auto refused = post(ann, "/api/v1/agent/session/hangup", nullptr);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.json()["error"]["message"], "There is no call.");
}

TEST_F(LiveTest, ASilentCoreIs503) {
  config.core_timeout = 200ms;
  begin();
  log_in_agent(ann.user_id, campaign, 11);
  core_answers(std::nullopt);
  const auto answer = post(ann, "/api/v1/agent/session/status", {{"ready", true}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.json()["error"]["code"], "unavailable");
  EXPECT_FALSE(answer.header("retry-after").empty());
}

TEST_F(LiveTest, SupervisorsPauseAndSignOutAgents) {
  begin();
  log_in_agent(ann.user_id, campaign, 11);
  EXPECT_EQ(post(admin, "/api/v1/agent_sessions/11/pause", {{"pause_reason", "talk"}}).status, 204);
  const auto pause = std::get<SetAgentReady>(core_request(0));
  EXPECT_FALSE(pause.ready);
  EXPECT_TRUE(pause.by_supervisor);
  EXPECT_EQ(pause.pause_reason, "talk");
  EXPECT_EQ(send(admin, "POST", "/api/v1/agent_sessions/11/sign_out", std::nullopt).status, 204);
  EXPECT_TRUE(std::get<CloseAgentSession>(core_request(1)).by_supervisor);
  EXPECT_EQ(post(admin, "/api/v1/agent_sessions/99/pause", Json::object()).status, 404);
}

TEST_F(LiveTest, SupervisorsEndCalls) {
  begin();
  server().publish(call(5, CallState::kRinging));
  const auto path = "/api/v1/live/calls/5/end";
  int status = 0;
  for (int i = 0; i < 200 && status != 204; ++i) {
    status = send(admin, "POST", path, std::nullopt).status;  // 404 until the call is in the view
  }
  EXPECT_EQ(status, 204);
  EXPECT_EQ(std::get<EndLiveCall>(core_request(0)).attempt, AttemptId{5});
  EXPECT_EQ(send(ann, "POST", path, std::nullopt).status, 403);
  EXPECT_EQ(send(admin, "POST", "/api/v1/live/calls/6/end", std::nullopt).status, 404);
}

// ------------------------------------------------------------------------------- line

TEST_F(LiveTest, TheLineCarriesOffersAnswersAndPresence) {
  begin();
  EXPECT_EQ(line(ann).status(), 409) << "not logged in";
  log_in_agent(ann.user_id, campaign, 11);
  auto socket = line(ann);
  ASSERT_EQ(socket.status(), 101);
  const auto present = std::get<AgentPresence>(core_request(0));
  EXPECT_TRUE(present.present);
  EXPECT_EQ(present.session, AgentSessionId{11});

  ASSERT_TRUE(std::holds_alternative<SetPhones>(telephony_command(0)));
  size_t commands = 1;  // SetPhones comes again with every changed user
  socket.send(R"({"type":"offer","connection":"abcdefgh","sdp":"v=0\r\n"})");
  while (std::holds_alternative<SetPhones>(telephony_command(commands))) ++commands;
  const auto offer = std::get<AgentOffer>(telephony_command(commands));
  EXPECT_EQ(offer.session, AgentSessionId{11});
  EXPECT_EQ(offer.connection, "abcdefgh");
  EXPECT_EQ(offer.sdp, "v=0\r\n");
  server().answer({offer.request, "v=0\r\nanswer", ""});
  auto reply = Json::parse(socket.read().value_or("null"));
  EXPECT_EQ(reply["type"], "answer");
  EXPECT_EQ(reply["connection"], "abcdefgh");
  EXPECT_EQ(reply["sdp"], "v=0\r\nanswer");

  socket.send(R"({"type":"offer","connection":"abcdefgi","sdp":"v=0\r\n"})");
  const auto second = std::get<AgentOffer>(telephony_command(commands + 1));
  server().answer({second.request, "", "No audio codec fits."});
  reply = Json::parse(socket.read().value_or("null"));
  EXPECT_EQ(reply["type"], "error");
  EXPECT_EQ(reply["message"], "No audio codec fits.");

  for (const char* bad :
       {"{", "[]", R"({"type":"offer"})", R"({"type":"bye","connection":"abcdefgh","sdp":"x"})"}) {
    socket.send(bad);
    reply = Json::parse(socket.read().value_or("null"));
    EXPECT_EQ(reply["type"], "error") << bad;
  }
}

TEST_F(LiveTest, ANewerLineTakesOverAndLeavingIsTold) {
  begin();
  log_in_agent(ann.user_id, campaign, 11);
  auto first = line(ann);
  ASSERT_EQ(first.status(), 101);
  core_request(0);
  {
    auto second = line(ann);
    ASSERT_EQ(second.status(), 101);
    EXPECT_FALSE(first.read());
    EXPECT_EQ(first.close_code(), 4001);
    EXPECT_TRUE(std::get<AgentPresence>(core_request(1)).present);
  }
  EXPECT_FALSE(std::get<AgentPresence>(core_request(2)).present);
}

TEST_F(LiveTest, TheLineEndsWithTheSession) {
  begin();
  log_in_agent(ann.user_id, campaign, 11);
  auto socket = line(ann);
  ASSERT_EQ(socket.status(), 101);
  core_request(0);
  server().publish(AgentGone{AgentSessionId{11}, UserId{ann.user_id}, CampaignId{campaign}, "x"});
  EXPECT_FALSE(socket.read());
  EXPECT_EQ(socket.close_code(), 4002);
}

}  // namespace
}  // namespace carillon::api::testing
