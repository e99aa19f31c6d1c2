// Signing in, CSRF, roles, rate limits: on the running server.
#include <fmt/format.h>

#include "api/routes.h"
#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

std::string code_of(const Answer& answer) {
  const auto json = answer.json();
  return json.is_object() && json.contains("error") ? json["error"].value("code", "") : "";
}
std::string message_of(const Answer& answer) {
  const auto json = answer.json();
  return json.is_object() && json.contains("error") ? json["error"].value("message", "") : "";
}
std::string field_of(const Answer& answer) {
  const auto json = answer.json();
  return json.is_object() && json.contains("error") ? json["error"].value("field", "") : "";
}

class AccessTest : public ApiTest {};

TEST_F(AccessTest, SetUpWorksOnceAndOnlyWithTheCode) {
  start();
  EXPECT_EQ(get({}, "/api/v1/setup").json()["needed"], true);
  Json setup{{"setup_code", "wrong"},
             {"username", "admin"},
             {"name", "A"},
             {"password", kPassword},
             {"domain", "x.example"}};
  const auto wrong = post({}, "/api/v1/setup", setup);
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(field_of(wrong), "setup_code");
  setup["setup_code"] = kSetupCode;
  setup["password"] = "short";
  EXPECT_EQ(field_of(post({}, "/api/v1/setup", setup)), "password");

  const auto admin = set_up();
  EXPECT_EQ(get({}, "/api/v1/setup").json()["needed"], false);
  const auto me = get(admin, "/api/v1/session");
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(me.json()["user"]["username"], "admin");
  EXPECT_EQ(me.json()["user"]["role"], "administrator");

  setup["password"] = kPassword;
  setup["username"] = "second";
  EXPECT_EQ(post({}, "/api/v1/setup", setup).status, 409);
}

TEST_F(AccessTest, CookieIsOutOfReachOfScriptsAndOtherSites) {
  start();
  set_up();
  const auto answer = sign_in("ADMIN", kPassword);  // any case
  ASSERT_EQ(answer.status, 200);
  const auto cookie = answer.header("set-cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos) << "plain HTTP: a browser would drop it";
  EXPECT_EQ(answer.header("cache-control"), "no-store");
}

TEST_F(AccessTest, WrongNameAndWrongPasswordLookTheSame) {
  start();
  set_up();
  const auto name = sign_in("nobody", kPassword);
  const auto password = sign_in("admin", "wrong password");
  EXPECT_EQ(name.status, 401);
  EXPECT_EQ(password.status, 401);
  EXPECT_EQ(name.body, password.body);
}

TEST_F(AccessTest, GuessingIsSlowedDown) {
  start();
  set_up();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("admin", "wrong password").status, 401);
  const auto slowed = sign_in("admin", kPassword);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_EQ(code_of(slowed), "rate_limited");
  EXPECT_GE(std::stoi("0" + slowed.header("retry-after")), 1);
}

