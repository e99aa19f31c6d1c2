// Leads in large numbers: pages, jobs over many leads, Data Recycle and its undo.
#include "core/messages/names.h"
#include "store/testing/on_both.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

namespace carillon::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const WallTime kNow = at_ms(1'700'000'000'000);

class Leads : public OnBoth {
 protected:
  TestStore store{database.address()};

  void edit(LeadId id, const std::function<void(Lead&)>& change) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto lead = writer.lead(id);
      change(*lead);
      return writer.save_lead(*lead);
    }));
  }
  Lead lead(LeadId id) {
    return store.ask([&](Reader& reader) { return reader.lead(id); });
  }
  LeadFilter all(const SampleCampaign& sample) {
    LeadFilter filter;
    filter.leadset = sample.leadset;
    return filter;
  }
  LeadPage page(const LeadFilter& filter, const LeadPageQuery& query) {
    return store.ask([&](Reader& reader) { return reader.lead_page(filter, query); });
  }
  int64_t count(const LeadFilter& filter) {
    return store.ask([&](Reader& reader) { return reader.count_matching(filter); });
  }
  Error refusal(const LeadFilter& filter, const LeadPageQuery& query) {
    Error error;
    std::promise<void> done;
    store.store().read([&](Reader& reader) {
      const auto answer = reader.lead_page(filter, query);
      if (!answer) error = answer.error();
      done.set_value();
    });
    done.get_future().get();
    return error;
  }
  /// Walks all pages by cursor.
  std::vector<LeadId> walk(const LeadFilter& filter, const std::string& sort, int64_t limit) {
    std::vector<LeadId> ids;
    LeadPageQuery query{.limit = limit, .sort = sort, .count = false};
    while (true) {
      const auto next = page(filter, query);
      for (const auto& one : next.items) ids.push_back(one.id);
      if (std::ssize(next.items) < limit) return ids;
      query.after = next.next;
    }
  }
  LeadJob finished_job(LeadJobId id) {
    LeadJob job;
    EXPECT_TRUE(eventually([&] {
      job = store.ask([&](Reader& reader) { return reader.lead_job(id); });
      return job.state != LeadJobState::kRunning;
    }));
    return job;
  }
  LeadJob change_leads(const LeadTargets& targets, const LeadAssignment& set, LeadsetId leadset) {
    return finished_job(store.make(
        [&](Writer& writer) { return writer.add_lead_change(leadset, targets, set, 0); }));
  }
  Attempt begin(const SampleCampaign& sample, int64_t id) {
    const auto leads = claim(store, sample, 1, kNow);
    EXPECT_THAT(leads, SizeIs(1));
    const auto attempt = attempt_at(id, *leads[0], sample.campaign, kNow);
    store.store().send(CommitAttempt{attempt});
    EXPECT_EQ(store.expect<AttemptCommitted>().attempt, attempt.id);
    return attempt;
  }
  void finish(Attempt attempt, Outcome outcome, const std::string& disposition = "") {
    attempt.outcome = outcome;
    attempt.ended_at = kNow + 60s;
    store.store().send(
        FinishAttempt{attempt, {.lead = attempt.lead, .finished = true, .not_call_until = {}}});
    if (disposition.empty()) return;
    SaveDisposition save;
    save.attempt = attempt.id;
    save.lead = attempt.lead;
    save.campaign = attempt.campaign;
    save.rule.name = disposition;
    save.fate.finished = true;
    store.store().send(save);
    store.expect<DispositionSaved>();
  }
};

