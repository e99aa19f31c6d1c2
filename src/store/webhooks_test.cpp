// Webhooks: their outbox is written with what it tells of, kept in order, and survives a restart.
#include "store/testing/on_both.h"

#include <gmock/gmock.h>

#include "store/codec.h"
#include "store/outbox.h"

namespace carillon::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kWait = 10s;

std::string data_of(const WebhookSubject& subject) {
  if (subject.call) return fmt::format("call {}", subject.call->phone);
  if (subject.lead) return fmt::format("lead {}", subject.lead->first_name);
  if (subject.import) return fmt::format("import {}", name_of(subject.import->state));
  if (!subject.agent_session || !subject.agent_state) return "nothing";
  return fmt::format("agent {} {}", subject.agent_session->agent, subject.agent_state->state);
}

void with_data(StoreConfig& config) { config.webhook_data = data_of; }

class Webhooks : public OnBoth {
 protected:
  std::unique_ptr<TestStore> store = opened();

  std::unique_ptr<TestStore> opened() {
    return std::make_unique<TestStore>(database.address(), with_data);
  }

  WebhookId add(const std::string& name, std::vector<std::string> events) {
    return store->make([&](Writer& writer) {
      Webhook webhook;
      webhook.name = name;
      webhook.url = "https://example.com/" + name;
      webhook.secret = "a secret";
      webhook.events = events;
      return writer.add_webhook(webhook);
    });
  }
  Webhook webhook(WebhookId id) {
    return store->ask([&](Reader& reader) { return reader.webhook(id); });
  }
  std::vector<WebhookDelivery> deliveries(WebhookId id, WebhookDeliveryId before = {}) {
    return store->ask([&](Reader& r) { return r.webhook_deliveries(id, before, 100); });
  }
  /// Oldest first: "1 lead.changed lead Ann".
  std::vector<std::string> told(WebhookId id) {
    std::vector<std::string> lines;
    for (const auto& each : deliveries(id)) {
      lines.insert(lines.begin(), fmt::format("{} {} {}", each.sequence, each.event, each.data));
    }
    return lines;
  }
  NextDelivery begin(WebhookId id, const std::string& node = "main") {
    return store->make([&](Writer& writer) { return writer.begin_delivery(id, node); });
  }
  void end(const NextDelivery& next, bool delivered, const std::string& error = "") {
    DeliveryOutcome outcome;
    outcome.delivery = next.delivery->id;
    outcome.webhook = next.webhook.id;
    outcome.delivered = delivered;
    outcome.http_status = delivered ? 204 : 500;
    outcome.error = error;
    outcome.retry_after = kWait;
    finish(outcome);
  }
  void finish(const DeliveryOutcome& outcome) {
    ASSERT_TRUE(store->change([&](Writer& writer) { return writer.end_delivery(outcome); }));
  }
  /// As if the time had come.
  void due(WebhookId id) {
    auto same = webhook(id);
    ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_webhook(same); }));
  }
  void rename_lead(LeadId id, const std::string& name) {
    ASSERT_TRUE(store->change([&](Writer& writer) -> Result<void> {
      auto lead = writer.lead(id);
      if (!lead) return lead.error();
      lead->first_name = name;
      return writer.save_lead(*lead);
    }));
  }
};

TEST_P(Webhooks, AreKeptAndCheckedAndLoggedWithoutTheirSecret) {
  const auto id = add("crm", {"call.ended", "lead.changed"});
  auto kept = webhook(id);
  EXPECT_EQ(kept.url, "https://example.com/crm");
  EXPECT_EQ(kept.secret, "a secret");
  EXPECT_THAT(kept.events, ElementsAre("call.ended", "lead.changed"));
  EXPECT_TRUE(kept.active);

  const auto refused = [&](const std::function<void(Webhook&)>& spoil) {
    auto wrong = kept;
    spoil(wrong);
    const auto done = store->change([&](Writer& writer) { return writer.save_webhook(wrong); });
    return done ? "" : done.error().field;
  };
  EXPECT_EQ(refused([](Webhook& w) { w.events = {"call.ended", "odd"}; }), "events");
  EXPECT_EQ(refused([](Webhook& w) { w.events.clear(); }), "events");
  EXPECT_EQ(refused([](Webhook& w) { w.name.clear(); }), "name");
  EXPECT_EQ(refused([](Webhook& w) { w.url.clear(); }), "url");
  add("other", {"call.ended"});
  EXPECT_EQ(refused([](Webhook& w) { w.name = "other"; }), "name");

  kept.secret = "another secret";
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_webhook(kept); }));
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.remove_webhook(id); }));
  const auto log = store->ask([&](Reader& reader) {
    AuditFilter filter;
    filter.kind = "webhook";
    filter.record_id = id.value;
    return reader.audit(filter, {});
  });
  ASSERT_THAT(log.items, SizeIs(3));
  for (const auto& entry : log.items) {
    EXPECT_THAT(entry.changes, ::testing::Not(HasSubstr("a secret")));
    EXPECT_THAT(entry.changes, ::testing::Not(HasSubstr("another secret")));
  }
  EXPECT_EQ(log.items[1].changes, R"({"secret":"changed"})");
  EXPECT_EQ(add("crm", {"call.ended"}).value, id.value + 2) << "the name is free again";
}

