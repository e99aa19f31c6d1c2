#include "server/node.h"

#include <shared_mutex>

#include <fmt/format.h>

#include "api/server.h"
#include "api/webhook_message.h"
#include "base/log.h"
#include "core/call_window.h"
#include "server/certificate.h"
#include "server/core_loop.h"
#include "server/metrics.h"
#include "server/recording_watch.h"
#include "server/secrets.h"
#include "server/store_calls.h"
#include "server/time_zones.h"
#include "server/version.h"
#include "store/import/dnc_imports.h"
#include "store/import/import_jobs.h"
#include "telephony/media/prompts.h"
#include "telephony/media/speech.h"
#include "telephony/telephony.h"

namespace carillon::server {
namespace {

constexpr Duration kSignOutLimit = 5s;
constexpr int64_t kStalledMs = 5'000;

/// Passes reports on to the API while there is one: the store and the imports start before it and
/// end after it.
class ApiRelay {
 public:
  void set(api::Server* server) {
    const std::unique_lock lock(mutex_);
    server_ = server;
  }
  template <class Report>
  void with(Report report) const {
    const std::shared_lock lock(mutex_);
    if (server_ != nullptr) report(*server_);
  }

 private:
  mutable std::shared_mutex mutex_;
  api::Server* server_ = nullptr;
};

/// The store asks for lead statistics what the engine asks before dialing: one rule for both.
store::ZoneOpen zone_open_by(const core::TimeZones& zones) {
  return [&zones](const Campaign& campaign, const ZoneSet& set, WallTime at) {
    core::ZoneSets one;
    one.replace({set});
    return one.open(set.id, {campaign.window_from_min, campaign.window_to_min}, at, zones);
  };
}

core::EngineOptions engine_options() {
  core::EngineOptions options;
  options.home_zone = zone_of_this_machine();
  options.safe_harbour_prompt = media::kSafeHarbourName;
  return options;
}

}  // namespace

/// In the order of their start; the end is the other way round, see stop().
class Node::Rooms {
 public:
  explicit Rooms(const Configuration& configuration, const DataFolder& folder)
      : configuration_(configuration), folder_(folder), core_(engine_options(), zones_) {}

  Result<void> start() {
    using Step = Result<void> (Rooms::*)();
    constexpr Step kSteps[] = {&Rooms::find_certificate,  &Rooms::open_store,
                               &Rooms::choose_setup_code, &Rooms::start_telephony,
                               &Rooms::start_imports,     &Rooms::start_api};
    for (const auto step : kSteps) {
      if (auto done = (this->*step)(); !done) return done;
    }
    start_core();
    return {};
  }

  void stop() {
    if (api_ && telephony_) {
      if (!core_.sign_everybody_out(kSignOutLimit)) {
        spdlog::warn("Some calls did not end in time; they are cut off now");
      }
    }
    if (telephony_) telephony_->drain_and_stop();  // its last CallEnded are in the core's inbox
    core_.stop();
    if (api_) api_->stop();
    relay_.set(nullptr);
    dnc_imports_.reset();
    imports_.reset();
    api_.reset();
    telephony_.reset();
    store_.reset();  // commits what was sent
  }
  ~Rooms() { stop(); }

  store::Store& store() { return *store_; }
  const api::Server& api() const { return *api_; }
  const telephony::Telephony& telephony() const { return *telephony_; }
  const std::string& setup_code() const { return setup_code_; }

 private:
  /// For HTTPS and for SIP over TLS: a server behind a proxy has TLS trunks, too.
  Result<void> find_certificate() {
    auto files = configuration_.certificate.empty()
                     ? self_made_certificate(folder_.tls, machine_now().wall)
                     : given_certificate({configuration_.certificate, configuration_.key});
    if (!files) return files.error();
    certificate_ = std::move(files).value();
    return {};
  }

