// The whole plane over real sockets: every leg plays its own tone and must hear exactly the
// other's.
#include "telephony/media/media_plane.h"

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/resource.h>

#include "telephony/media/prompts.h"
#include "telephony/media/speech.h"
#include "telephony/media/testing/plane_fixture.h"

namespace carillon::media {
namespace {

using testing::Browser;
using testing::EventLog;
using testing::eventually;
using testing::negotiate;
using testing::open_leg;
using testing::PeerThread;
using testing::RtpPeer;

constexpr LegId kAgent{1};
constexpr LegId kCustomer{2};
constexpr double kAgentTone = 1000;
constexpr double kCustomerTone = 440;

class LoopbackBase : public ::testing::Test {
 protected:
  void start_plane(const std::function<void(MediaConfig&)>& change = nullptr) {
    MediaConfig config = testing::loopback_config(folder_);
    if (change) change(config);
    auto plane = MediaPlane::start(config, [this](MediaEvent e) { events_.add(std::move(e)); });
    ASSERT_TRUE(plane.ok()) << plane.error().message;
    plane_ = std::move(*plane);
  }
  void TearDown() override { plane_.reset(); }

  template <class T>
  bool saw(LegId leg) {
    return events_.wait_for<T>([&](const T& e) { return e.leg == leg; }).has_value();
  }

  testing::TemporaryFolder folder_;
  EventLog events_;
  std::unique_ptr<MediaPlane> plane_;
};

// ------------------------------------------------------------------------------- RTP to RTP

class LoopbackRtp : public LoopbackBase {
 protected:
  void SetUp() override {
    start_plane();
    thread_.add(agent_);
    thread_.add(customer_);
    open_leg(*plane_, kAgent, agent_);
    open_leg(*plane_, kCustomer, customer_);
  }
  void TearDown() override {
    thread_.remove(agent_);
    thread_.remove(customer_);
    LoopbackBase::TearDown();
  }
  bool both_hear_each_other() {
    return eventually([&] { return agent_.hears(kCustomerTone) && customer_.hears(kAgentTone); });
  }

  RtpPeer agent_{kAgentTone};
  RtpPeer customer_{kCustomerTone};
  PeerThread thread_;
};

TEST_F(LoopbackRtp, ConnectedLegsHearEachOther) {
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_TRUE(saw<FirstPacket>(kAgent));
  EXPECT_TRUE(saw<FirstPacket>(kCustomer));
}

TEST_F(LoopbackRtp, UnconnectedLegsHearSilence) {
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence() && customer_.hears_silence(); }));
}

TEST_F(LoopbackRtp, DisconnectTakesBothBackToSilence) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->disconnect(kCustomer);
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence() && customer_.hears_silence(); }));
}

TEST_F(LoopbackRtp, ASwitchedSourceContinuesOneStream) {
  RtpPeer second(650);
  thread_.add(second);
  open_leg(*plane_, LegId{3}, second);
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->connect(kAgent, LegId{3});
  EXPECT_TRUE(eventually([&] { return agent_.hears(650) && second.hears(kAgentTone); }));
  EXPECT_TRUE(eventually([&] { return customer_.hears_silence(); }));
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  const auto view = agent_.view();
  EXPECT_EQ(view.ssrcs.size(), 1u);
  EXPECT_EQ(view.sequence_gaps, 0u);
  EXPECT_EQ(view.timestamp_steps_back, 0u);
  EXPECT_GE(view.markers, 3u);  // silence, customer, second, customer
  thread_.remove(second);
}

TEST_F(LoopbackRtp, ASourceThatRestartsContinuesTheStream) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  agent_.forget();
  customer_.restart_stream();
  EXPECT_TRUE(eventually([&] { return agent_.hears(kCustomerTone); }));
  const auto view = agent_.view();
  EXPECT_EQ(view.ssrcs.size(), 1u);
  EXPECT_EQ(view.sequence_gaps, 0u);
  EXPECT_EQ(view.timestamp_steps_back, 0u);
}

TEST_F(LoopbackRtp, HoldPlaysMusicToTheCustomerAndSilenceToTheAgent) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->hold(kCustomer, true);
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence(); }));
  EXPECT_TRUE(eventually([&] {
    return !customer_.hears(kAgentTone) && !customer_.hears_silence() &&
           customer_.share(kAgentTone) < 0.3;
  }));
  plane_->hold(kCustomer, false);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(customer_.view().sequence_gaps, 0u);
  EXPECT_EQ(customer_.view().timestamp_steps_back, 0u);
}

TEST_F(LoopbackRtp, MuteSilencesTheAgentOnly) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->mute(kAgent, true);
  EXPECT_TRUE(eventually([&] { return customer_.hears_silence(); }));
  EXPECT_TRUE(agent_.hears(kCustomerTone));
  plane_->mute(kAgent, false);
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackRtp, LawsAreTranscoded) {
  customer_.set_codec(Codec::kPcma);
  auto remote = customer_.remote();
  remote.codec = Codec::kPcma;
  plane_->set_remote(kCustomer, remote);
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  customer_.forget();
  agent_.forget();
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_THAT(customer_.view().payload_types, ::testing::ElementsAre(8));
  EXPECT_THAT(agent_.view().payload_types, ::testing::ElementsAre(0));
}

