#include "api/webhook_message.h"

#include <gtest/gtest.h>

#include "api/json.h"
#include "api/secrets.h"

namespace carillon::api {
namespace {

TEST(WebhookSignature, IsHmacSha256OverTimeAndBody) {
  // RFC 4231 test case 2.
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const auto now = from_unix_ms(1'700'000'000'999);
  store::Webhook webhook;
  webhook.secret = "secret";
  const auto signature = "t=1700000000,v1=" + hmac_sha256("secret", "1700000000.{}");
  EXPECT_EQ(webhook_signature(webhook, now, "{}"), signature);
  webhook.secret = "other";
  EXPECT_NE(webhook_signature(webhook, now, "{}"), signature);
}

TEST(WebhookSignature, HasOneOfTheSecretBeforeUntilThatEnds) {
  const auto now = from_unix_ms(1'700'000'000'999);
  store::Webhook webhook;
  webhook.secret = "new";
  webhook.previous_secret = "old";
  webhook.previous_secret_until = now;
  const auto alone = "t=1700000000,v1=" + hmac_sha256("new", "1700000000.{}");
  EXPECT_EQ(webhook_signature(webhook, now, "{}"), alone);
  webhook.previous_secret_until = now + 1ms;
  EXPECT_EQ(webhook_signature(webhook, now, "{}"),
            alone + ",v1=" + hmac_sha256("old", "1700000000.{}"));
}

TEST(WebhookSchedule, DoublesToAnHourAFifthMoreOrLess) {
  EXPECT_EQ(webhook_wait(1, 10s, 0), 10s);
  EXPECT_EQ(webhook_wait(2, 10s, 0), 20s);
  EXPECT_EQ(webhook_wait(9, 10s, 0), 2'560s);
  EXPECT_EQ(webhook_wait(10, 10s, 0), 1h);
  EXPECT_EQ(webhook_wait(1'000'000, 10s, 0), 1h);
  EXPECT_EQ(webhook_wait(1, 10s, -1), 8s);
  EXPECT_EQ(webhook_wait(1, 10s, 1), 12s);
}

TEST(WebhookMessage, SaysWhichEventAndHowOftenItWasTried) {
  store::WebhookDelivery delivery;
  delivery.id = store::WebhookDeliveryId{7};
  delivery.sequence = 3;
  delivery.event = "call.ended";
  delivery.at = from_unix_ms(1'700'000'000'123);
  delivery.attempts = 2;
  delivery.data = R"({"call":{"id":1}})";
  EXPECT_EQ(Json::parse(webhook_body(delivery)), Json::parse(R"({"id":7,"sequence":3,
    "event":"call.ended","at":1700000000123,"attempt":2,"data":{"call":{"id":1}}})"));
  EXPECT_EQ(Json::parse(webhook_test_body(delivery.at))["event"], "webhook.test");
}

TEST(WebhookMessage, ShowsRecordsAsTheRestInterfaceDoes) {
  store::WebhookSubject subject;
  subject.call.emplace().phone = "+12025550100";
  subject.lead.emplace().first_name = "Ann";
  const auto call = Json::parse(webhook_data(subject));
  EXPECT_EQ(call["call"]["phone"], "+12025550100");
  EXPECT_EQ(call["lead"]["first_name"], "Ann");
  store::WebhookSubject agent;
  agent.agent_session.emplace().agent = UserId{5};
  agent.agent_state.emplace().state = "paused";
  agent.agent_state->reason = "lunch";
  EXPECT_EQ(Json::parse(webhook_data(agent)),
            Json::parse(R"({"session_id":0,"agent_id":5,"campaign_id":0,"state":"paused",
                            "reason":"lunch"})"));
}

TEST(WebhookVerdict, OnlyTwoHundredsAreSuccess) {
  const auto url = *parse_url("https://crm.example/hook");
  const auto verdict = [&](int status, const char* reason) {
    return webhook_verdict(url, {status, reason});
  };
  EXPECT_TRUE(verdict(200, "OK").delivered);
  EXPECT_TRUE(verdict(204, "").delivered);
  EXPECT_FALSE(verdict(302, "Found").delivered);
  EXPECT_NE(verdict(302, "Found").sentence.find("not followed"), std::string::npos);
  EXPECT_FALSE(verdict(410, "Gone").delivered);
  EXPECT_TRUE(verdict(410, "Gone").gone);
  EXPECT_EQ(verdict(500, "Oops").sentence, "crm.example answered 500 Oops.");
  EXPECT_FALSE(verdict(404, "").gone);
}

}  // namespace
}  // namespace carillon::api