  Result<void> open_store() {
    store::StoreConfig config;
    config.database =
        configuration_.database.empty() ? folder_.database.string() : configuration_.database;
    config.recordings = folder_.recordings;
    config.node = configuration_.node;
    config.zone_open = zone_open_by(zones_);
    config.day_began = [this, zone = zone_of_this_machine()](WallTime at) {
      return zones_.day_began(zone, at);
    };
    config.webhook_data = api::webhook_data;
    store::StoreSinks sinks;
    sinks.to_core = [this](StoreEvent event) { core_.push(std::move(event)); };
    sinks.record_changed = [this](store::RecordKind kind, int64_t id) {
      relay_.with([&](api::Server& server) { server.record_changed(kind, id); });
    };
    sinks.lead_stats = [this](CampaignId campaign, const LeadStats& stats) {
      relay_.with([&](api::Server& server) { server.lead_stats(campaign, stats); });
    };
    auto opened = store::Store::open(config, sinks);
    if (!opened) return opened.error();
    store_ = std::move(opened).value();
    return {};
  }

  Result<void> choose_setup_code() {
    const auto administrators = read_now<int64_t>(
        *store_, [](store::Reader& reader) { return reader.count_administrators(); });
    if (!administrators) return administrators.error();
    if (*administrators > 0) return {};
    setup_code_ = configuration_.setup_code.empty() ? make_code(3) : configuration_.setup_code;
    return {};
  }

  Result<void> start_telephony() {
    const auto& c = configuration_;
    telephony::TelephonyConfig config;
    config.bind_address = c.telephony_address;
    config.public_address = c.public_address;
    config.trunk_port = c.trunk_port;
    config.trunk_tls_port = c.trunk_tls_port;
    config.phones_enabled = c.phones;
    config.phone_port = c.phone_port;
    config.phone_tls_port = c.phone_tls_port;
    config.phone_networks = c.phone_networks;
    config.realm = c.realm;
    config.tls_certificate = certificate_.certificate;
    config.tls_key = certificate_.key;
    config.tls_authorities = c.tls_authorities;
    config.rtp_port_min = c.rtp_port_min;
    config.rtp_port_max = c.rtp_port_max;
    config.agent_port = c.agent_port;
    config.media_loops = c.media_loops;
    config.media_timeout = std::chrono::seconds(c.media_timeout_s);
    config.recordings_directory = folder_.recordings;
    config.prompts_directory = folder_.prompts;
    telephony::Sinks sinks;
    sinks.to_core = [this](TelephonyEvent event) {
      if (const auto* phone = std::get_if<PhoneRegistered>(&event)) {
        relay_.with([&](api::Server& server) { server.phone_registered(*phone); });
      }
      if (const auto* done = std::get_if<RecordingFinished>(&event)) {
        recording_watch_.note(*done, machine_now().steady);
      }
      core_.push(std::move(event));
    };
    sinks.to_api = [this](AgentAnswer answer) {
      relay_.with([&](api::Server& server) { server.answer(std::move(answer)); });
    };
    sinks.to_tests = [this](TelephonyEvent event) {
      relay_.with([&](api::Server& server) { server.test_call(std::move(event)); });
    };
    auto started = telephony::Telephony::start(std::move(config), std::move(sinks));
    if (!started) return started.error();
    telephony_ = std::move(started).value();
    return {};
  }

  Result<void> start_imports() {
    store::ImportConfig config;
    config.uploads = folder_.uploads;
    auto started =
        store::ImportJobs::start(*store_, std::move(config), [this](const store::Import& import) {
          relay_.with([&](api::Server& server) { server.import_changed(import); });
        });
    if (!started) return started.error();
    imports_ = std::move(started).value();
    dnc_imports_ =
        store::DncImports::start(*store_, folder_.uploads, [this](const store::DncImport& import) {
          relay_.with([&](api::Server& server) { server.dnc_import_changed(import); });
        });
    return {};
  }