TEST_F(LoopbackRtp, LossAndReorderingPassThroughUnharmed) {
  customer_.set_disorder(20, 7);
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(eventually([&] { return agent_.view().packets > 150; }));
  const auto view = agent_.view();
  EXPECT_EQ(view.ssrcs.size(), 1u);
  EXPECT_GT(view.sequence_gaps, 10u);
  // One in twenty is lost, and nothing else: our rewriting makes no holes of its own.
  EXPECT_NEAR(static_cast<double>(view.packets), static_cast<double>(customer_.sent()) * 0.95, 60);
}

TEST_F(LoopbackRtp, AThirdPartyIsNeitherRelayedNorLearned) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  const auto endpoint = plane_->open_rtp_leg(LegId{9});  // the range tells where legs live
  ASSERT_TRUE(endpoint.ok());
  RtpPeer attacker(2000);
  thread_.add(attacker);
  for (int pair = 1; pair <= 3; ++pair) {
    attacker.send_to({"127.0.0.1", static_cast<uint16_t>(endpoint->rtp_port - 2 * pair),
                      static_cast<uint16_t>(endpoint->rtp_port - 2 * pair + 1)});
    const auto before = attacker.sent();
    ASSERT_TRUE(eventually([&] { return attacker.sent() > before + 30; }));
    EXPECT_TRUE(agent_.hears(kCustomerTone));
    EXPECT_TRUE(customer_.hears(kAgentTone));
  }
  EXPECT_EQ(attacker.view().packets, 0u);
  EXPECT_LT(agent_.share(2000), 0.01);
  thread_.remove(attacker);
}

TEST_F(LoopbackRtp, PacketsThatStrangersSentBeforeTheAnswerAreDropped) {
  const auto endpoint = plane_->open_rtp_leg(LegId{7});
  ASSERT_TRUE(endpoint.ok());
  RtpPeer attacker(2000);
  RtpPeer peer(650);
  thread_.add(attacker);
  attacker.send_to(*endpoint);
  ASSERT_TRUE(eventually([&] { return attacker.sent() > 20; }));
  thread_.remove(attacker);
  thread_.add(peer);
  plane_->set_remote(LegId{7}, peer.remote());
  plane_->connect(kAgent, LegId{7});
  peer.send_to(*endpoint);
  EXPECT_TRUE(eventually([&] { return agent_.hears(650); }));
  EXPECT_GE(plane_->counters().dropped_stranger, 20u);
  thread_.remove(peer);
}

TEST_F(LoopbackRtp, APhoneBehindNatIsTakenFromItsRegisteredAddressAndOnePort) {
  RtpPeer phone(650);
  thread_.add(phone);
  auto remote = phone.remote();
  remote.nat_address = "127.0.0.1";
  remote.address = "192.168.1.20";  // what its SDP says
  remote.port = 4000;
  const auto endpoint = plane_->open_rtp_leg(LegId{5});
  ASSERT_TRUE(endpoint.ok());
  plane_->set_remote(LegId{5}, remote);
  plane_->connect(LegId{5}, kCustomer);
  phone.send_to(*endpoint);
  EXPECT_TRUE(eventually([&] { return phone.hears(kCustomerTone) && customer_.hears(650); }));
  RtpPeer late(2000);  // same address, another port: too late
  thread_.add(late);
  late.send_to(*endpoint);
  ASSERT_TRUE(eventually([&] { return late.sent() > 30; }));
  EXPECT_TRUE(customer_.hears(650));
  EXPECT_EQ(late.view().packets, 0u);
  thread_.remove(late);
  thread_.remove(phone);
}

TEST_F(LoopbackRtp, DigitsOfACustomerAreReportedOnceAndRelayed) {
  customer_.set_dtmf_payload_type(96);
  auto remote = customer_.remote();
  remote.dtmf_payload_type = 96;
  plane_->set_remote(kCustomer, remote);
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  for (const char digit : {'5', '#', '5'}) {
    customer_.press(digit);
    const auto event = events_.wait_for<Digit>([](const Digit&) { return true; });
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->leg, kCustomer);
    EXPECT_EQ(event->digit, digit);
  }
  EXPECT_TRUE(eventually([&] { return agent_.view().digits == "5#5"; }));
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(events_.count<Digit>(), 0u);
  EXPECT_EQ(agent_.view().sequence_gaps, 0u);
}

TEST_F(LoopbackRtp, SentDigitsArriveAsEvents) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->send_digits(kCustomer, "12x*");
  EXPECT_TRUE(eventually([&] { return customer_.view().digits == "12*"; }));
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(customer_.view().sequence_gaps, 0u);
  EXPECT_EQ(customer_.view().timestamp_steps_back, 0u);
}