TEST_P(Leads, EveryOrderWalksEveryLeadOnce) {
  const auto sample = make_campaign(store, 57);
  for (size_t i = 0; i < sample.leads.size(); ++i) {
    edit(sample.leads[i], [&](Lead& one) {
      one.status = i % 3 == 0 ? "Ready" : "New";
      one.first_name = i % 2 == 0 ? "ann" : "Bea";
      one.last_name = std::string(1, static_cast<char>('A' + i % 5));
    });
  }
  for (const std::string column :
       {"id", "phone", "status", "first_name", "last_name", "last_called_at"}) {
    for (const std::string& sort : {column, "-" + column}) {
      auto forward = walk(all(sample), sort, 10);
      EXPECT_THAT(forward, SizeIs(57)) << sort;
      EXPECT_THAT(std::set<LeadId>(forward.begin(), forward.end()), SizeIs(57)) << sort;
      // The same, in one page.
      const auto whole = page(all(sample), {.limit = 100, .sort = sort});
      EXPECT_EQ(whole.total, 57);
      std::vector<LeadId> ids;
      for (const auto& one : whole.items) ids.push_back(one.id);
      EXPECT_EQ(ids, forward) << sort;
      // And among those that match.
      LeadFilter ready = all(sample);
      ready.status = "Ready";
      EXPECT_THAT(walk(ready, sort, 4), SizeIs(19)) << sort;
    }
    auto there = walk(all(sample), column, 10), back = walk(all(sample), "-" + column, 10);
    std::reverse(back.begin(), back.end());
    EXPECT_EQ(there, back) << column;
  }
  EXPECT_EQ(page(all(sample), {.limit = 1, .sort = "first_name"}).items[0].first_name, "ann");
  EXPECT_EQ(page(all(sample), {.limit = 1, .sort = "-first_name"}).items[0].first_name, "Bea");
}

TEST_P(Leads, PagesAreCountedOnlyWhenAsked) {
  const auto sample = make_campaign(store, 5);
  EXPECT_FALSE(page(all(sample), {.count = false}).total);
  EXPECT_EQ(page(all(sample), {.count = true}).total, 5);
  const auto second = page(all(sample), {.offset = 1, .limit = 2});
  ASSERT_THAT(second.items, SizeIs(2));
  EXPECT_EQ(page(all(sample), {.offset = 1, .limit = 2, .after = second.next}).items[0].id,
            sample.leads[4]);
  EXPECT_THAT(page(all(sample), {.offset = 9}).items, SizeIs(0));
}

TEST_P(Leads, FiltersFindWhatTheySay) {
  const auto sample = make_campaign(store, 6);
  edit(sample.leads[1], [](Lead& one) {
    one.first_name = "Zoe";
    one.last_name = "Marsh";
    one.email = "Zoe@example.com";
    one.city = "100% Town";
    one.custom = {{"Plan \"A\"", "Gold"}, {"colour", "blue"}};
  });
  edit(sample.leads[2], [](Lead& one) {
    one.status = "Ready";
    one.custom = {{"Plan \"A\"", "silver"}};
  });
  const auto with = [&](const std::function<void(LeadFilter&)>& set) {
    LeadFilter filter = all(sample);
    set(filter);
    return count(filter);
  };
  EXPECT_EQ(with([](LeadFilter& f) { f.search = "zo"; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.search = "MARSH"; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.search = "zoe mar"; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.search = "zoe@EX"; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.search = "oe"; }), 0);
  EXPECT_EQ(with([](LeadFilter& f) { f.status = "Ready"; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.finished = true; }), 0);
  EXPECT_EQ(with([](LeadFilter& f) { f.where = {{"city", "100% t"}}; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.where = {{"custom:Plan \"A\"", "gol"}}; }), 1);
  EXPECT_EQ(with([](LeadFilter& f) { f.where = {{"custom:Plan \"A\"", "s"}, {"status", "re"}}; }),
            1);
  EXPECT_EQ(with([](LeadFilter& f) { f.where = {{"custom:none", "x"}}; }), 0);
  EXPECT_EQ(with([&](LeadFilter& f) { f.where = {{"phone", sample_lead(3).phone.substr(1)}}; }), 1);
  const auto values = store.ask([&](Reader& reader) { return reader.lead_values(sample.leadset); });
  EXPECT_THAT(values.statuses, ElementsAre("New", "Ready"));
  EXPECT_THAT(values.custom_columns, ElementsAre("Plan \"A\"", "colour"));

  LeadFilter wrong = all(sample);
  wrong.where = {{"custom); DROP TABLE leads; --", "x"}};
  EXPECT_EQ(refusal(wrong, {}).field, "where");
  EXPECT_EQ(refusal(all(sample), {.sort = "city"}).field, "sort");
  EXPECT_EQ(refusal(all(sample), {.after = "nowhere"}).field, "after");
  EXPECT_EQ(refusal(all(sample), {.limit = 1001}).field, "limit");
}

