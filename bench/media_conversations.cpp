// media_conversations: what one core carries. Each conversation is a browser's leg (ICE, DTLS,
// SRTP) and a customer's leg (RTP), connected and recorded.
//
//   media_conversations CONVERSATIONS SECONDS
//
// The far ends run in a process of their own, whose CPU does not count. Prints the CPU of the media
// process (loop, recorder and all), conversations a core, its memory, and how late frames were at
// the far end. Fails when a frame of a thousand is later than 20 ms, more than one in ten thousand
// is lost, a recording fails or a leg takes more than 60 KB; and, with a hundred conversations or
// more, when a core carries fewer than 400.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "telephony/media/media_plane.h"
#include "telephony/media/testing/browser.h"
#include "telephony/media/testing/plane_fixture.h"

namespace {

using namespace carillon;
using media::testing::Browser;
using media::testing::RtpPeer;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "media_conversations: %s\n", why.c_str());
  std::exit(1);
}

/// One text message a datagram between the two processes.
class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}
  void send(const std::string& text) {
    if (::send(fd_.get(), text.data(), text.size(), 0) < 0) give_up("the other process is gone");
  }
  std::string receive() {
    std::string text(64 * 1024, '\0');
    const ssize_t size = recv(fd_.get(), text.data(), text.size(), 0);
    if (size <= 0) give_up("the other process is gone");
    text.resize(static_cast<size_t>(size));
    return text;
  }

 private:
  UniqueFd fd_;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double rss_kb() {
  long total = 0;
  long resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1000;
}

constexpr float kLateMs = 20;
constexpr double kConversationsPerCore = 400;
constexpr double kLegKb = 60;
/// Fewer say little about a core: what does not grow with the conversations weighs too much.
constexpr int kEnoughToTell = 100;
constexpr std::string_view kGood = "good: ";

// ---------------------------------------------------------------------------- the far ends

/// Begins with kGood when what arrived is whole and in time.
std::string report(std::vector<float>& delays, uint64_t sent, uint64_t received) {
  if (delays.empty()) return "nothing arrived";
  std::sort(delays.begin(), delays.end());
  const auto at = [&](double share) {
    return delays[static_cast<size_t>(share * static_cast<double>(delays.size() - 1))];
  };
  const auto late = delays.end() - std::upper_bound(delays.begin(), delays.end(), kLateMs);
  const uint64_t lost = sent > received ? sent - received : 0;
  const bool good = at(0.999) <= kLateMs && lost * 10'000 <= sent;
  return fmt::format(
      "{}frames sent {} arrived {}; delay through Carillon ms: median {:.2f} p99 {:.2f} p99.9 "
      "{:.2f} "
      "max {:.2f}; over 20 ms: {} of {}",
      good ? kGood : "", sent, received, at(0.5), at(0.99), at(0.999), at(1), late, delays.size());
}