TEST_F(LoopbackRtp, DigitsGoAsTonesAndAreHeardAsTonesWithoutTelephoneEvent) {
  // Two legs that are each other's peer: tones that the one sends, the other must hear.
  const auto a = plane_->open_rtp_leg(LegId{21});
  const auto b = plane_->open_rtp_leg(LegId{22});
  ASSERT_TRUE(a.ok() && b.ok());
  RemoteMedia to_b{"127.0.0.1", b->rtp_port,          "", 0,   Codec::kPcmu, -1,
                   false,       Direction::kSendRecv, "", true};
  RemoteMedia to_a = to_b;
  to_a.port = a->rtp_port;
  plane_->set_remote(LegId{21}, to_b);
  plane_->set_remote(LegId{22}, to_a);
  plane_->send_digits(LegId{21}, "159D");
  for (const char digit : {'1', '5', '9', 'D'}) {
    const auto event = events_.wait_for<Digit>([](const Digit&) { return true; });
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->leg, LegId{22});
    EXPECT_EQ(event->digit, digit);
  }
}

TEST_F(LoopbackRtp, ComfortNoiseIsLeftOutWithoutAHoleWhereItIsNotKnown) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  for (int i = 0; i < 5; ++i) customer_.send_comfort_noise();
  agent_.forget();
  EXPECT_TRUE(eventually([&] { return agent_.hears(kCustomerTone); }));
  EXPECT_EQ(agent_.view().comfort_noise, 0u);
  EXPECT_EQ(agent_.view().sequence_gaps, 0u);
  auto remote = agent_.remote();
  remote.comfort_noise = true;
  plane_->set_remote(kAgent, remote);
  EXPECT_TRUE(eventually([&] {
    customer_.send_comfort_noise();
    return agent_.view().comfort_noise > 0;
  }));
}

TEST_F(LoopbackRtp, APeersHoldStopsOurSending) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  auto remote = customer_.remote();
  remote.direction = Direction::kInactive;
  plane_->set_remote(kCustomer, remote);
  EXPECT_TRUE(eventually([&] {
    const auto before = customer_.view().packets;
    std::this_thread::sleep_for(100ms);
    return customer_.view().packets == before;
  }));
  remote.direction = Direction::kSendRecv;
  plane_->set_remote(kCustomer, remote);
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackRtp, APromptIsHeardToItsEndAndReported) {
  std::vector<int16_t> tone(8000);
  testing::ToneSource(700).make(tone);
  SF_INFO info{};
  info.samplerate = 16000;  // so that it must be resampled: 700 Hz become 1400
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open((folder_.path() / "prompts" / "beep.wav").c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr);
  sf_write_short(file, tone.data(), static_cast<sf_count_t>(tone.size()));
  sf_close(file);
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->play(kCustomer, "beep.wav", false);
  EXPECT_TRUE(eventually([&] { return customer_.hears(1400); }));
  const auto done = events_.wait_for<PlaybackDone>([](const auto&) { return true; });
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->prompt, "beep.wav");
  EXPECT_EQ(done->error, "");
  EXPECT_TRUE(both_hear_each_other());
  plane_->play(kCustomer, "beep.wav", true);
  EXPECT_TRUE(eventually([&] { return customer_.hears(1400); }));
  plane_->stop_playing(kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(events_.count<PlaybackDone>(), 0u);
}

TEST_F(LoopbackRtp, APromptEndsThoughThePeerDoesNotListen) {
  auto remote = customer_.remote();
  remote.direction = Direction::kInactive;
  plane_->set_remote(kCustomer, remote);
  plane_->play(kCustomer, kSafeHarbourName, false);
  EXPECT_TRUE(saw<PlaybackDone>(kCustomer));
}

TEST_F(LoopbackRtp, ATextIsSpokenOnceAndKept) {
  // Begins like an option, and holds what a shell would take apart.
  const std::string text = "-v is no option; $(this) is \"no\" command.";
  for (int i = 0; i < 2; ++i) {
    plane_->say(kCustomer, text, kSafeHarbourName);
    const auto done = events_.wait_for<PlaybackDone>([](const auto&) { return true; });
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->error, "");
  }
  const auto file = folder_.path() / "prompts" / spoken_name(text);
  const auto prompt = load_prompt(file.parent_path(), file.filename().string());
  ASSERT_TRUE(prompt.ok());
  EXPECT_GT((*prompt)->pcmu.size(), 2u * kSampleRate) << "some seconds of speech";
  EXPECT_NE(spoken_name(text), spoken_name(text + "!"));
}

TEST_F(LoopbackRtp, WhatCannotBeSpokenIsReplacedByThePrompt) {
  const std::string text = "Nobody can say this.";
  // What is to be written is a folder already: speaking fails, as without espeak-ng.
  std::filesystem::create_directories(folder_.path() / "prompts" / (spoken_name(text) + ".part"));
  plane_->say(kCustomer, text, "nothing.wav");
  const auto done = events_.wait_for<PlaybackDone>([](const auto&) { return true; });
  ASSERT_TRUE(done.has_value());
  EXPECT_NE(done->error.find("nothing.wav"), std::string::npos) << done->error;
}

TEST_F(LoopbackRtp, AMissingPromptIsReported) {
  for (const char* name : {"nothing.wav", "../../etc/passwd"}) {
    plane_->play(kCustomer, name, false);
    const auto done = events_.wait_for<PlaybackDone>([](const auto&) { return true; });
    ASSERT_TRUE(done.has_value());
    EXPECT_NE(done->error, "");
  }
}