TEST_P(Leads, FilteredByHowTheyEnded) {
  const auto sample = make_campaign(store, 4);
  finish(begin(sample, 1), Outcome::kBusy);
  finish(begin(sample, 2), Outcome::kAnswered, "SALE MADE");
  LeadFilter busy = all(sample), sold = all(sample);
  busy.last_outcome = Outcome::kBusy;
  sold.last_disposition = "SALE MADE";
  EXPECT_TRUE(eventually([&] { return count(busy) == 1; }));
  EXPECT_EQ(count(sold), 1);
  EXPECT_THAT(
      store.ask([&](Reader& reader) { return reader.lead_values(sample.leadset); }).dispositions,
      ElementsAre("SALE MADE"));
  EXPECT_EQ(page(all(sample), {.limit = 1, .sort = "-last_called_at"}).items[0].last_called_at,
            kNow);
}

TEST_P(Leads, OneFieldIsSetForAllThatMatch) {
  const auto sample = make_campaign(store, 700);
  LeadTargets targets;
  targets.filter = all(sample);
  store.clear_events();
  auto job = change_leads(targets, {.field = "status", .text = "Ready"}, sample.leadset);
  EXPECT_EQ(job.state, LeadJobState::kDone) << job.error;
  EXPECT_EQ(job.done, 700);
  EXPECT_EQ(job.skipped, 0);
  EXPECT_TRUE(job.ended_at);
  EXPECT_EQ(store.expect<LeadsChanged>().campaign, sample.campaign)
      << "the status decides what is dialed";
  LeadFilter ready = all(sample);
  ready.status = "Ready";
  EXPECT_EQ(count(ready), 700);

  targets.filter.search = sample_lead(1).phone;
  job = change_leads(targets, {.field = "custom:Plan", .text = "\"B\" ?"}, sample.leadset);
  EXPECT_EQ(job.done, 1);
  EXPECT_EQ(lead(sample.leads[1]).custom.at("Plan"), "\"B\" ?");
  targets = {.ids = {sample.leads[5], sample.leads[2]}, .filter = all(sample)};
  job = change_leads(targets, {.field = "priority", .number = 7}, sample.leadset);
  EXPECT_EQ(job.done, 2);
  EXPECT_EQ(lead(sample.leads[2]).priority, 7);
  EXPECT_EQ(lead(sample.leads[3]).priority, 0);
}

TEST_P(Leads, AJobLeavesOtherLeadsetsAndLaterLeadsAlone) {
  const auto one = make_campaign(store, 3, "one"), two = make_campaign(store, 3, "two");
  LeadTargets targets;
  targets.ids = {one.leads[0], two.leads[0]};
  targets.filter = all(one);
  const auto job = change_leads(targets, {.field = "city", .text = "Paris"}, one.leadset);
  EXPECT_EQ(job.done, 1);
  EXPECT_EQ(lead(two.leads[0]).city, "");
  EXPECT_EQ(job.up_to, one.leads[2]);
}

TEST_P(Leads, ALeadInACallIsNotDeletedWithTheOthers) {
  const auto sample = make_campaign(store, 5);
  const auto open = begin(sample, 1);
  LeadTargets targets;
  targets.filter = all(sample);
  const auto job = finished_job(store.make(
      [&](Writer& writer) { return writer.add_lead_deletion(sample.leadset, targets, 5); }));
  EXPECT_EQ(job.done, 4);
  EXPECT_EQ(job.skipped, 1);
  EXPECT_EQ(lead(open.lead).id, open.lead);
  EXPECT_EQ(count(all(sample)), 1);
}

