#include "telephony/testing/telephony_fixture.h"

#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace carillon::telephony::testing {

void EventLog::add(TelephonyEvent event) {
  std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void AnswerLog::add(AgentAnswer answer) {
  std::lock_guard lock(mutex_);
  answers_.push_back(std::move(answer));
  changed_.notify_all();
}

std::optional<AgentAnswer> AnswerLog::wait(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return !answers_.empty(); })) return std::nullopt;
  auto first = std::move(answers_.front());
  answers_.pop_front();
  return first;
}

TelephonyTest::TelephonyTest() {
  auto pattern = (std::filesystem::temp_directory_path() / "carillon-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  folder_ = pattern;
  config_.bind_address = "127.0.0.1";
  config_.trunk_port = config_.trunk_tls_port = 0;
  config_.phone_port = config_.phone_tls_port = 0;
  config_.phones_enabled = false;
  config_.rtp_port_min = 30'000;
  config_.rtp_port_max = 39'999;
  config_.agent_port = 0;
  config_.media_loops = 1;
  config_.recordings_directory = (folder_ / "recordings").string();
  config_.prompts_directory = (folder_ / "prompts").string();
  config_.transaction_timeout = 3s;
}

TelephonyTest::~TelephonyTest() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TelephonyTest::start() {
  auto started = Telephony::start(
      config_, Sinks{[this](TelephonyEvent event) { events_.add(std::move(event)); },
                     [this](AgentAnswer answer) { answers_.add(std::move(answer)); }});
  if (!started) throw std::runtime_error(started.error().message);
  telephony_ = std::move(*started);
}

void TelephonyTest::stop() {
  if (telephony_) telephony_->drain_and_stop();
  telephony_.reset();
}

Trunk TelephonyTest::trunk_to(const ScriptedPeer& peer, SipTransport transport) {
  Trunk trunk;
  trunk.id = TrunkId{1};
  trunk.name = "Scripted";
  trunk.host = peer.address();
  trunk.port = peer.port();
  trunk.transport = transport;
  trunk.from_domain = "calls.example.com";
  trunk.options_ping = false;
  trunk.session_timers = false;
  return trunk;
}

void TelephonyTest::use_trunk(const ScriptedPeer& peer, SipTransport transport,
                              const std::function<void(Trunk&)>& change) {
  if (!telephony_) start();
  auto trunk = trunk_to(peer, transport);
  if (change) change(trunk);
  telephony_->send(SetTrunks{{trunk}});
  if (!trunk.options_ping) {
    const auto state = events_.wait<TrunkStateChanged>();
    ASSERT_TRUE(state);
    ASSERT_TRUE(state->up) << state->reason;
  }
}

PlaceCall TelephonyTest::order(int64_t attempt, int64_t ring_timeout_ms) {
  PlaceCall call;
  call.attempt = AttemptId{attempt};
  call.campaign = CampaignId{1};
  call.trunk = TrunkId{1};
  call.number = "4930123456";
  call.caller_id = "+4930999";
  call.ring_timeout_ms = ring_timeout_ms;
  return call;
}

std::optional<CallEnded> TelephonyTest::ended(int64_t attempt, std::chrono::milliseconds patience) {
  return events_.wait<CallEnded>(
      [attempt](const CallEnded& event) { return event.attempt.value == attempt; }, patience);
}

Message TelephonyTest::talk(ScriptedPeer& peer, int64_t attempt) {
  place(attempt);
  const auto invite = peer.expect("INVITE");
  EXPECT_TRUE(invite);
  if (!invite) return {};
  peer.reply(*invite, 200, {.sdp = peer.sdp()});
  EXPECT_TRUE(peer.expect("ACK"));
  EXPECT_TRUE(events_.wait<CallAnswered>());
  return *invite;
}

bool TelephonyTest::counted(const std::function<bool(const TelephonyCounters&)>& wanted,
                            std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    if (wanted(telephony_->counters())) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

}  // namespace carillon::telephony::testing