TEST_F(LoopbackRtp, GarbageIsCountedAndHarmless) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  const std::array<uint8_t, 3> stub{0x80, 0, 1};
  const std::array<uint8_t, 16> wrong_version{0x40};
  for (int i = 0; i < 10; ++i) {
    customer_.send_raw(stub);
    customer_.send_raw(wrong_version);
    customer_.send_rtcp(stub);
    customer_.send_rtcp(wrong_version);
  }
  EXPECT_TRUE(eventually([&] { return plane_->counters().dropped_malformed >= 40; }));
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackRtp, ClosingALegLeavesTheOtherOne) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->close(kCustomer);
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence(); }));
  EXPECT_TRUE(eventually([&] { return plane_->counters().legs == 1; }));
  EXPECT_TRUE(eventually([&] {
    const auto reports = customer_.reports();
    return !reports.empty() && reports.back().bye;
  }));
  plane_->hold(kCustomer, true);  // orders that cross the close are ignored
  plane_->connect(kAgent, kCustomer);
}

// --------------------------------------------------------------------------------- echo test

/// How long it takes until `peer`, silent before, hears its own tone.
Duration echo_delay(testing::Peer& peer, double hertz) {
  peer.set_playing(true);
  const SteadyTime began = machine_now().steady;
  EXPECT_TRUE(eventually([&] { return peer.hears(hertz); }));
  return machine_now().steady - began;
}

TEST_F(LoopbackRtp, AnEchoComesBackASecondLaterAndStops) {
  agent_.set_playing(false);
  plane_->echo(kAgent, true);
  ASSERT_TRUE(eventually([&] { return agent_.hears_silence(); }));
  const Duration delay = echo_delay(agent_, kAgentTone);
  EXPECT_GE(delay, 700ms);
  EXPECT_LE(delay, 2s);
  EXPECT_TRUE(customer_.hears_silence());
  EXPECT_EQ(agent_.view().sequence_gaps, 0u);
  plane_->echo(kAgent, false);
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence(); }));
}

TEST_F(LoopbackRtp, AConnectionEndsTheEchoForGood) {
  plane_->echo(kAgent, true);
  ASSERT_TRUE(eventually([&] { return agent_.hears(kAgentTone); }));
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  plane_->echo(kAgent, true);  // it crossed the connection
  std::this_thread::sleep_for(1200ms);
  EXPECT_TRUE(both_hear_each_other());
  plane_->disconnect(kCustomer);
  EXPECT_TRUE(eventually([&] { return agent_.hears_silence() && customer_.hears_silence(); }));
}

TEST_F(LoopbackRtp, AnEchoIsSmoothInSpiteOfLossAndReordering) {
  agent_.set_disorder(50, 7);
  plane_->echo(kAgent, true);
  EXPECT_TRUE(eventually([&] { return agent_.hears(kAgentTone); }));
  EXPECT_EQ(agent_.view().sequence_gaps, 0u);
}

class LoopbackTimers : public LoopbackBase {};

TEST_F(LoopbackTimers, SilenceOfAPeerIsReportedOnceAndNotOnHold) {
  start_plane([](MediaConfig& c) { c.media_timeout = 300ms; });
  RtpPeer peer(kCustomerTone);
  PeerThread thread;
  thread.add(peer);
  open_leg(*plane_, kCustomer, peer);
  ASSERT_TRUE(saw<FirstPacket>(kCustomer));
  plane_->hold(kCustomer, true);
  peer.set_playing(false);
  std::this_thread::sleep_for(800ms);
  EXPECT_EQ(events_.count<MediaTimeout>(), 0u);
  plane_->hold(kCustomer, false);
  EXPECT_TRUE(saw<MediaTimeout>(kCustomer));
  std::this_thread::sleep_for(600ms);
  EXPECT_EQ(events_.count<MediaTimeout>(), 0u);
  thread.remove(peer);
}

TEST_F(LoopbackTimers, ReportsTellLossAndWhatWasSent) {
  start_plane([](MediaConfig& c) { c.report_interval = 300ms; });
  RtpPeer peer(kCustomerTone);
  peer.set_disorder(10, 0);
  PeerThread thread;
  thread.add(peer);
  open_leg(*plane_, kCustomer, peer);
  EXPECT_TRUE(eventually([&] {
    const auto reports = peer.reports();
    return reports.size() >= 3 && reports.back().sender && reports.back().report &&
           reports.back().report->packets_lost > 0;
  }));
  const auto last = peer.reports().back();
  EXPECT_EQ(last.report->ssrc, peer.ssrc());
  EXPECT_EQ(*peer.view().ssrcs.begin(), last.sender_ssrc);
  EXPECT_NEAR(last.report->fraction_lost / 256.0, 0.1, 0.09);
  EXPECT_GT(last.sender->packets, 10u);
  thread.remove(peer);
}

// -------------------------------------------------------------------------------- browsers

