// StatsLoop: counts leads anew after changes, without taking much of the machine.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "store/reader_pool.h"
#include "store/store.h"

namespace carillon::store {

/// One thread with its own connection. A campaign is counted at most once per `stats_gap`, and so
/// seldom that its counting takes about 5 % of the time; every minute also without a change, since
/// call windows open and waiting times end by themselves. Owned by Store.
class StatsLoop {
 public:
  using Sink = std::function<void(CampaignId, const LeadStats&)>;

  StatsLoop(const StoreConfig& config, DatabaseAddress address, Sink sink);
  ~StatsLoop() { stop(); }

  Result<void> start();
  void stop();
  /// Any thread.
  void mark(CampaignId campaign);
  uint64_t recounts() const { return recounts_; }

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  void count(CampaignId campaign);

  const std::chrono::milliseconds gap_;
  const ZoneOpen zone_open_;
  const Sink sink_;
  ReadConnection connection_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::map<CampaignId, Clock::time_point> due_;         ///< those to be counted
  std::map<CampaignId, Clock::time_point> not_before_;  ///< those that have been counted
  std::atomic<uint64_t> recounts_{0};
};

}  // namespace carillon::store
