// Works on a store until it is killed, and says on stdout what was acknowledged, a line each:
//
//   A id lead     the attempt is committed (its INVITE may leave)
//   D id          the disposition is saved
//   L phone       the lead is added
//
// Usage: store_crash_writer <database> <round>. The database has the campaign of make_campaign().
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include <fmt/format.h>

#include "base/log.h"
#include "store/testing/test_store.h"

namespace {

using namespace carillon;
using namespace carillon::store;
using namespace carillon::store::testing;

void say(const std::string& line) {
  const std::string text = line + "\n";
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
}

void add_lead(TestStore& store, LeadsetId leadset, int number) {
  Lead lead = sample_lead(number);
  lead.leadset = leadset;
  store.store().change(
      {},
      [lead](Writer& writer) -> Result<void> {
        const auto added = writer.add_lead(lead);
        return added ? Result<void>() : added.error();
      },
      [phone = lead.phone](const Result<void>& done) {
        if (done) say("L " + phone);
      });
}

void work(TestStore& store, int round) {
  SampleCampaign sample;
  sample.campaign = CampaignId{1};
  sample.leadset = LeadsetId{1};
  sample.zone = ZoneSetId{1};
  int64_t next = store.ready.last_attempt.value;
  for (int number = 10'000 * (round + 1);; ++number) {
    add_lead(store, sample.leadset, number);
    for (const auto& lead : claim(store, sample, 3, machine_now().wall)) {
      Attempt attempt = attempt_at(++next, *lead, sample.campaign, machine_now().wall);
      store.store().send(CommitAttempt{attempt});
      const auto committed = store.expect<AttemptCommitted>();
      say(fmt::format("A {} {}", committed.attempt, lead->id));
      SaveDisposition save;
      save.attempt = attempt.id;
      save.lead = lead->id;
      save.campaign = sample.campaign;
      save.rule = {.name = "SALE MADE", .final = true};
      save.fate.lead = lead->id;
      save.fate.finished = true;
      store.store().send(save);
      if (store.expect<DispositionSaved>().error.empty()) say(fmt::format("D {}", attempt.id));
      attempt.outcome = Outcome::kAnswered;
      store.store().send(FinishAttempt{attempt, save.fate});
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  spdlog::set_level(spdlog::level::off);  // stdout is for what was acknowledged
  TestStore store(arguments[1], tell_calls_by_id);
  work(store, std::atoi(arguments[2]));
}
