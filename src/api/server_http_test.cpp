// Malformed, slow and hostile clients; web pages; recordings; TLS and ports: on the running server.
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

using namespace std::chrono_literals;

class HttpTest : public ApiTest {
 protected:
  void write_file(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((folder() / path).parent_path());
    std::ofstream(folder() / path, std::ios::binary) << content;
  }
  Answer raw(const std::string& bytes) {
    RawClient client(port());
    client.send(bytes);
    return client.read_answer();
  }
};

TEST_F(HttpTest, MalformedHttpGetsAnErrorAndTheServerLives) {
  start();
  const auto host = fmt::format("Host: 127.0.0.1:{}\r\n", port());
  EXPECT_EQ(raw("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(raw("GET / HTTP/9.9\r\n" + host + "\r\n").status, 400);
  EXPECT_EQ(raw("GET /%zz HTTP/1.1\r\n" + host + "\r\n").status, 400);
  EXPECT_EQ(raw("GET /%00 HTTP/1.1\r\n" + host + "\r\n").status, 400);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n\r\n").status, 400) << "no Host";
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + host + "\r\n").status, 400) << "two Hosts";
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + "Content-Length: x\r\n\r\n").status, 400);
  EXPECT_EQ(
      raw("GET / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n").status,
      400);
  EXPECT_EQ(raw("POST /api/v1/session HTTP/1.1\r\n" + host +
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status,
            400)
      << "request smuggling";
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'a') + "\r\n\r\n").status,
            431);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + " folded: x\r\n\r\n").status, 400);
  RawClient binary(port());
  binary.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_EQ(binary.read_answer().status, 400) << "TLS on the plain port";
  EXPECT_EQ(ask(port(), "GET", "/healthz").status, 200);
}

TEST_F(HttpTest, UnknownPathsAndMethods) {
  start();
  EXPECT_EQ(ask(port(), "GET", "/api/v1/nothing").status, 404);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/users/abc").status, 404);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/users/-1").status, 404);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/users/99999999999999999999").status, 404);
  EXPECT_EQ(ask(port(), "PATCH", "/api/v1/session").status, 405);
  EXPECT_EQ(ask(port(), "PUT", "/api/v1/session").status, 405);
  EXPECT_EQ(ask(port(), "DELETE", "/index.html").status, 405);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/events").status, 401);
}

TEST_F(HttpTest, BadBodiesAreRefused) {
  start();
  const auto admin = set_up();
  const auto post_raw = [&](const std::string& type, const std::string& body) {
    return ask(port(), "POST", "/api/v1/scripts",
               admin.headers() + "Content-Type: " + type + "\r\n", body);
  };
  EXPECT_EQ(post_raw("application/json", "{\"name\":").status, 400);
  EXPECT_EQ(post_raw("application/json", "\xff\xfe").status, 400);
  EXPECT_EQ(post_raw("application/json", std::string(100, '[') + std::string(100, ']')).status,
            400);
  EXPECT_EQ(post_raw("text/plain", R"({"name":"x"})").status, 415);
  EXPECT_EQ(post_raw("application/json; charset=utf-8", R"({"name":"x"})").status, 201);
  const auto unknown = post_raw("application/json", R"({"name":"y","color":"red"})");
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(unknown.json()["error"]["field"], "color");
  EXPECT_EQ(post_raw("application/json", "[]").status, 422);
  EXPECT_EQ(post_raw("application/json", std::string(2 << 20, ' ')).status, 413);
}

TEST_F(HttpTest, ABodyWithoutALengthIsStillLimited) {
  start();
  const auto admin = set_up();
  RawClient client(port());
  client.send(
      fmt::format("POST /api/v1/scripts HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}"
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                  port(), admin.headers()));
  const auto chunk = fmt::format("{:x}\r\n{}\r\n", 65'536, std::string(65'536, ' '));
  for (int i = 0; i < 40 && client.send(chunk); ++i) {
  }
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(HttpTest, StrangersCannotMakeUsReadBodies) {
  start();
  RawClient client(port());
  client.send(
      fmt::format("POST /api/v1/uploads HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                  "Content-Length: 400000000\r\n\r\n",
                  port()));
  EXPECT_EQ(client.read_answer().status, 401) << "answered before the body came";
  EXPECT_TRUE(client.closed_within(10s));
}

TEST_F(HttpTest, SlowHeadersAreCutOff) {
  config.header_timeout = 300ms;
  start();
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\n");
  std::thread drip([&client] {
    for (int i = 0; i < 40 && client.send("X-A: b\r\n"); ++i) std::this_thread::sleep_for(50ms);
  });
  EXPECT_TRUE(client.closed_within(10s));
  drip.join();
}

