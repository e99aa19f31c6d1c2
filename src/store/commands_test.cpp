// The core's commands: claims, attempts, dispositions, recovery.
#include "store/testing/on_both.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

namespace carillon::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr int64_t kHour = 3'600'000;
const WallTime kNow = at_ms(1'700'000'000'000);

class Commands : public OnBoth {
 protected:
  TestStore store{database.address()};

  std::vector<LeadId> claim_ids(const SampleCampaign& sample, int count, WallTime now = kNow,
                                UserId agent = {}) {
    std::vector<LeadId> ids;
    for (const auto& lead : claim(store, sample, count, now, agent)) ids.push_back(lead->id);
    return ids;
  }
  void edit_lead(LeadId id, const std::function<void(Lead&)>& edit) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto lead = writer.lead(id);
      edit(*lead);
      return writer.save_lead(*lead);
    }));
  }
  Lead lead(LeadId id) {
    return store.ask([&](Reader& reader) { return reader.lead(id); });
  }
  std::string why(LeadId id) {
    return store.ask([&](Reader& reader) { return reader.why(id, kNow, {}); }).reason;
  }
  /// Claims one lead and puts it into a call.
  Attempt begin(const SampleCampaign& sample, int64_t id) {
    const auto leads = claim(store, sample, 1, kNow);
    EXPECT_THAT(leads, SizeIs(1));
    const auto attempt = attempt_at(id, *leads[0], sample.campaign, kNow);
    store.store().send(CommitAttempt{attempt});
    EXPECT_EQ(store.expect<AttemptCommitted>().attempt, attempt.id);
    return attempt;
  }
  void finish(Attempt attempt, Outcome outcome, LeadFate fate) {
    attempt.outcome = outcome;
    attempt.ended_at = kNow + 60s;
    attempt.ended_by = "customer";
    store.store().send(FinishAttempt{attempt, fate});
  }
  /// Ends the attempt with a call-back; `agent` makes it, 0: anybody.
  void agree_on_callback(const Attempt& attempt, WallTime at, UserId agent) {
    finish(attempt, Outcome::kAnswered,
           {.lead = attempt.lead, .finished = false, .not_call_until = {}});
    auto save = disposition(attempt, {.name = "CALL BACK", .callback = true});
    save.callback_at = save.fate.not_call_until = at;
    save.callback_for_me = static_cast<bool>(agent);
    if (agent) save.agent = agent;
    store.store().send(save);
    store.expect<DispositionSaved>();
  }
  SaveDisposition disposition(const Attempt& attempt, DispositionRule rule) {
    SaveDisposition save;
    save.request = RequestId{5};
    save.attempt = attempt.id;
    save.lead = attempt.lead;
    save.campaign = attempt.campaign;
    save.agent = UserId{3};
    save.rule = std::move(rule);
    save.notes = "said yes";
    save.fate.lead = attempt.lead;
    save.fate.finished = save.rule.final;
    return save;
  }
};

TEST_P(Commands, LeadsComeByPriorityThenAttemptsThenAge) {
  const auto sample = make_campaign(store, 4);
  edit_lead(sample.leads[2], [](Lead& lead) { lead.priority = 5; });
  EXPECT_THAT(claim_ids(sample, 2), ElementsAre(sample.leads[2], sample.leads[0]));
  EXPECT_THAT(claim_ids(sample, 10), ElementsAre(sample.leads[1], sample.leads[3]));
  EXPECT_THAT(claim_ids(sample, 10), SizeIs(0));
  store.store().send(ReleaseLeads{{sample.leads[0], sample.leads[3]}});
  EXPECT_THAT(claim_ids(sample, 10), ElementsAre(sample.leads[0], sample.leads[3]));
}

