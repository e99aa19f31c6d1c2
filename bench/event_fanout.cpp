// The event stream's cost: 200 browsers over TLS, 100 events a second. The browsers are another
// process; what is printed is the server process's CPU time per second. Fails above half a core.
#include <array>
#include <atomic>
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
constexpr double kMostCores = 0.5;

void need(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(2);
}

// ------------------------------------------------------------------------------- browsers

void browse(int port, const std::string& headers, SSL_CTX* context) {
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
  while (SSL_read(ssl, piece.data(), piece.size()) > 0) {
  }
}

/// The child: waits for "port headers" on the pipe, then reads until it is killed.
void be_browsers(int pipe) {
  std::string told;
  for (char c = 0; ::read(pipe, &c, 1) == 1;) told.push_back(c);
  const int port = std::atoi(told.c_str());
  const auto headers = told.substr(told.find(' ') + 1);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  std::vector<std::thread> browsers;
  for (int i = 0; i < kBrowsers; ++i) {
    browsers.emplace_back([&] { browse(port, headers, context); });
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
    lead->phone = "+12025550123";
    lead->first_name = "Somebody";
    AgentLive agent;
    agent.session = AgentSessionId{1 + number % 100};
    agent.agent = UserId{1 + number % 100};
    agent.campaign = CampaignId{1};
    agent.state = number % 2 ? AgentState::kInCall : AgentState::kWaiting;
    agent.lead = lead;
    return agent;
  }
  CallLive call;
  call.attempt = AttemptId{1 + number % 200};
  call.campaign = CampaignId{1};
  call.phone = "+12025550123";
  call.state = number % 2 ? CallState::kRinging : CallState::kConnected;
  return call;
}

std::string header_of(const api::testing::Answer& answer, int https_port) {
  const auto cookie = answer.header("set-cookie");
  return fmt::format("Cookie: {}\r\nOrigin: https://127.0.0.1:{}\r\n",
                     cookie.substr(0, cookie.find(';')), https_port);
}

}  // namespace

int main() {
  std::array<int, 2> pipe{};
  need(::pipe(pipe.data()) == 0, "pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[1]);
    be_browsers(pipe[0]);
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
  auto server = api::Server::start(
      config,
      {**store, nullptr, [](CoreRequest) { return true; }, [](TelephonyCommand) {}, {}, {}, {}});
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
  for (int i = 0; i < kSeconds * kEventsPerSecond; ++i) {
    (*server)->publish(event(i));
    std::this_thread::sleep_until(begin + i * 1000ms / kEventsPerSecond);
  }
  const double cores = (cpu_seconds() - before) / kSeconds;
  const int still_open = open_websockets(port);
  std::printf(
      "%d browsers over TLS, %d events/s: %.3f of a core (at most %.1f), %d connected at the end\n",
      kBrowsers, kEventsPerSecond, cores, kMostCores, still_open);
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
  server->reset();
  store->reset();
  std::filesystem::remove_all(folder);
  return cores <= kMostCores && still_open == kBrowsers ? 0 : 1;
}
