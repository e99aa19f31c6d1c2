// Webhooks: who is told of what. The outbox (outbox.h) holds what they are told.
#include <algorithm>

#include "store/audit.h"
#include "store/check.h"
#include "store/effects.h"
#include "store/writer.h"

namespace carillon::store {
namespace {

constexpr int64_t kMostWebhooks = 20;
/// How long a receiver has to take over a new secret.
constexpr auto kBothSecrets = 24h;
constexpr const char* kAlive = "deleted_at = 0";

Assignments settings_row(const Webhook& webhook) {
  Assignments row;
  for_settings_columns(
      webhook, [&](const char* column, const auto& field) { row.add(column, encode(field)); });
  return row;
}

bool is_known(const std::string& event) {
  return std::ranges::any_of(webhook_events::kAll,
                             [&](const char* known) { return event == known; });
}

Result<void> check_webhook(const Webhook& webhook) {
  Check check;
  check.name(webhook.name, "name")
      .name(webhook.url, "url", 2'000)
      .that(!webhook.secret.empty(), "secret", "A webhook needs a secret.")
      .that(!webhook.events.empty(), "events", "Choose at least one event.");
  for (const auto& event : webhook.events) {
    check.that(is_known(event), "events", fmt::format("There is no event {}.", event));
  }
  return check.result();
}

void count_waiting(Database& db, Webhook& webhook) {
  webhook.waiting = db.number(
      "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ? AND state = 'waiting'",
      {webhook.id.value});
}

}  // namespace

Result<Page<Webhook>> Reader::webhooks(const ListQuery& query) {
  return guarded([&]() -> Result<Page<Webhook>> {
    Where where;
    where.add(kAlive);
    add_search(where, query.search, {"name", "url"});
    auto page =
        select_page<Webhook>(db_, "webhooks", where, query, {"name", "url", "created_at", "id"});
    if (!page) return page;
    for (auto& webhook : page->items) count_waiting(db_, webhook);
    return page;
  });
}

Result<Webhook> Reader::webhook(WebhookId id) {
  return guarded([&]() -> Result<Webhook> {
    auto found =
        select_one<Webhook>(db_, "webhooks WHERE id = ? AND deleted_at = 0", {id.value}, "webhook");
    if (found) count_waiting(db_, *found);
    return found;
  });
}

Result<WebhookId> Writer::add_webhook(Webhook webhook) {
  return guarded([&]() -> Result<WebhookId> {
    if (auto checked = check_webhook(webhook); !checked) return checked.error();
    if (auto free = check_name_free("webhooks", "name", webhook.name, 0, kAlive); !free) {
      return free.error();
    }
    if (db_.number("SELECT count(*) FROM webhooks WHERE deleted_at = 0") >= kMostWebhooks) {
      return Error{ErrorCode::kConflict,
                   fmt::format("There are {} webhooks already. Delete one first.", kMostWebhooks),
                   ""};
    }
    auto row = settings_row(webhook);
    row.add("created_by", actor_.user.value);
    row.add("created_at", to_unix_ms(now_));
    webhook.id = WebhookId{insert(db_, "webhooks", row)};
    note(RecordKind::kWebhook, webhook.id.value, "created", difference(Webhook{}, webhook));
    return webhook.id;
  });
}

Result<void> Writer::save_webhook(const Webhook& changed) {
  return guarded([&]() -> Result<void> {
    const auto before = webhook(changed.id);
    if (!before) return before.error();
    if (auto checked = check_webhook(changed); !checked) return checked;
    if (auto free = check_name_free("webhooks", "name", changed.name, changed.id.value, kAlive);
        !free) {
      return free;
    }
    auto row = settings_row(changed);
    // Another receiver, or the same one put right: what waits is tried at once.
    row.add("retry_at", int64_t{0});
    if (before->secret != changed.secret) {
      row.add("previous_secret", before->secret);
      row.add("previous_secret_until", to_unix_ms(now_ + kBothSecrets));
    }
    update(db_, "webhooks", std::move(row), changed.id.value);
    note(RecordKind::kWebhook, changed.id.value, "changed", difference(*before, changed));
    return {};
  });
}

Result<void> Writer::remove_webhook(WebhookId id) {
  return guarded([&]() -> Result<void> {
    const auto before = webhook(id);
    if (!before) return before.error();
    db_.execute(
        "UPDATE webhooks SET active = 0, secret = '', previous_secret = '', deleted_at = ? WHERE "
        "id = ?",
        {to_unix_ms(now_), id.value});
    note(RecordKind::kWebhook, id.value, "deleted", difference(*before, Webhook{}));
    return {};
  });
}

Result<void> Writer::note_webhook_test(WebhookId id) {
  return guarded([&]() -> Result<void> {
    if (const auto found = webhook(id); !found) return found.error();
    note(RecordKind::kWebhook, id.value, "test");
    return {};
  });
}

}  // namespace carillon::store