TEST_P(Commands, OnlyDialableLeadsAreClaimed) {
  const auto sample = make_campaign(store, 7);
  edit_lead(sample.leads[0], [](Lead& lead) { lead.status = "Archived"; });
  edit_lead(sample.leads[1], [](Lead& lead) { lead.finished = true; });
  edit_lead(sample.leads[2], [](Lead& lead) { lead.not_call_until = kNow + 1h; });
  const auto tokyo = store.make([](Writer& writer) { return writer.zone_set({"Asia/Tokyo"}); });
  edit_lead(sample.leads[3], [&](Lead& lead) { lead.zone_set = tokyo; });
  const auto listed = [&](LeadId id, CampaignId campaign) {
    ASSERT_TRUE(store.change([&](Writer& writer) {
      return writer.add_dnc({.phone = lead(id).phone,
                             .campaign = campaign,
                             .reason = "",
                             .added_by = {},
                             .created_at = {}});
    }));
  };
  listed(sample.leads[4], {});
  listed(sample.leads[5], sample.campaign);
  EXPECT_EQ(why(sample.leads[0]), "status");
  EXPECT_EQ(why(sample.leads[1]), "finished");
  EXPECT_EQ(why(sample.leads[2]), "not_call_until");
  EXPECT_EQ(why(sample.leads[4]), "dnc");
  EXPECT_EQ(why(sample.leads[5]), "dnc");
  EXPECT_EQ(why(sample.leads[6]), "");
  const auto stats = store.ask([&](Reader& reader) {
    return reader.campaign_stats(
        sample.campaign, kNow,
        [&](const Campaign&, const ZoneSet& set, WallTime) { return set.id != tokyo; });
  });
  EXPECT_EQ(stats.total, 7);
  EXPECT_EQ(stats.dialable, 1);
  EXPECT_EQ(stats.not_dialable,
            (std::map<std::string, int64_t>{
                {"status", 1}, {"finished", 1}, {"not_call_until", 1}, {"window", 1}, {"dnc", 2}}));
  EXPECT_THAT(claim_ids(sample, 10), ElementsAre(sample.leads[6]));
  EXPECT_EQ(why(sample.leads[6]), "reserved");
  // An hour later the one that waited may be called; the number taken off the list too.
  ASSERT_TRUE(store.change(
      [&](Writer& writer) { return writer.remove_dnc(lead(sample.leads[4]).phone, {}); }));
  EXPECT_THAT(claim_ids(sample, 10, kNow + 1h), ElementsAre(sample.leads[2], sample.leads[4]));
}

TEST_P(Commands, SwitchesOfLeadsetAndCampaignCount) {
  const auto sample = make_campaign(store, 1);
  const auto set_leadset = [&](bool active) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto leadset = writer.leadset(sample.leadset);
      leadset->active = active;
      return writer.save_leadset(*leadset);
    }));
  };
  const auto set_campaign = [&](bool active, std::vector<std::string> statuses) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto campaign = writer.campaign(sample.campaign);
      campaign->active = active;
      campaign->source_statuses = statuses;
      return writer.save_campaign(*campaign);
    }));
  };
  set_leadset(false);
  EXPECT_EQ(why(sample.leads[0]), "leadset_inactive");
  EXPECT_THAT(claim_ids(sample, 1), SizeIs(0));
  set_leadset(true);
  const auto stats = [&] {
    return store.ask(
        [&](Reader& reader) { return reader.campaign_stats(sample.campaign, kNow, {}); });
  };
  EXPECT_EQ(stats().dialable, 1);
  set_campaign(false, {"New"});
  EXPECT_THAT(claim_ids(sample, 1), SizeIs(0));
  EXPECT_EQ(why(sample.leads[0]), "campaign_inactive");
  EXPECT_EQ(stats().dialable, 0);
  EXPECT_EQ(stats().not_dialable, (std::map<std::string, int64_t>{{"campaign_inactive", 1}}));
  set_campaign(false, {});
  EXPECT_EQ(why(sample.leads[0]), "status") << "what else stands in the way is said first";
  set_campaign(true, {});
  EXPECT_THAT(claim_ids(sample, 1), SizeIs(0));
  set_campaign(true, {"Ready", "New"});
  EXPECT_THAT(claim_ids(sample, 1), SizeIs(1));
}

TEST_P(Commands, AttemptsAboveTheCapAreNotMade) {
  const auto sample = make_campaign(store, 1);
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    auto campaign = writer.campaign(sample.campaign);
    campaign->max_attempts = 2;
    return writer.save_campaign(*campaign);
  }));
  for (int64_t id = 1; id <= 2; ++id) {
    finish(begin(sample, id), Outcome::kBusy,
           {.lead = sample.leads[0], .finished = false, .not_call_until = {}});
  }
  EXPECT_THAT(claim_ids(sample, 1), SizeIs(0));
  EXPECT_EQ(why(sample.leads[0]), "attempts");
}

