// Call-backs that are still to be made: on the running server.
#include <future>

#include <fmt/format.h>

#include "api/testing/api_fixture.h"

namespace carillon::api::testing {
namespace {

using namespace std::chrono_literals;

class CallbacksTest : public ApiTest {
 protected:
  void begin() {
    start();
    admin = set_up();
    ann = person(admin, "ann", "agent");
    bob = person(admin, "bob", "agent");
    campaign = made("/api/v1/campaigns", {{"name", "Spring"},
                                          {"type", "preview"},
                                          {"active", true},
                                          {"source_statuses", {"New"}},
                                          {"agent_ids", {ann.user_id}}});
    const auto leadset = made("/api/v1/leadsets", {{"name", "People"}, {"campaign_id", campaign}});
    lead = made(fmt::format("/api/v1/leadsets/{}/leads", leadset),
                {{"phone", "+442079460123"}, {"first_name", "Eve"}, {"last_name", "Day"}});
    path = fmt::format("/api/v1/callbacks/{}", lead);
  }
  int64_t made(const std::string& where, const Json& body) {
    const auto answer = post(admin, where, body);
    EXPECT_EQ(answer.status, 201) << where << " " << answer.body;
    return answer.status == 201 ? answer.json()["id"].get<int64_t>() : 0;
  }
  static std::string field_of(const Answer& answer) {
    return answer.json()["error"].value("field", "");
  }
  /// A call in which Ann has promised to call back: the store carries out what it is sent in order.
  void promise(WallTime at) {
    std::promise<Lead> found;
    store().read([&](store::Reader& reader) { found.set_value(*reader.lead(LeadId{lead})); });
    const Lead called = found.get_future().get();
    const auto now = std::chrono::floor<std::chrono::milliseconds>(machine_now().wall);
    ClaimLeads claim;
    claim.campaign = CampaignId{campaign};
    claim.count = 1;
    claim.open_zone_sets = {called.zone_set};
    claim.now = now;
    store().send(claim);
    Attempt attempt;
    attempt.id = AttemptId{5};
    attempt.campaign = claim.campaign;
    attempt.lead = called.id;
    attempt.leadset = called.leadset;
    attempt.phone = called.phone;
    attempt.agent = UserId{ann.user_id};
    attempt.started_at = now;
    store().send(CommitAttempt{attempt});
    attempt.ended_at = now;
    attempt.outcome = Outcome::kAnswered;
    store().send(
        FinishAttempt{attempt, {.lead = called.id, .finished = false, .not_call_until = {}}});
    SaveDisposition save;
    save.attempt = attempt.id;
    save.lead = called.id;
    save.campaign = claim.campaign;
    save.agent = attempt.agent;
    save.rule = {.name = "CALL BACK", .callback = true};
    save.notes = "after lunch";
    save.callback_at = save.fate.not_call_until = at;
    save.fate.lead = called.id;
    save.callback_for_me = true;
    store().send(save);
    std::promise<void> saved;
    store().change(
        {}, [](store::Writer&) { return Result<void>{}; },
        [&](const Result<void>&) { saved.set_value(); });
    saved.get_future().get();
  }
  int64_t pending(const SignedIn& who, const std::string& filter = "") {
    const auto answer = get(who, "/api/v1/callbacks" + filter);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json().value("total", -1);
  }
  /// Ann's session in the campaign, with the lead on her screen.
  void show_to_ann(AgentState state) {
    AgentLive live;
    live.session = AgentSessionId{3};
    live.agent = UserId{ann.user_id};
    live.campaign = CampaignId{campaign};
    live.state = state;
    auto shown = std::make_shared<Lead>();
    shown->id = LeadId{lead};
    live.lead = shown;
    server().publish(live);
  }
  Answer until(int status, const std::function<Answer()>& ask) {
    Answer answer;
    for (int i = 0; i < 100 && answer.status != status; ++i) answer = ask();
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer;
  }