  Result<void> start_api() {
    const auto& c = configuration_;
    api::ApiConfig config;
    config.bind_address = c.http_address;
    config.https_port = c.https_port;
    config.http_port = c.http_port;
    config.certificate = certificate_.certificate;
    config.key = certificate_.key;
    config.trusted_proxies = c.trusted_proxies;
    config.allowed_origins = c.allowed_origins;
    config.web_root = c.web;
    config.private_upload_urls = c.private_upload_urls;
    config.private_webhook_urls = c.private_webhook_urls;
    config.node = c.node;
    config.uploads = folder_.uploads;
    config.recordings = folder_.recordings;
    config.setup_code = setup_code_;
    config.realm = c.realm;
    config.version = kVersion;
    api::Ports ports{*store_, imports_.get(), dnc_imports_.get(), {}, {}, {}, {}, {}, {}};
    ports.to_core = [this](CoreRequest request) { return core_.request(std::move(request)); };
    ports.to_telephony = [this](TelephonyCommand command) { telephony_->send(std::move(command)); };
    ports.zone_open = zone_open_by(zones_);
    ports.metrics = [this] {
      return gather_metrics(core_.counters(), telephony_->counters(), store_->counters(),
                            recording_watch_.failed());
    };
    ports.health = [this] { return health(); };
    ports.speak = media::speak;
    ports.system = [this] { return system_view(); };
    auto started = api::Server::start(std::move(config), std::move(ports));
    if (!started) return started.error();
    api_ = std::move(started).value();
    relay_.set(api_.get());
    return {};
  }

  void start_core() {
    CoreSinks sinks;
    sinks.to_telephony = [this](TelephonyCommand command) { telephony_->send(std::move(command)); };
    sinks.to_store = [this](StoreCommand command) { store_->send(std::move(command)); };
    sinks.publish = [this](LiveEvent event) { api_->publish(std::move(event)); };
    sinks.done = [this](RequestDone done) { api_->done(std::move(done)); };
    core_.start(std::move(sinks));
  }

  std::map<std::string, std::string> health() const {
    const auto state = [](int64_t idle_for_ms, const char* trouble) {
      return std::string(idle_for_ms > kStalledMs ? trouble : "");
    };
    return {{"core", state(core_.counters().idle_for_ms,
                           "The core has not answered for some seconds; the log may say why.")},
            {"telephony", state(telephony_->counters().idle_for_ms,
                                "The SIP thread has not answered for some seconds.")},
            {"recordings", recording_watch_.trouble(machine_now().steady)}};
  }

  api::SystemView system_view() {
    const auto& c = configuration_;
    api::SystemView view;
    view.postgresql = !c.database.empty();
    view.database = c.database.empty() ? folder_.database.string() : without_password(c.database);
    view.data_folder = c.data.string();
    view.http_address = c.http_address;
    view.telephony_address = c.telephony_address;
    const auto listen = [&](const char* purpose, const char* transport, int port, int last = 0) {
      if (port > 0) view.listeners.push_back({purpose, transport, port, last > 0 ? last : port});
    };
    // Requests come in before start() has told us of the server.
    relay_.with([&](api::Server& server) {
      listen("pages", "https", server.https_port());
      listen("pages", "http", server.http_port());
    });
    listen("trunks", "udp", telephony_->trunk_port());
    listen("trunks", "tls", telephony_->trunk_tls_port());
    listen("phones", "udp", telephony_->phone_port());
    listen("phones", "tls", telephony_->phone_tls_port());
    listen("trunk_audio", "udp", c.rtp_port_min, c.rtp_port_max);
    listen("agent_audio", "udp", c.agent_port);
    return view;
  }

  Configuration configuration_;
  const DataFolder& folder_;
  CertificateFiles certificate_;
  std::string setup_code_;
  SystemTimeZones zones_;
  ApiRelay relay_;
  RecordingWatch recording_watch_;
  CoreLoop core_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<telephony::Telephony> telephony_;
  std::unique_ptr<store::ImportJobs> imports_;
  std::unique_ptr<store::DncImports> dnc_imports_;
  std::unique_ptr<api::Server> api_;
};

Node::Node(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::start(const Configuration& configuration,
                                          const DataFolder& folder) {
  auto rooms = std::make_unique<Rooms>(configuration, folder);
  if (auto started = rooms->start(); !started) return started.error();
  return std::unique_ptr<Node>(new Node(std::move(rooms)));
}

void Node::stop() { rooms_->stop(); }
store::Store& Node::store() { return rooms_->store(); }
int Node::https_port() const { return rooms_->api().https_port(); }
int Node::http_port() const { return rooms_->api().http_port(); }
int Node::trunk_port() const { return rooms_->telephony().trunk_port(); }
int Node::phone_port() const { return rooms_->telephony().phone_port(); }
const std::string& Node::setup_code() const { return rooms_->setup_code(); }

}  // namespace carillon::server