TEST_P(Commands, AnAttemptIsKeptFromBeginningToEnd) {
  const auto sample = make_campaign(store, 1);
  Attempt attempt = begin(sample, 41);
  EXPECT_EQ(lead(attempt.lead).called_count, 1);
  attempt.outcome = Outcome::kConnected;
  attempt.ringing_at = kNow + 1s;
  attempt.answered_at = kNow + 5s;
  attempt.connected_at = kNow + 5s;
  attempt.agent = UserId{3};
  store.store().send(UpdateAttempt{attempt});
  store.store().send(NoteAttempt{attempt.id, kNow + 20s, "park", "by agent 3"});
  auto save = disposition(attempt, {.name = "SALE MADE", .final = true, .sale = true});
  save.tags = {"solar", "south roof"};
  store.store().send(save);
  EXPECT_EQ(store.expect<DispositionSaved>().error, "");
  // The disposition was given during the call: what it decided stands.
  finish(attempt, Outcome::kAnswered,
         {.lead = attempt.lead, .finished = false, .not_call_until = {}});
  store.store().send(SaveRecording{attempt.id, "2026/41.wav", 55'000});
  ASSERT_TRUE(eventually([&] {
    return !store.ask([&](Reader& reader) { return reader.attempt(attempt.id); }).recording.empty();
  }));
  const auto kept = store.ask([&](Reader& reader) { return reader.attempt(attempt.id); });
  EXPECT_EQ(kept.outcome, Outcome::kAnswered);
  EXPECT_EQ(kept.disposition, "SALE MADE");
  EXPECT_EQ(kept.notes, "said yes");
  EXPECT_THAT(kept.tags, ::testing::ElementsAre("solar", "south roof"));
  EXPECT_EQ(kept.agent, UserId{3});
  EXPECT_EQ(kept.ended_at, kNow + 60s);
  EXPECT_EQ(kept.recording_ms, 55'000);
  const auto after = lead(attempt.lead);
  EXPECT_TRUE(after.finished);
  EXPECT_EQ(after.last_disposition, "SALE MADE");
  EXPECT_EQ(after.last_outcome, Outcome::kAnswered);
  std::vector<std::string> kinds;
  for (const auto& event :
       store.ask([&](Reader& reader) { return reader.attempt_events(attempt.id); })) {
    kinds.push_back(event.kind);
  }
  EXPECT_THAT(kinds, ::testing::IsSupersetOf({"placed", "ringing", "answered", "connected", "park",
                                              "ended", "disposition", "recording"}));
  AttemptFilter filter;
  filter.campaign = sample.campaign;
  filter.agent = UserId{3};
  filter.outcome = Outcome::kAnswered;
  filter.phone = kept.phone.substr(0, 8);
  filter.from = kNow;
  filter.to = kNow + 1s;
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.attempts(filter, {}); }).total, 1);
  filter.to = kNow;
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.attempts(filter, {}); }).total, 0);
}

TEST_P(Commands, TheCallLogIsReadOnInOrderOfStart) {
  const auto sample = make_campaign(store, 4);
  for (int i = 1; i <= 4; ++i) begin(sample, i);
  AttemptFilter filter;
  filter.campaign = sample.campaign;
  std::vector<AttemptId> seen;
  Attempt last;
  for (;;) {
    const auto piece =
        store.ask([&](Reader& reader) { return reader.attempts_after(filter, last, 3); });
    if (piece.empty()) break;
    EXPECT_LE(piece.size(), 3u);
    for (const auto& attempt : piece) seen.push_back(attempt.id);
    last = piece.back();
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(AttemptId{1}, AttemptId{2}, AttemptId{3}, AttemptId{4}));
  filter.campaign = CampaignId{99};
  EXPECT_TRUE(
      store.ask([&](Reader& reader) { return reader.attempts_after(filter, {}, 3); }).empty());
}

