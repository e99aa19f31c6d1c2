// WebhookSender: delivers what is in the outboxes of webhooks.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "api/webhook_post.h"
#include "store/store.h"

namespace carillon::api {

/// For /metrics: attempts since the start of this process. Written by the webhooks' threads.
struct WebhookCounters {
  std::atomic<uint64_t> delivered{0};
  std::atomic<uint64_t> failed{0};
};

struct WebhookRules {
  PostRules post;
  Duration first_wait = 10s;  ///< as webhook_wait() takes it
  std::string node;
};

/// A thread for each webhook, so that a receiver that is slow or away holds up nobody else's
/// events. Each takes its webhook's deliveries in order, one at a time: a delivery is claimed in
/// the database, posted, and what came of it is committed together with the claim of the next one.
/// A server that is killed in between sends the same delivery again.
///
/// Owner: Services. Loop: http. The destructor ends the attempts under way; the store must live
/// longer.
class WebhookSender {
 public:
  WebhookSender(store::Store& store, WebhookRules rules);
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  /// A webhook was made, changed or deleted, or something waits for it.
  void changed(store::WebhookId id);
  const WebhookCounters& counters() const { return counters_; }

 private:
  class Lane;

  store::Store& store_;
  const WebhookRules rules_;
  WebhookCounters counters_;
  std::map<store::WebhookId, std::unique_ptr<Lane>> lanes_;
};

}  // namespace carillon::api
