// Records, leads, imports, phones: on the running server.
#include <thread>

#include <fmt/format.h>

#include "api/secrets.h"
#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

using namespace std::chrono_literals;

class RecordsTest : public ApiTest {
 protected:
  void begin() {
    start();
    admin = set_up();
  }
  int64_t made(const std::string& path, const Json& body) {
    const auto answer = post(admin, path, body);
    EXPECT_EQ(answer.status, 201) << path << " " << answer.body;
    return answer.status == 201 ? answer.json()["id"].get<int64_t>() : 0;
  }
  static std::string field_of(const Answer& answer) {
    return answer.json()["error"].value("field", "");
  }
  SignedIn admin;
};

TEST_F(RecordsTest, ALifeOfACampaign) {
  begin();
  const auto trunk = made("/api/v1/trunks",
                          {{"name", "t"}, {"host", "sip.example"}, {"password", "digest-secret"}});
  const auto script = made("/api/v1/scripts", {{"name", "s"}, {"body", "<p>Hi</p>"}});
  const auto id = made("/api/v1/campaigns", {{"name", "Spring"},
                                             {"type", "auto"},
                                             {"script_id", script},
                                             {"trunk_ids", {trunk}},
                                             {"source_statuses", {"New"}}});
  const auto path = fmt::format("/api/v1/campaigns/{}", id);
  auto campaign = get(admin, path).json();
  EXPECT_EQ(campaign["trunk_ids"], Json::array({trunk}));
  EXPECT_EQ(campaign["ring_timeout_ms"], 30'000);
  campaign = patch(admin, path, {{"active", true}, {"outbound_multiplier", 2}}).json();
  EXPECT_EQ(campaign["active"], true);
  EXPECT_EQ(campaign["outbound_multiplier"], 2.0);
  EXPECT_EQ(campaign["script_id"], script);
  EXPECT_EQ(field_of(patch(admin, path, {{"ring_timeout_ms", 1}})), "ring_timeout_ms");
  EXPECT_EQ(patch(admin, path, {{"script_id", 999}}).status, 422);
  EXPECT_EQ(del(admin, path).status, 409) << "active";
  EXPECT_EQ(get(admin, path + "/stats").json()["total"], 0);
  EXPECT_EQ(patch(admin, path, {{"active", false}}).status, 200);
  EXPECT_EQ(del(admin, path).status, 204);
  EXPECT_EQ(get(admin, path).status, 404);
  EXPECT_EQ(get(admin, path + "/stats").status, 404);

  const auto shown = get(admin, fmt::format("/api/v1/trunks/{}", trunk));
  EXPECT_EQ(shown.body.find("digest-secret"), std::string::npos);
  EXPECT_EQ(shown.json()["has_password"], true);
}

TEST_F(RecordsTest, ListsPageSortAndSearch) {
  begin();
  for (const char* name : {"beta", "alpha", "gamma"}) made("/api/v1/scripts", {{"name", name}});
  auto list = get(admin, "/api/v1/scripts?sort=name&limit=2").json();
  EXPECT_EQ(list["total"], 3);
  ASSERT_EQ(list["items"].size(), 2u);
  EXPECT_EQ(list["items"][0]["name"], "alpha");
  list = get(admin, "/api/v1/scripts?sort=-name&offset=1&limit=1").json();
  EXPECT_EQ(list["items"][0]["name"], "beta");
  EXPECT_EQ(get(admin, "/api/v1/scripts?search=GAM").json()["total"], 1);
  EXPECT_EQ(get(admin, "/api/v1/scripts?limit=0").status, 422);
  EXPECT_EQ(get(admin, "/api/v1/scripts?limit=1001").status, 422);
  EXPECT_EQ(get(admin, "/api/v1/scripts?offset=-1").status, 422);
  EXPECT_EQ(get(admin, "/api/v1/scripts?limit=abc").status, 422);
  EXPECT_EQ(get(admin, "/api/v1/scripts?sort=body;drop%20table").status, 422);
}

TEST_F(RecordsTest, ScriptsAreCleaned) {
  begin();
  const auto id = made("/api/v1/scripts",
                       {{"name", "s"}, {"body", "<p>Hi {{first_name}}</p><script>x()</script>"}});
  const auto path = fmt::format("/api/v1/scripts/{}", id);
  EXPECT_EQ(get(admin, path).json()["body"], "<p>Hi {{first_name}}</p>");
  const auto changed = patch(admin, path, {{"body", "<p onclick=\"x()\">Bye</p>"}});
  EXPECT_EQ(changed.json()["body"], "<p>Bye</p>");
}

TEST_F(RecordsTest, DeskPhonesGetTheirDigest) {
  begin();
  const auto answer = post(admin, "/api/v1/users",
                           {{"username", "ann"},
                            {"name", "Ann"},
                            {"role", "agent"},
                            {"password", kPassword},
                            {"line", "desk_phone"},
                            {"sip_username", "2001"},
                            {"sip_password", "phone password"}});
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.body.find("phone password"), std::string::npos);
  const int64_t id = answer.json()["id"];
  std::vector<PhoneCredential> phones;
  for (size_t i = 0; i < 20 && phones.empty(); ++i) {
    phones = std::get<SetPhones>(telephony_command(i)).phones;
  }
  ASSERT_EQ(phones.size(), 1u);
  EXPECT_EQ(phones[0].agent, UserId{id});
  EXPECT_EQ(phones[0].sip_username, "2001");
  EXPECT_EQ(phones[0].ha1, digest_ha1("2001", "test.example", "phone password"));

  const auto path = fmt::format("/api/v1/users/{}", id);
  EXPECT_EQ(field_of(patch(admin, path, {{"sip_username", "2002"}})), "sip_password");
  EXPECT_EQ(
      patch(admin, path, {{"sip_username", "2002"}, {"sip_password", "phone password"}}).status,
      200);
  EXPECT_EQ(patch(admin, path, {{"name", "Ann B"}}).status, 200);
  EXPECT_EQ(patch(admin, path, {{"sip_username", ""}}).status, 200);
}