TEST_P(Leads, WrongJobsAreRefusedWithTheField) {
  const auto sample = make_campaign(store, 1);
  LeadTargets targets;
  targets.filter = all(sample);
  const auto refused = [&](const LeadAssignment& set) {
    const auto done = store.change([&](Writer& writer) -> Result<void> {
      const auto id = writer.add_lead_change(sample.leadset, targets, set, 0);
      return id ? Result<void>() : id.error();
    });
    return done ? std::string("taken") : done.error().field;
  };
  EXPECT_EQ(refused({.field = "status", .text = ""}), "status");
  EXPECT_EQ(refused({.field = "phone", .text = "+14155550123"}), "set");
  EXPECT_EQ(refused({.field = "id = 1; --", .text = "x"}), "set");
  EXPECT_EQ(refused({.field = "priority", .number = 2'000'000}), "priority");
  targets.ids.assign(LeadTargets::kMostIds + 1, sample.leads[0]);
  EXPECT_EQ(refused({.field = "city", .text = "x"}), "lead_ids");
}

TEST_P(Leads, AJobGoesOnAfterARestart) {
  const auto sample = make_campaign(store, 300);
  LeadTargets targets;
  targets.filter = all(sample);
  const auto id = store.make([&](Writer& writer) {
    return writer.add_lead_change(sample.leadset, targets, {.field = "city", .text = "Oslo"}, 300);
  });
  store.close();
  TestStore again(database.address());
  LeadJob job;
  EXPECT_TRUE(eventually([&] {
    job = again.ask([&](Reader& reader) { return reader.lead_job(id); });
    return job.state == LeadJobState::kDone;
  }));
  EXPECT_EQ(job.done, 300) << "each lead once, whatever was done before";
}