TEST_F(AccessTest, SigningOutEndsTheSession) {
  start();
  const auto admin = set_up();
  EXPECT_EQ(get(admin, "/api/v1/session").status, 200);
  const auto out = del(admin, "/api/v1/session");
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.header("set-cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(get(admin, "/api/v1/session").status, 401);
}

TEST_F(AccessTest, WritesByCookieNeedTheCsrfToken) {
  start();
  auto admin = set_up();
  const Json script{{"name", "one"}};
  auto without = admin;
  without.csrf.clear();
  EXPECT_EQ(post(without, "/api/v1/scripts", script).status, 403);
  auto wrong = admin;
  wrong.csrf[0] = wrong.csrf[0] == 'A' ? 'B' : 'A';
  EXPECT_EQ(post(wrong, "/api/v1/scripts", script).status, 403);
  EXPECT_EQ(post(admin, "/api/v1/scripts", script).status, 201);
  EXPECT_EQ(get(without, "/api/v1/scripts").status, 200);
}

TEST_F(AccessTest, WritesFromAnotherSiteAreRefused) {
  start();
  const auto admin = set_up();
  const auto headers = admin.headers() + "Content-Type: application/json\r\n";
  const std::string body = R"({"name":"x"})";
  const auto foreign =
      ask(port(), "POST", "/api/v1/scripts", headers + "Origin: https://evil.example\r\n", body);
  EXPECT_EQ(foreign.status, 403);
  const auto own = ask(port(), "POST", "/api/v1/scripts",
                       headers + fmt::format("Origin: http://127.0.0.1:{}\r\n", port()), body);
  EXPECT_EQ(own.status, 201);
  // Signing somebody in from another site is an attack too.
  const auto login = ask(port(), "POST", "/api/v1/session",
                         "Content-Type: application/json\r\nOrigin: https://evil.example\r\n",
                         fmt::format(R"({{"username":"admin","password":"{}"}})", kPassword));
  EXPECT_EQ(login.status, 403);
}

TEST_F(AccessTest, TokensWorkWithoutCsrfUntilRevoked) {
  start();
  const auto admin = set_up();
  const auto made = post(admin, "/api/v1/tokens", {{"name", "crm"}, {"role", "supervisor"}}).json();
  const std::string value = made["token"];
  EXPECT_GE(value.size(), 43u);
  const auto listed = get(admin, "/api/v1/tokens");
  EXPECT_EQ(listed.json()["total"], 1);
  EXPECT_EQ(listed.body.find(value), std::string::npos);

  const auto bearer = "Authorization: Bearer " + value + "\r\n";
  EXPECT_EQ(ask(port(), "GET", "/api/v1/campaigns", bearer).status, 200);
  EXPECT_EQ(ask(port(), "POST", "/api/v1/scripts", bearer + "Content-Type: application/json\r\n",
                R"({"name":"by program"})")
                .status,
            201);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/tokens", bearer).status, 403);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/session", bearer).status, 401);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/agent/session", bearer).status, 403);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/campaigns", "Authorization: Bearer x\r\n").status, 401);

  EXPECT_EQ(del(admin, fmt::format("/api/v1/tokens/{}", made["id"].get<int64_t>())).status, 204);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/campaigns", bearer).status, 401);
}

TEST_F(AccessTest, SwitchedOffAndDeletedPeopleAreOut) {
  start();
  const auto admin = set_up();
  const auto ann = person(admin, "ann", "agent");
  const auto bob = person(admin, "bob", "agent");
  EXPECT_EQ(get(ann, "/api/v1/session").status, 200);
  EXPECT_EQ(patch(admin, fmt::format("/api/v1/users/{}", ann.user_id), {{"active", false}}).status,
            200);
  EXPECT_EQ(get(ann, "/api/v1/session").status, 401);
  EXPECT_EQ(sign_in("ann", kPassword).status, 401);
  EXPECT_EQ(del(admin, fmt::format("/api/v1/users/{}", bob.user_id)).status, 204);
  EXPECT_EQ(get(bob, "/api/v1/session").status, 401);
}

TEST_F(AccessTest, PasswordsChangeByTheRules) {
  start();
  const auto admin = set_up();
  const auto boss = person(admin, "boss", "supervisor");
  const auto ann = person(admin, "ann", "agent");
  const auto path = [](const SignedIn& who) {
    return fmt::format("/api/v1/users/{}/password", who.user_id);
  };
  const Json fresh{{"password", "another password"}};
  EXPECT_EQ(field_of(post(ann, path(ann), fresh)), "current_password");
  EXPECT_EQ(
      field_of(post(ann, path(ann), {{"password", "short"}, {"current_password", kPassword}})),
      "password");
  EXPECT_EQ(post(ann, path(boss), fresh).status, 403);
  EXPECT_EQ(post(boss, path(admin), fresh).status, 403);
  EXPECT_EQ(post(boss, path(ann), fresh).status, 204);
  EXPECT_EQ(get(ann, "/api/v1/session").status, 401) << "her sessions end";
  EXPECT_EQ(sign_in("ann", kPassword).status, 401);
  const auto again = signed_in(sign_in("ann", "another password"));
  const Json own{{"password", "a third password"}, {"current_password", "another password"}};
  EXPECT_EQ(post(again, path(again), own).status, 204);
  EXPECT_EQ(get(again, "/api/v1/session").status, 200) << "the session that did it stays";
}

