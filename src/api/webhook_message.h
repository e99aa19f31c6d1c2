// What a webhook's receiver gets: body, signature, and how often it is tried. docs/WEBHOOKS.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/webhook_post.h"
#include "store/rows.h"

namespace carillon::api {

/// Of a delivery, at its present attempt.
std::string webhook_body(const store::WebhookDelivery& delivery);
/// Of a test, which is no delivery.
std::string webhook_test_body(WallTime now);

/// The data of an event, as StoreConfig::webhook_data wants it: records as the REST interface shows
/// them.
std::string webhook_data(const store::WebhookSubject& subject);

/// The header Carillon-Signature: "t=<Unix seconds>,v1=<HMAC-SHA256 of "t.body" in hex>", with one
/// v1 more as long as the secret before counts.
std::string webhook_signature(const store::Webhook& webhook, WallTime now, std::string_view body);

/// Doubles from `first` to an hour with the number of failures in a row (from 1), a fifth more or
/// less: `jitter` is from -1 to 1.
Duration webhook_wait(int64_t failures, Duration first, double jitter);

/// What an answer means.
struct WebhookVerdict {
  bool delivered = false;
  bool gone = false;  ///< 410: the receiver wants no more
  int http_status = 0;
  std::string sentence;  ///< for a person
};
WebhookVerdict webhook_verdict(const Url& url, const PostAnswer& answer);

}  // namespace carillon::api
