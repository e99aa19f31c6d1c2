// The store: committed attempts a second, and how long a claim takes with many leads.
//
// Usage: store_bench [leads] [postgresql://...]
//
// The reference of the same run is the disk itself: how many fsync of one page it does a second.
// With one attempt at a time the store cannot commit faster than that; in groups it can.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.h"
#include "store/store.h"

namespace {

using namespace carillon;
using namespace carillon::store;
using Clock = std::chrono::steady_clock;

constexpr int kBatch = 500;
constexpr int kAttempts = 5'000;
constexpr int kClaims = 200;
constexpr int kLeadsInClaim = 20;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What the store reports, for waiting.
class Events {
 public:
  void push(StoreEvent event) {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    arrived_.notify_one();
  }
  template <class Event>
  Event next() {
    std::unique_lock lock(mutex_);
    while (true) {
      arrived_.wait(lock, [&] { return !events_.empty(); });
      StoreEvent event = std::move(events_.front());
      events_.pop_front();
      if (auto* wanted = std::get_if<Event>(&event)) return std::move(*wanted);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<StoreEvent> events_;
};

void change(Store& store, std::function<Result<void>(Writer&)> work) {
  std::promise<Result<void>> done;
  store.change({}, std::move(work), [&](Result<void> result) { done.set_value(result); });
  const auto result = done.get_future().get();
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
}

double fsyncs_a_second(const std::filesystem::path& folder) {
  const auto path = folder / "fsync";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  const std::vector<char> page(4096, 'x');
  const auto start = Clock::now();
  int count = 0;
  for (; seconds_since(start) < 1; ++count) {
    if (::pwrite(file, page.data(), page.size(), 4096L * (count % 256)) < 0) break;
    ::fdatasync(file);
  }
  ::close(file);
  return count / seconds_since(start);
}

Campaign bench_campaign() {
  Campaign campaign;
  campaign.name = "bench";
  campaign.active = true;
  campaign.source_statuses = {"New", "Ready"};
  return campaign;
}

struct Sample {
  CampaignId campaign;
  LeadsetId leadset;
  std::vector<ZoneSetId> zones;
};

Sample make_leads(Store& store, int count) {
  Sample sample;
  change(store, [&](Writer& writer) -> Result<void> {
    sample = {};
    sample.campaign = *writer.add_campaign(bench_campaign());
    Leadset leadset;
    leadset.name = "bench";
    leadset.campaign = sample.campaign;
    sample.leadset = *writer.add_leadset(leadset);
    for (const char* zone : {"America/New_York", "America/Chicago", "America/Denver",
                             "America/Los_Angeles", "America/Phoenix"}) {
      sample.zones.push_back(*writer.zone_set({zone}));
    }
    return {};
  });
  const auto start = Clock::now();
  for (int first = 0; first < count; first += kBatch) {
    std::vector<Lead> batch;
    for (int i = first; i < std::min(count, first + kBatch); ++i) {
      Lead lead;
      lead.phone = fmt::format("+1415{:07}", i);
      lead.first_name = "First";
      lead.last_name = fmt::format("Last{}", i);
      lead.city = "San Francisco";
      lead.priority = i % 7 == 0 ? 1 : 0;
      lead.zone_set = sample.zones[static_cast<size_t>(i) % sample.zones.size()];
      batch.push_back(std::move(lead));
    }
    change(store,
           [&](Writer& writer) { return writer.add_leads(sample.leadset, ImportId{}, batch); });
  }
  fmt::print("{} leads added, {:.0f} a second\n", count, count / seconds_since(start));
  return sample;
}

std::vector<std::shared_ptr<const Lead>> claim(Store& store, Events& events, const Sample& sample,
                                               int count) {
  ClaimLeads command;
  command.campaign = sample.campaign;
  command.count = count;
  command.open_zone_sets = sample.zones;
  command.now = machine_now().wall;
  store.send(command);
  return events.next<LeadsClaimed>().leads;
}

void measure_claims(Store& store, Events& events, const Sample& sample) {
  std::vector<double> took_ms;
  for (int i = 0; i < kClaims; ++i) {
    const auto start = Clock::now();
    const auto leads = claim(store, events, sample, kLeadsInClaim);
    took_ms.push_back(seconds_since(start) * 1e3);
    if (static_cast<int>(leads.size()) != kLeadsInClaim) std::exit(1);
  }
  std::sort(took_ms.begin(), took_ms.end());
  fmt::print("claim of {} leads, durable: median {:.2f} ms, 99th percentile {:.2f} ms\n",
             kLeadsInClaim, took_ms[took_ms.size() / 2], took_ms[took_ms.size() * 99 / 100]);
}

Attempt attempt_at(int64_t id, const Lead& lead, const Sample& sample) {
  Attempt attempt;
  attempt.id = AttemptId{id};
  attempt.campaign = sample.campaign;
  attempt.lead = lead.id;
  attempt.leadset = lead.leadset;
  attempt.phone = lead.phone;
  attempt.started_at = machine_now().wall;
  return attempt;
}

/// Returns commits a second.
double measure_commits(Store& store, Events& events, const Sample& sample, bool in_groups,
                       int64_t first_id) {
  const int count = in_groups ? kAttempts : kAttempts / 10;
  const auto leads = claim(store, events, sample, count);
  const auto start = Clock::now();
  int64_t id = first_id;
  for (const auto& lead : leads) {
    store.send(CommitAttempt{attempt_at(id++, *lead, sample)});
    if (!in_groups) events.next<AttemptCommitted>();
  }
  for (size_t i = 0; in_groups && i < leads.size(); ++i) events.next<AttemptCommitted>();
  return static_cast<double>(leads.size()) / seconds_since(start);
}

}  // namespace

int main(int count, char** arguments) {
  spdlog::set_level(spdlog::level::warn);
  const int leads = count > 1 ? std::atoi(arguments[1]) : 1'000'000;
  std::string folder = (std::filesystem::temp_directory_path() / "store-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  {
    StoreConfig config;
    config.database = count > 2 ? arguments[2] : folder + "/bench.db";
    Events events;
    StoreSinks sinks;
    sinks.to_core = [&](StoreEvent event) { events.push(std::move(event)); };
    auto opened = Store::open(config, sinks);
    if (!opened.ok()) {
      std::fprintf(stderr, "%s\n", opened.error().message.c_str());
      return 1;
    }
    Store& store = **opened;
    const double reference = fsyncs_a_second(folder);
    const Sample sample = make_leads(store, leads);
    measure_claims(store, events, sample);
    const double single = measure_commits(store, events, sample, false, 1);
    const double grouped = measure_commits(store, events, sample, true, 1'000'000);
    fmt::print("the disk does {:.0f} fsync a second\n", reference);
    fmt::print("attempts committed one by one: {:.0f} a second, {:.2f} of the disk\n", single,
               single / reference);
    fmt::print("attempts committed in groups: {:.0f} a second, {:.2f} of the disk\n", grouped,
               grouped / reference);
  }
  std::filesystem::remove_all(folder);
}