class LoopbackBrowser : public LoopbackBase {
 protected:
  void SetUp() override {
    start_plane([this](MediaConfig& c) {
      c.consent_timeout = 1500ms;
      c.loops = loops();
    });
    auto context = DtlsContext::create();
    ASSERT_TRUE(context.ok());
    context_ = std::move(*context);
    browser_ = std::make_unique<Browser>(*context_, kAgentTone);
    browser_->set_dtmf_payload_type(126);
    thread_.add(*browser_);
    thread_.add(customer_);
    plane_->open_webrtc_leg(kAgent);
    open_leg(*plane_, kCustomer, customer_);
  }
  void TearDown() override {
    thread_.remove(*browser_);
    thread_.remove(customer_);
    LoopbackBase::TearDown();
  }
  virtual int loops() const { return 1; }
  void bring_up() {
    ASSERT_TRUE(negotiate(*plane_, events_, kAgent, *browser_));
    ASSERT_TRUE(saw<LineUp>(kAgent));
  }
  bool both_hear_each_other() {
    browser_->forget();
    customer_.forget();
    return eventually(
        [&] { return browser_->hears(kCustomerTone) && customer_.hears(kAgentTone); });
  }

  std::unique_ptr<DtlsContext> context_;
  std::unique_ptr<Browser> browser_;
  RtpPeer customer_{kCustomerTone};
  PeerThread thread_;
};

TEST_F(LoopbackBrowser, AgentAndCustomerHearEachOther) {
  bring_up();
  EXPECT_TRUE(eventually([&] { return browser_->hears_silence(); }));
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(browser_->view().ssrcs.size(), 1u);
  EXPECT_EQ(browser_->view().sequence_gaps, 0u);
}

TEST_F(LoopbackBrowser, HoldAndMute) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->hold(kCustomer, true);
  EXPECT_TRUE(eventually([&] { return browser_->hears_silence(); }));
  EXPECT_TRUE(
      eventually([&] { return !customer_.hears_silence() && customer_.share(kAgentTone) < 0.3; }));
  plane_->hold(kCustomer, false);
  ASSERT_TRUE(both_hear_each_other());
  plane_->mute(kAgent, true);
  EXPECT_TRUE(eventually([&] { return customer_.hears_silence(); }));
  plane_->mute(kAgent, false);
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackBrowser, AnEchoAndThenACustomer) {
  bring_up();
  browser_->set_playing(false);
  plane_->echo(kAgent, true);
  const Duration delay = echo_delay(*browser_, kAgentTone);
  EXPECT_GE(delay, 700ms);
  EXPECT_LE(delay, 2s);
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackBrowser, DigitsBothWays) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  browser_->press('7');
  EXPECT_TRUE(saw<Digit>(kAgent));
  EXPECT_TRUE(eventually([&] { return customer_.view().digits == "7"; }));
  customer_.press('3');
  EXPECT_TRUE(saw<Digit>(kCustomer));
  EXPECT_TRUE(eventually([&] { return browser_->view().digits == "3"; }));
}

TEST_F(LoopbackBrowser, AReloadKeepsTheLegAndTheCustomer) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  browser_->say_goodbye();
  thread_.remove(*browser_);
  browser_->change_address();
  browser_->new_connection();
  browser_->restart_stream();
  thread_.add(*browser_);
  bring_up();
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(customer_.view().ssrcs.size(), 1u);
}

TEST_F(LoopbackBrowser, AnIceRestartKeepsDtlsAndTheAudio) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  thread_.remove(*browser_);
  browser_->change_address();
  browser_->restart_ice();
  ASSERT_TRUE(negotiate(*plane_, events_, kAgent, *browser_));
  thread_.add(*browser_);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(events_.count<LineDown>(), 0u);
  EXPECT_EQ(events_.count<LineUp>(), 0u);  // it never went down
}

TEST_F(LoopbackBrowser, ANetworkBreakIsReportedAndHeals) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  browser_->set_dark(true);
  EXPECT_TRUE(saw<LineDown>(kAgent));
  browser_->set_dark(false);
  EXPECT_TRUE(saw<LineUp>(kAgent));
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackBrowser, ACertificateThatIsNotTheOffersIsRefused) {
  std::string offer = browser_->offer();
  const size_t at = offer.find("sha-256 ") + 8;
  std::string wrong;
  for (int i = 0; i < 32; ++i) wrong += i == 0 ? "AA" : ":AA";
  offer.replace(at, 95, wrong);
  plane_->offer(kAgent, RequestId{77}, browser_->connection(), offer);
  const auto answered = events_.wait_for<OfferAnswered>([](const auto&) { return true; });
  ASSERT_TRUE(answered && !answered->sdp.empty());
  browser_->accept(answered->sdp);
  EXPECT_TRUE(saw<LineDown>(kAgent));
  EXPECT_EQ(events_.count<LineUp>(), 0u);
}

TEST_F(LoopbackBrowser, ABadOfferGetsASentence) {
  plane_->offer(kAgent, RequestId{5}, "c", "v=0\r\nnonsense");
  auto answered = events_.wait_for<OfferAnswered>([](const auto&) { return true; });
  ASSERT_TRUE(answered.has_value());
  EXPECT_EQ(answered->sdp, "");
  EXPECT_NE(answered->error, "");
  plane_->offer(LegId{99}, RequestId{6}, "c", browser_->offer());
  answered = events_.wait_for<OfferAnswered>([](const auto&) { return true; });
  ASSERT_TRUE(answered.has_value());
  EXPECT_NE(answered->error, "");
}

