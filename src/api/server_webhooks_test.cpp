// Webhooks, from the change that they tell of to a receiver over HTTP.
#include <thread>

#include <fmt/format.h>

#include "api/secrets.h"
#include "api/testing/api_fixture.h"
#include "api/testing/web_server.h"

namespace carillon::api::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

class WebhookServer : public ApiTest {
 protected:
  WebhookServer() {
    config.private_webhook_urls = true;
    config.webhook_first_wait = 20ms;
  }
  void begin() {
    start();
    admin = set_up();
    leadset = post(admin, "/api/v1/leadsets", {{"name", "People"}}).json()["id"];
  }

  /// Told of changed leads.
  Json make(const std::string& name, const std::string& url) {
    const auto made = post(admin, "/api/v1/webhooks",
                           {{"name", name}, {"url", url}, {"events", {"lead.changed"}}});
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json();
  }
  void add_lead(const std::string& name) {
    const auto made = post(admin, fmt::format("/api/v1/leadsets/{}/leads", leadset),
                           {{"phone", "+442079460999"}, {"first_name", name}});
    ASSERT_EQ(made.status, 201) << made.body;
  }
  static std::string path(const Json& webhook, const std::string& rest = "") {
    return fmt::format("/api/v1/webhooks/{}{}", webhook["id"].get<int64_t>(), rest);
  }
  Json state(const Json& webhook) { return get(admin, path(webhook)).json(); }
  Json deliveries(const Json& webhook) {
    return get(admin, path(webhook, "/deliveries")).json()["items"];
  }
  /// Waits until it holds of the webhook.
  bool becomes(const Json& webhook, const std::function<bool(const Json&)>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition(state(webhook))) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(20ms);
    }
    return true;
  }
  bool all_delivered(const Json& webhook) {
    return becomes(webhook, [](const Json& now) {
      return now["waiting"] == 0 && now["state"] == "ok" && !now["last_success_at"].is_null();
    });
  }

  double metric(const std::string& name) {
    const auto text = ask(port(), "GET", "/metrics").body;
    const auto line = text.find("\n" + name + " ");
    EXPECT_NE(line, std::string::npos) << name << " is missing";
    return line == std::string::npos ? -1 : std::stod(text.substr(line + name.size() + 2));
  }

  static Json body_of(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    return Json::parse(end == std::string::npos ? "" : request.substr(end + 4), nullptr, false);
  }
  static std::string name_in(const std::string& request) {
    return body_of(request)["data"]["lead"]["first_name"];
  }

  SignedIn admin;
  int64_t leadset = 0;
};

TEST_F(WebhookServer, DeliversSigned) {
  WebServer receiver({status_line("204 No Content")});
  begin();
  const auto webhook = make("crm", receiver.url("/hook?x=1"));
  const std::string secret = webhook["secret"];
  add_lead("Ann");
  const auto request = receiver.request(0);
  EXPECT_EQ(request.rfind("POST /hook?x=1 HTTP/1.1\r\n", 0), 0u);
  const auto body = request.substr(request.find("\r\n\r\n") + 4);
  const auto event = Json::parse(body);
  EXPECT_EQ(event["event"], "lead.changed");
  EXPECT_EQ(event["sequence"], 1);
  EXPECT_EQ(event["attempt"], 1);
  EXPECT_EQ(event["data"]["lead"]["first_name"], "Ann");
  const auto at = request.find("t=") + 2;
  const auto time = request.substr(at, request.find(',', at) - at);
  EXPECT_NE(request.find("Carillon-Signature: t=" + time +
                         ",v1=" + hmac_sha256(secret, time + "." + body) + "\r\n"),
            std::string::npos);
  ASSERT_TRUE(all_delivered(webhook));
  const auto listed = deliveries(webhook);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0]["state"], "delivered");
  EXPECT_EQ(listed[0]["http_status"], 204);
}

TEST_F(WebhookServer, TriesAgainAndKeepsTheOrder) {
  WebServer receiver({status_line("500 Oops"), status_line("503 Busy"), status_line("200 OK")});
  begin();
  const auto webhook = make("crm", receiver.url());
  add_lead("Ann");
  add_lead("Bob");
  EXPECT_EQ(name_in(receiver.request(0)), "Ann");
  EXPECT_EQ(name_in(receiver.request(1)), "Ann");
  const auto third = receiver.request(2);
  EXPECT_EQ(name_in(third), "Ann");
  EXPECT_EQ(body_of(third)["attempt"], 3);
  ASSERT_TRUE(becomes(webhook, [](const Json& now) { return now["waiting"] == 1; }));
  receiver.always(status_line("200 OK"));
  EXPECT_EQ(name_in(receiver.request(3)), "Bob");
  ASSERT_TRUE(all_delivered(webhook));
}