  SignedIn admin, ann, bob;
  int64_t campaign = 0, lead = 0;
  std::string path;
  const int64_t tomorrow = to_unix_ms(machine_now().wall + 24h);
};

TEST_F(CallbacksTest, AreSeenByWhoMayMakeThem) {
  begin();
  EXPECT_EQ(pending(admin), 0);
  promise(from_unix_ms(tomorrow));
  const auto list = get(admin, "/api/v1/callbacks").json();
  ASSERT_EQ(list["total"], 1);
  const auto& item = list["items"][0];
  EXPECT_EQ(item["lead_id"], lead);
  EXPECT_EQ(item["last_name"], "Day");
  EXPECT_EQ(item["phone"], "+442079460123");
  EXPECT_EQ(item["time_zones"], Json::array({"Europe/London"}));
  EXPECT_EQ(item["due_at"], tomorrow);
  EXPECT_EQ(item["overdue"], false);
  EXPECT_EQ(item["agent_id"], ann.user_id);
  EXPECT_EQ(item["attempt_id"], 5);
  EXPECT_EQ(item["notes"], "after lunch");
  EXPECT_EQ(get(admin, path).json(), item);

  EXPECT_EQ(pending(ann), 1);
  EXPECT_EQ(pending(bob), 0);
  ASSERT_EQ(patch(admin, path, {{"agent_id", nullptr}}).status, 200);
  EXPECT_EQ(pending(ann), 1) << "anyone's, of her campaign";
  EXPECT_EQ(pending(bob), 0) << "not of his";

  EXPECT_EQ(pending(admin, "?for_anyone=true&search=day"), 1);
  EXPECT_EQ(pending(admin, "?overdue=true"), 0);
  EXPECT_EQ(pending(admin, fmt::format("?from={}", tomorrow + 1)), 0);
  EXPECT_EQ(pending(admin, fmt::format("?agent_id={}", ann.user_id)), 0);
  EXPECT_EQ(field_of(get(admin, "/api/v1/callbacks?overdue=perhaps")), "overdue");
  EXPECT_EQ(field_of(get(admin, "/api/v1/callbacks?agent_id=1&for_anyone=true")), "for_anyone");
  EXPECT_EQ(get(admin, "/api/v1/callbacks?sort=notes").status, 422);
}

TEST_F(CallbacksTest, AreMovedGivenAndCancelled) {
  begin();
  promise(from_unix_ms(tomorrow));
  EXPECT_EQ(field_of(patch(admin, path, {{"due_at", 1'000}})), "due_at");
  EXPECT_EQ(field_of(patch(admin, path, {{"due_at", nullptr}})), "due_at");
  EXPECT_EQ(field_of(patch(admin, path, {{"agent_id", bob.user_id}})), "agent_id");
  EXPECT_EQ(patch(ann, path, {{"due_at", tomorrow + 1}}).status, 403);
  const auto moved =
      patch(admin, path, {{"due_at", tomorrow + 60'000}, {"agent_id", admin.user_id}});
  EXPECT_EQ(moved.json()["due_at"], tomorrow + 60'000);
  EXPECT_EQ(moved.json()["agent_id"], admin.user_id);

  const auto of_lead = fmt::format("/api/v1/leads/{}", lead);
  EXPECT_EQ(field_of(patch(admin, of_lead, {{"not_call_until", nullptr}})), "not_call_until");
  EXPECT_EQ(patch(admin, of_lead, {{"not_call_until", tomorrow}}).status, 200);
  EXPECT_EQ(get(admin, path).json()["due_at"], tomorrow);

  EXPECT_EQ(del(admin, path).status, 204);
  EXPECT_EQ(pending(admin), 0);
  EXPECT_EQ(get(admin, of_lead).json()["finished"], true);
  EXPECT_EQ(del(admin, path).status, 404);
  EXPECT_EQ(patch(admin, path, {{"due_at", tomorrow}}).status, 404);
  const auto log = get(admin, fmt::format("/api/v1/audit?kind=lead&record_id={}", lead)).json();
  std::vector<std::string> actions;
  for (const auto& entry : log["items"]) actions.push_back(entry["action"]);
  EXPECT_EQ(actions, (std::vector<std::string>{"call-back cancelled", "changed",
                                               "call-back changed", "created"}));
}

TEST_F(CallbacksTest, StayWhileAnAgentDecidesAboutTheLead) {
  begin();
  promise(from_unix_ms(tomorrow));
  show_to_ann(AgentState::kPreview);
  until(409, [&] { return patch(admin, path, {{"due_at", tomorrow + 1}}); });
  EXPECT_EQ(del(admin, path).status, 409);
  show_to_ann(AgentState::kPaused);
  until(200, [&] { return patch(admin, path, {{"due_at", tomorrow + 1}}); });
}

TEST_F(CallbacksTest, AgentsKnowTheTimeZoneOfTheLeadOnTheirScreen) {
  begin();
  const auto zones = fmt::format("/api/v1/leads/{}/time_zones", lead);
  EXPECT_EQ(get(admin, zones).json()["time_zones"], Json::array({"Europe/London"}));
  EXPECT_EQ(get(admin, "/api/v1/leads/999/time_zones").status, 404);
  EXPECT_EQ(get(ann, zones).status, 403);
  show_to_ann(AgentState::kInCall);
  until(200, [&] { return get(ann, zones); });
}

}  // namespace
}  // namespace carillon::api::testing
