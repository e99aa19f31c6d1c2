// The event stream: 200 browsers over TLS watch 200 agents, 100 events a second. The browsers are
// another process; what is printed is the server process's CPU time per second, and how long an
// event takes to the last of the browsers. Fails above half a core or 250 ms.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/server.h"
#include "api/testing/raw_client.h"

using namespace carillon;
using namespace std::chrono_literals;

namespace {

constexpr int kBrowsers = 200;
constexpr int kEventsPerSecond = 100;
constexpr int kSeconds = 15;
constexpr int kEvents = kSeconds * kEventsPerSecond;
constexpr double kMostCores = 0.5;
constexpr double kLongestMs = 250;

void need(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(2);
}

/// What both processes know of one event. In shared memory.
struct Flight {
  std::atomic<int64_t> published_ns{0};  ///< 0: an event that cannot be told from others
  std::atomic<int64_t> last_arrival_ns{0};
  std::atomic<int> arrivals{0};
};

int64_t now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

/// The event's number travels as a phone number.
constexpr std::string_view kMark = "\"+8880";
constexpr size_t kMarkDigits = 8;
std::string marked_phone(int number) { return fmt::format("+8880{:08}", number); }

// ------------------------------------------------------------------------------- browsers

void arrived(Flight& flight) {
  const int64_t now = now_ns();
  int64_t last = flight.last_arrival_ns;
  while (last < now && !flight.last_arrival_ns.compare_exchange_weak(last, now)) {
  }
  ++flight.arrivals;
}

/// Notes the events whose marks are in `text`; what is left may be the beginning of one.
void find_events(std::string& text, std::vector<bool>& seen, Flight* flights) {
  size_t at = 0;
  while ((at = text.find(kMark, at)) != std::string::npos) {
    if (at + kMark.size() + kMarkDigits > text.size()) break;
    size_t number = 0;
    const char* digits = text.data() + at + kMark.size();
    std::from_chars(digits, digits + kMarkDigits, number);
    if (number < seen.size() && !seen[number]) {
      seen[number] = true;
      arrived(flights[number]);
    }
    at += kMark.size() + kMarkDigits;
  }
  if (at == std::string::npos) at = text.size() - std::min(text.size(), kMark.size());
  text.erase(0, at);
}

void browse(int port, const std::string& headers, SSL_CTX* context, Flight* flights) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* plain = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  need(::connect(fd, plain, sizeof address) == 0, "connect");
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, fd);
  need(SSL_connect(ssl) == 1, "TLS");
  const auto upgrade = fmt::format(
      "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: Upgrade\r\nUpgrade: "
      "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}"
      "\r\n",
      port, headers);
  SSL_write(ssl, upgrade.data(), static_cast<int>(upgrade.size()));
  std::array<char, 65'536> piece{};
  std::string text;
  std::vector<bool> seen(kEvents);
  for (int n = 0; (n = SSL_read(ssl, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<size_t>(n));
    find_events(text, seen, flights);
  }
}

/// The child: waits for "port headers" on the pipe, then reads until it is killed.
void be_browsers(int pipe, Flight* flights) {
  std::string told;
  for (char c = 0; ::read(pipe, &c, 1) == 1;) told.push_back(c);
  const int port = std::atoi(told.c_str());
  const auto headers = told.substr(told.find(' ') + 1);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  std::vector<std::thread> browsers;
  for (int i = 0; i < kBrowsers; ++i) {
    browsers.emplace_back([&] { browse(port, headers, context, flights); });
  }
  for (auto& browser : browsers) browser.join();
}

// ------------------------------------------------------------------------------- server

