// Call-backs that are still to be made: the list, and who moves, gives or cancels one.
#include "store/testing/on_both.h"

#include <gmock/gmock.h>

namespace carillon::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const WallTime kNow = std::chrono::floor<std::chrono::milliseconds>(machine_now().wall);

ListQuery sorted(const std::string& by) {
  ListQuery query;
  query.sort = by;
  return query;
}
ListQuery searched(const std::string& text) {
  ListQuery query;
  query.search = text;
  return query;
}

class Callbacks : public OnBoth {
 protected:
  TestStore store{database.address()};
  int64_t last_attempt = 0;

  UserId add_person(const std::string& name, Role role = Role::kAgent) {
    User user;
    user.username = user.name = name;
    user.role = role;
    return store.make([&](Writer& writer) { return writer.add_user(user, ""); });
  }
  void assign(CampaignId id, const std::vector<UserId>& agents) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto campaign = writer.campaign(id);
      campaign->agents = agents;
      return writer.save_campaign(*campaign);
    }));
  }
  Attempt call(const SampleCampaign& sample) {
    const auto leads = claim(store, sample, 1, kNow);
    EXPECT_THAT(leads, SizeIs(1));
    const auto attempt = attempt_at(++last_attempt, *leads[0], sample.campaign, kNow);
    store.store().send(CommitAttempt{attempt});
    store.expect<AttemptCommitted>();
    return attempt;
  }
  /// Calls the next lead, which agrees on a call-back; `agent` makes it, 0: anybody.
  LeadId agree(const SampleCampaign& sample, WallTime at, UserId agent = {}) {
    Attempt attempt = call(sample);
    attempt.agent = agent ? agent : UserId{99};
    attempt.outcome = Outcome::kAnswered;
    attempt.ended_at = kNow + 1min;
    store.store().send(
        FinishAttempt{attempt, {.lead = attempt.lead, .finished = false, .not_call_until = {}}});
    SaveDisposition save;
    save.attempt = attempt.id;
    save.lead = attempt.lead;
    save.campaign = attempt.campaign;
    save.agent = attempt.agent;
    save.rule = {.name = "CALL BACK", .callback = true};
    save.notes = "after lunch";
    save.fate.lead = attempt.lead;
    save.callback_at = save.fate.not_call_until = at;
    save.callback_for_me = static_cast<bool>(agent);
    store.store().send(save);
    store.expect<DispositionSaved>();
    return attempt.lead;
  }
  std::vector<LeadId> found(const CallbackFilter& filter, const ListQuery& query = {}) {
    const auto page = store.ask([&](Reader& reader) { return reader.callbacks(filter, query); });
    std::vector<LeadId> ids;
    for (const auto& one : page.items) ids.push_back(one.lead);
    EXPECT_GE(page.total, std::ssize(ids));
    return ids;
  }
  Callback callback(LeadId id) {
    return store.ask([&](Reader& reader) { return reader.callback(id); });
  }
  Lead lead(LeadId id) {
    return store.ask([&](Reader& reader) { return reader.lead(id); });
  }
  Result<void> save(LeadId id, const CallbackChange& change) {
    return store.change([&](Writer& writer) { return writer.save_callback(id, change); });
  }
  Result<void> cancel(LeadId id) {
    return store.change([&](Writer& writer) { return writer.cancel_callback(id); });
  }
  Result<void> set_not_call_until(LeadId id, std::optional<WallTime> time) {
    return store.change([&](Writer& writer) -> Result<void> {
      auto changed = writer.lead(id);
      changed->not_call_until = time;
      return writer.save_lead(*changed);
    });
  }
  std::vector<LeadId> due(const SampleCampaign& sample, WallTime now, UserId agent) {
    store.store().send(ClaimCallbacks{sample.campaign, {agent}, {sample.zone}, now});
    std::vector<LeadId> ids;
    for (const auto& one : store.expect<CallbacksClaimed>().callbacks) {
      ids.push_back(one.lead->id);
    }
    return ids;
  }
};

TEST_P(Callbacks, ThePendingOnesAreListedWithWhatWasAgreed) {
  const auto sample = make_campaign(store, 4);
  const auto ann = add_person("Ann");
  const auto later = agree(sample, kNow + 2h, ann);
  const auto sooner = agree(sample, kNow + 1h);
  call(sample);
  EXPECT_THAT(found({}), ElementsAre(sooner, later)) << "the next one first";
  EXPECT_THAT(found({}, sorted("-due_at")), ElementsAre(later, sooner));
  EXPECT_THAT(found({}, {.offset = 1, .limit = 1, .search = {}, .sort = {}}), ElementsAre(later));

  const auto own = callback(later);
  EXPECT_EQ(own.due_at, kNow + 2h);
  EXPECT_EQ(own.agent, ann);
  EXPECT_EQ(own.promised_by, ann);
  EXPECT_EQ(own.attempt, AttemptId{1});
  EXPECT_EQ(own.notes, "after lunch");
  EXPECT_EQ(own.phone, lead(later).phone);
  EXPECT_EQ(own.leadset, sample.leadset);
  EXPECT_EQ(own.campaign, sample.campaign);
  EXPECT_THAT(own.zones, ElementsAre("Europe/Berlin"));
  EXPECT_FALSE(own.calling);
  EXPECT_EQ(callback(sooner).agent, UserId{});
  EXPECT_EQ(callback(sooner).promised_by, UserId{99});

  EXPECT_THAT(found({.agent = ann}), ElementsAre(later));
  EXPECT_THAT(found({.agent = UserId{}}), ElementsAre(sooner));
  EXPECT_THAT(found({.to = kNow + 2h}), ElementsAre(sooner));
  EXPECT_THAT(found({.from = kNow + 2h}), ElementsAre(later));
  EXPECT_THAT(found({.campaign = CampaignId{999}}), IsEmpty());
  EXPECT_THAT(found({.leadset = sample.leadset}), SizeIs(2));
  EXPECT_THAT(found({}, searched(lead(sooner).phone)), ElementsAre(sooner));
}

