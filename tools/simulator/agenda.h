// Agenda: what is going to happen in simulated time, in order.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace carillon::simulator {

/// Things to do at their time; those of the same time in the order in which they were added.
class Agenda {
 public:
  using Action = std::function<void()>;

  SteadyTime now() const { return now_; }
  void at(SteadyTime time, Action action) {
    entries_.push({std::max(time, now_), ++count_, std::move(action)});
  }
  void in(Duration delay, Action action) { at(now_ + delay, std::move(action)); }

  /// Does the next thing when it comes before `limit`; else moves to `limit` and says false.
  bool run_one(SteadyTime limit) {
    if (entries_.empty() || entries_.top().time > limit) {
      now_ = std::max(now_, limit);
      return false;
    }
    now_ = entries_.top().time;
    const Action action = entries_.top().action;
    entries_.pop();
    action();
    return true;
  }

 private:
  struct Entry {
    SteadyTime time;
    uint64_t order;
    Action action;
    bool operator<(const Entry& other) const {  // the priority queue serves its largest first
      return std::pair(other.time, other.order) < std::pair(time, order);
    }
  };
  SteadyTime now_{Duration{1'000}};
  uint64_t count_ = 0;
  std::priority_queue<Entry> entries_;
};

/// Messages that may be late but never overtake each other, as through an inbox.
class Channel {
 public:
  explicit Channel(Agenda& agenda) : agenda_(agenda) {}
  /// Arrives `delay` from now, or when the message before it does.
  void send(Duration delay, Agenda::Action deliver) {
    last_ = std::max(last_, agenda_.now() + delay);
    agenda_.at(last_, std::move(deliver));
  }
  /// Nothing arrives before `time`: the other side has stopped for a while.
  void stall_until(SteadyTime time) { last_ = std::max(last_, time); }
  void reset() { last_ = {}; }

 private:
  Agenda& agenda_;
  SteadyTime last_{};
};

}  // namespace carillon::simulator
