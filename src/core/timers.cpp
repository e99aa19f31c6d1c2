#include "core/timers.h"

namespace carillon::core {

void Timers::set(TimerKind kind, int64_t id, SteadyTime at) {
  const Key key{kind, id};
  auto [it, inserted] = at_.try_emplace(key, at);
  if (!inserted) {
    if (it->second == at) return;
    order_.erase({it->second, key});
    it->second = at;
  }
  order_.insert({at, key});
}

void Timers::set_earlier(TimerKind kind, int64_t id, SteadyTime at) {
  const auto it = at_.find({kind, id});
  if (it == at_.end() || at < it->second) set(kind, id, at);
}

void Timers::cancel(TimerKind kind, int64_t id) {
  const auto it = at_.find({kind, id});
  if (it == at_.end()) return;
  order_.erase({it->second, it->first});
  at_.erase(it);
}

bool Timers::is_set(TimerKind kind, int64_t id) const { return at_.contains({kind, id}); }

std::optional<SteadyTime> Timers::next() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::optional<Timers::Due> Timers::pop_due(SteadyTime now) {
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  const Key key = order_.begin()->second;
  order_.erase(order_.begin());
  at_.erase(key);
  return Due{key.first, key.second};
}

}  // namespace carillon::core