TEST_P(Leads, RecycleCountsChoosesAndIsUndone) {
  const auto sample = make_campaign(store, 6);
  const auto busy = begin(sample, 1);
  finish(busy, Outcome::kBusy);
  const auto silent = begin(sample, 2);
  finish(silent, Outcome::kNoAnswer);
  const auto declined = begin(sample, 3);
  finish(declined, Outcome::kAnswered, "BUSY");
  const auto sold = begin(sample, 4);
  finish(sold, Outcome::kAnswered, "SALE MADE");
  const auto listed = begin(sample, 5);
  finish(listed, Outcome::kNoAnswer);
  ASSERT_TRUE(store.change([&](Writer& writer) {
    return writer.add_dnc({.phone = listed.phone,
                           .campaign = {},
                           .reason = "asked",
                           .added_by = {},
                           .created_at = {}});
  }));

  const auto groups =
      store.ask([&](Reader& reader) { return reader.recycle_groups(sample.leadset); });
  std::map<std::string, std::pair<int64_t, bool>> found;
  for (const auto& group : groups) {
    found[group.outcome ? std::string(name_of(*group.outcome)) : group.disposition] = {
        group.leads, group.allowed};
  }
  EXPECT_THAT(found, ElementsAre(std::pair("BUSY", std::pair(1, true)),
                                 std::pair("SALE MADE", std::pair(1, false)),
                                 std::pair("busy", std::pair(1, true)),
                                 std::pair("no_answer", std::pair(1, true))))
      << "the number on the do-not-call list is not among them";

  const auto refused = store.change([&](Writer& writer) -> Result<void> {
    const auto id = writer.add_recycle(sample.leadset, {{}, {"SALE MADE"}});
    return id ? Result<void>() : id.error();
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "dispositions");

  const auto id = store.make([&](Writer& writer) {
    return writer.add_recycle(sample.leadset, {{Outcome::kNoAnswer, Outcome::kBusy}, {"BUSY"}});
  });
  auto job = finished_job(id);
  EXPECT_EQ(job.total, 3);
  EXPECT_EQ(job.done, 3);
  EXPECT_FALSE(lead(busy.lead).finished);
  EXPECT_EQ(lead(busy.lead).called_count, 0);
  EXPECT_TRUE(lead(sold.lead).finished);
  EXPECT_TRUE(lead(listed.lead).finished);

  // One of them is called again: that cannot be taken back.
  const auto again = begin(sample, 6);
  EXPECT_EQ(again.lead, busy.lead);
  finish(again, Outcome::kNoAnswer);
  const auto undo =
      finished_job(store.make([&](Writer& writer) { return writer.add_recycle_undo(id); }));
  EXPECT_EQ(undo.done, 2);
  EXPECT_EQ(undo.skipped, 1);
  EXPECT_TRUE(lead(silent.lead).finished);
  EXPECT_EQ(lead(silent.lead).called_count, 1);
  EXPECT_EQ(lead(again.lead).last_outcome, Outcome::kNoAnswer);
  const auto twice = store.change([&](Writer& writer) -> Result<void> {
    const auto second = writer.add_recycle_undo(id);
    return second ? Result<void>() : second.error();
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::kConflict);
  EXPECT_THAT(twice.error().message, HasSubstr("undone already"));
}

TEST_P(Leads, ALeadThatWasListedMeanwhileIsNotBroughtBack) {
  const auto sample = make_campaign(store, 2);
  const auto first = begin(sample, 1);
  finish(first, Outcome::kBusy);
  ASSERT_TRUE(store.change([&](Writer& writer) {
    return writer.add_dnc({.phone = first.phone,
                           .campaign = sample.campaign,
                           .reason = "",
                           .added_by = {},
                           .created_at = {}});
  }));
  const auto job = finished_job(store.make(
      [&](Writer& writer) { return writer.add_recycle(sample.leadset, {{Outcome::kBusy}, {}}); }));
  EXPECT_EQ(job.done, 0);
  EXPECT_TRUE(lead(first.lead).finished);
}

TEST_P(Leads, TheDashboardCountsCallsByOutcomeDispositionAndAgent) {
  const auto sample = make_campaign(store, 4);
  auto sold = begin(sample, 1);
  sold.agent = UserId{7};
  finish(sold, Outcome::kAnswered, "SALE MADE");
  auto none = begin(sample, 2);
  none.agent = UserId{7};
  finish(none, Outcome::kAnswered);
  finish(begin(sample, 3), Outcome::kDropped);
  auto ringing = begin(sample, 4);
  ringing.outcome = Outcome::kRinging;
  store.store().send(UpdateAttempt{ringing});
  ASSERT_TRUE(store.change([](Writer&) -> Result<void> { return {}; }));
  const auto activity =
      store.ask([&](Reader& reader) { return reader.leadset_activity(sample.leadset); });
  EXPECT_EQ(activity.ringing, 1);
  EXPECT_EQ(activity.outcomes.at(Outcome::kAnswered), 2);
  EXPECT_EQ(activity.outcomes.at(Outcome::kDropped), 1);
  EXPECT_EQ(activity.dispositions.at("SALE MADE"), 1);
  EXPECT_EQ(activity.dispositions.at(""), 1);
  ASSERT_THAT(activity.agents, SizeIs(1));
  EXPECT_EQ(activity.agents.at(UserId{7}).at("SALE MADE"), 1);
  EXPECT_EQ(activity.agents.at(UserId{7}).at(""), 1);
}

TEST_P(Leads, AJobCanBeCancelled) {
  const auto sample = make_campaign(store, 1);
  LeadTargets targets;
  targets.filter = all(sample);
  const auto job = change_leads(targets, {.field = "city", .text = "x"}, sample.leadset);
  const auto late = store.change([&](Writer& writer) { return writer.cancel_lead_job(job.id); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  // Asked for and cancelled before anybody could begin.
  const auto id = store.make([&](Writer& writer) -> Result<LeadJobId> {
    const auto made =
        writer.add_lead_change(sample.leadset, targets, {.field = "city", .text = "y"}, 1);
    if (auto stopped = writer.cancel_lead_job(*made); !stopped) return stopped.error();
    return made;
  });
  EXPECT_EQ(store.ask([&](Reader& reader) { return reader.lead_job(id); }).state,
            LeadJobState::kCancelled);
  EXPECT_EQ(lead(sample.leads[0]).city, "x");
}

CARILLON_ON_BOTH(Leads);

}  // namespace
}  // namespace carillon::store::testing
