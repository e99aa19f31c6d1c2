#include "store/stats_loop.h"

#include <algorithm>

#include "base/clock.h"

namespace carillon::store {
namespace {

/// Counting may take one part in this many of the time.
constexpr int kShareOfTime = 20;
constexpr auto kUnaskedEvery = std::chrono::minutes(1);

}  // namespace

StatsLoop::StatsLoop(const StoreConfig& config, DatabaseAddress address, Sink sink)
    : gap_(config.stats_gap),
      zone_open_(config.zone_open),
      sink_(std::move(sink)),
      connection_(std::move(address)) {}

Result<void> StatsLoop::start() {
  if (auto opened = connection_.open(); !opened) return opened;
  thread_ = std::thread([this] { run(); });
  return {};
}

void StatsLoop::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  connection_.abort();
  thread_.join();
}

void StatsLoop::mark(CampaignId campaign) {
  {
    std::lock_guard lock(mutex_);
    const auto earliest = std::max(Clock::now(), not_before_[campaign]);
    const auto [at, is_new] = due_.emplace(campaign, earliest);
    if (!is_new) at->second = std::min(at->second, earliest);
  }
  changed_.notify_one();
}

void StatsLoop::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto next = std::min_element(
        due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (next == due_.end()) {
      changed_.wait(lock);
      continue;
    }
    if (Clock::now() < next->second) {
      changed_.wait_until(lock, next->second);
      continue;
    }
    const CampaignId campaign = next->first;
    due_.erase(next);
    lock.unlock();
    count(campaign);
    lock.lock();
  }
}

void StatsLoop::count(CampaignId campaign) {
  const auto started = Clock::now();
  ErrorCode failed{};
  bool counted = false;
  connection_.run([&](Reader& reader) {
    const auto stats = reader.campaign_stats(campaign, machine_now().wall, zone_open_);
    counted = stats.ok();
    if (stats) {
      sink_(campaign, *stats);
    } else {
      failed = stats.error().code;
    }
  });
  const auto took = Clock::now() - started;
  std::lock_guard lock(mutex_);
  if (!counted && failed == ErrorCode::kNotFound) {
    not_before_.erase(campaign);
    return;
  }
  recounts_ += counted ? 1 : 0;
  const auto now = Clock::now();
  not_before_[campaign] = now + std::max<Clock::duration>(gap_, took * kShareOfTime);
  // Whatever was marked during the count waits its turn, and everything has one each minute.
  const auto unasked = counted ? now + kUnaskedEvery : not_before_[campaign];
  const auto [at, is_new] = due_.emplace(campaign, std::max(unasked, not_before_[campaign]));
  if (!is_new) at->second = std::max(at->second, not_before_[campaign]);
}

}  // namespace carillon::store
