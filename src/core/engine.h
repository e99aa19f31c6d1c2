// Engine: the facade of the core. Every dialing decision is made behind it.
//
//   Engine engine{options, zones};
//   std::vector<CoreCommand> out;
//   engine.step(event, now, out);          // for every event, in order of arrival
//   ... carry out `out` in order ...
//   ... step(Tick{}) again no later than engine.next_deadline() ...
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "core/messages/calls.h"
#include "core/messages/live.h"
#include "core/messages/storage.h"
#include "core/time_zones.h"

namespace carillon::core {

/// Only time has passed.
struct Tick {};

using CoreEvent = std::variant<Tick, StoreEvent, TelephonyEvent, CoreRequest>;
using CoreCommand = std::variant<TelephonyCommand, StoreCommand, LiveEvent, RequestDone>;

/// What the house decides, not a campaign. The defaults are right for production.
struct EngineOptions {
  /// A browser that is away for no longer than this was only reconnecting.
  Duration presence_hiccup = 5s;
  /// The browser is gone: the agent session ends after this time ...
  Duration presence_grace = 30s;
  /// ... or after this one when the agent is in a call.
  Duration presence_grace_in_call = 60s;
  /// A waiting agent whose audio broke is made ready again when it is back within this time; later
  /// the agent has to ask for it.
  Duration line_down_pause = 10s;
  /// A preview that nobody decides upon goes back, and the agent is paused.
  Duration preview_limit = 120s;
  /// At the longest after the store had no more leads, it is asked again (retries become due).
  Duration lead_poll = 15s;
  /// After the store refused an attempt or failed, the campaign does not dial for so long.
  Duration store_backoff = 5s;
  /// An ended call's CallEnded must come within this time of EndCall, or the attempt is closed
  /// without it: no zombie calls.
  Duration end_limit = 40s;
  /// A parked call that nobody takes goes back to the queue after this time, and waits there for
  /// the same time again; then it hears the safe-harbour message.
  Duration park_limit = 5min;
  /// Customers who were handed on to a number talk to it for so long at most: no agent is there to
  /// see that they are done.
  Duration transferred_limit = 4h;
  /// The figures of a campaign are published at most once in this time.
  Duration live_interval = 250ms;
  /// IANA zone of the house: the figures of today begin anew at its midnight.
  std::string home_zone = "UTC";
  /// The safe-harbour message (16 CFR 310.4(b)(4)(iii)), a prompt's name.
  std::string safe_harbour_prompt = "safe_harbour";
};

/// The dialing core: `step(event, now) -> commands`. No socket, thread, SQL, clock or random
/// device in it, so that production, tests and the simulator run the same code.
///
/// Before StoreReady it answers every request with kUnavailable. `now.steady` never goes back from
/// step to step; `now.wall` may jump. Commands must be carried out in their order; those for the
/// store and those for telephony may overtake each other.
/// Owned by one loop, the core's; not thread-safe. Lifetime: the process.
class Engine {
 public:
  Engine(EngineOptions options, const TimeZones& zones);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Takes one event and appends what is to be done to `out`.
  void step(const CoreEvent& event, Now now, std::vector<CoreCommand>& out);

  /// When step(Tick{}) must be called at the latest; nothing: not before the next event.
  std::optional<SteadyTime> next_deadline() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::core
