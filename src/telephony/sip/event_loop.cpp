#include "telephony/sip/event_loop.h"

#include <algorithm>
#include <vector>

#include <sys/timerfd.h>

#include "base/assert.h"
#include "telephony/sip/sofia.h"

namespace carillon::telephony::sip {

struct EventLoop::Watch {
  int index = -1;
  su_wait_t wait{};
  std::function<void()> on_readable;

  static int on_event(EventLoop*, su_wait_t*, su_wakeup_arg_t* self) {
    static_cast<Watch*>(self)->on_readable();
    return 0;
  }
};

EventLoop::EventLoop() : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  CARILLON_ASSERT(timer_.get() >= 0, "timerfd: no file descriptors left");
  su_init();
  root_ = su_root_create(this);
  CARILLON_ASSERT(root_ != nullptr, "su_root_create: no file descriptors left");
  su_root_threading(root_, 0);  // nua runs on this thread, not on a hidden second one
  watch(timer_.get(), [this] { run_deadlines(); });
}

EventLoop::~EventLoop() {
  for (auto& each : watches_) su_root_deregister(root_, each.index);
  su_root_destroy(root_);
  su_deinit();
}

void EventLoop::run() { su_root_run(root_); }
void EventLoop::stop() { su_root_break(root_); }

void EventLoop::watch(int fd, std::function<void()> on_readable) {
  auto& entry = watches_.emplace_back();
  entry.on_readable = std::move(on_readable);
  su_wait_create(&entry.wait, fd, SU_WAIT_IN);
  entry.index = su_root_register(root_, &entry.wait, &Watch::on_event, &entry, 0);
  CARILLON_ASSERT(entry.index >= 0, "su_root_register failed");
}

EventLoop::Key EventLoop::set_deadline(Duration delay, std::function<void()> work) {
  const Key key{machine_now().steady + std::max(delay, Duration{0}), next_++};
  deadlines_.emplace(key, std::move(work));
  arm();
  return key;
}

void EventLoop::clear_deadline(Key key) { deadlines_.erase(key); }

void EventLoop::soon(std::function<void()> work) { set_deadline(Duration{0}, std::move(work)); }

// The timer is set again only for an earlier deadline: one that was cleared costs a wake-up, which
// is cheaper than a system call for each call that ends.
void EventLoop::arm() {
  if (deadlines_.empty()) return;
  const auto due = deadlines_.begin()->first.first;
  if (due >= armed_for_) return;
  armed_for_ = due;
  const auto since = due.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
  if (when.it_value.tv_sec == 0 && when.it_value.tv_nsec == 0) when.it_value.tv_nsec = 1;
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

void EventLoop::run_deadlines() {
  uint64_t expirations = 0;
  [[maybe_unused]] const auto n = ::read(timer_.get(), &expirations, sizeof expirations);
  armed_for_ = SteadyTime::max();
  const auto now = machine_now().steady;
  // Work may set and clear deadlines, so the earliest is looked up anew each time. What it sets for
  // "now" waits for the next round: Sofia's own events come first.
  const uint64_t last = next_;
  while (!deadlines_.empty()) {
    auto first = deadlines_.begin();
    if (first->first.first > now || first->first.second >= last) break;
    const auto work = std::move(first->second);
    deadlines_.erase(first);
    work();
  }
  arm();
}

void Deadline::set(Duration delay, std::function<void()> work) {
  clear();
  is_set_ = true;
  key_ = loop_->set_deadline(delay, [this, work = std::move(work)] {
    is_set_ = false;
    work();  // may destroy this Deadline; the loop keeps the closure alive
  });
}

void Deadline::clear() {
  if (is_set_) loop_->clear_deadline(key_);
  is_set_ = false;
}

}  // namespace carillon::telephony::sip