TEST_F(LoopbackBrowser, StrangersOnTheSharedPortDisturbNobody) {
  bring_up();
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  Browser stranger(*context_, 2000);
  stranger.accept("\r\nm=audio " + std::to_string(plane_->agent_port(0)) +
                  " x\r\nc=IN IP4 127.0.0.1\r\na=ice-ufrag:AAAAAAAA\r\na=ice-pwd:" +
                  std::string(24, 'B') + "\r\na=fingerprint:sha-256 00\r\n");
  DtlsSession hello(*context_, DtlsSession::Role::kClient, "",
                    [&](Bytes datagram) { stranger.send_raw(datagram); });
  hello.start();  // a stray ClientHello
  const std::array<uint8_t, 60> rtp{0x80, 0};
  const std::array<uint8_t, 60> junk{0xFF};
  for (int i = 0; i < 20; ++i) {
    stranger.send_raw(rtp);
    stranger.send_raw(junk);
    stranger.tick();  // a STUN check with made-up credentials each 50 ms
  }
  // Forged records and packets from the very address of the session.
  browser_->send_raw(rtp);
  const std::array<uint8_t, 15> forged_alert{21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
  browser_->send_raw(forged_alert);
  DtlsSession second_hello(*context_, DtlsSession::Role::kClient, "",
                           [&](Bytes datagram) { browser_->send_raw(datagram); });
  second_hello.start();
  EXPECT_TRUE(eventually([&] {
    const auto c = plane_->counters();
    return c.dropped_stranger >= 21 && c.dropped_malformed >= 20 && c.dropped_srtp >= 1 &&
           c.dropped_stun >= 1;
  }));
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_EQ(events_.count<LineDown>(), 0u);
}

/// Two loops: agents and customers are spread over both, so that legs have to move.
class LoopbackTwoLoops : public LoopbackBrowser {
 protected:
  int loops() const override { return 2; }
};

TEST_F(LoopbackTwoLoops, ACustomerMovesToItsAgentsLoop) {
  bring_up();
  plane_->hold(kCustomer, true);
  plane_->connect(kAgent, kCustomer);
  plane_->hold(kCustomer, false);  // overtakes nothing
  EXPECT_TRUE(both_hear_each_other());
  Browser second(*context_, 650);
  thread_.add(second);
  plane_->open_webrtc_leg(LegId{3});
  ASSERT_TRUE(negotiate(*plane_, events_, LegId{3}, second));
  ASSERT_TRUE(saw<LineUp>(LegId{3}));
  for (int i = 0; i < 5; ++i) {
    plane_->connect(LegId{3}, kCustomer);
    plane_->connect(kAgent, kCustomer);
  }
  plane_->connect(LegId{3}, kCustomer);
  EXPECT_TRUE(eventually([&] { return second.hears(kCustomerTone) && customer_.hears(650); }));
  EXPECT_TRUE(eventually([&] { return browser_->hears_silence(); }));
  plane_->close(kCustomer);
  EXPECT_TRUE(eventually([&] { return plane_->counters().legs == 2; }));
  thread_.remove(second);
}

/// A second browser, which lands on the other loop.
class LoopbackConference : public LoopbackTwoLoops {
 protected:
  static constexpr LegId kColleague{3};
  static constexpr double kColleagueTone = 1900;

  void SetUp() override {
    LoopbackTwoLoops::SetUp();
    bring_up();
    plane_->connect(kAgent, kCustomer);
    ASSERT_TRUE(both_hear_each_other());
    colleague_ = std::make_unique<Browser>(*context_, kColleagueTone);
    thread_.add(*colleague_);
    plane_->open_webrtc_leg(kColleague);
    ASSERT_TRUE(negotiate(*plane_, events_, kColleague, *colleague_));
    ASSERT_TRUE(saw<LineUp>(kColleague));
  }
  void TearDown() override {
    thread_.remove(*colleague_);
    LoopbackTwoLoops::TearDown();
  }
  /// Both tones and nothing else.
  static bool hears_both(const testing::Peer& peer, double one, double other) {
    const double a = peer.share(one);
    const double b = peer.share(other);
    return a > 0.3 && b > 0.3 && a + b > 0.9;
  }
  std::unique_ptr<Browser> colleague_;
};

TEST_F(LoopbackConference, BrowsersOfDifferentLoopsHearEachOther) {
  plane_->connect(kAgent, kColleague);
  EXPECT_TRUE(
      eventually([&] { return browser_->hears(kColleagueTone) && colleague_->hears(kAgentTone); }));
  EXPECT_TRUE(eventually([&] { return customer_.hears_silence(); }));
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
  EXPECT_TRUE(eventually([&] { return colleague_->hears_silence(); }));
  EXPECT_TRUE(eventually([&] { return plane_->counters().legs == 3; })) << "the link is gone";
}

TEST_F(LoopbackConference, EverybodyHearsEverybodyElse) {
  plane_->join({kAgent, kCustomer, kColleague});
  EXPECT_TRUE(eventually([&] {
    return hears_both(*browser_, kCustomerTone, kColleagueTone) &&
           hears_both(customer_, kAgentTone, kColleagueTone) &&
           hears_both(*colleague_, kAgentTone, kCustomerTone);
  }));
  plane_->mute(kAgent, true);
  EXPECT_TRUE(eventually(
      [&] { return customer_.hears(kColleagueTone) && colleague_->hears(kCustomerTone); }));
  plane_->mute(kAgent, false);
  plane_->hold(kCustomer, true);
  EXPECT_TRUE(
      eventually([&] { return browser_->hears(kColleagueTone) && colleague_->hears(kAgentTone); }));
  plane_->hold(kCustomer, false);
  plane_->close(kColleague);
  EXPECT_TRUE(eventually([&] { return browser_->hears(kCustomerTone); }));
  EXPECT_TRUE(eventually([&] { return customer_.hears(kAgentTone); }));
  plane_->connect(kAgent, kCustomer);
  EXPECT_TRUE(both_hear_each_other());
}

TEST_F(LoopbackConference, LossAndReorderingDoNotSpoilTheMix) {
  customer_.set_disorder(25, 6);
  plane_->join({kAgent, kCustomer, kColleague});
  EXPECT_TRUE(eventually([&] { return hears_both(*browser_, kCustomerTone, kColleagueTone); }));
}

// ------------------------------------------------------------------------------ recordings

class LoopbackRecording : public LoopbackRtp {
 protected:
  struct Stereo {
    std::vector<int16_t> left;
    std::vector<int16_t> right;
    int rate = 0;
  };
  Stereo read(const std::string& name) {
    SF_INFO info{};
    SNDFILE* file = sf_open((folder_.path() / "recordings" / name).c_str(), SFM_READ, &info);
    EXPECT_NE(file, nullptr);
    if (file == nullptr) return {};
    EXPECT_EQ(info.channels, 2);
    std::vector<int16_t> samples(static_cast<size_t>(info.frames) * 2);
    sf_readf_short(file, samples.data(), info.frames);
    sf_close(file);
    Stereo stereo;
    stereo.rate = info.samplerate;
    for (size_t i = 0; i < samples.size(); i += 2) {
      stereo.left.push_back(samples[i]);
      stereo.right.push_back(samples[i + 1]);
    }
    return stereo;
  }
  RecordingFinished finished() {
    const auto event = events_.wait_for<RecordingFinished>([](const auto&) { return true; });
    EXPECT_TRUE(event.has_value());
    return event.value_or(RecordingFinished{});
  }
  /// Energy share over the part between `from` and `to` (of 1).
  static double share(const std::vector<int16_t>& channel, double from, double to, double hertz) {
    const auto begin = static_cast<size_t>(static_cast<double>(channel.size()) * from);
    const auto end = static_cast<size_t>(static_cast<double>(channel.size()) * to);
    return testing::tone_share(std::span(channel).subspan(begin, end - begin), hertz);
  }
};

TEST_F(LoopbackRecording, AgentIsLeftAndCustomerRight) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->start_recording(AttemptId{42}, kCustomer, "2026/11/42.wav");
  std::this_thread::sleep_for(2s);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "recordings/2026/11/42.wav"));
  plane_->stop_recording(AttemptId{42});
  const auto done = finished();
  EXPECT_EQ(done.error, "");
  EXPECT_EQ(done.attempt, AttemptId{42});
  EXPECT_GE(done.duration, 1900ms);
  const auto stereo = read("2026/11/42.wav");
  EXPECT_EQ(stereo.rate, 8000);
  EXPECT_EQ(static_cast<int64_t>(stereo.left.size()), done.duration.count() * 8);
  EXPECT_GT(share(stereo.left, 0.1, 0.9, kAgentTone), 0.95);
  EXPECT_GT(share(stereo.right, 0.1, 0.9, kCustomerTone), 0.95);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "recordings/2026/11/42.wav.part"));
}

