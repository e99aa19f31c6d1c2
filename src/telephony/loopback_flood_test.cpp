// Ten times the load and more, from networks that may send: a call under way hears nothing of it,
// and the memory stays where it was.

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ports.h"
#include "base/unique_fd.h"
#include "telephony/testing/telephony_fixture.h"

namespace carillon::telephony::testing {
namespace {

using Clock = std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // keeps freed memory, and is slow
#else
constexpr bool kSanitized = false;
#endif

constexpr auto kFloodTime = 6s;
// What the stack holds of the datagrams that the FloodGuard lets in: 100 a second and 300 at once,
// each for a few kB, and of 200 connections.
constexpr int64_t kMostGrowthKb = 24 * 1024;
constexpr int kConnections = 200;

int64_t resident_kb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return -1;
}

/// A UDP socket on `address`.
struct Sender {
  explicit Sender(const char* address) : fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in own = place(address, 0);
    EXPECT_EQ(::bind(fd.get(), generic(own), sizeof own), 0);
    socklen_t size = sizeof own;
    ::getsockname(fd.get(), generic(own), &size);
    port = ntohs(own.sin_port);
  }
  static sockaddr_in place(const char* address, int port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(static_cast<uint16_t>(port));
    ::inet_pton(AF_INET, address, &out.sin_addr);
    return out;
  }
  static sockaddr* generic(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);  // NOLINT: the sockets API wants this
  }
  void send(int to, std::string_view data) const {
    sockaddr_in where = place("127.0.0.1", to);
    (void)::sendto(fd.get(), data.data(), data.size(), 0, generic(where), sizeof where);
  }
  UniqueFd fd;
  int port = 0;
};

/// 20 ms of PCMU (RFC 3550 section 5.1) that say `voice` over and over.
std::string rtp_packet(uint16_t sequence, char voice) {
  std::string packet{'\x80', '\0', static_cast<char>(sequence >> 8), static_cast<char>(sequence)};
  const uint32_t time = sequence * 160U;
  for (const int shift : {24, 16, 8, 0}) packet += static_cast<char>(time >> shift);
  packet += std::string{'\0', '\0', '\0', voice};
  return packet + std::string(160, voice);
}