TEST_P(Webhooks, KeepTheSecretBeforeForADay) {
  const auto id = add("crm", {"call.ended"});
  auto kept = webhook(id);
  EXPECT_FALSE(kept.previous_secret_until);
  const auto save = [&] {
    ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_webhook(kept); }));
    kept = webhook(id);
  };
  kept.secret = "second";
  const auto before = machine_now().wall;
  save();
  EXPECT_EQ(kept.previous_secret, "a secret");
  ASSERT_TRUE(kept.previous_secret_until);
  EXPECT_GE(*kept.previous_secret_until, before + 24h);
  EXPECT_LE(*kept.previous_secret_until, machine_now().wall + 24h);
  const auto until = kept.previous_secret_until;
  kept.name = "CRM";
  save();
  EXPECT_EQ(kept.previous_secret, "a secret");
  EXPECT_EQ(kept.previous_secret_until, until) << "a new name is no new secret";
  kept.secret = "third";
  save();
  EXPECT_EQ(kept.previous_secret, "second");
}

TEST_P(Webhooks, AreAtMostTwenty) {
  for (int i = 0; i < 20; ++i) add(fmt::format("hook {}", i), {"call.ended"});
  EXPECT_THROW(add("one more", {"call.ended"}), std::runtime_error);
}

TEST_P(Webhooks, HearOfACallWhenItIsCommitted) {
  const auto id = add("crm", {"call.ended", "disposition.set", "recording.ready"});
  const auto sample = make_campaign(*store, 1);
  const auto lead = claim(*store, sample, 1, machine_now().wall).at(0);
  const auto attempt = attempt_at(1, *lead, sample.campaign, machine_now().wall);
  store->store().send(CommitAttempt{attempt});
  store->expect<AttemptCommitted>();
  EXPECT_THAT(told(id), IsEmpty());
  LeadFate fate;
  fate.lead = lead->id;
  store->store().send(FinishAttempt{attempt, fate});
  SaveDisposition save;
  save.attempt = attempt.id;
  save.lead = lead->id;
  save.campaign = sample.campaign;
  save.rule.name = "SALE MADE";
  store->store().send(save);
  store->expect<DispositionSaved>();
  store->store().send(SaveRecording{attempt.id, "a.wav", 1'000});
  ASSERT_TRUE(store->change([](Writer&) { return Result<void>(); }));
  EXPECT_THAT(told(id), ElementsAre("1 call.ended call " + lead->phone,
                                    "2 disposition.set call " + lead->phone,
                                    "3 recording.ready call " + lead->phone));
}

TEST_P(Webhooks, HearOfAgentsLeadsAndImports) {
  const auto id = add("crm", {"agent.state", "lead.changed", "import.ended"});
  const auto sample = make_campaign(*store, 1);
  store->store().send(BeginAgentSession{AgentSessionId{1}, UserId{5}, sample.campaign, at_ms(1)});
  store->store().send(AgentStateLogged{AgentSessionId{1}, "waiting", "", at_ms(2)});
  store->store().send(EndAgentSession{AgentSessionId{1}, at_ms(3), "The agent logged out."});
  rename_lead(sample.leads.at(0), "Ann");
  Import import;
  import.leadset = sample.leadset;
  import.id = store->make([&](Writer& writer) { return writer.add_import(import); });
  import.bytes_done = 5;
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_import(import); }));
  import.state = ImportState::kDone;
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_import(import); }));
  EXPECT_THAT(told(id),
              ElementsAre("1 agent.state agent 5 logged_in", "2 agent.state agent 5 waiting",
                          "3 agent.state agent 5 logged_out", "4 lead.changed lead Ann",
                          "5 import.ended import done"));
}