TEST_F(HttpTest, IdleConnectionsAreClosed) {
  config.keep_alive_timeout = 200ms;
  start();
  RawClient never_speaks(port());
  EXPECT_TRUE(never_speaks.closed_within(10s));
}

TEST_F(HttpTest, KeepsConnectionsAndTakesPipelinedRequests) {
  start();
  RawClient client(port());
  const auto request =
      fmt::format("GET /api/v1/setup HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", port());
  client.send(request + request + request);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.read_answer().status, 200);
  client.send(request);
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST_F(HttpTest, ConnectionsPerAddressAreLimited) {
  config.max_connections_per_address = 3;
  start();
  RawClient one(port()), two(port()), three(port());
  for (auto* client : {&one, &two, &three}) {
    client->send(fmt::format("GET /api/v1/setup HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", port()));
    EXPECT_EQ(client->read_answer().status, 200);
  }
  RawClient four(port());
  EXPECT_TRUE(four.closed_within(10s));
}

TEST_F(HttpTest, EveryAnswerHasTheSecurityHeaders) {
  start();
  for (const char* path : {"/", "/api/v1/setup", "/api/v1/nothing", "/healthz"}) {
    const auto answer = ask(port(), "GET", path);
    const auto policy = answer.header("content-security-policy");
    EXPECT_NE(policy.find("script-src 'self';"), std::string::npos) << path;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << path;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer") << path;
    EXPECT_EQ(answer.header("strict-transport-security"), "") << "only over HTTPS";
  }
}

// ------------------------------------------------------------------------------- web pages

