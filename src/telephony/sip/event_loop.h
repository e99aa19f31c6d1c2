// The SIP thread's loop: Sofia's su_root with our descriptors and deadlines in it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/unique_fd.h"

struct su_root_s;

namespace carillon::telephony::sip {

/// Purpose: runs Sofia, watches our inboxes, keeps deadlines. All deadlines share one timerfd:
/// su_timer_t makes su_root spin through the last millisecond before each of its timers.
/// Owner: the SIP thread, which constructs, runs and destroys it. Nothing here is for other
/// threads; they wake the loop through an Inbox whose descriptor is watched.
class EventLoop {
 public:
  /// A deadline that was set. Compares by time, then by order of setting.
  using Key = std::pair<SteadyTime, uint64_t>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();
  void stop();

  /// Calls `on_readable` whenever `fd` is readable, until the loop is destroyed.
  void watch(int fd, std::function<void()> on_readable);

  /// Calls `work` once after `delay`, with the accuracy of a millisecond.
  Key set_deadline(Duration delay, std::function<void()> work);
  void clear_deadline(Key key);

  /// Calls `work` after the present event, when no call-back of Sofia is on the stack.
  void soon(std::function<void()> work);

  su_root_s* root() const { return root_; }

 private:
  struct Watch;
  void run_deadlines();
  void arm();

  su_root_s* root_ = nullptr;
  UniqueFd timer_;
  SteadyTime armed_for_ = SteadyTime::max();
  uint64_t next_ = 1;
  std::map<Key, std::function<void()>> deadlines_;
  std::list<Watch> watches_;
};

/// One deadline as a member: cleared when its owner goes.
class Deadline {
 public:
  explicit Deadline(EventLoop& loop) : loop_(&loop) {}
  ~Deadline() { clear(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Replaces what was set before.
  void set(Duration delay, std::function<void()> work);
  void clear();

 private:
  EventLoop* loop_;
  bool is_set_ = false;
  EventLoop::Key key_{};
};

}  // namespace carillon::telephony::sip
