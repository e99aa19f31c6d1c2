// What goes wrong outside: full disks, locked folders, databases that vanish, old and new schemas.
#include "store/testing/on_both.h"

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "store/migrations.h"

namespace carillon::store::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const WallTime kNow = at_ms(1'700'000'000'000);

std::string open_error(const std::string& address) {
  StoreConfig config;
  config.database = address;
  config.name_wait = std::chrono::milliseconds(300);
  const auto opened = Store::open(config, {});
  return opened ? "it opened" : opened.error().message;
}

// ------------------------------------------------------------------------------- both databases

class Trouble : public OnBoth {
 protected:
  std::unique_ptr<Database> open_database() {
    return std::move(
        *Database::open(*DatabaseAddress::parse(database.address()), Database::Access::kReadWrite));
  }
};

TEST_P(Trouble, ANewerDatabaseIsRefused) {
  TestStore(database.address()).close();
  {
    auto db =
        Database::open(*DatabaseAddress::parse(database.address()), Database::Access::kReadWrite);
    (*db)->run("INSERT INTO schema_version (version, name, applied_at) VALUES (9999, 'future', 0)");
  }
  EXPECT_THAT(open_error(database.address()), HasSubstr("written by a newer Carillon"));
}

TEST_P(Trouble, EveryOlderSchemaIsBroughtUpToDate) {
  const auto& all = embedded_migrations();
  for (size_t known = 0; known <= all.size(); ++known) {
    TestDatabase old(GetParam());
    {
      auto db =
          Database::open(*DatabaseAddress::parse(old.address()), Database::Access::kReadWrite);
      const std::vector<Migration> first(all.begin(), all.begin() + static_cast<ptrdiff_t>(known));
      ASSERT_TRUE(migrate(**db, first));
    }
    TestStore store(old.address());
    make_campaign(store, 1);
  }
}

constexpr const char* kPremiumRate = "+19005550123";

/// Leads as they were kept before premium-rate numbers were refused, with ids from 1 on.
void keep_as_before(Database& db, const std::vector<std::string>& phones) {
  const auto& all = embedded_migrations();
  constexpr ptrdiff_t kThen = 7;
  ASSERT_TRUE(migrate(db, {all.begin(), all.begin() + kThen}));
  db.run(R"(INSERT INTO zone_sets (zones) VALUES ('["Europe/Berlin"]'))");
  db.run("INSERT INTO leadsets (name, description, active) VALUES ('Old', '', 1)");
  for (const auto& phone : phones) {
    db.execute(
        "INSERT INTO leads (leadset_id, phone, status, zone_set_id, created_at, modified_at) "
        "VALUES (1, ?, 'New', 1, 0, 0)",
        {phone});
  }
}

/// They get a campaign.
SampleCampaign campaign_of_old_leads(TestStore& store) {
  auto sample = make_campaign(store, 0);
  const auto given = store.change([&](Writer& writer) -> Result<void> {
    auto old = writer.leadset(LeadsetId{1});
    if (!old) return old.error();
    old->campaign = sample.campaign;
    return writer.save_leadset(*old);
  });
  EXPECT_TRUE(given);
  return sample;
}

LeadStats stats_of(TestStore& store, CampaignId campaign) {
  return store.ask([&](Reader& reader) { return reader.campaign_stats(campaign, kNow, {}); });
}