TEST_F(WebhookServer, MetricsCountWhatWasTakenWhatFailedAndWhatWaits) {
  WebServer receiver({status_line("200 OK")});
  config.webhook_first_wait = 1h;
  begin();
  EXPECT_EQ(metric("carillon_webhook_events_waiting"), 0);
  EXPECT_EQ(metric("carillon_webhook_oldest_waiting_seconds"), 0);
  const auto webhook = make("crm", receiver.url());
  add_lead("Ann");
  ASSERT_TRUE(all_delivered(webhook));
  receiver.always(status_line("500 Oops"));
  for (const char* name : {"Bob", "Cy"}) add_lead(name);
  ASSERT_TRUE(becomes(webhook, [](const Json& now) { return now["state"] == "failing"; }));
  EXPECT_EQ(metric("carillon_webhook_deliveries_total"), 1);
  EXPECT_EQ(metric("carillon_webhook_attempts_failed_total"), 1);
  EXPECT_EQ(metric("carillon_webhook_events_waiting"), 2);
  EXPECT_GT(metric("carillon_webhook_oldest_waiting_seconds"), 0);
  // Nobody is late whose webhook is switched off.
  EXPECT_EQ(patch(admin, path(webhook), {{"active", false}}).status, 200);
  EXPECT_EQ(metric("carillon_webhook_events_waiting"), 0);
}

TEST_F(WebhookServer, AReceiverThatIsSilentIsFailingAndHoldsUpNobodyElse) {
  config.webhook_time_limit = 300ms;
  WebServer silent, quick;
  silent.always(WebServer::kSilence);
  quick.always(status_line("200 OK"));
  begin();
  const auto slow = make("slow", silent.url());
  const auto fast = make("fast", quick.url());
  add_lead("Ann");
  silent.request(0);
  for (const char* name : {"Bob", "Cy"}) add_lead(name);
  EXPECT_EQ(name_in(quick.request(2)), "Cy");
  ASSERT_TRUE(all_delivered(fast));
  ASSERT_TRUE(becomes(slow, [](const Json& now) { return now["state"] == "failing"; }));
  const auto now = state(slow);
  EXPECT_EQ(now["waiting"], 3);
  EXPECT_FALSE(now["failing_since"].is_null());
  EXPECT_FALSE(now["last_error"].get<std::string>().empty());
}

