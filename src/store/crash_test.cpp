// kill -9 at random moments: what was acknowledged is there, and nobody is called twice.
#include "store/testing/on_both.h"

#include <csignal>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace carillon::store::testing {
namespace {

constexpr int kRounds = 20;
constexpr int kLeads = 10'000;

struct Acknowledged {
  std::map<int64_t, int64_t> attempts;  ///< id -> lead
  std::set<int64_t> dispositions;
  std::set<std::string> phones;
};

class Crash : public OnBoth {
 protected:
  /// Runs the writer, kills it after `life`, and returns what it printed.
  std::string run_and_kill(int round, std::chrono::milliseconds life) {
    int pipe_ends[2];
    EXPECT_EQ(::pipe(pipe_ends), 0);
    const std::string number = std::to_string(round);
    const int child = ::fork();
    if (child == 0) {
      ::dup2(pipe_ends[1], STDOUT_FILENO);
      ::close(pipe_ends[0]);
      ::close(pipe_ends[1]);
      ::execl(CRASH_WRITER, CRASH_WRITER, database.address().c_str(), number.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(pipe_ends[1]);
    std::string output;
    char buffer[4096];
    // Its life begins when it has done its first work.
    ssize_t got = ::read(pipe_ends[0], buffer, sizeof buffer);
    if (got > 0) output.append(buffer, static_cast<size_t>(got));
    std::thread killer([&] {
      std::this_thread::sleep_for(life);
      ::kill(child, SIGKILL);
    });
    while ((got = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0) {
      output.append(buffer, static_cast<size_t>(got));
    }
    killer.join();
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
    ::close(pipe_ends[0]);
    return output;
  }

  static void note(const std::string& output, Acknowledged& acknowledged) {
    std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string kind, subject;
      int64_t lead = 0;
      words >> kind >> subject >> lead;
      if (kind == "A") {
        EXPECT_TRUE(acknowledged.attempts.emplace(std::stoll(subject), lead).second)
            << "attempt id " << subject << " was given twice";
      }
      if (kind == "D") acknowledged.dispositions.insert(std::stoll(subject));
      if (kind == "L") acknowledged.phones.insert(subject);
    }
  }

  static WebhookId add_webhook(TestStore& store) {
    return store.make([](Writer& writer) {
      Webhook webhook;
      webhook.name = "crm";
      webhook.url = "https://example.com/";
      webhook.secret = "secret";
      webhook.events = {webhook_events::kCallEnded, webhook_events::kDispositionSet};
      return writer.add_webhook(webhook);
    });
  }

  /// Every call's end and every disposition is in the outbox, once, under a number of its own.
  static void check_outbox(TestStore& store, WebhookId webhook, const Acknowledged& acknowledged) {
    std::map<std::string, std::multiset<int64_t>> told;
    int64_t last = 0;
    for (WebhookDeliveryId before;;) {
      const auto page =
          store.ask([&](Reader& r) { return r.webhook_deliveries(webhook, before, 1'000); });
      if (page.empty()) break;
      for (const auto& each : page) {
        told[each.event].insert(std::stoll(each.data));
        EXPECT_TRUE(last == 0 || each.sequence == last - 1) << "a number is missing";
        last = each.sequence;
      }
      before = page.back().id;
    }
    EXPECT_EQ(last, 1);
    for (const auto& [id, lead] : acknowledged.attempts) {
      EXPECT_EQ(told[webhook_events::kCallEnded].count(id), 1) << "call " << id;
    }
    for (const int64_t id : acknowledged.dispositions) {
      EXPECT_EQ(told[webhook_events::kDispositionSet].count(id), 1) << "disposition of " << id;
    }
  }

  static void check(TestStore& store, const Acknowledged& acknowledged) {
    std::set<int64_t> called;
    int interrupted = 0;
    for (const auto& [id, lead] : acknowledged.attempts) {
      const auto attempt = store.ask([&](Reader& r) { return r.attempt(AttemptId{id}); });
      EXPECT_EQ(attempt.lead, LeadId{lead});
      EXPECT_TRUE(attempt.ended_at) << "attempt " << id << " has no end";
      interrupted += attempt.outcome == Outcome::kError ? 1 : 0;
      EXPECT_TRUE(called.insert(lead).second) << "lead " << lead << " was called twice";
    }
    EXPECT_GT(interrupted, 0) << "no kill met an open call: the test proves nothing";
    for (const int64_t id : acknowledged.dispositions) {
      EXPECT_EQ(store.ask([&](Reader& r) { return r.attempt(AttemptId{id}); }).disposition,
                "SALE MADE");
    }
    for (const auto& phone : acknowledged.phones) {
      const auto known = store.ask([&](Reader& r) {
        return r.known_phones({phone}, DuplicateScope::kLeadset, LeadsetId{1});
      });
      EXPECT_EQ(known.size(), 1) << phone;
    }
  }
};

TEST_P(Crash, NothingAcknowledgedIsLostAndNobodyIsCalledTwice) {
  WebhookId webhook;
  {
    TestStore store(database.address());
    webhook = add_webhook(store);
    const auto sample = make_campaign(store, kLeads);
    ASSERT_EQ(sample.leadset, LeadsetId{1});
    ASSERT_EQ(sample.zone, ZoneSetId{1});
  }
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Acknowledged acknowledged;
  // A machine with much else to do gets more rounds, as each life is short.
  const auto enough = [&] { return std::ssize(acknowledged.attempts) > kRounds / 2; };
  for (int round = 0; round < kRounds || (!enough() && round < 10 * kRounds); ++round) {
    const auto life = std::chrono::milliseconds(random() % 120);
    note(run_and_kill(round, life), acknowledged);
  }
  EXPECT_GT(acknowledged.attempts.size(), kRounds / 2) << "the writer hardly did anything";
  EXPECT_LT(acknowledged.attempts.size(), kLeads) << "the writer ran out of leads";
  TestStore store(database.address(), tell_calls_by_id);
  check(store, acknowledged);
  check_outbox(store, webhook, acknowledged);
}

CARILLON_ON_BOTH(Crash);

}  // namespace
}  // namespace carillon::store::testing