TEST_P(Trouble, NumbersThatAreNotToBeCalledAreFoundBeforeTheFirstClaim) {
  keep_as_before(*open_database(), {"+14155550100", kPremiumRate, "+1415555", "+442079460123"});
  TestStore store(database.address());
  const auto sample = campaign_of_old_leads(store);
  const auto claimed = claim(store, sample, 10, kNow);
  ASSERT_THAT(claimed, SizeIs(2));
  EXPECT_EQ(claimed[0]->phone, "+14155550100");
  EXPECT_EQ(claimed[1]->phone, "+442079460123");
  EXPECT_EQ(stats_of(store, sample.campaign).not_dialable,
            (std::map<std::string, int64_t>{{"invalid_phone", 2}, {"reserved", 2}}));
  const LeadId premium{2};
  const auto why = store.ask([&](Reader& reader) { return reader.why(premium, kNow, {}); });
  EXPECT_EQ(why.reason, "invalid_phone");
  EXPECT_THAT(why.sentence, HasSubstr("charges whoever calls it"));

  // Only a number that is put right can be called.
  const auto edit = [&](const std::function<void(Lead&)>& change) {
    ASSERT_TRUE(store.change([&](Writer& writer) -> Result<void> {
      auto lead = writer.lead(premium);
      change(*lead);
      return writer.save_lead(*lead);
    }));
  };
  edit([](Lead& lead) { lead.city = "Reno"; });
  EXPECT_THAT(claim(store, sample, 10, kNow), SizeIs(0));
  edit([](Lead& lead) { lead.phone = "+14155550199"; });
  const auto corrected = claim(store, sample, 10, kNow);
  ASSERT_THAT(corrected, SizeIs(1));
  EXPECT_EQ(corrected[0]->phone, "+14155550199");
}

TEST_P(Trouble, TheCheckOfNumbersIsMadeOnceAndGoesOnWhereItWasBrokenOff) {
  {
    const auto db = open_database();
    keep_as_before(*db, {kPremiumRate, kPremiumRate, kPremiumRate});
    ASSERT_TRUE(migrate(*db, embedded_migrations()));
    db->run("UPDATE unchecked_phones SET after_id = 1, up_to_id = 2");
  }
  CampaignId campaign;
  for (int start = 0; start < 2; ++start) {
    TestStore store(database.address());
    if (!campaign) campaign = campaign_of_old_leads(store).campaign;
    EXPECT_EQ(stats_of(store, campaign).not_dialable,
              (std::map<std::string, int64_t>{{"invalid_phone", 1}}));
    EXPECT_EQ(stats_of(store, campaign).dialable, 2);
  }
}

TEST_P(Trouble, AFailedMigrationLeavesNothingBehind) {
  auto db =
      Database::open(*DatabaseAddress::parse(database.address()), Database::Access::kReadWrite);
  const std::vector<Migration> broken{
      {1, "0001_half", "CREATE TABLE half (id @identity@);\nCREATE TABLE half (id @identity@);\n"}};
  ASSERT_FALSE(migrate(**db, broken));
  EXPECT_THROW((*db)->query("SELECT * FROM schema_version"), DatabaseError);
  EXPECT_THROW((*db)->query("SELECT * FROM half"), DatabaseError);
}

TEST_P(Trouble, ASecondServerIsRefused) {
  TestStore store(database.address());
  EXPECT_THAT(open_error(database.address()), HasSubstr("Another Carillon"));
}

TEST_P(Trouble, OneBadCommandDoesNotHarmItsGroup) {
  TestStore store(database.address());
  const auto sample = make_campaign(store, 3);
  const auto leads = claim(store, sample, 3, kNow);
  Attempt bad = attempt_at(2, *leads[1], sample.campaign, kNow);
  bad.caller_id = "\xFF\xFE";
  store.store().send(CommitAttempt{attempt_at(1, *leads[0], sample.campaign, kNow)});
  store.store().send(CommitAttempt{bad});
  store.store().send(CommitAttempt{attempt_at(3, *leads[2], sample.campaign, kNow)});
  EXPECT_EQ(store.expect<AttemptRefused>().attempt, AttemptId{2});
  EXPECT_EQ(store.expect<AttemptCommitted>().attempt, AttemptId{1});
  EXPECT_EQ(store.expect<AttemptCommitted>().attempt, AttemptId{3});
  EXPECT_EQ(store.ask([&](Reader& r) { return r.lead(leads[1]->id); }).called_count, 0);
}

CARILLON_ON_BOTH(Trouble);

// ------------------------------------------------------------------------------- files

TEST(Files, AMissingFolderIsASentence) {
  EXPECT_THAT(open_error("/nowhere/at/all/carillon.db"), HasSubstr("Make the folder first"));
}

TEST(Files, AFileThatIsNoDatabaseIsASentence) {
  TemporaryFolder folder;
  const auto path = folder.path() / "x.db";
  std::ofstream(path) << std::string(8192, 'x');
  EXPECT_THAT(open_error(path.string()), HasSubstr("is not a database"));
}

