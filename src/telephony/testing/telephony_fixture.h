// A Telephony on loopback with everything that it says, for tests.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "telephony/telephony.h"
#include "telephony/testing/scripted_peer.h"

namespace carillon::telephony::testing {

/// What the telephony told the core, in order. Filled by the SIP thread, read by the test.
class EventLog {
 public:
  void add(TelephonyEvent event);
  /// Waits for the first event of that type that `wanted` accepts, and takes it out.
  template <class T>
  std::optional<T> wait(const std::function<bool(const T&)>& wanted = nullptr,
                        std::chrono::milliseconds patience = kPatience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    while (true) {
      for (auto each = events_.begin(); each != events_.end(); ++each) {
        const auto* event = std::get_if<T>(&*each);
        if (event == nullptr || (wanted && !wanted(*event))) continue;
        std::optional<T> found(*event);
        events_.erase(each);
        return found;
      }
      if (changed_.wait_until(lock, until) == std::cv_status::timeout) return std::nullopt;
    }
  }
  template <class T>
  size_t count() const {
    std::lock_guard lock(mutex_);
    size_t n = 0;
    for (const auto& event : events_) n += std::holds_alternative<T>(event);
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<TelephonyEvent> events_;
};

/// The answers for the API, in order.
class AnswerLog {
 public:
  void add(AgentAnswer answer);
  std::optional<AgentAnswer> wait(std::chrono::milliseconds patience = kPatience);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<AgentAnswer> answers_;
};

/// Starts a Telephony on free ports of 127.0.0.1 with short timers.
class TelephonyTest : public ::testing::Test {
 protected:
  TelephonyTest();
  ~TelephonyTest() override;

  /// With what `config_` says. Fails the test when it does not start.
  void start();
  void stop();

  /// One trunk (id 1) to `peer`, without ping unless `change` says otherwise; waits until it is up.
  void use_trunk(const ScriptedPeer& peer, SipTransport transport = SipTransport::kUdp,
                 const std::function<void(Trunk&)>& change = nullptr);
  static Trunk trunk_to(const ScriptedPeer& peer, SipTransport transport = SipTransport::kUdp);

  static PlaceCall order(int64_t attempt, int64_t ring_timeout_ms = 20'000);
  void place(int64_t attempt, int64_t ring_timeout_ms = 20'000) {
    telephony_->send(order(attempt, ring_timeout_ms));
  }
  std::optional<CallEnded> ended(int64_t attempt, std::chrono::milliseconds patience = kPatience);

  /// Places the attempt, lets `peer` answer it at once, and returns the INVITE.
  Message talk(ScriptedPeer& peer, int64_t attempt);

  /// Waits until the counters, which are published some times a second, satisfy `wanted`.
  bool counted(const std::function<bool(const TelephonyCounters&)>& wanted,
               std::chrono::milliseconds patience = kPatience);

  TelephonyConfig config_;
  EventLog events_;
  AnswerLog answers_;
  std::unique_ptr<Telephony> telephony_;

  std::filesystem::path folder_;  ///< of this test alone, removed after it
};

}  // namespace carillon::telephony::testing
