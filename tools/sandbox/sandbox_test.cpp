// The sandbox as a caller sees it: hand-written SIP over UDP, and SIPp, which is not ours either.
#include "sandbox/sandbox.h"

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "sandbox/session_description.h"

namespace carillon::sandbox {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Sandbox> start(SandboxConfig config = {}) {
  config.port = 0;
  auto sandbox = Sandbox::start(config);
  EXPECT_TRUE(sandbox.ok()) << (sandbox.ok() ? "" : sandbox.error().message);
  return std::move(sandbox).value();
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

/// A UDP socket on loopback with its port.
struct Socket {
  UniqueFd fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  int port = 0;

  Socket() {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    auto* raw = reinterpret_cast<sockaddr*>(&own);
    EXPECT_EQ(::bind(fd.get(), raw, size), 0);
    EXPECT_EQ(::getsockname(fd.get(), raw, &size), 0);
    port = ntohs(own.sin_port);
  }
  void send_to(int to, const std::string& bytes) const {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer.sin_port = htons(static_cast<uint16_t>(to));
    ::sendto(fd.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&peer),
             sizeof peer);
  }
  std::string receive(std::chrono::milliseconds wait) const {
    pollfd poller{fd.get(), POLLIN, 0};
    if (::poll(&poller, 1, static_cast<int>(wait.count())) <= 0) return {};
    std::string buffer(65'536, '\0');
    const auto n = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    buffer.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return buffer;
  }
};

/// One call to one number, message by message.
class Caller {
 public:
  Caller(int server_port, std::string number) : server_(server_port), number_(std::move(number)) {}

  void invite(const std::string& extra = "") {
    const auto sdp = fmt::format(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio {} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        rtp.port);
    branch_ = fmt::format("z9hG4bK-test-{}", ++sequence_);
    send(
        "INVITE",
        extra + fmt::format("Contact: <sip:test@127.0.0.1:{}>\r\nContent-Type: application/sdp\r\n",
                            sip.port),
        sdp);
  }
  void cancel() { send("CANCEL", "", ""); }
  void ack() { send("ACK", "", ""); }
  void bye() {
    branch_ = fmt::format("z9hG4bK-test-bye-{}", ++sequence_);
    send("BYE", "", "");
  }
  /// The next final response, or the next one at all; "" when none comes.
  std::string response(bool final_only = true) {
    for (int i = 0; i < 50; ++i) {
      auto text = sip.receive(10s);
      if (text.empty()) return {};
      if (!text.starts_with("SIP/2.0 ")) continue;
      if (final_only && text.starts_with("SIP/2.0 1")) continue;
      const auto tag = text.find("tag=", text.find("\r\nTo:"));
      if (tag != std::string::npos && text.compare(8, 3, "100") != 0) {
        to_tag_ = ";" + text.substr(tag, text.find_first_of(";\r", tag) - tag);
      }
      return text;
    }
    return {};
  }
  int status(bool final_only = true) {
    const auto text = response(final_only);
    return text.empty() ? -1 : std::atoi(text.c_str() + 8);
  }

  Socket sip, rtp;

 private:
  void send(const std::string& method, const std::string& headers, const std::string& body) {
    const int sequence = method == "CANCEL" || method == "ACK" ? invite_sequence_ : sequence_;
    if (method == "INVITE") invite_sequence_ = sequence_;
    const auto to_tag = method == "CANCEL" || method == "INVITE" ? "" : to_tag_;
    sip.send_to(server_,
                fmt::format("{0} sip:{1}@127.0.0.1:{2} SIP/2.0\r\n"
                            "Via: SIP/2.0/UDP 127.0.0.1:{3};branch={4};rport\r\n"
                            "From: <sip:test@127.0.0.1>;tag=me{3}\r\nTo: <sip:{1}@127.0.0.1>{5}\r\n"
                            "Call-ID: call-{3}@test\r\nCSeq: {6} {0}\r\nMax-Forwards: 70\r\n{7}"
                            "Content-Length: {8}\r\n\r\n{9}",
                            method, number_, server_, sip.port, branch_, to_tag, sequence, headers,
                            body.size(), body));
  }

