// CoreLoop: gives the engine time and messages, and carries out what it decides.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/inbox.h"
#include "core/engine.h"

namespace carillon::server {

/// Where the engine's commands go. Called on the core's thread; must not block.
struct CoreSinks {
  std::function<void(TelephonyCommand)> to_telephony;
  std::function<void(StoreCommand)> to_store;
  std::function<void(LiveEvent)> publish;
  std::function<void(RequestDone)> done;
};

/// For /metrics. Sums since start, except where "now" is said.
struct CoreCounters {
  uint64_t events = 0;
  uint64_t commands = 0;
  uint64_t steps = 0;
  uint64_t busy_us = 0;  ///< time spent in the engine and in handing out
  uint64_t longest_batch_us = 0;
  uint64_t inbox_now = 0;
  int64_t idle_for_ms = 0;  ///< since the loop last turned; it turns at least each second
  uint64_t agent_sessions_now = 0;
  uint64_t calls_now = 0;
};

/// Owns the engine and its thread. The inbox exists before the thread, so that the other rooms can
/// be started first. Any thread may call the functions. Lifetime: made before the rooms that send
/// to it, destroyed after them.
class CoreLoop {
 public:
  CoreLoop(core::EngineOptions options, const core::TimeZones& zones);
  ~CoreLoop();
  CoreLoop(const CoreLoop&) = delete;
  CoreLoop& operator=(const CoreLoop&) = delete;

  /// Starts the thread. Messages that already wait are taken first.
  void start(CoreSinks sinks);

  /// From the store and the telephony: never refused.
  void push(core::CoreEvent event) { inbox_.push(std::move(event)); }
  /// From the API: false when too much waits, or the node is being shut down.
  [[nodiscard]] bool request(CoreRequest request);

  /// Refuses further requests and signs every agent out, which ends their calls and stops the
  /// dialing. True when no session and no call is left; false after `limit`.
  bool sign_everybody_out(Duration limit);

  /// Carries out what waits, then ends the thread.
  void stop();

  CoreCounters counters() const;

 private:
  void run(const std::stop_token& stop);
  void take(const core::CoreEvent& event);
  void hand_out();
  void watch(const LiveEvent& event);
  void sign_out_step();
  int wait_ms() const;

  core::Engine engine_;
  Inbox<core::CoreEvent> inbox_{100'000};
  CoreSinks sinks_;
  std::vector<core::CoreCommand> commands_;
  std::vector<RequestDone> answers_;

  // The core thread's own: who is signed in and which calls live, for an orderly end.
  std::set<AgentSessionId> sessions_;
  std::set<AttemptId> calls_;
  std::set<AgentSessionId> signed_out_;
  int64_t own_requests_ = 0;

  std::atomic<bool> closing_{false};
  std::atomic<uint64_t> events_{0}, commands_count_{0}, steps_{0}, busy_us_{0}, longest_us_{0};
  std::atomic<uint64_t> sessions_now_{0}, calls_now_{0};
  std::atomic<int64_t> last_turn_ms_{0};
  std::jthread thread_;
};

}  // namespace carillon::server
