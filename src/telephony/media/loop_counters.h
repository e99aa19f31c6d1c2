// Counters of one media loop: written by the loop, read by anyone.
#pragma once

#include <atomic>
#include <cstdint>

namespace carillon::media {

/// One writer, so no read-modify-write instruction is needed.
class Counter {
 public:
  void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

struct LoopCounters {
  Counter legs;
  Counter packets_in;
  Counter packets_out;
  Counter packets_lost;  ///< of legs that have closed
  Counter dropped_stranger;
  Counter dropped_malformed;
  Counter dropped_srtp;
  Counter dropped_stun;
  Counter send_failures;
};

}  // namespace carillon::media
