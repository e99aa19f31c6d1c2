// Outbox: what webhooks are to be told, written with what it tells of.
#pragma once

#include <functional>
#include <string>

#include "store/database.h"
#include "store/effects.h"
#include "store/rows.h"

namespace carillon::store {

/// Each function tells the webhooks that want its event, inside the caller's transaction, so that
/// an event is in the outbox exactly if what it tells of was committed. An event is numbered by its
/// webhook's row, which is locked until the commit: numbers have no gaps, and a higher one is never
/// seen before a lower one. Who has no webhook pays for one look at an empty table.
///
/// Owned by WriterLoop, used on its thread.
class Outbox {
 public:
  /// `data` may be empty: bodies then hold nothing.
  explicit Outbox(WebhookData data) : data_(std::move(data)) {}

  /// `event`: one of those about calls.
  void call(Database& db, const char* event, AttemptId attempt, WallTime now,
            Effects& effects) const;
  void lead_changed(Database& db, LeadId lead, WallTime now, Effects& effects) const;
  void import_ended(Database& db, const Import& import, WallTime now, Effects& effects) const;
  void agent_state(Database& db, const AgentStateRow& state, Effects& effects) const;

 private:
  void tell(Database& db, const char* event, WallTime at, Effects& effects,
            const std::function<WebhookSubject()>& subject) const;

  const WebhookData data_;
};

/// States of an agent beside those that the core logs.
constexpr const char* kLoggedIn = "logged_in";
constexpr const char* kLoggedOut = "logged_out";

/// Takes events off the front of a webhook's outbox until no more than `most` wait. Returns how
/// many went.
int64_t drop_oldest(Database& db, WebhookId webhook, int64_t most);

}  // namespace carillon::store