TEST_P(Webhooks, HearNothingOfWhatWasNotCommittedOrNotWanted) {
  const auto sample = make_campaign(*store, 1);
  const auto id = add("crm", {"lead.changed"});
  const auto calls = add("calls only", {"call.ended"});
  const auto undone = store->change([&](Writer& writer) -> Result<void> {
    auto lead = writer.lead(sample.leads.at(0));
    if (auto saved = writer.save_lead(*lead); !saved) return saved;
    return Error{ErrorCode::kConflict, "changed my mind", ""};
  });
  ASSERT_FALSE(undone);
  EXPECT_THAT(told(id), IsEmpty());
  rename_lead(sample.leads.at(0), "Ann");
  EXPECT_THAT(told(id), ElementsAre("1 lead.changed lead Ann")) << "no number is used up";
  EXPECT_THAT(told(calls), IsEmpty());

  auto off = webhook(id);
  off.active = false;
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.save_webhook(off); }));
  rename_lead(sample.leads.at(0), "Bob");
  EXPECT_THAT(told(id), SizeIs(1)) << "switched off";
  EXPECT_FALSE(begin(id).delivery);
}

TEST_P(Webhooks, AreToldOfCallsThatACrashEnded) {
  const auto id = add("crm", {"call.ended", "agent.state"});
  const auto sample = make_campaign(*store, 1);
  const auto lead = claim(*store, sample, 1, machine_now().wall).at(0);
  store->store().send(BeginAgentSession{AgentSessionId{1}, UserId{5}, sample.campaign, at_ms(1)});
  store->store().send(CommitAttempt{attempt_at(1, *lead, sample.campaign, machine_now().wall)});
  store->expect<AttemptCommitted>();
  store.reset();
  store = opened();
  EXPECT_THAT(told(id),
              ElementsAre("1 agent.state agent 5 logged_in", "2 call.ended call " + lead->phone,
                          "3 agent.state agent 5 logged_out"));
}

TEST_P(Webhooks, DeliverInOrderAndGoOnAfterARestart) {
  const auto sample = make_campaign(*store, 1);
  const auto id = add("crm", {"lead.changed"});
  for (const char* name : {"Ann", "Bob", "Cy"}) rename_lead(sample.leads.at(0), name);
  EXPECT_EQ(webhook(id).waiting, 3);

  auto next = begin(id);
  ASSERT_TRUE(next.delivery);
  EXPECT_EQ(next.delivery->data, "lead Ann");
  EXPECT_EQ(next.delivery->attempts, 1);
  // Killed before the receiver's answer was known: the same one again, and nobody else's turn.
  store.reset();
  store = opened();
  EXPECT_FALSE(begin(id, "another node").delivery) << "claimed";
  next = begin(id);
  ASSERT_TRUE(next.delivery);
  EXPECT_EQ(next.delivery->data, "lead Ann");
  EXPECT_EQ(next.delivery->attempts, 2);
  end(next, true);

  next = begin(id);
  EXPECT_EQ(next.delivery->data, "lead Bob");
  end(next, false, "It answered 500.");
  auto state = webhook(id);
  EXPECT_EQ(state.failures, 1);
  EXPECT_TRUE(state.failing_since);
  EXPECT_EQ(state.last_error, "It answered 500.");
  next = begin(id);
  EXPECT_FALSE(next.delivery) << "not due yet, and Cy must not overtake";
  EXPECT_EQ(next.look_again, state.retry_at);

  due(id);
  next = begin(id);
  ASSERT_TRUE(next.delivery);
  EXPECT_EQ(next.delivery->data, "lead Bob");
  EXPECT_EQ(next.delivery->attempts, 2);
  end(next, true);
  end(begin(id), true);
  state = webhook(id);
  EXPECT_EQ(state.failures, 0);
  EXPECT_FALSE(state.failing_since);
  EXPECT_EQ(state.last_error, "");
  EXPECT_TRUE(state.last_success_at);
  EXPECT_EQ(state.waiting, 0);
  EXPECT_FALSE(begin(id).delivery);
}