TEST_F(WebhookServer, RefusesRedirectsAndPrivateAddresses) {
  WebServer receiver;
  receiver.always("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
  config.webhook_first_wait = 1h;
  begin();
  const auto webhook = make("crm", receiver.url("/a"));
  auto result = post(admin, path(webhook, "/test"), nullptr);
  ASSERT_EQ(result.status, 200) << result.body;
  EXPECT_EQ(result.json()["delivered"], false);
  EXPECT_EQ(result.json()["http_status"], 302);
  add_lead("Ann");
  ASSERT_TRUE(becomes(webhook, [](const Json& now) { return now["state"] == "failing"; }));
  EXPECT_EQ(receiver.requests().size(), 2u) << "one hop for the test, one for the event";
}

TEST_F(WebhookServer, PrivateAddressesAreRefusedUnlessAllowed) {
  WebServer receiver;
  receiver.always(status_line("200 OK"));
  config.private_webhook_urls = false;
  begin();
  const auto webhook = make("crm", receiver.url());
  const auto result = post(admin, path(webhook, "/test"), nullptr).json();
  EXPECT_EQ(result["delivered"], false);
  EXPECT_TRUE(result["http_status"].is_null());
  EXPECT_NE(result["sentence"].get<std::string>().find("private network"), std::string::npos);
  add_lead("Ann");
  ASSERT_TRUE(becomes(webhook, [](const Json& now) { return now["state"] == "failing"; }));
  EXPECT_TRUE(receiver.requests().empty());
}

TEST_F(WebhookServer, AReceiverThatIsGoneSwitchesItOff) {
  WebServer receiver({status_line("410 Gone")});
  begin();
  const auto webhook = make("crm", receiver.url());
  add_lead("Ann");
  ASSERT_TRUE(becomes(webhook, [](const Json& now) { return now["active"] == false; }));
  const auto now = state(webhook);
  EXPECT_EQ(now["state"], "off");
  EXPECT_NE(now["last_error"].get<std::string>().find("410"), std::string::npos);
  add_lead("Bob");
  EXPECT_EQ(deliveries(webhook).size(), 1u) << "nothing more is kept for it";
  const auto retry = fmt::format("/deliveries/{}/retry", deliveries(webhook)[0]["id"].get<int>());
  EXPECT_EQ(post(admin, path(webhook, retry), nullptr).status, 409);
  receiver.always(status_line("200 OK"));
  EXPECT_EQ(patch(admin, path(webhook), {{"active", true}}).status, 200);
  ASSERT_TRUE(all_delivered(webhook));
  EXPECT_EQ(post(admin, path(webhook, retry), nullptr).status, 202);
  EXPECT_EQ(name_in(receiver.request(2)), "Ann") << "again, as asked";
}

TEST_F(WebhookServer, GoesOnAfterARestart) {
  WebServer receiver;
  config.webhook_first_wait = 1h;
  begin();
  const auto webhook = make("crm", receiver.url());
  add_lead("Ann");
  stop_server();
  receiver.always(status_line("200 OK"));
  restart();
  ASSERT_TRUE(all_delivered(webhook));
  EXPECT_EQ(name_in(receiver.requests().back()), "Ann");
}

TEST_F(WebhookServer, SecretsAreShownOnceAndCanBeRenewed) {
  WebServer receiver;
  receiver.always(status_line("200 OK"));
  begin();
  const auto webhook = make("crm", receiver.url());
  EXPECT_FALSE(state(webhook).contains("secret"));
  EXPECT_FALSE(patch(admin, path(webhook), {{"name", "CRM"}}).json().contains("secret"));
  const auto renewed = post(admin, path(webhook, "/secret"), nullptr).json();
  EXPECT_NE(renewed["secret"], webhook["secret"]);
  EXPECT_EQ(renewed["name"], "CRM");
  const auto result = post(admin, path(webhook, "/test"), nullptr).json();
  EXPECT_EQ(result["delivered"], true);
  const auto request = receiver.request(0);
  const auto body = request.substr(request.find("\r\n\r\n") + 4);
  const auto at = request.find("t=") + 2;
  const auto time = request.substr(at, request.find(',', at) - at);
  // Both count, so that the receiver can change.
  for (const auto& secret : {renewed["secret"], webhook["secret"]}) {
    EXPECT_NE(request.find(",v1=" + hmac_sha256(secret.get<std::string>(), time + "." + body)),
              std::string::npos);
  }
  const auto log = get(admin, "/api/v1/audit?kind=webhook").body;
  EXPECT_EQ(log.find(webhook["secret"].get<std::string>()), std::string::npos);
  EXPECT_EQ(log.find(renewed["secret"].get<std::string>()), std::string::npos);
}

TEST_F(WebhookServer, AreForAdministratorsAndCheckTheirInput) {
  begin();
  const auto boss = person(admin, "boss", "supervisor");
  EXPECT_EQ(get(boss, "/api/v1/webhooks").status, 403);
  const auto refused = [&](const Json& body) {
    return post(admin, "/api/v1/webhooks", body).json()["error"]["field"];
  };
  const Json events{"call.ended"};
  EXPECT_EQ(refused({{"name", "a"}, {"url", "ftp://a/"}, {"events", events}}), "url");
  EXPECT_EQ(refused({{"name", "a"}, {"url", "http://u:p@a/"}, {"events", events}}), "url");
  EXPECT_EQ(refused({{"name", "a"}, {"url", "http://a/"}, {"events", {"odd"}}}), "events");
  EXPECT_EQ(refused({{"name", "a"}, {"url", "http://a/"}, {"events", Json::array()}}), "events");
  EXPECT_EQ(refused({{"name", "a"}, {"url", "http://a/"}, {"events", events}, {"secret", "x"}}),
            "secret");
  const auto webhook = make("crm", "http://192.0.2.1/");
  EXPECT_EQ(del(admin, path(webhook)).status, 204);
  EXPECT_EQ(get(admin, path(webhook)).status, 404);
  EXPECT_EQ(get(admin, path(webhook, "/deliveries")).status, 404);
  EXPECT_EQ(post(admin, path(webhook, "/test"), nullptr).status, 404);
}

}  // namespace
}  // namespace carillon::api::testing
