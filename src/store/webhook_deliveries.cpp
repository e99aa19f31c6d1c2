// Deliveries: an event on its way to a webhook, one after another for each webhook.
#include "store/audit.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

/// An attempt takes less. When its node dies, another one tries again after this.
constexpr auto kClaim = 60s;
/// After an attempt that failed, whatever has waited longer is given up.
constexpr auto kGiveUpAfter = 24h;

/// The first delivery that waits, marked as being sent by this node.
std::optional<WebhookDelivery> claim_first(Database& db, WebhookId webhook, const std::string& node,
                                           WallTime now) {
  auto waiting = select<WebhookDelivery>(
      db, "webhook_deliveries WHERE webhook_id = ? AND state = 'waiting' ORDER BY sequence LIMIT 1",
      {webhook.value});
  if (waiting.empty()) return std::nullopt;
  auto& first = waiting.front();
  const int64_t mine = db.execute(
      "UPDATE webhook_deliveries SET attempts = attempts + 1, tried_at = ?, claimed_by = ?, "
      "claimed_until = ? WHERE id = ? AND state = 'waiting' AND (claimed_by = ? OR claimed_until < "
      "?)",
      {to_unix_ms(now), node, to_unix_ms(now + kClaim), first.id.value, node, to_unix_ms(now)});
  if (mine == 0) return std::nullopt;
  ++first.attempts;
  first.tried_at = now;
  return std::move(first);
}

void mark_delivered(Database& db, const DeliveryOutcome& outcome, WallTime now) {
  db.execute(
      "UPDATE webhook_deliveries SET state = 'delivered', http_status = ?, error = '', ended_at = "
      "?, claimed_until = 0 WHERE id = ?",
      {outcome.http_status, to_unix_ms(now), outcome.delivery.value});
  db.execute(
      "UPDATE webhooks SET failures = 0, failing_since = 0, retry_at = 0, last_error = '', "
      "last_success_at = ? WHERE id = ?",
      {to_unix_ms(now), outcome.webhook.value});
}

void mark_failed(Database& db, const DeliveryOutcome& outcome, WallTime now) {
  const int64_t at = to_unix_ms(now);
  db.execute(
      "UPDATE webhook_deliveries SET http_status = ?, error = ?, claimed_until = 0 WHERE id = ?",
      {outcome.http_status, outcome.error, outcome.delivery.value});
  db.execute(
      "UPDATE webhooks SET failures = failures + 1, failing_since = CASE WHEN failing_since = 0 "
      "THEN ? ELSE failing_since END, retry_at = ?, last_error = ? WHERE id = ?",
      {at, to_unix_ms(now + outcome.retry_after), outcome.error, outcome.webhook.value});
  db.execute(
      "UPDATE webhook_deliveries SET state = 'given_up', ended_at = ?, error = CASE WHEN error = "
      "'' THEN ? ELSE error END WHERE webhook_id = ? AND state = 'waiting' AND queued_at <= ?",
      {at, "Not tried: an event before it could not be delivered. " + outcome.error,
       outcome.webhook.value, to_unix_ms(now - kGiveUpAfter)});
}

}  // namespace

Result<std::vector<WebhookDelivery>> Reader::webhook_deliveries(WebhookId id,
                                                                WebhookDeliveryId before,
                                                                int64_t limit) {
  return guarded([&]() -> Result<std::vector<WebhookDelivery>> {
    if (const auto found = webhook(id); !found) return found.error();
    Where where;
    where.add("webhook_id = ?", {id.value});
    if (before) where.add("id < ?", {before.value});
    where.values.emplace_back(limit);
    return select<WebhookDelivery>(
        db_, fmt::format("webhook_deliveries{} ORDER BY id DESC LIMIT ?", where.text),
        where.values);
  });
}

Result<WebhookBacklog> Reader::webhook_backlog() {
  return guarded([&]() -> Result<WebhookBacklog> {
    const auto rows = db_.query(
        "SELECT count(*), min(queued_at) FROM webhook_deliveries WHERE state = 'waiting' AND "
        "webhook_id IN (SELECT id FROM webhooks WHERE active = 1)");
    WebhookBacklog backlog;
    backlog.waiting = to_number<int64_t>(rows[0][0]);
    if (backlog.waiting > 0) decode(rows[0][1], backlog.oldest);
    return backlog;
  });
}

Result<NextDelivery> Writer::begin_delivery(WebhookId id, const std::string& node) {
  return guarded([&]() -> Result<NextDelivery> {
    auto found = webhook(id);
    if (!found) return found.error();
    NextDelivery next{std::move(*found), {}, {}};
    if (!next.webhook.active || next.webhook.waiting == 0) return next;
    if (next.webhook.retry_at && *next.webhook.retry_at > now_) {
      next.look_again = next.webhook.retry_at;
      return next;
    }
    next.delivery = claim_first(db_, id, node, now_);
    if (!next.delivery) next.look_again = now_ + kClaim;  // another node is sending it
    return next;
  });
}

Result<void> Writer::end_delivery(const DeliveryOutcome& outcome) {
  return guarded([&]() -> Result<void> {
    if (outcome.delivered) {
      mark_delivered(db_, outcome, now_);
    } else {
      mark_failed(db_, outcome, now_);
    }
    effects_.records.emplace(RecordKind::kWebhook, outcome.webhook.value);
    if (!outcome.gone) return {};
    db_.execute("UPDATE webhooks SET active = 0 WHERE id = ?", {outcome.webhook.value});
    note(RecordKind::kWebhook, outcome.webhook.value, "switched off",
         nlohmann::json{{"reason", outcome.error}}.dump());
    return {};
  });
}

Result<WebhookDelivery> Writer::retry_delivery(WebhookId id, WebhookDeliveryId delivery) {
  return guarded([&]() -> Result<WebhookDelivery> {
    const auto found = webhook(id);
    if (!found) return found.error();
    auto again =
        select_one<WebhookDelivery>(db_, "webhook_deliveries WHERE id = ? AND webhook_id = ?",
                                    {delivery.value, id.value}, "delivery");
    if (!again) return again;
    if (!found->active) {
      return Error{ErrorCode::kConflict, "The webhook is switched off. Switch it on first.", ""};
    }
    again->state = DeliveryState::kWaiting;
    again->queued_at = now_;
    again->ended_at.reset();
    db_.execute(
        "UPDATE webhook_deliveries SET state = 'waiting', queued_at = ?, ended_at = 0 WHERE id = ?",
        {to_unix_ms(now_), delivery.value});
    db_.execute("UPDATE webhooks SET retry_at = 0 WHERE id = ?", {id.value});
    note(RecordKind::kWebhook, id.value, "delivery tried again",
         nlohmann::json{{"delivery_id", delivery.value}}.dump());
    return again;
  });
}

Result<int64_t> Writer::forget_deliveries(WallTime before, int64_t limit) {
  return guarded([&]() -> Result<int64_t> {
    const int64_t old = db_.execute(
        "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE "
        "ended_at > 0 AND ended_at < ? LIMIT ?)",
        {to_unix_ms(before), limit});
    if (old > 0) return old;
    const int64_t orphans = db_.execute(
        "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE "
        "webhook_id IN (SELECT id FROM webhooks WHERE deleted_at > 0) LIMIT ?)",
        {limit});
    if (orphans == 0) db_.execute("DELETE FROM webhooks WHERE deleted_at > 0");
    return orphans;
  });
}

}  // namespace carillon::store