TEST_F(LoopbackRecording, HoldIsSilenceAndClosingALegCompletesTheFile) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->start_recording(AttemptId{1}, kCustomer, "a.wav");
  std::this_thread::sleep_for(1s);
  plane_->hold(kCustomer, true);
  std::this_thread::sleep_for(1s);
  plane_->hold(kCustomer, false);
  std::this_thread::sleep_for(1s);
  plane_->close(kCustomer);
  EXPECT_EQ(finished().error, "");
  plane_->stop_recording(AttemptId{1});
  const auto stereo = read("a.wav");
  EXPECT_GT(share(stereo.right, 0.05, 0.25, kCustomerTone), 0.9);
  const auto middle = std::span(stereo.right)
                          .subspan(stereo.right.size() * 45 / 100, stereo.right.size() * 15 / 100);
  EXPECT_LT(testing::loudness(middle), 10);
  EXPECT_GT(share(stereo.right, 0.8, 0.95, kCustomerTone), 0.9);
}

TEST_F(LoopbackRecording, GoesOnWithTheNextAgentAndInAConference) {
  constexpr LegId kSecond{3};
  constexpr double kSecondTone = 1900;
  RtpPeer second(kSecondTone);
  thread_.add(second);
  open_leg(*plane_, kSecond, second);
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->start_recording(AttemptId{1}, kCustomer, "a.wav");
  std::this_thread::sleep_for(1s);
  plane_->connect(kSecond, kCustomer);
  plane_->start_recording(AttemptId{1}, kCustomer, "b.wav");  // passed over
  std::this_thread::sleep_for(1s);
  plane_->join({kSecond, kAgent, kCustomer});
  std::this_thread::sleep_for(1s);
  plane_->close(kSecond);
  plane_->close(kCustomer);
  EXPECT_EQ(finished().error, "");
  const auto stereo = read("a.wav");
  EXPECT_GT(share(stereo.left, 0.05, 0.28, kAgentTone), 0.9);
  EXPECT_GT(share(stereo.left, 0.38, 0.62, kSecondTone), 0.9);
  EXPECT_GT(share(stereo.left, 0.75, 0.95, kAgentTone), 0.3);
  EXPECT_GT(share(stereo.left, 0.75, 0.95, kSecondTone), 0.3);
  EXPECT_GT(share(stereo.right, 0.75, 0.95, kCustomerTone), 0.9);
  thread_.remove(second);
}