TEST(Files, AnAddressOfNoKnownKindIsASentence) {
  EXPECT_THAT(open_error("mysql://host/db"), HasSubstr("postgresql://user@host/name"));
}

TEST(Files, APasswordIsNotShown) {
  EXPECT_EQ(DatabaseAddress::parse("postgresql://me:secret@db/x")->shown(),
            "postgresql://me:***@db/x");
}

/// A file may not grow beyond a limit, which SQLite sees as a full disk.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    former_ = ::signal(SIGXFSZ, SIG_IGN);
    rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, former_);
  }

 private:
  rlimit before_{};
  sighandler_t former_ = SIG_DFL;
};

TEST(Files, AFullDiskIsSaidAndNothingThatWasSentIsLost) {
  TemporaryFolder folder;
  TestStore store((folder.path() / "carillon.db").string());
  const auto sample = make_campaign(store, 2);
  const auto leads = claim(store, sample, 1, kNow);
  Attempt attempt = attempt_at(1, *leads[0], sample.campaign, kNow);
  store.store().send(CommitAttempt{attempt});
  store.expect<AttemptCommitted>();
  {
    FileLimit full(1'000);
    const auto refused = store.change([](Writer& writer) -> Result<void> {
      const auto added =
          writer.add_script({.id = {}, .name = "long", .body = std::string(100'000, 'x')});
      return added ? Result<void>() : added.error();
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kStorage);
    EXPECT_THAT(refused.error().message, HasSubstr("free"));
    EXPECT_THAT(store.store().trouble(), HasSubstr("free"));
    // The end of the call cannot be written now: it is kept.
    attempt.outcome = Outcome::kAnswered;
    attempt.ended_at = kNow + 9s;
    store.store().send(
        FinishAttempt{attempt, {.lead = attempt.lead, .finished = true, .not_call_until = {}}});
    // A new call must not begin.
    store.store().send(CommitAttempt{attempt_at(2, *leads[0], sample.campaign, kNow)});
    EXPECT_EQ(store.expect<AttemptRefused>().attempt, AttemptId{2});
  }
  EXPECT_TRUE(eventually([&] {
    return store.ask([](Reader& r) { return r.attempt(AttemptId{1}); }).ended_at.has_value();
  }));
  EXPECT_TRUE(eventually([&] { return store.store().trouble().empty(); }));
}

// ------------------------------------------------------------------------------- PostgreSQL

class Postgresql : public ::testing::Test {
 protected:
  PostgresqlServer& server = PostgresqlServer::instance();
  TestDatabase database{DatabaseKind::kPostgresql};
};

TEST_F(Postgresql, AnUnreachableServerIsASentence) {
  EXPECT_THAT(open_error("postgresql://me:secret@127.0.0.1:1/x"), HasSubstr("cannot be reached"));
  EXPECT_THAT(open_error("postgresql://me:secret@127.0.0.1:1/x"),
              ::testing::Not(HasSubstr("secret")));
}

TEST_F(Postgresql, AStalledServerHoldsCommandsInOrder) {
  TestStore store(database.address());
  const auto sample = make_campaign(store, 50);
  const auto leads = claim(store, sample, 50, kNow);
  server.freeze();
  for (int64_t id = 1; id <= 50; ++id) {
    store.store().send(
        CommitAttempt{attempt_at(id, *leads[static_cast<size_t>(id - 1)], sample.campaign, kNow)});
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_FALSE(store.has<AttemptCommitted>());
  server.thaw();
  for (int64_t id = 1; id <= 50; ++id) {
    EXPECT_EQ(store.expect<AttemptCommitted>().attempt, AttemptId{id});
  }
}

TEST_F(Postgresql, AStalledServerDoesNotKeepUsFromStopping) {
  TestStore store(database.address());
  const auto sample = make_campaign(store, 1);
  server.freeze();
  store.store().send(EndAgentSession{AgentSessionId{1}, kNow, "test"});
  const auto started = std::chrono::steady_clock::now();
  store.close();
  server.thaw();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(90));
}

TEST_F(Postgresql, CutConnectionsLoseNothingAndDoNothingTwice) {
  TestStore store(database.address());
  const auto sample = make_campaign(store, 300);
  const auto leads = claim(store, sample, 300, kNow);
  ASSERT_THAT(leads, SizeIs(300));
  std::atomic<bool> done{false};
  std::thread cutter([&] {
    for (int i = 0; i < 5 && !done; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
      server.disconnect_all();
    }
  });
  for (int64_t id = 1; id <= 300; ++id) {
    store.store().send(
        CommitAttempt{attempt_at(id, *leads[static_cast<size_t>(id - 1)], sample.campaign, kNow)});
    if (id % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (int64_t id = 1; id <= 300; ++id) {
    EXPECT_EQ(store.expect<AttemptCommitted>().attempt, AttemptId{id});
  }
  done = true;
  cutter.join();
  EXPECT_FALSE(store.has<AttemptRefused>());
  EXPECT_GT(store.store().counters().reconnects, 0);
  const auto counted = [&] {
    std::promise<int64_t> total;
    store.store().read([&](Reader& reader) {
      const auto page = reader.attempts({}, {});
      total.set_value(page ? page->total : -1);
    });
    return total.get_future().get();
  };
  EXPECT_TRUE(eventually([&] { return counted() == 300; }));
}

TEST_F(Postgresql, AServerThatRestartsIsFoundAgain) {
  TestStore store(database.address());
  const auto sample = make_campaign(store, 1);
  server.crash();
  store.store().send(BeginAgentSession{AgentSessionId{9}, UserId{1}, sample.campaign, kNow});
  EXPECT_TRUE(eventually([&] { return !store.store().trouble().empty(); }));
  server.start();
  EXPECT_TRUE(eventually([&] {
    std::promise<bool> there;
    store.store().read([&](Reader& reader) {
      const auto page = reader.agent_sessions({}, {});
      there.set_value(page && page->total == 1);
    });
    return there.get_future().get();
  }));
  EXPECT_TRUE(eventually([&] { return store.store().trouble().empty(); }));
}

TEST_F(Postgresql, TwoNodesNeverClaimTheSameLead) {
  TestStore one(database.address(), [](StoreConfig& config) { config.node = "one"; });
  TestStore two(database.address(), [](StoreConfig& config) { config.node = "two"; });
  const auto sample = make_campaign(one, 1'000);
  std::vector<std::vector<LeadId>> claimed(2);
  const auto run = [&](TestStore& store, std::vector<LeadId>& mine) {
    for (int empty = 0; empty < 3;) {
      const auto leads = claim(store, sample, 7, kNow);
      for (const auto& lead : leads) mine.push_back(lead->id);
      if (leads.empty()) ++empty;
    }
  };
  std::thread other([&] { run(two, claimed[1]); });
  run(one, claimed[0]);
  other.join();
  std::set<LeadId> all(claimed[0].begin(), claimed[0].end());
  all.insert(claimed[1].begin(), claimed[1].end());
  EXPECT_EQ(all.size(), 1'000);
  EXPECT_EQ(claimed[0].size() + claimed[1].size(), 1'000);
  EXPECT_FALSE(claimed[0].empty());
  EXPECT_FALSE(claimed[1].empty());
  // Their attempts never have the same id.
  EXPECT_GE(two.ready.last_attempt.value - one.ready.last_attempt.value, int64_t{1} << 40);
}

TEST_F(Postgresql, ADeadNodesLeadsAreFreedWhenItsLeaseRunsOut) {
  const auto short_lease = [](const std::string& name) {
    return [name](StoreConfig& config) {
      config.node = name;
      config.lease = std::chrono::seconds(3);
    };
  };
  SampleCampaign sample;
  {
    TestStore dead(database.address(), short_lease("dead"));
    sample = make_campaign(dead, 2);
    ASSERT_THAT(claim(dead, sample, 2, kNow), SizeIs(2));
    // It renews its lease at least once, so that others know of it.
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  }
  TestStore other(database.address(), short_lease("other"));
  EXPECT_THAT(claim(other, sample, 2, kNow), SizeIs(0));
  EXPECT_TRUE(eventually([&] { return claim(other, sample, 2, kNow).size() == 2; }));
}

}  // namespace
}  // namespace carillon::store::testing
