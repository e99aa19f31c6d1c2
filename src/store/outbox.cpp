#include "store/outbox.h"

#include "base/log.h"
#include "store/table.h"

namespace carillon::store {
namespace {

constexpr int64_t kMostWaiting = 10'000;
/// Counting them for each event would make a long queue expensive.
constexpr int64_t kCountEvery = 100;

template <class Record>
std::optional<Record> find(Database& db, const std::string& rest, const Values& values) {
  auto found = select<Record>(db, rest, values);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void put(Database& db, const WebhookDelivery& delivery) {
  insert(db, "webhook_deliveries", assignments(delivery));
  if (delivery.sequence % kCountEvery != 0) return;
  const int64_t dropped = drop_oldest(db, delivery.webhook, kMostWaiting);
  if (dropped == 0) return;
  db.execute("UPDATE webhooks SET dropped = dropped + ? WHERE id = ?",
             {dropped, delivery.webhook.value});
  spdlog::warn("store: webhook {}: the {} oldest events were dropped, more than {} waited",
               delivery.webhook, dropped, kMostWaiting);
}

}  // namespace

int64_t drop_oldest(Database& db, WebhookId webhook, int64_t most) {
  const int64_t waiting = db.number(
      "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ? AND state = 'waiting'",
      {webhook.value});
  if (waiting <= most) return 0;
  return db.execute(
      "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE "
      "webhook_id = ? AND state = 'waiting' ORDER BY sequence LIMIT ?)",
      {webhook.value, waiting - most});
}

void Outbox::call(Database& db, const char* event, AttemptId attempt, WallTime now,
                  Effects& effects) const {
  tell(db, event, now, effects, [&] {
    WebhookSubject subject;
    subject.call = find<Attempt>(db, "attempts WHERE id = ?", {attempt.value});
    if (subject.call) {
      subject.lead = find<Lead>(db, "leads WHERE id = ?", {subject.call->lead.value});
    }
    return subject;
  });
}

void Outbox::lead_changed(Database& db, LeadId lead, WallTime now, Effects& effects) const {
  tell(db, webhook_events::kLeadChanged, now, effects, [&] {
    WebhookSubject subject;
    subject.lead = find<Lead>(db, "leads WHERE id = ?", {lead.value});
    return subject;
  });
}

void Outbox::import_ended(Database& db, const Import& import, WallTime now,
                          Effects& effects) const {
  tell(db, webhook_events::kImportEnded, now, effects, [&] {
    WebhookSubject subject;
    subject.import = import;
    return subject;
  });
}

void Outbox::agent_state(Database& db, const AgentStateRow& state, Effects& effects) const {
  tell(db, webhook_events::kAgentState, state.at, effects, [&] {
    WebhookSubject subject;
    subject.agent_session =
        find<AgentSessionRow>(db, "agent_sessions WHERE id = ?", {state.session.value});
    subject.agent_state = state;
    return subject;
  });
}

void Outbox::tell(Database& db, const char* event, WallTime at, Effects& effects,
                  const std::function<WebhookSubject()>& subject) const {
  const auto wanting = db.query(
      "UPDATE webhooks SET last_sequence = last_sequence + 1 WHERE active = 1 AND events LIKE ? "
      "RETURNING id, last_sequence",
      {fmt::format("%\"{}\"%", event)});
  if (wanting.empty()) return;
  WebhookDelivery delivery;
  delivery.event = event;
  delivery.at = at;
  delivery.queued_at = at;
  delivery.data = data_ ? data_(subject()) : "{}";
  for (const auto& row : wanting) {
    delivery.webhook = WebhookId{to_number<int64_t>(row[0])};
    delivery.sequence = to_number<int64_t>(row[1]);
    put(db, delivery);
    effects.records.emplace(RecordKind::kWebhook, delivery.webhook.value);
  }
}

}  // namespace carillon::store