void make_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  EVP_PKEY* pair = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 86'400);
  X509_set_pubkey(x509, pair);
  X509_sign(x509, pair, EVP_sha256());
  FILE* file = std::fopen(certificate.c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen(key.c_str(), "w");
  PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(x509);
  EVP_PKEY_free(pair);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int open_websockets(int port) {
  const auto text = api::testing::ask(port, "GET", "/metrics").body;
  const auto line = text.find("\ncarillon_websockets ");
  return line == std::string::npos ? 0 : std::atoi(text.c_str() + line + 21);
}

/// A mix as a busy centre has it: calls, agents with their leads, campaigns.
LiveEvent event(int number) {
  if (number % 10 == 0) {
    CampaignLive campaign;
    campaign.campaign = CampaignId{1 + number % 7};
    campaign.calls_active = number % 100;
    return campaign;
  }
  if (number % 3 == 0) {
    auto lead = std::make_shared<Lead>();
    lead->id = LeadId{number};
    lead->phone = marked_phone(number);
    lead->first_name = "Somebody";
    AgentLive agent;
    agent.session = AgentSessionId{1 + number % 200};
    agent.agent = UserId{1 + number % 200};
    agent.campaign = CampaignId{1};
    agent.state = number % 2 ? AgentState::kInCall : AgentState::kWaiting;
    agent.lead = lead;
    return agent;
  }
  CallLive call;
  call.attempt = AttemptId{1 + number % 200};
  call.campaign = CampaignId{1};
  call.phone = marked_phone(number);
  call.state = number % 2 ? CallState::kRinging : CallState::kConnected;
  return call;
}

/// How long the events took to their last browser, sorted; an event that reached only some of them
/// counts as a minute. `unseen`: those whose mark a WebSocket frame's header has cut in two, the
/// same in each browser, as the server sends a message in frames of 4 KB.
std::vector<double> latencies_ms(const Flight* flights, int& unseen) {
  std::vector<double> times;
  for (int i = 0; i < kEvents; ++i) {
    const Flight& flight = flights[i];
    if (flight.published_ns == 0) continue;
    if (flight.arrivals == 0) {
      ++unseen;
      continue;
    }
    const auto took = static_cast<double>(flight.last_arrival_ns - flight.published_ns) / 1e6;
    times.push_back(flight.arrivals == kBrowsers ? took : 60'000);
  }
  std::ranges::sort(times);
  return times;
}

std::string header_of(const api::testing::Answer& answer, int https_port) {
  const auto cookie = answer.header("set-cookie");
  return fmt::format("Cookie: {}\r\nOrigin: https://127.0.0.1:{}\r\n",
                     cookie.substr(0, cookie.find(';')), https_port);
}

}  // namespace

int main() {
  void* shared = ::mmap(nullptr, sizeof(Flight) * kEvents, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  need(shared != MAP_FAILED, "mmap");
  auto* flights = new (shared) Flight[kEvents];
  std::array<int, 2> pipe{};
  need(::pipe(pipe.data()) == 0, "pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[1]);
    be_browsers(pipe[0], flights);
    return 0;
  }
  auto name = (std::filesystem::temp_directory_path() / "carillon-fanout-XXXXXX").string();
  need(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  const std::filesystem::path folder = name;
  store::StoreConfig store_config;
  store_config.database = folder / "carillon.db";
  auto store = store::Store::open(store_config,
                                  {[](StoreEvent) {}, [](auto, auto) {}, [](auto, const auto&) {}});
  need(store.ok(), "the store");

  api::ApiConfig config;
  config.bind_address = "127.0.0.1";
  config.https_port = config.http_port = 0;
  config.certificate = folder / "certificate.pem";
  config.key = folder / "key.pem";
  config.setup_code = "code";
  make_certificate(config.certificate, config.key);
  auto server = api::Server::start(config, {.store = **store,
                                            .to_core = [](CoreRequest) { return true; },
                                            .to_telephony = [](TelephonyCommand) {}});
  need(server.ok(), "the server");
  const int port = (*server)->http_port();
  const auto answer = api::testing::ask(
      port, "POST", "/api/v1/setup", "Content-Type: application/json\r\n",
      R"({"setup_code":"code","username":"a","name":"A","password":"0123456789","domain":"x"})");
  need(answer.status == 201, "set-up");

  const int https_port = (*server)->https_port();
  const auto told = fmt::format("{} {}", https_port, header_of(answer, https_port));
  need(::write(pipe[1], told.data(), told.size()) > 0, "the pipe");
  ::close(pipe[1]);
  while (open_websockets(port) < kBrowsers) std::this_thread::sleep_for(100ms);

  const double before = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kEvents; ++i) {
    if (i % 10 != 0) flights[i].published_ns = now_ns();
    (*server)->publish(event(i));
    std::this_thread::sleep_until(begin + i * 1000ms / kEventsPerSecond);
  }
  const double cores = (cpu_seconds() - before) / kSeconds;
  std::this_thread::sleep_for(500ms);
  int unseen = 0;
  const auto latency = latencies_ms(flights, unseen);
  need(!latency.empty(), "the stream");
  const int still_open = open_websockets(port);
  std::printf(
      "%d browsers over TLS, %d events/s: %.3f of a core (at most %.1f), %d connected at the end\n",
      kBrowsers, kEventsPerSecond, cores, kMostCores, still_open);
  std::printf(
      "to the last browser: median %.0f ms, 99 %% %.0f ms, worst %.0f ms (at most %.0f); %d of %d "
      "marks were cut by a WebSocket frame's header and not seen by the benchmark\n",
      latency[latency.size() / 2], latency[latency.size() * 99 / 100], latency.back(), kLongestMs,
      unseen, kEvents * 9 / 10);
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  server->reset();
  store->reset();
  std::filesystem::remove_all(folder);
  return cores <= kMostCores && latency.back() <= kLongestMs && still_open == kBrowsers ? 0 : 1;
}