TEST_F(HttpTest, MissingPagesSayWhatToDo) {
  start();
  const auto answer = ask(port(), "GET", "/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("make web"), std::string::npos);
}

TEST_F(HttpTest, PagesAreServedWithCachingAndCompression) {
  write_file("web/index.html", "<html>index</html>");
  write_file("web/assets/app-1a2b.js", "plain script");
  write_file("web/assets/app-1a2b.js.br", "brotli");
  write_file("web/assets/app-1a2b.js.gz", "gzip");
  start();
  const auto index = ask(port(), "GET", "/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.body, "<html>index</html>");
  EXPECT_EQ(index.header("cache-control"), "no-cache");
  EXPECT_EQ(index.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(ask(port(), "GET", "/campaigns/7").body, index.body) << "a path of the pages' router";
  const auto again = ask(port(), "GET", "/", "If-None-Match: " + index.header("etag") + "\r\n");
  EXPECT_EQ(again.status, 304);
  const auto head = ask(port(), "HEAD", "/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "18");

  const auto script = ask(port(), "GET", "/assets/app-1a2b.js");
  EXPECT_EQ(script.body, "plain script");
  EXPECT_NE(script.header("cache-control").find("immutable"), std::string::npos);
  const auto brotli =
      ask(port(), "GET", "/assets/app-1a2b.js", "Accept-Encoding: gzip, deflate, br\r\n");
  EXPECT_EQ(brotli.body, "brotli");
  EXPECT_EQ(brotli.header("content-encoding"), "br");
  EXPECT_EQ(brotli.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(ask(port(), "GET", "/assets/app-1a2b.js", "Accept-Encoding: gzip\r\n").body, "gzip");
  EXPECT_EQ(ask(port(), "GET", "/assets/gone.js").status, 404);
}

TEST_F(HttpTest, NothingOutsideTheWebFolderIsServed) {
  write_file("web/index.html", "index");
  write_file("secret.txt", "secret");
  write_file("web/.env", "secret");
  std::filesystem::create_symlink(folder() / "secret.txt", folder() / "web/link.txt");
  start();
  for (const char* path :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt", "/....//secret.txt", "/.env", "/link.txt",
        "//etc/passwd", "/%2fetc%2fpasswd", "/..\\secret.txt"}) {
    const auto answer = ask(port(), "GET", path);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
  }
}

// ------------------------------------------------------------------------------- recordings

class RecordingTest : public HttpTest {
 protected:
  /// An attempt to a lead of its own, whose recording has that name.
  int64_t attempt_with(const std::string& recording) {
    ++last_;
    const std::string phone = fmt::format("+4420794601{:02}", last_);
    const auto lead =
        post(admin_, fmt::format("/api/v1/leadsets/{}/leads", leadset_), {{"phone", phone}});
    EXPECT_EQ(lead.status, 201) << lead.body;
    Attempt attempt;
    attempt.id = AttemptId{last_};
    attempt.campaign = campaign_;
    attempt.lead = LeadId{lead.json()["id"].get<int64_t>()};
    attempt.leadset = leadset_;
    attempt.phone = phone;
    attempt.started_at = machine_now().wall;
    // Only a claimed lead may be called.
    store().send(ClaimLeads{campaign_, 100, {ZoneSetId{1}}, attempt.started_at, UserId{}});
    store().send(CommitAttempt{attempt});
    store().send(SaveRecording{attempt.id, recording, 1'000});
    // Changes are made in order: when this one is answered, those are there.
    EXPECT_EQ(post(admin_, "/api/v1/scripts", {{"name", fmt::format("s{}", last_)}}).status, 201);
    const auto kept = get(admin_, fmt::format("/api/v1/attempts/{}", last_));
    EXPECT_EQ(kept.status, 200) << kept.body;
    EXPECT_EQ(kept.json().value("recording", "?"), recording);
    return attempt.id.value;
  }
  void begin() {
    start();
    admin_ = set_up();
    const auto made =
        post(admin_, "/api/v1/campaigns",
             {{"name", "c"}, {"type", "auto"}, {"active", true}, {"source_statuses", {"New"}}});
    ASSERT_EQ(made.status, 201) << made.body;
    campaign_ = CampaignId{made.json()["id"].get<int64_t>()};
    const auto leadset =
        post(admin_, "/api/v1/leadsets", {{"name", "l"}, {"campaign_id", campaign_.value}});
    ASSERT_EQ(leadset.status, 201) << leadset.body;
    leadset_ = LeadsetId{leadset.json()["id"].get<int64_t>()};
  }
  Answer recording(int64_t id, const std::string& range = {}) {
    return ask(port(), "GET", fmt::format("/api/v1/attempts/{}/recording", id),
               admin_.headers() + (range.empty() ? "" : "Range: " + range + "\r\n"));
  }
  SignedIn admin_;
  CampaignId campaign_;
  LeadsetId leadset_;
  int64_t last_ = 0;
};

TEST_F(RecordingTest, PlaysWholeAndInParts) {
  begin();
  const std::string sound = "RIFF" + std::string(200'000, 'x') + "tail";
  write_file("recordings/2026/one.wav", sound);
  const auto id = attempt_with("2026/one.wav");
  const auto whole = recording(id);
  EXPECT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.body, sound);
  EXPECT_EQ(whole.header("content-type"), "audio/wav");
  EXPECT_EQ(whole.header("accept-ranges"), "bytes");
  const auto part = recording(id, "bytes=0-3");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "RIFF");
  EXPECT_EQ(part.header("content-range"), fmt::format("bytes 0-3/{}", sound.size()));
  EXPECT_EQ(recording(id, "bytes=-4").body, "tail");
  EXPECT_EQ(recording(id, "bytes=999999-").status, 416);
}

TEST_F(RecordingTest, StaysInsideItsFolder) {
  begin();
  write_file("secret.wav", "secret");
  std::filesystem::create_symlink(folder() / "secret.wav", config.recordings / "link.wav");
  for (const std::string name :
       {"../secret.wav", "link.wav", "2026/../../secret.wav", "", "missing.wav", "."}) {
    const auto answer = recording(attempt_with(name));
    EXPECT_EQ(answer.status, 404) << name;
    EXPECT_EQ(answer.body.find("secret"), std::string::npos) << name;
  }
  const auto absolute = recording(attempt_with((folder() / "secret.wav").string()));
  EXPECT_EQ(absolute.status, 404);
}

// ------------------------------------------------------------------------------- ports, stop

TEST_F(HttpTest, TakenPortsAndBadCertificatesAreSentences) {
  start();
  ApiConfig other = config;
  other.http_port = port();
  Ports ports{
      store(), nullptr, nullptr, [](CoreRequest) { return true; }, [](TelephonyCommand) {}, {},
      {},      {},      {}};
  const auto taken = Server::start(other, ports);
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().message.find(fmt::format("Port {} on 127.0.0.1 is taken", port())),
            std::string::npos);

  other.http_port = -1;
  other.https_port = 0;
  other.certificate = folder() / "none.pem";
  other.key = folder() / "none.key";
  const auto missing = Server::start(other, ports);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().field, "certificate");
}

TEST_F(HttpTest, StopLetsTheAnswerUnderWayOut) {
  config.core_timeout = 700ms;
  start();
  const auto admin = set_up();
  const auto ann = person(admin, "ann", "agent");
  log_in_agent(ann.user_id, 1, 1);
  core_answers(std::nullopt);
  Answer answer;
  std::thread client([&] { answer = post(ann, "/api/v1/agent/session/hangup", nullptr); });
  core_request(0);
  stop_server();
  client.join();
  EXPECT_EQ(answer.status, 503);
  RawClient late(1);
  EXPECT_FALSE(late.send("x"));
}

}  // namespace
}  // namespace carillon::api::testing