TEST_P(Commands, ALeadIsNeverInTwoCalls) {
  const auto sample = make_campaign(store, 2);
  const auto attempt = begin(sample, 1);
  Attempt second = attempt;
  second.id = AttemptId{2};
  store.store().send(CommitAttempt{second});
  EXPECT_EQ(store.expect<AttemptRefused>().attempt, AttemptId{2});
  // A lead in a call is not given back by mistake.
  store.store().send(ReleaseLeads{{attempt.lead}});
  EXPECT_THAT(claim_ids(sample, 5), ElementsAre(sample.leads[1]));
}

TEST_P(Commands, ALeadThatWasNotClaimedIsNotCalled) {
  const auto sample = make_campaign(store, 1);
  Lead free = lead(sample.leads[0]);
  store.store().send(CommitAttempt{attempt_at(1, free, sample.campaign, kNow)});
  EXPECT_EQ(store.expect<AttemptRefused>().attempt, AttemptId{1});
  EXPECT_EQ(lead(sample.leads[0]).called_count, 0);
}

TEST_P(Commands, DoNotCallReachesEveryLeadWithThatNumber) {
  const auto sample = make_campaign(store, 1);
  const auto twin = store.make([&](Writer& writer) {
    Lead lead = sample_lead(0);
    lead.leadset = sample.leadset;
    lead.zone_set = sample.zone;
    return writer.add_lead(lead);
  });
  const auto attempt = begin(sample, 1);
  store.store().send(
      disposition(attempt, {.name = "DO NOT CALL", .final = true, .do_not_call = true}));
  EXPECT_EQ(store.expect<DispositionSaved>().error, "");
  EXPECT_EQ(why(twin), "dnc");
  EXPECT_THAT(claim_ids(sample, 5), SizeIs(0));
  EXPECT_TRUE(store.ask([&](Reader& r) { return r.on_dnc(attempt.phone, sample.campaign); }));
  EXPECT_FALSE(store.ask([&](Reader& r) { return r.on_dnc(attempt.phone, CampaignId{999}); }));
}

TEST_P(Commands, CallBacksComeFirstAndToTheirAgent) {
  const auto sample = make_campaign(store, 4);
  std::vector<Attempt> attempts;
  for (int64_t id = 1; id <= 2; ++id) {
    attempts.push_back(begin(sample, id));
    agree_on_callback(attempts.back(), kNow + 1h, id == 1 ? UserId{3} : UserId{});
  }
  edit_lead(sample.leads[2], [](Lead& lead) { lead.priority = 99; });
  // Before the time: only the others.
  EXPECT_THAT(claim_ids(sample, 1), ElementsAre(sample.leads[2]));
  store.store().send(ReleaseLeads{{sample.leads[2]}});
  // At the time: the one for any agent; the personal one only for its agent.
  EXPECT_THAT(claim_ids(sample, 1, kNow + 1h), ElementsAre(attempts[1].lead));
  store.store().send(ReleaseLeads{{attempts[1].lead}});
  EXPECT_THAT(claim_ids(sample, 1, kNow + 1h, UserId{3}), ElementsAre(attempts[0].lead));
  store.store().send(ReleaseLeads{{attempts[0].lead}});
  EXPECT_THAT(claim_ids(sample, 2, kNow + 1h, UserId{4}),
              ElementsAre(attempts[1].lead, sample.leads[2]));
  // After an hour of waiting for its agent anybody may make it.
  EXPECT_THAT(claim_ids(sample, 1, kNow + 2h), ElementsAre(attempts[0].lead));
}