void run_far_ends(Channel channel, int conversations, int seconds) {
  auto context = media::DtlsContext::create();
  if (!context) give_up(context.error().message);
  std::vector<std::unique_ptr<Browser>> browsers;
  std::vector<std::unique_ptr<RtpPeer>> customers;
  media::testing::PeerThread thread;
  for (int i = 0; i < conversations; ++i) {
    browsers.push_back(std::make_unique<Browser>(**context, 1000, 2500ms));
    customers.push_back(std::make_unique<RtpPeer>(440));
    const auto remote = customers.back()->remote();
    channel.send(browsers.back()->offer());
    channel.send(fmt::format("{} {}", remote.port, remote.rtcp_port));
    browsers.back()->accept(channel.receive());
    const int port = std::atoi(channel.receive().c_str());
    customers.back()->send_to(
        {"127.0.0.1", static_cast<uint16_t>(port), static_cast<uint16_t>(port + 1)});
    thread.add(*browsers.back());
    thread.add(*customers.back());
  }
  channel.receive();  // all lines are up
  const auto for_each = [&](auto visit) {
    for (auto& peer : browsers) visit(*peer);
    for (auto& peer : customers) visit(*peer);
  };
  std::this_thread::sleep_for(3s);
  for_each([](media::testing::Peer& peer) {
    peer.set_stamped(true);
    peer.forget();
  });
  channel.send("begin");
  uint64_t sent_before = 0;
  for_each([&](media::testing::Peer& peer) { sent_before += peer.sent(); });
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  std::vector<float> delays;
  uint64_t sent = 0;
  uint64_t received = 0;
  channel.send("end");
  for_each([&](media::testing::Peer& peer) {
    const auto view = peer.view();
    // A frame of before the stamps would look like hours.
    for (const float d : view.delays_ms) {
      if (d >= 0 && d < 60'000) delays.push_back(d);
    }
    received += view.packets;
    sent += peer.sent();
  });
  channel.send(report(delays, sent - sent_before, received));
  channel.receive();
  for_each([&](media::testing::Peer& peer) { thread.remove(peer); });
}

// --------------------------------------------------------------------------- the media plane

/// True when every goal is met.
bool run_media_plane(Channel channel, int conversations, int seconds) {
  const media::testing::TemporaryFolder folder;
  media::testing::EventLog events;
  auto config = media::testing::loopback_config(folder);
  config.consent_timeout = 60s;
  auto plane =
      media::MediaPlane::start(config, [&](media::MediaEvent e) { events.add(std::move(e)); });
  if (!plane) give_up(plane.error().message);
  const double idle_kb = rss_kb();
  for (int i = 0; i < conversations; ++i) {
    const LegId agent{2 * i + 1};
    const LegId customer{2 * i + 2};
    (*plane)->open_webrtc_leg(agent);
    (*plane)->offer(agent, RequestId{i + 1}, fmt::format("connection {}", i), channel.receive());
    const auto answered =
        events.wait_for<media::OfferAnswered>([&](const auto& e) { return e.leg == agent; });
    if (!answered || answered->sdp.empty()) give_up("an offer was refused");
    const auto endpoint = (*plane)->open_rtp_leg(customer);
    if (!endpoint) give_up(endpoint.error().message);
    media::RemoteMedia remote;
    remote.address = "127.0.0.1";
    int port = 0;
    int rtcp_port = 0;
    std::sscanf(channel.receive().c_str(), "%d %d", &port, &rtcp_port);
    remote.port = static_cast<uint16_t>(port);
    remote.rtcp_port = static_cast<uint16_t>(rtcp_port);
    remote.dtmf_payload_type = 101;
    (*plane)->set_remote(customer, remote);
    channel.send(answered->sdp);
    channel.send(fmt::format("{}", endpoint->rtp_port));
  }
  for (int i = 0; i < conversations; ++i) {
    const LegId agent{2 * i + 1};
    const LegId customer{2 * i + 2};
    if (!events.wait_for<media::LineUp>([&](const auto& e) { return e.leg == agent; }, 60s)) {
      give_up("a browser's line did not come up");
    }
    (*plane)->connect(agent, customer);
    (*plane)->start_recording(AttemptId{i + 1}, customer, fmt::format("{}.wav", i));
  }
  channel.send("up");
  channel.receive();
  const double cpu_before = cpu_seconds();
  const auto packets_before = (*plane)->counters().packets_out;
  channel.receive();
  const double cpu = cpu_seconds() - cpu_before;
  const auto packets = (*plane)->counters().packets_out - packets_before;
  const double cores = cpu / seconds;
  const auto counters = (*plane)->counters();
  const double leg_kb = (rss_kb() - idle_kb) / (2 * conversations);
  const double capacity = conversations / cores;
  fmt::print(
      "{} conversations, {} s: {:.1f} % of a core, {:.0f} conversations a core, {:.1f} us a "
      "packet, {:.1f} KB a leg\n",
      conversations, seconds, 100 * cores, capacity,
      cpu * 1e6 / static_cast<double>(std::max<uint64_t>(packets, 1)), leg_kb);
  const std::string heard = channel.receive();
  fmt::print("{}\n", heard);
  for (int i = 0; i < conversations; ++i) (*plane)->stop_recording(AttemptId{i + 1});
  int failed = 0;
  for (int i = 0; i < conversations; ++i) {
    const auto done =
        events.wait_for<media::RecordingFinished>([](const auto&) { return true; }, 60s);
    if (!done || !done->error.empty()) ++failed;
  }
  fmt::print("recordings failed: {}; packets that the kernel refused: {}\n", failed,
             counters.send_failures);
  channel.send("done");
  const bool enough = conversations < kEnoughToTell || capacity >= kConversationsPerCore;
  return enough && heard.starts_with(kGood) && failed == 0 && leg_kb <= kLegKb;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: media_conversations CONVERSATIONS SECONDS\n");
    return 2;
  }
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0) give_up("no socket pair");
  const pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    run_far_ends(Channel(pair[1]), std::atoi(argv[1]), std::atoi(argv[2]));
    return 0;
  }
  close(pair[1]);
  const bool good = run_media_plane(Channel(pair[0]), std::atoi(argv[1]), std::atoi(argv[2]));
  int status = 0;
  waitpid(child, &status, 0);
  return good && status == 0 ? 0 : 1;
}
