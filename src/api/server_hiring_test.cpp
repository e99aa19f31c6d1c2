// Many people at once, and the one-time passwords that they get.
#include <fmt/format.h>

#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

class HiringTest : public ApiTest {
 protected:
  void begin() {
    start();
    admin = set_up();
  }
  static std::string field_of(const Answer& answer) {
    return answer.json()["error"].value("field", "");
  }
  SignedIn admin;
};

TEST_F(HiringTest, AgentsAreMadeByAPatternAndTakenNamesArePassedOver) {
  begin();
  person(admin, "agent-002", "agent");
  const auto answer =
      post(admin, "/api/v1/users/bulk",
           {{"count", 3}, {"username_pattern", "Agent-###"}, {"name_pattern", "Agent #"}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto users = answer.json()["users"];
  ASSERT_EQ(users.size(), 3u);
  EXPECT_EQ(users[0]["username"], "agent-001");
  EXPECT_EQ(users[1]["username"], "agent-003");
  EXPECT_EQ(users[1]["name"], "Agent 3");
  EXPECT_EQ(users[0]["sip_username"], "");
  EXPECT_NE(users[0]["password"], users[1]["password"]);
  EXPECT_GE(users[0]["password"].get<std::string>().size(), 12u);
}

TEST_F(HiringTest, AProfileForDeskPhonesGivesThemOne) {
  begin();
  const auto profile =
      post(admin, "/api/v1/sip_profiles", {{"name", "Desk"}, {"protocol", "tls"}}).json()["id"];
  const auto answer =
      post(admin, "/api/v1/users/bulk",
           {{"count", 1}, {"username_pattern", "desk"}, {"sip_profile_id", profile}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto made = answer.json()["users"][0];
  EXPECT_EQ(made["sip_username"], "desk1");
  EXPECT_NE(made["sip_password"], "");
  const auto user = get(admin, fmt::format("/api/v1/users/{}", made["id"].get<int64_t>())).json();
  EXPECT_EQ(user["line"], "desk_phone");
  EXPECT_EQ(user["sip_profile_id"], profile);
}

TEST_F(HiringTest, WhatIsWrongWithThePatternIsSaid) {
  begin();
  const auto refused = [&](const Json& body) {
    return field_of(post(admin, "/api/v1/users/bulk", body));
  };
  EXPECT_EQ(refused({{"count", 0}, {"username_pattern", "a"}}), "count");
  EXPECT_EQ(refused({{"count", 501}, {"username_pattern", "a"}}), "count");
  EXPECT_EQ(refused({{"count", 1}, {"username_pattern", "#a#"}}), "username_pattern");
  EXPECT_EQ(refused({{"count", 1}, {"username_pattern", "no spaces"}}), "username_pattern");
  EXPECT_EQ(refused({{"count", 1}, {"username_pattern", "a"}, {"sip_profile_id", 99}}),
            "sip_profile_id");
}

TEST_F(HiringTest, AOneTimePasswordIsGoodForChoosingAnotherOnly) {
  begin();
  const auto made = post(admin, "/api/v1/users/bulk", {{"count", 1}, {"username_pattern", "new"}})
                        .json()["users"][0];
  const std::string password = made["password"];
  const auto answer = sign_in("new1", password);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["must_change_password"], true);
  const auto newcomer = signed_in(answer);
  EXPECT_EQ(get(newcomer, "/api/v1/session").json()["must_change_password"], true);
  const auto refused = get(newcomer, "/api/v1/agent/campaigns");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(field_of(refused), "password");
  const auto path = fmt::format("/api/v1/users/{}/password", made["id"].get<int64_t>());
  EXPECT_EQ(
      field_of(post(newcomer, path, {{"password", password}, {"current_password", password}})),
      "password");
  const auto change = Json{{"password", "my very own words"}, {"current_password", password}};
  ASSERT_EQ(post(newcomer, path, change).status, 204);
  EXPECT_EQ(get(newcomer, "/api/v1/agent/campaigns").status, 200);
  EXPECT_EQ(sign_in("new1", password).status, 401);
  EXPECT_EQ(sign_in("new1", "my very own words").json()["must_change_password"], false);
}

TEST_F(HiringTest, ASupervisorCanGiveAOneTimePassword) {
  begin();
  const auto ann = person(admin, "ann", "agent");
  const auto id = get(ann, "/api/v1/session").json()["user"]["id"].get<int64_t>();
  const auto path = fmt::format("/api/v1/users/{}/password", id);
  ASSERT_EQ(post(admin, path, {{"password", "for today only"}, {"one_time", true}}).status, 204);
  EXPECT_EQ(sign_in("ann", "for today only").json()["must_change_password"], true);
}

TEST_F(HiringTest, PeopleComeFromACsvTextAndWrongRowsAreReported) {
  begin();
  post(admin, "/api/v1/sip_profiles", {{"name", "Desk"}, {"protocol", "udp"}});
  const std::string csv =
      "Name;User name;Role;Profile\n"
      "Ann Archer;Ann;;desk\n"
      "Bob;bob;supervisor;\n"
      "No Name Twice;ann;;\n"
      "Cy;cy with spaces;;\n"
      "Di;di;boss;\n"
      "Ed;ed;;Nowhere\n"
      ";fay;;\n";
  const auto answer = post(admin, "/api/v1/users/import", {{"csv", csv}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto body = answer.json();
  ASSERT_EQ(body["users"].size(), 2u) << answer.body;
  EXPECT_EQ(body["users"][0]["username"], "ann");
  EXPECT_EQ(body["users"][0]["sip_username"], "ann");
  EXPECT_EQ(body["users"][1]["role"], "supervisor");
  std::vector<int64_t> lines;
  for (const auto& row : body["rejected"]) lines.push_back(row["line"]);
  EXPECT_EQ(lines, (std::vector<int64_t>{4, 5, 6, 7, 8})) << answer.body;

  const auto boss = person(admin, "boss", "supervisor");
  const auto limited =
      post(boss, "/api/v1/users/import", {{"csv", "name,username,role\nX,x,administrator\n"}});
  EXPECT_EQ(limited.json()["users"].size(), 0u);
  EXPECT_EQ(limited.json()["rejected"][0]["line"], 2);
  EXPECT_EQ(field_of(post(admin, "/api/v1/users/import", {{"csv", "Ann,ann\n"}})), "csv");
}

}  // namespace
}  // namespace carillon::api::testing
