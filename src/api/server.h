// The HTTP API: REST, the event stream, the agents' line, sign-in and the web pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/messages/calls.h"
#include "core/messages/live.h"
#include "store/store.h"

namespace carillon::store {
class DncImports;
class ImportJobs;
}  // namespace carillon::store

namespace carillon::api {

struct ApiConfig {
  std::string bind_address = "0.0.0.0";  ///< numeric IPv4 or IPv6
  int https_port = 8443;                 ///< 0: any free one; -1: no HTTPS
  int http_port = -1;                    ///< plain HTTP, for a proxy in front; 0: any; -1: none
  /// PEM files. Needed when https_port is not -1; the server makes its own when none is given.
  std::filesystem::path certificate, key;
  /// Numeric addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trusted_proxies;
  /// Origins besides the request's own Host that may open WebSockets, "https://calls.example.com".
  std::vector<std::string> allowed_origins;

  std::filesystem::path web_root;    ///< the built web pages; may be missing
  std::filesystem::path uploads;     ///< folder of uploaded lead files; made when missing
  std::filesystem::path recordings;  ///< folder of the recordings

  std::string setup_code;          ///< asked for by POST /setup; empty: set-up is refused
  std::string realm = "carillon";  ///< of the desk phones' digest, as in TelephonyConfig
  std::string version = "0.1.0";

  int max_connections = 4'000;
  int max_connections_per_address = 500;  ///< trusted proxies excepted
  uint64_t upload_limit = 512ull << 20;   ///< bytes of one file
  /// Whether uploads by URL may lead into private networks.
  bool private_upload_urls = false;
  /// Whether webhooks may lead into private networks.
  bool private_webhook_urls = false;
  Duration webhook_time_limit = 10s;  ///< for a receiver's answer
  Duration webhook_first_wait =
      10s;                    ///< after the first attempt that failed; later ones are longer
  std::string node = "main";  ///< as StoreConfig::node
  double requests_per_second_per_address = 50;
  double requests_per_second_per_token = 100;
  size_t event_ring = 10'000;         ///< events kept for resuming
  size_t websocket_queue_kb = 1'024;  ///< per client; beyond: resync
  Duration core_timeout = 5s;         ///< for the core's answer to a request
  Duration events_gap = 100ms;        ///< between frames of the supervisors' event stream
  Duration header_timeout = 10s;      ///< from the first byte of a request to its last header
  Duration keep_alive_timeout = 75s;  ///< between requests
  Duration websocket_ping = 20s;      ///< also how often its sign-in is checked again
  Duration stop_timeout = 5s;         ///< for answers under way, at stop()
};

/// One line of /metrics.
struct Metric {
  std::string name;  ///< with unit and _total as Prometheus wants it: carillon_calls_placed_total
  std::string help;
  bool counter = true;  ///< else a gauge
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Where the server keeps its records and listens, for GET /system.
struct SystemView {
  struct Listener {
    std::string purpose;    ///< as in openapi.yaml: pages, trunks, ...
    std::string transport;  ///< https, http, udp, tcp, tls
    int port = 0;
    int last_port = 0;  ///< of a range; else as `port`
  };
  bool postgresql = false;  ///< else SQLite
  std::string database;     ///< its file, or its address without the password
  std::string data_folder;
  std::string http_address;       ///< the pages are bound to this one
  std::string telephony_address;  ///< calls and their audio are bound to this one
  std::vector<Listener> listeners;
};

/// What the API needs from the rest. All functions may be called on any thread of the API and must
/// not block.
struct Ports {
  store::Store& store;
  store::ImportJobs* imports = nullptr;      ///< null: imports are answered with 503
  store::DncImports* dnc_imports = nullptr;  ///< null: as above
  /// False: the core's inbox is full.
  std::function<bool(CoreRequest)> to_core{};
  /// AgentOffer, SetPhones at start and whenever a phone changed, and test calls.
  std::function<void(TelephonyCommand)> to_telephony{};
  /// As StoreConfig::zone_open.
  store::ZoneOpen zone_open{};
  /// Counters of the other rooms. May be empty.
  std::function<std::vector<Metric>()> metrics{};
  /// Parts ("core", "telephony") to an empty text when alive, else a sentence. May be empty.
  std::function<std::map<std::string, std::string>()> health{};
  /// May be empty.
  std::function<SystemView()> system{};
  /// The bytes of a WAV file that speaks the text. Called on a worker, and may block. May be empty.
  std::function<Result<std::string>(const std::string& text)> speak{};
};

/// The API of one node. One http thread owns all connections and the live view; passwords are
/// hashed on two threads of their own. Lifetime: from start() to stop() or destruction; the store
/// must live longer. publish() and the like may be called by any thread, also after stop().
class Server {
 public:
  /// A taken port, an unreadable certificate: an Error that says what to do.
  static Result<std::unique_ptr<Server>> start(ApiConfig config, Ports ports);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// From the core.
  void publish(LiveEvent event);
  void done(RequestDone answer);
  /// From the telephony.
  void answer(AgentAnswer answer);
  void phone_registered(PhoneRegistered phone);
  void test_call(TelephonyEvent event);
  /// From the store: StoreSinks.
  void record_changed(store::RecordKind kind, int64_t id);
  void lead_stats(CampaignId campaign, const LeadStats& stats);
  /// From the imports: progress, and the end.
  void import_changed(const store::Import& import);
  void dnc_import_changed(const store::DncImport& import);

  /// The ports that are really used; -1: none.
  int https_port() const;
  int http_port() const;

  /// Takes no more connections, lets answers under way end, closes WebSockets with 1001.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::api