TEST_P(Commands, EachAgentGetsTheOwnCallBackThatIsDueForLongest) {
  const auto sample = make_campaign(store, 6);
  std::vector<LeadId> leads;
  const std::vector<std::pair<WallTime, UserId>> agreed{{kNow + 2h, UserId{3}},
                                                        {kNow + 1h, UserId{3}},
                                                        {kNow + 1h, UserId{4}},
                                                        {kNow + 1h, UserId{}}};
  for (const auto& [at, agent] : agreed) {
    const auto attempt = begin(sample, static_cast<int64_t>(leads.size()) + 1);
    agree_on_callback(attempt, at, agent);
    leads.push_back(attempt.lead);
  }
  const auto ask = [&](WallTime now, std::vector<UserId> agents) {
    store.store().send(ClaimCallbacks{sample.campaign, std::move(agents), {sample.zone}, now});
    std::vector<std::pair<UserId, LeadId>> due;
    for (const auto& one : store.expect<CallbacksClaimed>().callbacks) {
      due.emplace_back(one.agent, one.lead->id);
    }
    return due;
  };
  EXPECT_THAT(ask(kNow + 59min, {UserId{3}, UserId{4}}), SizeIs(0)) << "not yet";
  EXPECT_THAT(ask(kNow + 2h, {UserId{5}}), SizeIs(0)) << "has promised none";
  EXPECT_THAT(ask(kNow + 2h, {UserId{3}, UserId{4}}),
              UnorderedElementsAre(Pair(UserId{3}, leads[1]), Pair(UserId{4}, leads[2])));
  EXPECT_THAT(ask(kNow + 2h, {UserId{3}, UserId{4}}), ElementsAre(Pair(UserId{3}, leads[0])))
      << "what is reserved is not given out again";
  store.store().send(ReleaseLeads{{leads[2]}});
  ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
    DncEntry entry;
    entry.phone = writer.lead(leads[2])->phone;
    return writer.add_dnc(entry);
  }));
  EXPECT_THAT(ask(kNow + 2h, {UserId{4}}), SizeIs(0)) << "the do-not-call lists come first";
}

TEST_P(Commands, AStartKnowsHowTheCallsOfTodayWent) {
  const auto sample = make_campaign(store, 3);
  int64_t id = 0;
  for (const Outcome outcome : {Outcome::kAnswered, Outcome::kDropped, Outcome::kBusy}) {
    const auto attempt = begin(sample, ++id);
    finish(attempt, outcome, {.lead = attempt.lead, .finished = true, .not_call_until = {}});
  }
  store.close();
  const auto today = [&](WallTime day_began) {
    TestStore again(database.address(), [&](StoreConfig& config) {
      config.day_began = [day_began](WallTime) { return day_began; };
    });
    return again.ready.today;
  };
  const auto days = today(kNow);
  ASSERT_THAT(days, SizeIs(1));
  EXPECT_EQ(days[0].campaign, sample.campaign);
  EXPECT_EQ(days[0].answered, 1);
  EXPECT_EQ(days[0].dropped, 1);
  EXPECT_THAT(today(kNow + 1h), SizeIs(0)) << "they ended before that day began";
}

TEST_P(Commands, AnAttemptThatWasNotDialedLeavesTheLeadAsItWas) {
  const auto sample = make_campaign(store, 1);
  const auto first = begin(sample, 1);
  finish(first, Outcome::kAnswered, {.lead = first.lead, .finished = false, .not_call_until = {}});
  auto save = disposition(first, {.name = "CALL BACK", .callback = true});
  save.callback_at = save.fate.not_call_until = kNow + 1h;
  store.store().send(save);
  store.expect<DispositionSaved>();
  for (int64_t id = 2; id <= 4; ++id) {
    const auto claimed = claim(store, sample, 1, kNow + 1h);
    ASSERT_THAT(claimed, SizeIs(1)) << "the call-back is still due";
    const auto withdrawn = attempt_at(id, *claimed[0], sample.campaign, kNow + 1h);
    store.store().send(CommitAttempt{withdrawn});
    store.expect<AttemptCommitted>();
    EXPECT_EQ(lead(first.lead).called_count, 2) << "durable before the INVITE";
    finish(withdrawn, Outcome::kError,
           {.lead = first.lead, .not_call_until = kNow + 1h, .not_dialed = claimed[0]});
  }
  ASSERT_TRUE(store.change([](Writer&) -> Result<void> { return {}; })) << "all is written";
  const Lead after = lead(first.lead);
  EXPECT_EQ(after.called_count, 1);
  EXPECT_EQ(after.last_outcome, Outcome::kAnswered);
  EXPECT_EQ(after.last_called_at, kNow);
  EXPECT_EQ(after.not_call_until, kNow + 1h);
  // Once it is dialed, the call-back has been made.
  const auto claimed = claim(store, sample, 1, kNow + 1h);
  const auto dialed = attempt_at(9, *claimed[0], sample.campaign, kNow + 1h);
  store.store().send(CommitAttempt{dialed});
  store.expect<AttemptCommitted>();
  finish(dialed, Outcome::kNoAnswer, {.lead = first.lead, .not_call_until = kNow + 2h});
  EXPECT_THAT(claim_ids(sample, 1, kNow + 2h), ElementsAre(first.lead));
}

