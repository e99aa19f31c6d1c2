#include "api/webhook_message.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/json_records.h"
#include "api/secrets.h"

namespace carillon::api {
namespace {

constexpr Duration kLongestWait = 1h;
constexpr double kJitter = 0.2;

Json session_json(const store::AgentSessionRow& session) {
  return {{"session_id", session.id.value},
          {"agent_id", session.agent.value},
          {"campaign_id", session.campaign.value}};
}

}  // namespace

std::string webhook_body(const store::WebhookDelivery& delivery) {
  return to_text({{"id", delivery.id.value},
                  {"sequence", delivery.sequence},
                  {"event", delivery.event},
                  {"at", time_json(delivery.at)},
                  {"attempt", delivery.attempts},
                  {"data", Json::parse(delivery.data, nullptr, false)}});
}

std::string webhook_test_body(WallTime now) {
  const Json message{{"message", "This is a test. Nothing has happened."}};
  return to_text({{"id", nullptr},
                  {"sequence", nullptr},
                  {"event", "webhook.test"},
                  {"at", time_json(now)},
                  {"attempt", 1},
                  {"data", message}});
}

std::string webhook_data(const store::WebhookSubject& subject) {
  Json data = Json::object();
  if (subject.call) data["call"] = to_json(*subject.call);
  if (subject.lead) data["lead"] = to_json(*subject.lead);
  if (subject.import) data["import"] = to_json(*subject.import);
  if (subject.agent_session) data.update(session_json(*subject.agent_session));
  if (subject.agent_state) {
    data["state"] = subject.agent_state->state;
    data["reason"] = subject.agent_state->reason;
  }
  return to_text(data);
}

std::string webhook_signature(const store::Webhook& webhook, WallTime now, std::string_view body) {
  const auto seconds = to_unix_ms(now) / 1'000;
  const auto text = fmt::format("{}.{}", seconds, body);
  auto header = fmt::format("t={},v1={}", seconds, hmac_sha256(webhook.secret, text));
  if (now < webhook.previous_secret_until) {
    header += ",v1=" + hmac_sha256(webhook.previous_secret, text);
  }
  return header;
}

Duration webhook_wait(int64_t failures, Duration first, double jitter) {
  const auto doublings = std::clamp<int64_t>(failures - 1, 0, 20);
  const auto wait = std::min<Duration>(first * (int64_t{1} << doublings), kLongestWait);
  const double factor = 1 + kJitter * std::clamp(jitter, -1.0, 1.0);
  return Duration(static_cast<int64_t>(static_cast<double>(wait.count()) * factor));
}

WebhookVerdict webhook_verdict(const Url& url, const PostAnswer& answer) {
  WebhookVerdict verdict;
  verdict.http_status = answer.status;
  verdict.delivered = answer.status >= 200 && answer.status < 300;
  verdict.gone = answer.status == 410;
  verdict.sentence = fmt::format("{} answered {}{}{}", url.host, answer.status,
                                 answer.reason.empty() ? "" : " ", answer.reason);
  if (verdict.gone) {
    verdict.sentence += ": it wants no more events. The webhook is switched off.";
  } else if (answer.status >= 300 && answer.status < 400) {
    verdict.sentence += ". Redirects are not followed: enter the URL that it leads to.";
  } else {
    verdict.sentence += ".";
  }
  return verdict;
}

}  // namespace carillon::api
