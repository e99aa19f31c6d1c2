// Webhooks: who is told of what happens, and what came of telling them.
#include <fmt/format.h>

#include "api/handlers.h"
#include "api/json_records.h"
#include "api/secrets.h"
#include "api/webhook_message.h"

namespace carillon::api {
namespace {

using store::Reader;
using store::Webhook;
using store::WebhookDeliveryId;
using store::WebhookId;
using store::Writer;

constexpr int64_t kMostDeliveries = 200;
constexpr int64_t kDeliveries = 50;

WebhookId webhook_of(const Call& call) { return WebhookId{call.ids[0]}; }

/// Its URL must be one that can be sent to.
Result<void> read_good_webhook(const Json& json, bool is_new, Webhook& webhook) {
  if (auto read = read_webhook(json, is_new, webhook); !read) return read;
  if (const auto url = parse_url(webhook.url); !url) return url.error();
  return {};
}

/// Shown this once.
Response with_secret(int status, const Webhook& webhook) {
  auto body = to_json(webhook);
  body["secret"] = webhook.secret;
  return json_response(status, body);
}

Json test_result(const Webhook& webhook, const PostRules& rules, const std::atomic<bool>& stop) {
  const auto started = machine_now();
  const auto url = parse_url(webhook.url);
  const auto body = webhook_test_body(started.wall);
  const auto signature = webhook_signature(webhook, started.wall, body);
  const auto answer =
      url ? post_json(*url, signature, body, rules, stop) : Result<PostAnswer>(url.error());
  WebhookVerdict verdict;
  if (answer) {
    verdict = webhook_verdict(*url, *answer);
  } else {
    verdict.sentence = answer.error().message;
  }
  return {{"delivered", verdict.delivered},
          {"http_status", verdict.http_status > 0 ? Json(verdict.http_status) : Json(nullptr)},
          {"sentence", verdict.sentence},
          {"duration_ms", (machine_now().steady - started.steady).count()}};
}

}  // namespace

Task<Response> list_webhooks(Call& call) {
  const auto query = list_query(call.request);
  if (!query) co_return problem(query.error());
  auto work = [query = *query](Reader& reader) { return reader.webhooks(query); };
  const auto page = co_await read(call.services, std::move(work));
  co_return page ? json_response(200, list_json(*page)) : problem(page.error());
}

Task<Response> create_webhook(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  Webhook webhook;
  if (const auto good = read_good_webhook(*json, true, webhook); !good) {
    co_return problem(good.error());
  }
  webhook.secret = random_token();
  auto work = [webhook](Writer& writer) -> Result<Webhook> {
    const auto id = writer.add_webhook(webhook);
    if (!id) return id.error();
    return writer.webhook(*id);
  };
  const auto made = co_await change(call.services, call.actor(), std::move(work));
  co_return made ? with_secret(201, *made) : problem(made.error());
}

Task<Response> get_webhook(Call& call) {
  auto work = [id = webhook_of(call)](Reader& reader) { return reader.webhook(id); };
  const auto webhook = co_await read(call.services, std::move(work));
  co_return webhook ? json_response(200, to_json(*webhook)) : problem(webhook.error());
}

Task<Response> change_webhook(Call& call) {
  const auto json = body_json(call);
  if (!json) co_return problem(400, json.error());
  auto work = [id = webhook_of(call), json = *json](Writer& writer) -> Result<Webhook> {
    auto webhook = writer.webhook(id);
    if (!webhook) return webhook;
    if (const auto good = read_good_webhook(json, false, *webhook); !good) return good.error();
    if (const auto saved = writer.save_webhook(*webhook); !saved) return saved.error();
    return writer.webhook(id);
  };
  const auto webhook = co_await change(call.services, call.actor(), std::move(work));
  co_return webhook ? json_response(200, to_json(*webhook)) : problem(webhook.error());
}

Task<Response> delete_webhook(Call& call) {
  auto work = [id = webhook_of(call)](Writer& writer) { return writer.remove_webhook(id); };
  const auto done = co_await change(call.services, call.actor(), std::move(work));
  co_return done ? no_content() : problem(done.error());
}

Task<Response> renew_webhook_secret(Call& call) {
  auto work = [id = webhook_of(call), secret = random_token()](Writer& writer) -> Result<Webhook> {
    auto webhook = writer.webhook(id);
    if (!webhook) return webhook;
    webhook->secret = secret;
    if (const auto saved = writer.save_webhook(*webhook); !saved) return saved.error();
    return writer.webhook(id);
  };
  const auto webhook = co_await change(call.services, call.actor(), std::move(work));
  co_return webhook ? with_secret(200, *webhook) : problem(webhook.error());
}

Task<Response> test_webhook(Call& call) {
  auto& services = call.services;
  auto work = [id = webhook_of(call)](Writer& writer) -> Result<Webhook> {
    if (const auto noted = writer.note_webhook_test(id); !noted) return noted.error();
    return writer.webhook(id);
  };
  const auto webhook = co_await change(services, call.actor(), std::move(work));
  if (!webhook) co_return problem(webhook.error());
  const PostRules rules{.private_addresses = services.config.private_webhook_urls,
                        .time_limit = services.config.webhook_time_limit};
  auto start = [&outgoing = services.outgoing, webhook = *webhook,
                rules](const std::function<void(Result<Json>)>& resolve) {
    const bool queued = outgoing.post([=](const std::atomic<bool>& stop) {
      resolve(Result<Json>(test_result(webhook, rules, stop)));
    });
    if (!queued) {
      resolve(Error{ErrorCode::kUnavailable, "The server is busy. Try again in a moment.", {}});
    }
  };
  Later<Result<Json>> tested(services.loop, std::move(start));
  const auto result = co_await tested;
  co_return result ? json_response(200, *result) : problem(result.error());
}

Task<Response> list_deliveries(Call& call) {
  const auto before = query_id<store::WebhookDeliveryTag>(call.request, "before");
  if (!before) co_return problem(before.error());
  const auto limit = query_integer(call.request, "limit");
  if (!limit) co_return problem(limit.error());
  const auto wanted = std::min(limit->value_or(kDeliveries), kMostDeliveries);
  auto work = [id = webhook_of(call), before = *before, wanted](Reader& reader) {
    return reader.webhook_deliveries(id, before, wanted);
  };
  const auto found = co_await read(call.services, std::move(work));
  if (!found) co_return problem(found.error());
  Json items = Json::array();
  for (const auto& delivery : *found) items.push_back(to_json(delivery));
  const bool more = std::ssize(*found) == wanted;
  const Json body{{"items", std::move(items)},
                  {"next", more ? Json(found->back().id.value) : Json(nullptr)}};
  co_return json_response(200, body);
}

Task<Response> retry_delivery(Call& call) {
  auto work = [id = webhook_of(call), delivery = WebhookDeliveryId{call.ids[1]}](Writer& writer) {
    return writer.retry_delivery(id, delivery);
  };
  const auto delivery = co_await change(call.services, call.actor(), std::move(work));
  co_return delivery ? json_response(202, to_json(*delivery)) : problem(delivery.error());
}

}  // namespace carillon::api
