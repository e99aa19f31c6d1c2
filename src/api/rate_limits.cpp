#include "api/rate_limits.h"

#include <algorithm>

namespace carillon::api {
namespace {

constexpr Duration kSweep = 10s;
constexpr Duration kForget = 15min;
constexpr size_t kMostRecords = 100'000;

double seconds(Duration d) { return static_cast<double>(d.count()) / 1'000.0; }

std::string pair_key(const std::string& username, const std::string& address) {
  return "p " + address + " " + username;
}

}  // namespace

Duration RateLimiter::take(const std::string& key, SteadyTime now) {
  if (now >= next_sweep_) {
    forget_full(now);
    next_sweep_ = now + kSweep;
  }
  auto& bucket = buckets_.try_emplace(key, Bucket{burst_, now}).first->second;
  bucket.tokens = std::min(burst_, bucket.tokens + seconds(now - bucket.at) * per_second_);
  bucket.at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return Duration{0};
  }
  return Duration{static_cast<int64_t>((1 - bucket.tokens) / per_second_ * 1'000) + 1};
}

void RateLimiter::forget_full(SteadyTime now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const auto& bucket = entry.second;
    return bucket.tokens + seconds(now - bucket.at) * per_second_ >= burst_;
  });
}

bool KnownCallers::knows(const std::string& hash, SteadyTime now) const {
  const auto found = seen_.find(hash);
  return found != seen_.end() && now - found->second < kForget;
}

void KnownCallers::note(const std::string& hash, bool good, SteadyTime now) {
  if (now >= next_sweep_) {
    std::erase_if(seen_, [&](const auto& entry) { return now - entry.second >= kForget; });
    next_sweep_ = now + kSweep;
  }
  if (good) {
    seen_[hash] = now;
  } else {
    seen_.erase(hash);
  }
}

Duration SignInGuard::wait(const std::string& username, const std::string& address,
                           SteadyTime now) const {
  return std::max({wait_for(pair_key(username, address), now), wait_for("u " + username, now),
                   wait_for("a " + address, now)});
}

void SignInGuard::failed(const std::string& username, const std::string& address, SteadyTime now) {
  if (records_.size() >= kMostRecords) forget_old(now);
  count(pair_key(username, address), kFreeFailures, now);
  count("u " + username, kFreeFailuresWide, now);
  count("a " + address, kFreeFailuresWide, now);
}

void SignInGuard::succeeded(const std::string& username, const std::string& address) {
  records_.erase(pair_key(username, address));
}

Duration SignInGuard::wait_for(const std::string& key, SteadyTime now) const {
  const auto found = records_.find(key);
  if (found == records_.end() || found->second.blocked_until <= now) return Duration{0};
  return found->second.blocked_until - now;
}

void SignInGuard::count(const std::string& key, int free_failures, SteadyTime now) {
  auto& record = records_[key];
  if (now - record.last > kForget && now > record.blocked_until) record = {};
  record.last = now;
  ++record.failures;
  if (record.failures >= free_failures) {
    const int doublings = std::min(record.failures - free_failures, 20);
    record.blocked_until = now + std::min<Duration>(1s * (int64_t{1} << doublings), 15min);
  }
}

void SignInGuard::forget_old(SteadyTime now) {
  std::erase_if(records_, [&](const auto& entry) { return now - entry.second.last > kForget; });
  // A flood of names from everywhere: start anew rather than grow.
  if (records_.size() >= kMostRecords) records_.clear();
}

}  // namespace carillon::api