  int server_;
  std::string number_;
  std::string branch_, to_tag_;
  int sequence_ = 0, invite_sequence_ = 0;
};

TEST(Sandbox, RefusesAsTheNumberSays) {
  const auto sandbox = start();
  for (const auto& [number, status] :
       {std::pair{"+15550002", 486}, std::pair{"+15550004", 404}, std::pair{"+15550010", 503}}) {
    Caller caller(sandbox->port(), number);
    caller.invite();
    EXPECT_EQ(caller.status(), status) << number;
    caller.ack();
  }
  EXPECT_TRUE(eventually([&] { return sandbox->counters().active == 0; }));
  EXPECT_EQ(sandbox->counters().invites, 3);
}

TEST(Sandbox, RingsUntilItIsCancelled) {
  const auto sandbox = start();
  Caller caller(sandbox->port(), "+15550003");
  caller.invite();
  int status = 0;
  while ((status = caller.status(false)) == 100) {
  }
  EXPECT_EQ(status, 180);
  caller.cancel();
  bool terminated = false;
  for (int i = 0; i < 2; ++i) terminated = caller.status() == 487 || terminated;
  EXPECT_TRUE(terminated);
  caller.ack();
  EXPECT_TRUE(eventually([&] { return sandbox->counters().active == 0; }));
  EXPECT_EQ(sandbox->counters().cancelled, 1);
}

TEST(Sandbox, AnswersAndPlaysToTheNegotiatedPort) {
  const auto sandbox = start();
  Caller caller(sandbox->port(), "+15550001");
  caller.invite();
  const auto answer = caller.response();
  ASSERT_TRUE(answer.starts_with("SIP/2.0 200")) << answer;
  const auto described = parse_offer(answer.substr(answer.find("\r\n\r\n") + 4));
  ASSERT_TRUE(described);
  caller.ack();
  for (int i = 0; i < 20; ++i) {
    const auto packet = caller.rtp.receive(5s);
    ASSERT_EQ(packet.size(), 172U) << "packet " << i;
    EXPECT_EQ(packet[1] & 0x7f, 0);
  }
  caller.rtp.send_to(described->port, "not RTP");
  caller.bye();
  EXPECT_EQ(caller.status(), 200);
  EXPECT_TRUE(eventually([&] { return sandbox->counters().active == 0; }));
  EXPECT_EQ(sandbox->counters().ended_by_caller, 1);
}

TEST(Sandbox, HangsUpWhenTheCustomerHasHadEnough) {
  const auto sandbox = start();
  Caller caller(sandbox->port(), "+15550009");
  caller.invite();
  ASSERT_EQ(caller.status(), 200);
  caller.ack();
  std::string text;
  while (!text.starts_with("BYE ")) {
    text = caller.sip.receive(10s);
    ASSERT_FALSE(text.empty()) << "no BYE came";
  }
  EXPECT_EQ(sandbox->counters().ended_by_us, 1);
}

TEST(Sandbox, ThePhoneRingsAudiblyWithEarlyMedia) {
  const auto sandbox = start();
  Caller caller(sandbox->port(), "+15550007");
  caller.invite();
  int status = 0;
  while ((status = caller.status(false)) == 100) {
  }
  EXPECT_EQ(status, 183);
  EXPECT_EQ(caller.rtp.receive(5s).size(), 172U);
  EXPECT_EQ(caller.status(), 200);
  caller.ack();
}

TEST(Sandbox, AsksForThePasswordAndCountsOnlyWhoIsLetIn) {
  const auto ledger = std::filesystem::temp_directory_path() / "carillon_sandbox_test_ledger";
  std::filesystem::remove(ledger);
  SandboxConfig config;
  config.username = "carillon";
  config.password = "secret";
  config.ledger_file = ledger;
  const auto sandbox = start(config);
  Caller caller(sandbox->port(), "+15550001");
  caller.invite();
  EXPECT_EQ(caller.status(), 407);
  caller.ack();
  caller.invite(
      "Proxy-Authorization: Digest username=\"carillon\", realm=\"sandbox\", nonce=\"made-up\", "
      "uri=\"sip:x\", response=\"00000000000000000000000000000000\"\r\n");
  EXPECT_EQ(caller.status(), 407) << "a nonce that was never given out";
  EXPECT_EQ(sandbox->counters().invites, 0);
  EXPECT_EQ(std::filesystem::file_size(ledger), 0U);
}

TEST(Sandbox, ATakenPortIsASentence) {
  const auto first = start();
  SandboxConfig config;
  config.port = first->port();
  const auto second = Sandbox::start(config);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find(std::to_string(config.port)), std::string::npos);
}

int sipp(int port, const std::string& number, const std::string& options) {
  const auto command = fmt::format(
      "cd /tmp && timeout 60 sipp -sn uac 127.0.0.1:{} -i 127.0.0.1 -s {} -nostdin {} "
      ">/dev/null 2>&1",
      port, number, options);
  return std::system(command.c_str());
}

TEST(Sandbox, SippCallsItOverUdpAndTheLedgerCounts) {
  const auto ledger = std::filesystem::temp_directory_path() / "carillon_sandbox_sipp_ledger";
  std::filesystem::remove(ledger);
  SandboxConfig config;
  config.ledger_file = ledger;
  const auto sandbox = start(config);
  EXPECT_EQ(sipp(sandbox->port(), "15550001", "-r 20 -m 20 -d 300"), 0);
  EXPECT_TRUE(eventually([&] { return sandbox->counters().active == 0; }));
  EXPECT_EQ(sandbox->counters().answered, 20);
  EXPECT_GT(sandbox->counters().rtp_sent, 100);
  std::ifstream lines(ledger);
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) ++count;
  EXPECT_EQ(count, 20);
}

TEST(Sandbox, SippCallsItOverTcp) {
  const auto sandbox = start();
  EXPECT_EQ(sipp(sandbox->port(), "15550001", "-t t1 -r 5 -m 5 -d 100"), 0);
  EXPECT_EQ(sandbox->counters().answered, 5);
}

}  // namespace
}  // namespace carillon::sandbox