TEST_F(RecordsTest, LeadsAreNormalisedChangedAndExplained) {
  begin();
  const auto campaign = made("/api/v1/campaigns", {{"name", "c"}, {"type", "preview"}});
  const auto leadset = made("/api/v1/leadsets", {{"name", "l"}, {"campaign_id", campaign}});
  const auto leads = fmt::format("/api/v1/leadsets/{}/leads", leadset);
  EXPECT_EQ(field_of(post(admin, leads, {{"phone", "123"}})), "phone");
  EXPECT_EQ(field_of(post(admin, leads, {{"phone", "+442079460123"}, {"time_zone", "Mars/One"}})),
            "time_zone");
  const auto id =
      made(leads + "?country=GB",
           {{"phone", "020 7946 0123"}, {"first_name", "Ann"}, {"custom", {{"Plan", "B"}}}});
  const auto path = fmt::format("/api/v1/leads/{}", id);
  auto lead = get(admin, path).json();
  EXPECT_EQ(lead["phone"], "+442079460123");
  EXPECT_EQ(lead["custom"]["Plan"], "B");
  EXPECT_EQ(lead["last_outcome"], nullptr);
  lead = patch(admin, path, {{"status", "Ready"}, {"priority", 5}}).json();
  EXPECT_EQ(lead["status"], "Ready");
  EXPECT_EQ(lead["first_name"], "Ann");
  EXPECT_EQ(get(admin, leads + "?status=Ready").json()["total"], 1);
  EXPECT_EQ(get(admin, leads + "?status=New").json()["total"], 0);
  const auto why = get(admin, path + "/why").json();
  EXPECT_EQ(why["dialable"], false);
  EXPECT_FALSE(why["sentence"].get<std::string>().empty());

  const auto ann = person(admin, "ann", "agent");
  EXPECT_EQ(get(ann, path).status, 403);
  EXPECT_EQ(patch(ann, path, {{"first_name", "x"}}).status, 403);
  EXPECT_EQ(del(admin, path).status, 204);
  EXPECT_EQ(get(admin, path).status, 404);
  EXPECT_EQ(get(admin, "/api/v1/leadsets/999/leads").status, 404);
}

TEST_F(RecordsTest, AgentsEditTheLeadOnTheirScreen) {
  begin();
  const auto leadset = made("/api/v1/leadsets", {{"name", "l"}});
  const auto id =
      made(fmt::format("/api/v1/leadsets/{}/leads", leadset), {{"phone", "+442079460123"}});
  const auto ann = person(admin, "ann", "agent");
  auto lead = std::make_shared<Lead>();
  lead->id = LeadId{id};
  lead->leadset = LeadsetId{leadset};
  const auto values = fmt::format("/api/v1/leadsets/{}/lead_values", leadset);
  EXPECT_EQ(get(ann, values).status, 403) << "no lead of it is on her screen";
  AgentLive live;
  live.session = AgentSessionId{3};
  live.agent = UserId{ann.user_id};
  live.campaign = CampaignId{1};
  live.lead = lead;
  server().publish(live);
  const auto path = fmt::format("/api/v1/leads/{}", id);
  Answer changed;
  for (int i = 0; i < 100 && changed.status != 200; ++i) {
    changed = patch(ann, path, {{"first_name", "Corrected"}});
  }
  EXPECT_EQ(changed.json()["first_name"], "Corrected");
  EXPECT_EQ(patch(ann, path, {{"priority", 9}}).status, 422) << "not an agent's to change";
  EXPECT_EQ(get(ann, values).status, 200);
}