/// Does `what` some times a second, until it is destroyed.
class Repeatedly {
 public:
  Repeatedly(int per_second, std::function<void(int)> what)
      : thread_([this, per_second, what = std::move(what)] {
          const auto began = Clock::now();
          for (int64_t i = 0; !stop_; ++i) {
            what(static_cast<int>(i));
            std::this_thread::sleep_until(began + (i + 1) * 1'000'000us / per_second);
          }
        }) {}
  ~Repeatedly() {
    stop_ = true;
    thread_.join();
  }
  Repeatedly(const Repeatedly&) = delete;
  Repeatedly& operator=(const Repeatedly&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

constexpr char kStranger = '\x33';

int port_in(const Message& message) {
  const auto sdp = message.body();
  const auto line = sdp.find("m=audio ");
  return line == std::string::npos ? 0 : std::atoi(sdp.c_str() + line + 8);
}

/// One end of a conversation: sends a packet each 20 ms and counts those of the other end.
class Talker {
 public:
  Talker(char voice, char other) : voice_(voice), other_(other) {}
  int port() const { return socket_.port; }
  void turn(int i, int to) {
    socket_.send(to, rtp_packet(static_cast<uint16_t>(i), voice_));
    ++sent_;
    listen();
  }
  void listen() {
    char buffer[2048];
    for (long n = 0; (n = ::recv(socket_.fd.get(), buffer, sizeof buffer, 0)) > 0;) {
      // 160 bytes of the other's voice behind the header; RTCP is not counted.
      if (n != 172 || (buffer[1] & 0x7f) != 0) continue;
      const auto is_voice = [&](char voice) {
        return std::all_of(buffer + 12, buffer + n, [voice](char c) { return c == voice; });
      };
      heard_ += is_voice(other_);
      foreign_ += is_voice(kStranger);
    }
  }
  int sent() const { return sent_; }
  int heard() const { return heard_; }
  int foreign() const { return foreign_; }

 private:
  Sender socket_{"127.0.0.1"};
  char voice_, other_;
  int sent_ = 0, heard_ = 0, foreign_ = 0;
};

class LoopbackFlood : public TelephonyTest {
 protected:
  void SetUp() override {
    config_.phones_enabled = true;
    config_.phone_probation = 1s;
    config_.phone_connections = kConnections / 4;
    config_.agent_port = free_port("127.0.0.1");
    use_trunk(carrier_);
  }
  static std::string request(int number, int port) {
    constexpr std::array<const char*, 6> kMethods{"REGISTER", "INVITE",    "OPTIONS",
                                                  "MESSAGE",  "SUBSCRIBE", "REGISTER"};
    const char* method = kMethods[static_cast<size_t>(number) % kMethods.size()];
    if (number % 7 == 0) return std::string("NOISE ") + std::string(400, 'x');
    return fmt::format(
        "{0} sip:x@127.0.0.1:{1} SIP/2.0\r\nVia: SIP/2.0/UDP "
        "127.0.0.9:9;branch=z9hG4bK{2};rport\r\n"
        "From: <sip:x@127.0.0.9>;tag=f\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: {2}\r\n"
        "CSeq: 1 {0}\r\nMax-Forwards: 70\r\nContact: <sip:x@127.0.0.9:9>\r\n"
        "Content-Length: 0\r\n\r\n",
        method, port, number);
  }
  /// The next INVITE of ours is answered for `talker`. Where it is to send.
  int answer(const Talker& talker) {
    const auto invite = carrier_.expect("INVITE");
    EXPECT_TRUE(invite);
    if (!invite) return 0;
    carrier_.reply(*invite, 200, {.sdp = carrier_.sdp("sendrecv", talker.port())});
    EXPECT_TRUE(carrier_.expect("ACK"));
    return port_in(*invite);
  }
  /// A customer and a third party are connected.
  void connect_two() {
    place(1);
    customer_port_ = answer(customer_);
    telephony_->send(PlaceSideCall{SideCallId{2}, TrunkId{1}, "4930999", "", 20'000});
    third_port_ = answer(third_);
    ASSERT_TRUE(events_.wait<SideCallAnswered>());
    telephony_->send(JoinParties{{AttemptId{1}, SideCallId{2}}});
  }
  /// They talk, first in peace, then while `flood` is there.
  void talk_through(const std::function<std::any()>& flood) {
    int64_t before_kb = 0, after_kb = 0;
    {
      const Repeatedly talk(50, [&](int i) {
        customer_.turn(i, customer_port_);
        third_.turn(i, third_port_);
      });
      std::this_thread::sleep_for(1s);
      before_kb = resident_kb();
      const auto under_way = flood();
      std::this_thread::sleep_for(kFloodTime);
      after_kb = resident_kb();
    }
    customer_.listen();
    third_.listen();
    RecordProperty("growth_kb", std::to_string(after_kb - before_kb));
    if (!kSanitized) {
      EXPECT_LT(after_kb - before_kb, kMostGrowthKb);
    }
    EXPECT_GE(customer_.sent(), 100);
    EXPECT_GE(third_.heard(), customer_.sent() * 97 / 100) << "of " << customer_.sent();
    EXPECT_GE(customer_.heard(), third_.sent() * 97 / 100) << "of " << third_.sent();
    EXPECT_EQ(customer_.foreign() + third_.foreign(), 0) << "a stranger was heard";
  }
  void expect_calls_as_ever() {
    place(3);
    const auto invite = carrier_.expect("INVITE", 2s);
    ASSERT_TRUE(invite);
    carrier_.reply(*invite, 486);
    EXPECT_TRUE(ended(3, 2s));
  }
  /// Connections that say nothing, from an address that may.
  std::vector<UniqueFd> idle_connections() const {
    std::vector<UniqueFd> all;
    sockaddr_in to = Sender::place("127.0.0.1", telephony_->phone_port());
    for (int i = 0; i < kConnections; ++i) {
      all.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
      EXPECT_EQ(::connect(all.back().get(), Sender::generic(to), sizeof to), 0);
    }
    return all;
  }
  ScriptedPeer carrier_;
  Talker customer_{'\x11', '\x22'}, third_{'\x22', '\x11'};
  int customer_port_ = 0, third_port_ = 0;
};

long ended_of(const std::vector<UniqueFd>& connections) {
  return std::count_if(connections.begin(), connections.end(), [](const auto& each) {
    char byte = 0;
    return ::recv(each.get(), &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  });
}

TEST_F(LoopbackFlood, ACallUnderWayIsUnharmedAndTheMemoryFlat) {
  connect_two();
  const std::array<Sender, 4> phones{Sender("127.0.0.5"), Sender("127.0.0.6"), Sender("127.0.0.7"),
                                     Sender("127.0.0.8")};
  const Sender stranger("127.0.0.4");
  std::vector<UniqueFd> idle;
  talk_through([&] {
    auto sip = std::make_shared<Repeatedly>(kSanitized ? 1'000 : 5'000, [&](int i) {
      const int port = telephony_->phone_port();
      phones[static_cast<size_t>(i) % 4].send(port, request(i, port));
    });
    auto media = std::make_shared<Repeatedly>(kSanitized ? 2'000 : 10'000, [&](int i) {
      const std::string stun{
          "\0\1\0\0\x21\x12\xa4\x42"
          "abcdefghijkl",
          20};
      const std::string hello = "\x16\xfe\xfd" + std::string(200, '\1');
      const std::string rtp = rtp_packet(static_cast<uint16_t>(i), kStranger);
      const std::string& junk = i % 3 == 0 ? stun : i % 3 == 1 ? hello : rtp;
      stranger.send(i % 2 == 0 ? customer_port_ : third_port_, junk);
      stranger.send(config_.agent_port, junk);
    });
    idle = idle_connections();
    return std::any(std::pair(sip, media));
  });
  EXPECT_EQ(ended_of(idle), kConnections) << "idle connections stayed";
  EXPECT_TRUE(counted([](const auto& now) { return now.phone_flood_dropped > 1'000; }));
  expect_calls_as_ever();
}

TEST_F(LoopbackFlood, OneCarriersFloodHarmsNoCallOfAnothers) {
  Trunk other = trunk_to(carrier_);
  other.id = TrunkId{2};
  other.host = "127.0.0.5";
  other.cps = 1;
  other.channels = 1;
  telephony_->send(SetTrunks{{trunk_to(carrier_), other}});
  ASSERT_TRUE(events_.wait<TrunkStateChanged>(
      [](const auto& state) { return state.trunk == TrunkId{2} && state.up; }));
  connect_two();
  const Sender flooding(other.host.c_str());
  talk_through([&] {
    return std::any(std::make_shared<Repeatedly>(kSanitized ? 1'000 : 5'000, [&](int i) {
      const int port = telephony_->trunk_port();
      flooding.send(port, request(i, port));
    }));
  });
  EXPECT_TRUE(counted([](const auto& now) { return now.trunk_flood_dropped > 1'000; }));
  EXPECT_EQ(telephony_->counters().strangers_dropped, 0U);
  expect_calls_as_ever();
}

}  // namespace
}  // namespace carillon::telephony::testing
