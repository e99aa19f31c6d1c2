#include "api/webhook_sender.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "api/store_change.h"
#include "api/webhook_message.h"
#include "base/log.h"

namespace carillon::api {
namespace {

/// In a cluster, events that a node wrote before it died are found by the others.
constexpr Duration kIdle = 60s;
/// While the database does not answer.
constexpr Duration kStoreRetry = 1s;

store::DeliveryOutcome outcome_of(const store::NextDelivery& next) {
  store::DeliveryOutcome outcome;
  outcome.delivery = next.delivery->id;
  outcome.webhook = next.webhook.id;
  return outcome;
}

}  // namespace

/// One webhook's thread. What is public is called by the owner's.
class WebhookSender::Lane {
 public:
  Lane(store::Store& store, const WebhookRules& rules, WebhookCounters& counters,
       store::WebhookId id)
      : store_(store), rules_(rules), counters_(counters), id_(id), thread_([this] { run(); }) {}

  ~Lane() {
    stop();
    thread_.join();
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Soon; the destructor waits for it.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    woken_.notify_all();
  }
  void wake() {
    {
      std::lock_guard lock(mutex_);
      wake_ = true;
    }
    woken_.notify_all();
  }
  /// The webhook was deleted.
  bool ended() const { return ended_; }

 private:
  using Outcome = std::optional<store::DeliveryOutcome>;

  void run() {
    Outcome last;
    while (!stopping_) {
      const auto next = advance(last);
      if (!next && next.error().code == ErrorCode::kNotFound) break;
      if (!next) {
        pause(kStoreRetry);
        continue;
      }
      last.reset();
      if (next->delivery) {
        last = attempt(*next);
      } else {
        pause(time_until(next->look_again));
      }
    }
    if (last) record(*last);
    ended_ = true;
  }

  /// Commits what came of the last attempt, and claims the next delivery.
  Result<store::NextDelivery> advance(const Outcome& last) {
    auto answer = std::make_shared<std::promise<Result<store::NextDelivery>>>();
    auto answered = answer->get_future();
    auto work = [last, id = id_,
                 node = rules_.node](store::Writer& writer) -> Result<store::NextDelivery> {
      if (last) {
        if (auto ended = writer.end_delivery(*last); !ended) return ended.error();
      }
      return writer.begin_delivery(id, node);
    };
    change_then(store_, {}, std::move(work),
                [answer](Result<store::NextDelivery> next) { answer->set_value(std::move(next)); });
    while (answered.wait_for(100ms) != std::future_status::ready) {
      if (stopping_) return Error{ErrorCode::kUnavailable, "The server is stopping.", ""};
    }
    return answered.get();
  }

  /// Nothing: the server is stopping, and nobody knows whether it arrived.
  Outcome attempt(const store::NextDelivery& next) {
    auto outcome = outcome_of(next);
    const auto url = parse_url(next.webhook.url);
    const auto body = webhook_body(*next.delivery);
    const auto signature = webhook_signature(next.webhook, machine_now().wall, body);
    const auto answer = url ? post_json(*url, signature, body, rules_.post, stopping_)
                            : Result<PostAnswer>(url.error());
    if (!answer && answer.error().code == ErrorCode::kUnavailable) return std::nullopt;
    if (answer) {
      auto verdict = webhook_verdict(*url, *answer);
      outcome.delivered = verdict.delivered;
      outcome.gone = verdict.gone;
      outcome.http_status = verdict.http_status;
      if (!verdict.delivered) outcome.error = std::move(verdict.sentence);
    } else {
      outcome.error = answer.error().message;
    }
    ++(outcome.delivered ? counters_.delivered : counters_.failed);
    if (!outcome.delivered) note_failure(next, outcome);
    return outcome;
  }

  void note_failure(const store::NextDelivery& next, store::DeliveryOutcome& outcome) {
    const auto failures = next.webhook.failures + 1;
    outcome.retry_after = webhook_wait(failures, rules_.first_wait, jitter_(random_));
    if (failures == 1) spdlog::warn("Webhook {} fails: {}", next.webhook.name, outcome.error);
  }

  /// Without waiting: the store commits what it was sent before it ends.
  void record(const store::DeliveryOutcome& outcome) {
    store_.change({}, [outcome](store::Writer& writer) { return writer.end_delivery(outcome); },
                  {});
  }

  static Duration time_until(const std::optional<WallTime>& at) {
    if (!at) return kIdle;
    return std::clamp<Duration>(*at - machine_now().wall, 1ms, kIdle);
  }

  void pause(Duration time) {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, time, [&] { return stopping_ || wake_; });
    wake_ = false;
  }

  store::Store& store_;
  const WebhookRules& rules_;
  WebhookCounters& counters_;
  const store::WebhookId id_;
  std::mt19937 random_{std::random_device{}()};
  std::uniform_real_distribution<double> jitter_{-1, 1};
  std::mutex mutex_;
  std::condition_variable woken_;
  bool wake_ = false;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;  ///< last: it uses all of the above
};

WebhookSender::WebhookSender(store::Store& store, WebhookRules rules)
    : store_(store), rules_(std::move(rules)) {}

WebhookSender::~WebhookSender() {
  for (auto& [id, lane] : lanes_) lane->stop();
}

void WebhookSender::changed(store::WebhookId id) {
  std::erase_if(lanes_, [](const auto& lane) { return lane.second->ended(); });
  const auto found = lanes_.find(id);
  if (found != lanes_.end()) return found->second->wake();
  lanes_.emplace(id, std::make_unique<Lane>(store_, rules_, counters_, id));
}

}  // namespace carillon::api
