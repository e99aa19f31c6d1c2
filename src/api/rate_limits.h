// Limits on how fast clients may ask, and on how often they may guess.
#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace carillon::api {

/// A token bucket per key (an address, a token). Loop: http. Memory is bounded: buckets that are
/// full again are forgotten.
class RateLimiter {
 public:
  /// `burst`: how many may come at once.
  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  /// Zero: go on. Else: how long to wait.
  Duration take(const std::string& key, SteadyTime now);
  size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    SteadyTime at;
  };
  void forget_full(SteadyTime now);

  const double per_second_, burst_;
  std::unordered_map<std::string, Bucket> buckets_;
  SteadyTime next_sweep_{};
};

/// Whose cookies and tokens were found to be good within the last quarter of an hour. It says how
/// requests are counted, not what they may do. Loop: http. Memory is bounded by the sign-ins.
class KnownCallers {
 public:
  bool knows(const std::string& hash, SteadyTime now) const;
  /// `good`: it was found in the database; else it is forgotten.
  void note(const std::string& hash, bool good, SteadyTime now);
  size_t size() const { return seen_.size(); }

 private:
  std::unordered_map<std::string, SteadyTime> seen_;
  SteadyTime next_sweep_{};
};

/// Slows down who guesses passwords. After kFreeFailures failures of a user name from an address
/// the pair waits 1 s, 2 s, 4 s ... up to 15 min after each further one; an address, and a user
/// name from wherever, get ten times as many free failures, so that one attacker cannot lock
/// somebody else out for long. A success forgets the pair. Failures are forgotten after 15 min.
/// Loop: http.
class SignInGuard {
 public:
  static constexpr int kFreeFailures = 5;
  static constexpr int kFreeFailuresWide = 50;

  /// Zero: the attempt may be made. Else: how long to wait.
  Duration wait(const std::string& username, const std::string& address, SteadyTime now) const;
  void failed(const std::string& username, const std::string& address, SteadyTime now);
  void succeeded(const std::string& username, const std::string& address);

 private:
  struct Record {
    int failures = 0;
    SteadyTime last{};
    SteadyTime blocked_until{};
  };
  Duration wait_for(const std::string& key, SteadyTime now) const;
  void count(const std::string& key, int free_failures, SteadyTime now);
  void forget_old(SteadyTime now);

  std::unordered_map<std::string, Record> records_;
};

}  // namespace carillon::api