TEST_P(Commands, NotesAreKeptByWhoHasTheCall) {
  const auto sample = make_campaign(store, 1);
  Attempt attempt = begin(sample, 91);
  const auto save_notes = [&](UserId agent, const std::string& notes) {
    return store.change(
        [&](Writer& writer) { return writer.save_notes(attempt.id, agent, notes, {"solar"}); });
  };
  const auto written = [&] {
    return store.ask([&](Reader& reader) { return reader.attempt(attempt.id); });
  };
  attempt.outcome = Outcome::kConnected;
  attempt.connected_at = kNow;
  attempt.agent = UserId{3};
  store.store().send(UpdateAttempt{attempt});
  EXPECT_TRUE(save_notes(UserId{3}, "two roofs"));
  EXPECT_EQ(save_notes(UserId{4}, "not his").error().code, ErrorCode::kConflict);
  attempt.agent = UserId{4};
  store.store().send(UpdateAttempt{attempt});
  EXPECT_EQ(save_notes(UserId{3}, "too late").error().code, ErrorCode::kConflict);
  EXPECT_TRUE(save_notes(UserId{4}, "two roofs, sold"));
  EXPECT_EQ(written().notes, "two roofs, sold");
  EXPECT_THAT(written().tags, ElementsAre("solar"));

  // Who handed it on says what came of it, and does not undo what was written since.
  auto first = disposition(attempt, {.name = "CALL TRANSFERRED"});
  first.notes = "two roofs";
  store.store().send(first);
  EXPECT_EQ(store.expect<DispositionSaved>().error, "");
  EXPECT_EQ(written().notes, "two roofs, sold");
  auto second = disposition(attempt, {.name = "SALE MADE"});
  second.agent = UserId{4};
  second.notes = "sold";
  store.store().send(second);
  EXPECT_EQ(store.expect<DispositionSaved>().error, "");
  EXPECT_EQ(written().notes, "sold");
  const auto events = store.ask([&](Reader& reader) { return reader.attempt_events(attempt.id); });
  const auto old = std::find_if(events.begin(), events.end(),
                                [](const auto& event) { return event.kind == "notes"; });
  ASSERT_NE(old, events.end());
  EXPECT_EQ(old->detail, "two roofs, sold");
}