TEST_F(RecordsTest, DoNotCallNumbers) {
  begin();
  const auto campaign = made("/api/v1/campaigns", {{"name", "c"}, {"type", "auto"}});
  EXPECT_EQ(post(admin, "/api/v1/dnc", {{"phone", "+44 20 7946 0123"}}).status, 201);
  EXPECT_EQ(post(admin, "/api/v1/dnc", {{"phone", "+442079460123"}}).status, 201) << "again";
  EXPECT_EQ(
      post(admin, "/api/v1/dnc", {{"phone", "+442079460123"}, {"campaign_id", campaign}}).status,
      201);
  EXPECT_EQ(get(admin, "/api/v1/dnc").json()["total"], 2);
  EXPECT_EQ(field_of(post(admin, "/api/v1/dnc", {{"phone", "12"}})), "phone");
  const std::string phone = "/api/v1/dnc?phone=%2B442079460123";
  EXPECT_EQ(del(admin, phone).status, 204);
  EXPECT_EQ(del(admin, phone).status, 404);
  EXPECT_EQ(del(admin, phone + fmt::format("&campaign_id={}", campaign)).status, 204);
}

TEST_F(RecordsTest, AFileOfLeadsGoesIn) {
  begin();
  const auto leadset = made("/api/v1/leadsets", {{"name", "l"}});
  const std::string csv =
      "Phone,First name\r\n+442079460001,Ann\r\n+442079460002,Bob\r\nnonsense,Cy\r\n"
      "+442079460001,Twice\r\n";
  const auto uploaded = ask(port(), "POST", "/api/v1/uploads?name=people.csv",
                            admin.headers() + "Content-Type: text/csv\r\n", csv);
  ASSERT_EQ(uploaded.status, 201) << uploaded.body;
  const auto upload = uploaded.json();
  EXPECT_EQ(upload["columns"], 2);
  EXPECT_EQ(upload["guessed_mapping"]["0"], "phone");
  EXPECT_EQ(upload["rows"][1][1], "Ann");

  const auto imports = fmt::format("/api/v1/leadsets/{}/imports", leadset);
  EXPECT_EQ(
      post(admin, imports, {{"upload_id", "none"}, {"mapping", {{"0", "phone"}}}}).status / 100, 4);
  const auto started = post(admin, imports,
                            {{"upload_id", upload["upload_id"]},
                             {"start_row", 1},
                             {"mapping", {{"0", "phone"}, {"1", "first_name"}}},
                             {"status_for_all", "New"}});
  ASSERT_EQ(started.status, 202) << started.body;
  const auto path = fmt::format("/api/v1/imports/{}", started.json()["id"].get<int64_t>());
  Json import;
  for (int i = 0; i < 300; ++i) {
    import = get(admin, path).json();
    if (import["state"] != "running") break;
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_EQ(import["state"], "done") << import;
  EXPECT_EQ(import["accepted"], 2);
  EXPECT_EQ(import["rejected"], 1);
  EXPECT_EQ(import["duplicates"], 1);
  const auto report = get(admin, path + "/rejected.csv");
  EXPECT_EQ(report.status, 200);
  EXPECT_NE(report.body.find("nonsense"), std::string::npos);
  EXPECT_EQ(del(admin, path).status, 409) << "it has ended";
  EXPECT_EQ(get(admin, fmt::format("/api/v1/leadsets/{}/leads", leadset)).json()["total"], 2);
  EXPECT_EQ(get(admin, imports).json()["total"], 1);
}

TEST_F(RecordsTest, UploadsAreLimited) {
  config.upload_limit = 100'000;
  begin();
  const auto large = ask(port(), "POST", "/api/v1/uploads",
                         admin.headers() + "Content-Type: text/csv\r\n", std::string(200'000, 'a'));
  EXPECT_EQ(large.status, 413);
}

}  // namespace
}  // namespace carillon::api::testing