TEST_F(AccessTest, SupervisorsManageAgentsOnly) {
  start();
  const auto admin = set_up();
  const auto boss = person(admin, "boss", "supervisor");
  const auto ann = person(admin, "ann", "agent");
  const auto user = [](const SignedIn& who) {
    return fmt::format("/api/v1/users/{}", who.user_id);
  };
  const Json made{
      {"username", "x"}, {"name", "X"}, {"role", "supervisor"}, {"password", kPassword}};
  EXPECT_EQ(post(boss, "/api/v1/users", made).status, 403);
  EXPECT_EQ(patch(boss, user(ann), {{"role", "administrator"}}).status, 403);
  EXPECT_EQ(patch(boss, user(admin), {{"name", "Mine"}}).status, 403);
  EXPECT_EQ(del(boss, user(admin)).status, 403);
  EXPECT_EQ(patch(boss, user(ann), {{"name", "Ann B"}}).status, 200);
  EXPECT_EQ(del(admin, user(admin)).status, 409);
  EXPECT_EQ(patch(admin, user(admin), {{"role", "agent"}}).status, 409) << "the last administrator";
}

/// Every route by everybody: exactly those below the route's least role are refused.
TEST_F(AccessTest, APatternIsNoPath) {
  start();
  const auto admin = set_up();
  for (const auto* path :
       {"/api/v1/users/{id}", "/api/v1/leads/%7Bid%7D", "/api/v1/trunks/1/test_calls/{id}"}) {
    EXPECT_EQ(send(admin, "GET", path, std::nullopt).status, 404) << path;
  }
}

TEST_F(AccessTest, EveryRouteKnowsItsLeastRole) {
  config.requests_per_second_per_address = 10'000;
  start();
  const auto admin = set_up();
  struct Who {
    const char* name;
    SignedIn signed_in;
    int rank;
  };
  const std::vector<Who> people{{"nobody", {}, 0},
                                {"agent", person(admin, "ann", "agent"), 1},
                                {"supervisor", person(admin, "boss", "supervisor"), 2},
                                {"administrator", admin, 3}};
  const auto rank_of = [](Access access) {
    switch (access) {
      case Access::kPublic:
      case Access::kLoopback: return 0;  // the test is on loopback
      case Access::kAgent: return 1;
      case Access::kSupervisor: return 2;
      case Access::kAdministrator: return 3;
    }
    return 3;
  };
  const auto method_name = [](Method method) {
    switch (method) {
      case Method::kGet: return "GET";
      case Method::kPost: return "POST";
      case Method::kPatch: return "PATCH";
      case Method::kDelete: return "DELETE";
      default: return "?";
    }
  };
  for (const auto& route : routes()) {
    std::string path(route.pattern);
    for (auto id = path.find("{id}"); id != std::string::npos; id = path.find("{id}")) {
      path.replace(id, 4, "999999");
    }
    const bool signs_out = path == "/api/v1/session" && route.method == Method::kDelete;
    if (signs_out) continue;
    const bool json = route.body == Body::kJson || route.body == Body::kOptionalJson;
    for (const auto& who : people) {
      const auto answer = send(who.signed_in, method_name(route.method), path,
                               json ? std::optional<Json>(Json::object()) : std::nullopt);
      const auto place = fmt::format("{} {} by {}: {} {}", method_name(route.method), path,
                                     who.name, answer.status, answer.body);
      const auto message = message_of(answer);
      const bool refused_by_role = answer.status == 401 ||
                                   message == "Only a supervisor may do this." ||
                                   message == "Only an administrator may do this.";
      EXPECT_EQ(refused_by_role, who.rank < rank_of(route.access)) << place;
      if (who.rank == 0 && rank_of(route.access) > 0) {
        EXPECT_EQ(answer.status, 401) << place;
      }
      EXPECT_LT(answer.status, 500) << place;
    }
  }
}

