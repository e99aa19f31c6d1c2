#include "store/testing/test_store.h"

#include <thread>

#include <fmt/format.h>

namespace carillon::store::testing {

TestStore::TestStore(const std::string& address, const std::function<void(StoreConfig&)>& adjust) {
  StoreConfig config;
  config.database = address;
  config.stats_gap = std::chrono::milliseconds(20);
  if (adjust) adjust(config);
  StoreSinks sinks;
  sinks.to_core = [this](StoreEvent event) {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    arrived_.notify_all();
  };
  sinks.record_changed = [this](RecordKind kind, int64_t id) {
    std::lock_guard lock(notes_mutex);
    records.emplace_back(kind, id);
  };
  sinks.lead_stats = [this](CampaignId campaign, const LeadStats& counted) {
    std::lock_guard lock(notes_mutex);
    stats[campaign] = counted;
  };
  auto opened = Store::open(config, sinks);
  if (!opened) throw std::runtime_error(opened.error().message);
  store_ = std::move(*opened);
  ready = expect<StoreReady>();
}

Result<void> TestStore::change(std::function<Result<void>(Writer&)> work) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto answer = promise->get_future();
  store_->change({.user = UserId{7}, .name = "tester", .address = "127.0.0.1"}, std::move(work),
                 [promise](Result<void> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

Lead sample_lead(int number) {
  Lead lead;
  lead.phone = fmt::format("+4930{:07}", 1'000'000 + number);
  lead.first_name = fmt::format("First{}", number);
  lead.last_name = fmt::format("Last{}", number);
  return lead;
}

SampleCampaign make_campaign(TestStore& store, int leads, const std::string& name) {
  SampleCampaign sample;
  sample.campaign = store.make([&](Writer& writer) {
    Campaign campaign;
    campaign.name = name;
    campaign.active = true;
    campaign.source_statuses = {"New"};
    return writer.add_campaign(campaign);
  });
  sample.leadset = store.make([&](Writer& writer) {
    Leadset leadset;
    leadset.name = name + " leads";
    leadset.campaign = sample.campaign;
    return writer.add_leadset(leadset);
  });
  sample.zone = store.make([](Writer& writer) { return writer.zone_set({"Europe/Berlin"}); });
  std::vector<Lead> batch;
  for (int i = 0; i < leads; ++i) {
    batch.push_back(sample_lead(i));
    batch.back().zone_set = sample.zone;
  }
  const auto added = store.change(
      [&](Writer& writer) { return writer.add_leads(sample.leadset, ImportId{}, batch); });
  if (!added) throw std::runtime_error(added.error().message);
  if (leads > 0) {
    const auto page = store.ask([&](Reader& reader) {
      LeadFilter filter;
      filter.leadset = sample.leadset;
      return reader.leads(filter, {.offset = 0, .limit = 1000, .search = "", .sort = "id"});
    });
    for (const auto& lead : page.items) sample.leads.push_back(lead.id);
  }
  return sample;
}

std::vector<std::shared_ptr<const Lead>> claim(TestStore& store, const SampleCampaign& sample,
                                               int count, WallTime now, UserId agent) {
  ClaimLeads command;
  command.campaign = sample.campaign;
  command.count = count;
  command.open_zone_sets = {sample.zone};
  command.now = now;
  command.preview_agent = agent;
  store.store().send(command);
  auto claimed = store.expect<LeadsClaimed>();
  if (!claimed.error.empty()) throw std::runtime_error(claimed.error);
  return claimed.leads;
}

Attempt attempt_at(int64_t id, const Lead& lead, CampaignId campaign, WallTime at) {
  Attempt attempt;
  attempt.id = AttemptId{id};
  attempt.campaign = campaign;
  attempt.lead = lead.id;
  attempt.leadset = lead.leadset;
  attempt.phone = lead.phone;
  attempt.started_at = at;
  return attempt;
}

void tell_calls_by_id(StoreConfig& config) {
  config.webhook_data = [](const WebhookSubject& subject) {
    return subject.call ? fmt::format("{}", subject.call->id) : "";
  };
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace carillon::store::testing