TEST_P(Webhooks, GiveUpWhatHasWaitedForADayAndTryItAgainWhenAsked) {
  const auto sample = make_campaign(*store, 0);
  const auto id = add("crm", {"agent.state"});
  const auto old = machine_now().wall - 25h;
  store->store().send(BeginAgentSession{AgentSessionId{1}, UserId{5}, sample.campaign, old});
  store->store().send(AgentStateLogged{AgentSessionId{1}, "waiting", "", old + 1s});
  store->store().send(AgentStateLogged{AgentSessionId{1}, "paused", "", machine_now().wall});
  ASSERT_TRUE(store->change([](Writer&) { return Result<void>(); }));
  end(begin(id), false, "Nobody answers.");
  auto listed = deliveries(id);
  ASSERT_THAT(listed, SizeIs(3));
  EXPECT_EQ(listed[0].state, DeliveryState::kWaiting);
  EXPECT_EQ(listed[1].state, DeliveryState::kGivenUp);
  EXPECT_THAT(listed[1].error, HasSubstr("Not tried"));
  EXPECT_EQ(listed[2].state, DeliveryState::kGivenUp);
  EXPECT_EQ(listed[2].error, "Nobody answers.");
  EXPECT_THAT(deliveries(id, listed[1].id), SizeIs(1));

  const auto again =
      store->make([&](Writer& writer) { return writer.retry_delivery(id, listed[2].id); });
  EXPECT_EQ(again.state, DeliveryState::kWaiting);
  auto next = begin(id);
  ASSERT_TRUE(next.delivery);
  EXPECT_EQ(next.delivery->sequence, 1) << "before the later one, and at once";
  end(next, true);
  EXPECT_EQ(begin(id).delivery->sequence, 3);
  const auto missing = store->change([&](Writer& writer) -> Result<void> {
    const auto done = writer.retry_delivery(id, WebhookDeliveryId{999'999});
    return done ? Result<void>() : done.error();
  });
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_P(Webhooks, AreSwitchedOffWhenTheReceiverIsGone) {
  const auto sample = make_campaign(*store, 1);
  const auto id = add("crm", {"lead.changed"});
  rename_lead(sample.leads.at(0), "Ann");
  const auto next = begin(id);
  finish({.delivery = next.delivery->id,
          .webhook = id,
          .gone = true,
          .http_status = 410,
          .error = "It answered 410 Gone."});
  EXPECT_FALSE(webhook(id).active);
  const auto refused = store->change([&](Writer& writer) -> Result<void> {
    const auto done = writer.retry_delivery(id, next.delivery->id);
    return done ? Result<void>() : done.error();
  });
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

TEST_P(Webhooks, KeepABoundedOutbox) {
  const auto sample = make_campaign(*store, 1);
  const auto id = add("crm", {"lead.changed"});
  for (const char* name : {"Ann", "Bob", "Cy", "Di"}) rename_lead(sample.leads.at(0), name);
  auto address = DatabaseAddress::parse(database.address());
  auto db = Database::open(*address, Database::Access::kReadWrite);
  EXPECT_EQ(drop_oldest(**db, id, 4), 0);
  EXPECT_EQ(drop_oldest(**db, id, 2), 2);
  EXPECT_THAT(told(id), ElementsAre("3 lead.changed lead Cy", "4 lead.changed lead Di"));
}

TEST_P(Webhooks, OldDeliveriesAndThoseOfRemovedWebhooksGo) {
  const auto sample = make_campaign(*store, 1);
  const auto kept = add("kept", {"lead.changed"});
  const auto removed = add("removed", {"lead.changed"});
  rename_lead(sample.leads.at(0), "Ann");
  rename_lead(sample.leads.at(0), "Bob");
  end(begin(kept), true);
  ASSERT_TRUE(store->change([&](Writer& writer) { return writer.remove_webhook(removed); }));
  const auto forget = [&](WallTime before) {
    const auto some = [&](Writer& writer) { return writer.forget_deliveries(before, 1); };
    while (store->make(some) > 0) {
    }
  };
  const auto address = DatabaseAddress::parse(database.address());
  const auto db = Database::open(*address, Database::Access::kReadOnly);
  const auto left = [&](WebhookId id) {
    return (*db)->number("SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?",
                         {id.value});
  };
  forget(machine_now().wall - 1h);
  EXPECT_EQ(left(removed), 0);
  EXPECT_EQ(left(kept), 2);
  forget(machine_now().wall + 1h);
  EXPECT_THAT(told(kept), ElementsAre("2 lead.changed lead Bob")) << "what waits stays";
}

CARILLON_ON_BOTH(Webhooks);

}  // namespace
}  // namespace carillon::store::testing