TEST_F(AccessTest, TooManyRequestsWait) {
  config.requests_per_second_per_address = 1;  // burst 4
  start();
  std::vector<int> statuses;
  std::string retry;
  for (int i = 0; i < 12; ++i) {
    const auto answer = get({}, "/api/v1/setup");
    statuses.push_back(answer.status);
    if (answer.status == 429) retry = answer.header("retry-after");
  }
  EXPECT_EQ(statuses.front(), 200);
  EXPECT_NE(std::find(statuses.begin(), statuses.end(), 429), statuses.end());
  EXPECT_EQ(retry, "1");
}

TEST_F(AccessTest, MadeUpCredentialsDoNotAskTheDatabaseAtWill) {
  config.requests_per_second_per_token = 1;  // burst 4
  start();
  const auto admin = set_up();
  ASSERT_EQ(get(admin, "/api/v1/session").status, 200);
  const auto before = store().counters().reads;
  uint64_t unknown = 0, refused = 0;
  for (int i = 0; i < 40; ++i) {
    const auto made_up = i % 2 == 0 ? fmt::format("Cookie: carillon_session=made-up-{}\r\n", i)
                                    : fmt::format("Authorization: Bearer made-up-{}\r\n", i);
    const auto status = ask(port(), "GET", "/api/v1/campaigns", made_up).status;
    unknown += status == 401 ? 1 : 0;
    refused += status == 429 ? 1 : 0;
  }
  EXPECT_EQ(unknown + refused, 40u);
  EXPECT_GE(refused, 20u);
  EXPECT_EQ(store().counters().reads - before, unknown);
  EXPECT_EQ(get(admin, "/api/v1/session").status, 200) << "who is known, at the same address";
}

TEST_F(AccessTest, BehindATrustedProxyEveryAddressHasItsOwnAllowance) {
  config.requests_per_second_per_address = 0.25;  // a burst of one
  config.trusted_proxies = {"127.0.0.1"};
  start();
  const auto from = [this](const char* address) {
    return ask(port(), "GET", "/api/v1/setup",
               fmt::format("X-Forwarded-For: 10.9.9.9, {}\r\n", address))
        .status;
  };
  EXPECT_EQ(from("10.0.0.1"), 200);
  EXPECT_EQ(from("10.0.0.2"), 200);
  EXPECT_EQ(from("10.0.0.1"), 429);
}

TEST_F(AccessTest, ForwardedAddressesOfOthersAreIgnored) {
  config.requests_per_second_per_address = 0.25;
  start();
  EXPECT_EQ(ask(port(), "GET", "/api/v1/setup", "X-Forwarded-For: 10.0.0.1\r\n").status, 200);
  EXPECT_EQ(ask(port(), "GET", "/api/v1/setup", "X-Forwarded-For: 10.0.0.2\r\n").status, 429);
}

TEST_F(AccessTest, MetricsAreForLoopbackAndSupervisors) {
  config.trusted_proxies = {"127.0.0.1"};
  start();
  const auto admin = set_up();
  const auto direct = ask(port(), "GET", "/metrics");
  EXPECT_EQ(direct.status, 200);
  EXPECT_NE(direct.body.find("carillon_http_requests_total{status=\"2xx\"} "), std::string::npos);
  EXPECT_EQ(ask(port(), "GET", "/metrics", "X-Forwarded-For: 10.0.0.2\r\n").status, 401);
  EXPECT_EQ(
      ask(port(), "GET", "/metrics", "X-Forwarded-For: 10.0.0.2\r\n" + admin.headers()).status,
      200);
  EXPECT_EQ(ask(port(), "GET", "/healthz").status, 200);
}

}  // namespace
}  // namespace carillon::api::testing