TEST_P(Callbacks, AnAgentSeesTheirOwnAndThoseForAnyoneOfTheirCampaigns) {
  const auto spring = make_campaign(store, 3, "Spring");
  const auto autumn = make_campaign(store, 1, "Autumn");
  const auto ann = add_person("Ann"), bob = add_person("Bob");
  assign(spring.campaign, {ann, bob});
  const auto anns = agree(spring, kNow + 1h, ann);
  agree(spring, kNow + 2h, bob);
  const auto anyones = agree(spring, kNow + 3h);
  agree(autumn, kNow + 4h);
  EXPECT_THAT(found({.seen_by = ann}), ElementsAre(anns, anyones));
  EXPECT_THAT(found({.agent = bob, .seen_by = ann}), IsEmpty());
}

TEST_P(Callbacks, MadeCancelledAndForbiddenOnesAreNotPending) {
  const auto sample = make_campaign(store, 3);
  const auto ann = add_person("Ann");
  const auto made = agree(sample, kNow + 1h, ann);
  const auto forbidden = agree(sample, kNow + 2h, ann);
  ASSERT_THAT(due(sample, kNow + 1h, ann), ElementsAre(made));
  Attempt attempt = attempt_at(++last_attempt, lead(made), sample.campaign, kNow + 1h);
  store.store().send(CommitAttempt{attempt});
  store.expect<AttemptCommitted>();
  EXPECT_TRUE(callback(made).calling);
  EXPECT_EQ(save(made, {.due_at = kNow + 5h}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(cancel(made).error().code, ErrorCode::kConflict);
  attempt.outcome = Outcome::kNoAnswer;
  attempt.ended_at = kNow + 61min;
  store.store().send(
      FinishAttempt{attempt, {.lead = made, .finished = false, .not_call_until = kNow + 3h}});
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    DncEntry entry;
    entry.phone = writer.lead(forbidden)->phone;
    return writer.add_dnc(entry);
  }));
  EXPECT_THAT(found({}), IsEmpty());
  EXPECT_EQ(save(made, {.due_at = kNow + 5h}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(cancel(forbidden).error().code, ErrorCode::kNotFound);
}

TEST_P(Callbacks, AMovedOneIsMadeAtTheNewTimeOnly) {
  const auto sample = make_campaign(store, 1);
  const auto ann = add_person("Ann");
  const auto id = agree(sample, kNow + 1h, ann);
  EXPECT_EQ(save(id, {.due_at = kNow - 1s}).error().field, "due_at");
  ASSERT_TRUE(save(id, {.due_at = kNow + 3h}));
  EXPECT_EQ(callback(id).due_at, kNow + 3h);
  EXPECT_EQ(callback(id).agent, ann) << "it stays with its agent";
  EXPECT_THAT(due(sample, kNow + 2h, ann), IsEmpty());
  EXPECT_THAT(due(sample, kNow + 3h, ann), ElementsAre(id));
  AuditFilter of_lead;
  of_lead.kind = "lead";
  of_lead.action = "call-back changed";
  of_lead.record_id = id.value;
  const auto entries = store.ask([&](Reader& reader) { return reader.audit(of_lead, {}); });
  EXPECT_THAT(entries.items, SizeIs(1));
}

/// The core hears of the change up to a second later.
TEST_P(Callbacks, OneThatIsReservedAlreadyIsNotDialedByWhatWasAgreedBefore) {
  const auto sample = make_campaign(store, 2);
  const auto ann = add_person("Ann"), bob = add_person("Bob");
  assign(sample.campaign, {ann, bob});
  const auto moved = agree(sample, kNow + 1h, ann);
  const auto given = agree(sample, kNow + 1h, bob);
  ASSERT_THAT(due(sample, kNow + 1h, ann), ElementsAre(moved));
  ASSERT_THAT(due(sample, kNow + 1h, bob), ElementsAre(given));
  ASSERT_TRUE(set_not_call_until(moved, kNow + 4h));
  ASSERT_TRUE(save(given, {.agent = ann}));
  for (const LeadId id : {moved, given}) {
    const auto late = attempt_at(++last_attempt, lead(id), sample.campaign, kNow + 1h);
    store.store().send(CommitAttempt{late});
    EXPECT_EQ(store.expect<AttemptRefused>().attempt, late.id);
  }
  store.expect<LeadsChanged>();
  EXPECT_THAT(due(sample, kNow + 1h, bob), IsEmpty());
  EXPECT_THAT(due(sample, kNow + 1h, ann), ElementsAre(given));
}

TEST_P(Callbacks, OneIsGivenToWhoTakesCallsInTheCampaign) {
  const auto sample = make_campaign(store, 1);
  const auto ann = add_person("Ann"), bob = add_person("Bob");
  const auto boss = add_person("Boss", Role::kSupervisor);
  assign(sample.campaign, {ann});
  const auto id = agree(sample, kNow + 1h, ann);
  const auto refused = save(id, {.agent = bob});
  EXPECT_EQ(refused.error().field, "agent_id");
  EXPECT_THAT(refused.error().message, HasSubstr("Bob takes no calls in C."));
  EXPECT_EQ(save(id, {.agent = UserId{999}}).error().field, "agent_id");
  ASSERT_TRUE(save(id, {.agent = boss}));
  EXPECT_THAT(due(sample, kNow + 1h, ann), IsEmpty());
  ASSERT_TRUE(save(id, {.agent = UserId{}}));
  EXPECT_EQ(callback(id).agent, UserId{});
  EXPECT_THAT(claim(store, sample, 1, kNow + 1h), SizeIs(1)) << "anyone's, at once";
}

TEST_P(Callbacks, ACancelledOneGoesByTheRetryRuleForAnsweredCalls) {
  const auto sample = make_campaign(store, 2);
  const auto first = agree(sample, kNow + 1h), second = agree(sample, kNow + 1h);
  ASSERT_TRUE(cancel(first));
  EXPECT_TRUE(lead(first).finished) << "there is no rule";
  EXPECT_THAT(found({}), ElementsAre(second));
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    auto campaign = writer.campaign(sample.campaign);
    campaign->retry_rules = {{.outcome = Outcome::kAnswered, .after_s = 7'200}};
    return writer.save_campaign(*campaign);
  }));
  ASSERT_TRUE(cancel(second));
  EXPECT_THAT(found({}), IsEmpty());
  EXPECT_FALSE(lead(second).finished);
  EXPECT_EQ(lead(second).not_call_until, kNow + 2h) << "counted from the call";
  EXPECT_EQ(cancel(second).error().code, ErrorCode::kNotFound);
}