TEST_P(Commands, AnAgentsDayIsCounted) {
  const auto sample = make_campaign(store, 3);
  for (const int64_t id : {101, 102, 103}) {
    Attempt attempt = begin(sample, id);
    attempt.agent = UserId{id == 103 ? 4 : 3};
    attempt.connected_at = kNow + 10s;
    finish(attempt, Outcome::kAnswered,
           {.lead = attempt.lead, .finished = true, .not_call_until = {}});
    if (id == 101) continue;
    store.store().send(disposition(attempt, {.name = "SALE MADE"}));
    store.expect<DispositionSaved>();
  }
  const auto since = [&](WallTime from) {
    return store.ask([&](Reader& reader) { return reader.agent_day(UserId{3}, from); });
  };
  EXPECT_EQ(since(kNow).calls, 2);
  EXPECT_EQ(since(kNow).talk_ms, 100'000);
  EXPECT_THAT(since(kNow).dispositions, ElementsAre(Pair("SALE MADE", 1)));
  EXPECT_EQ(since(kNow + 1h).calls, 0);
  EXPECT_EQ(store.ask([](Reader& reader) { return reader.agent_day({}, kNow); }).calls, 0);
}

TEST_P(Commands, DispositionOfAnUnknownCallIsAnError) {
  Attempt nothing;
  nothing.id = AttemptId{777};
  store.store().send(disposition(nothing, {.name = "SALE MADE", .final = true}));
  EXPECT_NE(store.expect<DispositionSaved>().error, "");
}

TEST_P(Commands, AfterACrashNobodyIsCalledAgain) {
  const auto sample = make_campaign(store, 3);
  const auto open = begin(sample, 7);
  const auto reserved = claim_ids(sample, 1);
  store.store().send(BeginAgentSession{AgentSessionId{4}, UserId{3}, sample.campaign, kNow});
  ASSERT_TRUE(store.change([](Writer&) -> Result<void> { return {}; }));
  store.close();

  TestStore again(database.address());
  EXPECT_EQ(again.ready.last_attempt, AttemptId{7});
  EXPECT_EQ(again.ready.last_agent_session, AgentSessionId{4});
  EXPECT_THAT(again.ready.campaigns, SizeIs(1));
  EXPECT_THAT(again.ready.zone_sets, ::testing::Not(SizeIs(0)));
  const auto attempt = again.ask([&](Reader& reader) { return reader.attempt(open.id); });
  EXPECT_EQ(attempt.outcome, Outcome::kError);
  EXPECT_TRUE(attempt.ended_at);
  EXPECT_THAT(attempt.sip_reason, ::testing::HasSubstr("stopped"));
  const auto sessions = again.ask([](Reader& reader) { return reader.agent_sessions({}, {}); });
  ASSERT_THAT(sessions.items, SizeIs(1));
  EXPECT_TRUE(sessions.items[0].ended_at);
  std::vector<LeadId> dialable;
  for (const auto& lead : claim(again, sample, 5, kNow)) dialable.push_back(lead->id);
  EXPECT_THAT(dialable, ElementsAre(reserved[0], sample.leads[2]));
}

TEST_P(Commands, StatisticsFollowChanges) {
  const auto sample = make_campaign(store, 10);
  const auto stats = [&] {
    std::lock_guard lock(store.notes_mutex);
    return store.stats[sample.campaign];
  };
  EXPECT_TRUE(eventually([&] { return stats().dialable == 10; }));
  const auto attempt = begin(sample, 1);
  EXPECT_TRUE(eventually([&] { return stats().in_progress == 1 && stats().dialable == 9; }));
  finish(attempt, Outcome::kBusy, {.lead = attempt.lead, .finished = true, .not_call_until = {}});
  EXPECT_TRUE(eventually([&] { return stats().failed == 1 && stats().in_progress == 0; }));
}

TEST_P(Commands, OldRecordingsAreDeletedAndUnfinishedOnesToo) {
  const auto folder = database.folder() / "recordings";
  std::filesystem::create_directories(folder / "a");
  const auto touch = [&](const std::string& name) {
    FILE* file = std::fopen((folder / name).c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fclose(file);
  };
  touch("a/1.wav");
  touch("a/2.wav.part");
  touch("outside.wav");
  const auto sample = make_campaign(store, 2);
  for (int64_t id = 1; id <= 2; ++id) {
    const auto attempt = begin(sample, id);
    finish(attempt, Outcome::kAnswered,
           {.lead = attempt.lead, .finished = true, .not_call_until = {}});
    store.store().send(
        SaveRecording{attempt.id, id == 1 ? "a/1.wav" : "../recordings/outside.wav", 1'000});
  }
  ASSERT_TRUE(store.change([](Writer& writer) { return writer.save_settings({30, ""}); }));
  store.close();
  TestStore again(database.address(), [&](StoreConfig& config) { config.recordings = folder; });
  EXPECT_FALSE(std::filesystem::exists(folder / "a/2.wav.part"));
  EXPECT_TRUE(eventually([&] {
    return again.ask([](Reader& reader) { return reader.attempt(AttemptId{1}); }).recording.empty();
  }));
  EXPECT_FALSE(std::filesystem::exists(folder / "a/1.wav"));
  EXPECT_TRUE(std::filesystem::exists(folder / "outside.wav")) << "a name must not lead outside";
}

/// A WAV file of ours: 8000 Hz, two channels of 16 bits. `named`: the size that its header has.
void write_wave(const std::filesystem::path& path, int seconds, int64_t named) {
  std::string text = "RIFF" + std::string(4, '\0') + "WAVEfmt " + std::string("\x10\0\0\0", 4) +
                     std::string("\1\0\2\0\x40\x1f\0\0\0\x7d\0\0\4\0\x10\0", 16) + "data";
  for (int i = 0; i < 4; ++i) text.push_back(static_cast<char>(named >> (8 * i) & 0xff));
  text.append(static_cast<size_t>(seconds) * 32'000, 'x');
  std::ofstream(path, std::ios::binary) << text << "abc";  // a frame that was not finished
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_P(Commands, RecordingsThatACrashLeftAreCompletedAndKnown) {
  const auto folder = database.folder() / "recordings";
  std::filesystem::create_directories(folder);
  const auto sample = make_campaign(store, 5);
  for (int64_t id = 1; id <= 5; ++id) begin(sample, id);
  store.store().send(SaveRecording{AttemptId{3}, "attempt-3.wav", 1'000});
  store.close();
  write_wave(folder / "attempt-1.wav.part", 7, 0);     // under way when the server was killed
  write_wave(folder / "attempt-2.wav", 2, 64'000);     // complete, but not written down yet
  write_wave(folder / "attempt-3.wav", 1, 32'000);     // known
  write_wave(folder / "attempt-99.wav", 1, 32'000);    // of a call that is not in the database
  write_wave(folder / "attempt-4.wav.part", 0, 0);     // not even a frame
  std::ofstream(folder / "attempt-5.wav.part") << "";  // not even a header
  write_wave(folder / "attempt-007.wav", 1, 32'000);   // not a name of ours

  TestStore again(database.address(), [&](StoreConfig& config) { config.recordings = folder; });
  const auto attempt = [&](int64_t id) {
    return again.ask([id](Reader& reader) { return reader.attempt(AttemptId{id}); });
  };
  EXPECT_TRUE(eventually([&] { return attempt(1).recording == "attempt-1.wav"; }));
  EXPECT_TRUE(eventually([&] { return attempt(2).recording == "attempt-2.wav"; }));
  EXPECT_EQ(attempt(1).recording_ms, 7'000);
  EXPECT_EQ(attempt(2).recording_ms, 2'000);
  EXPECT_EQ(attempt(3).recording_ms, 1'000);
  const auto mended = bytes_of(folder / "attempt-1.wav");
  EXPECT_EQ(mended.substr(40, 4), std::string("\0\x6b\x03\0", 4)) << "224,000 bytes of audio";
  EXPECT_EQ(mended.substr(4, 4), std::string("\x24\x6b\x03\0", 4));
  const auto events = again.ask([](Reader& reader) { return reader.attempt_events(AttemptId{1}); });
  EXPECT_EQ(events.back().detail, "7.0 s recorded until the server stopped");
  for (const char* name : {"attempt-99.wav", "attempt-007.wav", "attempt-3.wav"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  }
  for (const char* name : {"attempt-4.wav", "attempt-5.wav"}) {
    EXPECT_FALSE(std::filesystem::exists(folder / name)) << name;
    EXPECT_FALSE(std::filesystem::exists(folder / (name + std::string(".part")))) << name;
  }

  // Once recordings of their age are deleted, those that belong to no call are, too.
  ASSERT_TRUE(again.change([](Writer& writer) { return writer.save_settings({3'000, ""}); }));
  again.close();
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(80'000);
  std::filesystem::last_write_time(folder / "attempt-99.wav", long_ago);
  TestStore third(database.address(), [&](StoreConfig& config) { config.recordings = folder; });
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(folder / "attempt-99.wav"); }));
}

TEST_P(Commands, GroupsKeepTheOrderOfArrival) {
  const auto sample = make_campaign(store, 200);
  const auto leads = claim(store, sample, 200, kNow);
  ASSERT_THAT(leads, SizeIs(200));
  for (int64_t id = 1; id <= 200; ++id) {
    store.store().send(
        CommitAttempt{attempt_at(id, *leads[static_cast<size_t>(id - 1)], sample.campaign, kNow)});
  }
  for (int64_t id = 1; id <= 200; ++id) {
    EXPECT_EQ(store.expect<AttemptCommitted>().attempt, AttemptId{id});
  }
  EXPECT_LT(store.store().counters().commits, 150) << "commands are committed in groups";
}

CARILLON_ON_BOTH(Commands);

}  // namespace
}  // namespace carillon::store::testing