TEST_F(LoopbackRecording, LossAndReorderingAreMendedInTheFile) {
  customer_.set_disorder(25, 6);
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(eventually([&] { return agent_.view().packets > 20; }));
  plane_->start_recording(AttemptId{1}, kCustomer, "a.wav");
  std::this_thread::sleep_for(2s);
  plane_->stop_recording(AttemptId{1});
  EXPECT_EQ(finished().error, "");
  const auto stereo = read("a.wav");
  EXPECT_GT(share(stereo.right, 0.1, 0.9, kCustomerTone), 0.9);
}

TEST_F(LoopbackRecording, AFullDiskIsASentenceAndNotASilentLoss) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 20000;  // stands for a disk that has no more room
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  setrlimit(RLIMIT_FSIZE, &small);
  plane_->start_recording(AttemptId{8}, kCustomer, "full.wav");
  std::this_thread::sleep_for(2500ms);
  EXPECT_TRUE(both_hear_each_other());
  plane_->stop_recording(AttemptId{8});
  const auto done = finished();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(done.error, ::testing::HasSubstr("could not be written"));
  EXPECT_TRUE(done.disk_failed);
  // What was written before is kept and can be played: 20,000 bytes are 0.6 s.
  EXPECT_GT(done.duration, 300ms);
  EXPECT_LT(done.duration, 700ms);
  const auto kept = read("full.wav");
  EXPECT_EQ(static_cast<int64_t>(kept.left.size()), done.duration.count() * 8);
  EXPECT_GT(share(kept.left, 0.2, 0.9, kAgentTone), 0.9);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "recordings/full.wav.part"));
  EXPECT_EQ(plane_->counters().recordings_failed, 1u);
}

TEST_F(LoopbackRecording, NamesThatLeaveTheFolderAndLegsThatAreGoneFail) {
  plane_->start_recording(AttemptId{1}, kCustomer, "../outside.wav");
  plane_->stop_recording(AttemptId{1});
  EXPECT_TRUE(finished().disk_failed);
  plane_->start_recording(AttemptId{2}, LegId{88}, "gone.wav");
  const auto gone = finished();
  EXPECT_NE(gone.error, "");
  EXPECT_FALSE(gone.disk_failed) << "a customer who was quicker is no fault of the disk";
  EXPECT_EQ(gone.duration, 0ms);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "recordings/gone.wav"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "recordings/gone.wav.part"));
}

TEST_F(LoopbackRecording, StoppingThePlaneCompletesTheFile) {
  plane_->connect(kAgent, kCustomer);
  ASSERT_TRUE(both_hear_each_other());
  plane_->start_recording(AttemptId{3}, kCustomer, "end.wav");
  std::this_thread::sleep_for(500ms);
  plane_.reset();
  EXPECT_EQ(finished().error, "");
  EXPECT_GT(read("end.wav").left.size(), 2000u);
}

// ---------------------------------------------------------------------------------- start

TEST(MediaPlaneStart, ATakenPortIsASentence) {
  const testing::TemporaryFolder folder;
  MediaConfig config = testing::loopback_config(folder);
  const UniqueFd taken = testing::open_loopback_socket();
  config.agent_port_first = testing::address_of(taken.get()).port;
  const auto plane = MediaPlane::start(config, [](MediaEvent) {});
  ASSERT_FALSE(plane.ok());
  EXPECT_THAT(plane.error().message, ::testing::HasSubstr("choose another port"));
}

TEST(MediaPlaneStart, NoPortsLeftIsASentence) {
  const testing::TemporaryFolder folder;
  MediaConfig config = testing::loopback_config(folder);
  config.rtp_port_max = static_cast<uint16_t>(config.rtp_port_min + 3);
  auto plane = MediaPlane::start(config, [](MediaEvent) {});
  ASSERT_TRUE(plane.ok());
  Result<RtpEndpoint> last = RtpEndpoint{};
  for (int64_t i = 1; i <= 3 && last.ok(); ++i) last = (*plane)->open_rtp_leg(LegId{i});
  ASSERT_FALSE(last.ok());
  EXPECT_THAT(last.error().message, ::testing::HasSubstr("widen the range"));
}

}  // namespace
}  // namespace carillon::media
