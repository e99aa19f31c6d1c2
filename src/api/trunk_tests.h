// TrunkTests: calls of an administrator that show whether a trunk works.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/event_stream.h"
#include "api/json.h"
#include "api/loop.h"
#include "core/messages/calls.h"

namespace carillon::api {

/// What a test call came to next: trying, ringing, early_media, answered, prompt, ended.
struct TestStep {
  WallTime at{};
  std::string state;
  std::string sentence;
};

struct TestCall {
  int64_t id = 0;
  TrunkId trunk;
  std::string number;  ///< as the administrator wrote it
  std::vector<TestStep> steps;
  bool ended = false;
  bool answered = false;
  int sip_status = 0;  ///< of the final response; 0: none came
};
Json to_json(const TestCall& call);

/// Places one call at a time through one trunk, plays the safe-harbour message to who answers,
/// hangs up, and publishes each step as a `test_call` event. The core knows nothing of these calls:
/// their attempts are below zero, and no lead, agent or campaign is touched. Loop: http. Lifetime:
/// the server's.
class TrunkTests {
 public:
  /// Rings at most this long; a call that was answered lasts at most kLongest.
  static constexpr Duration kRing = 30s, kLongest = 20s;
  /// Between the end of one and the next.
  static constexpr Duration kGap = 5s;

  TrunkTests(std::shared_ptr<Loop> loop, std::function<void(TelephonyCommand)> to_telephony,
             EventStream& events)
      : loop_(std::move(loop)), to_telephony_(std::move(to_telephony)), events_(events) {}

  struct Order {
    TrunkId trunk;
    std::string number;  ///< as written
    std::string dialed;  ///< with the trunk's tech prefix
    std::string caller_id;
  };
  /// How long until the next may begin; 0: now.
  Duration wait(SteadyTime now) const;
  const TestCall& begin(const Order& order, Now now);
  void take(const TelephonyEvent& event, WallTime now);
  /// One of the last some; null: no more known.
  const TestCall* find(int64_t id) const;

 private:
  TestCall* call_of(AttemptId attempt);
  void step(TestCall& call, WallTime at, std::string state, std::string sentence);
  void on(TestCall& call, const CallProgress& event, WallTime now);
  void on(TestCall& call, const CallAnswered& event, WallTime now);
  void on(TestCall& call, const CallEnded& event, WallTime now);

  const std::shared_ptr<Loop> loop_;
  const std::function<void(TelephonyCommand)> to_telephony_;
  EventStream& events_;
  std::deque<TestCall> calls_;  ///< the newest last
  int64_t last_ = 0;
  SteadyTime free_at_{};
};

}  // namespace carillon::api