TEST_P(Callbacks, ACallBackMovesWithTheTimeThatALeadIsNotCalledBefore) {
  const auto sample = make_campaign(store, 2);
  const auto ann = add_person("Ann");
  const auto id = agree(sample, kNow + 1h, ann);
  ASSERT_TRUE(set_not_call_until(id, kNow + 4h));
  EXPECT_EQ(callback(id).due_at, kNow + 4h);
  EXPECT_EQ(callback(id).agent, ann);
  const auto refused = set_not_call_until(id, std::nullopt);
  EXPECT_EQ(refused.error().field, "not_call_until");
  EXPECT_THAT(refused.error().message, HasSubstr("cancel the call-back"));
  EXPECT_EQ(callback(id).due_at, kNow + 4h);
  // Of a lead without one it is a plain time, as before.
  const auto other = id == sample.leads[0] ? sample.leads[1] : sample.leads[0];
  ASSERT_TRUE(set_not_call_until(other, kNow + 4h));
  ASSERT_TRUE(set_not_call_until(other, std::nullopt));
  EXPECT_THAT(found({}), ElementsAre(id));
}

TEST_P(Callbacks, ManyLeadsThatAreNotCalledBeforeATimeKeepTheirCallBacks) {
  const auto sample = make_campaign(store, 3);
  const auto ann = add_person("Ann");
  const auto soon = agree(sample, kNow + 1h, ann), late = agree(sample, kNow + 9h, ann);
  const auto set_all = [&](int64_t time) {
    LeadTargets all;
    all.filter.leadset = sample.leadset;
    const auto job = store.make([&](Writer& writer) {
      return writer.add_lead_change(sample.leadset, all,
                                    {.field = "not_call_until", .number = time}, 0);
    });
    EXPECT_TRUE(eventually([&] {
      return store.ask([&](Reader& reader) { return reader.lead_job(job); }).state ==
             LeadJobState::kDone;
    }));
  };
  set_all(to_unix_ms(kNow + 5h));
  EXPECT_EQ(callback(soon).due_at, kNow + 5h);
  EXPECT_EQ(callback(late).due_at, kNow + 9h) << "promised for later";
  set_all(0);
  EXPECT_THAT(found({}), ElementsAre(soon, late));
  EXPECT_EQ(callback(soon).due_at, kNow + 5h);
}

CARILLON_ON_BOTH(Callbacks);

}  // namespace
}  // namespace carillon::store::testing
