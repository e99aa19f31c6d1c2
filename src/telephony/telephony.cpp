#include "telephony/telephony.h"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/inbox.h"
#include "base/unique_fd.h"
#include "telephony/sip/event_loop.h"
#include "telephony/sip/tls_folder.h"
#include "telephony/switchboard.h"

namespace carillon::telephony {
namespace {

constexpr size_t kInboxSize = 65'536;
constexpr Duration kDrainTime = 5s;     // for the peers to answer our BYEs and CANCELs
constexpr Duration kShutDownTime = 3s;  // for the stack to close afterwards
constexpr Duration kCountersEvery = 250ms;
// A phone sends some messages a minute. Behind one address may be an office whose power is back.
constexpr double kPhoneDatagramsPerS = 100, kPhonesDatagramsPerS = 300;
// An address of a carrier; what its trunks' calls need comes on top (TrunkSet).
constexpr double kCarrierDatagramsPerS = 200;

/// The address of the interface with the default route. Sends nothing: connect() on UDP only
/// chooses a route. Falls back to loopback on a machine without a network.
std::string default_route_address() {
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(9);
  inet_pton(AF_INET, "192.0.2.1", &where.sin_addr);  // RFC 5737
  socklen_t size = sizeof where;
  auto* generic = reinterpret_cast<sockaddr*>(&where);  // NOLINT: the sockets API wants this
  if (::connect(fd.get(), generic, size) != 0 || ::getsockname(fd.get(), generic, &size) != 0) {
    return "127.0.0.1";
  }
  return sip::format_ipv4(ntohl(where.sin_addr.s_addr));
}

Result<std::string> public_address_of(const TelephonyConfig& config) {
  const auto bind = sip::parse_ipv4(config.bind_address);
  if (!bind) {
    return Error{ErrorCode::kInvalid, "telephony.address: " + bind.error().message,
                 "telephony.address"};
  }
  if (config.public_address.empty()) {
    return *bind == 0 ? default_route_address() : config.bind_address;
  }
  if (const auto given = sip::parse_ipv4(config.public_address); !given) {
    return Error{ErrorCode::kInvalid, "telephony.public_address: " + given.error().message,
                 "telephony.public_address"};
  }
  return config.public_address;
}

Result<std::vector<sip::Network>> phone_networks_of(const TelephonyConfig& config) {
  std::vector<sip::Network> networks;
  for (const auto& text : config.phone_networks) {
    auto network = sip::parse_network(text);
    if (!network) {
      return Error{ErrorCode::kInvalid, network.error().message, "phone_networks"};
    }
    networks.push_back(*network);
  }
  return networks;
}

media::MediaConfig media_config_of(const TelephonyConfig& config, const std::string& address) {
  media::MediaConfig out;
  out.bind_address = config.bind_address;
  out.public_address = address;
  out.rtp_port_min = static_cast<uint16_t>(config.rtp_port_min);
  out.rtp_port_max = static_cast<uint16_t>(config.rtp_port_max);
  out.agent_port_first = static_cast<uint16_t>(config.agent_port);
  const auto cpus = static_cast<int>(std::thread::hardware_concurrency());
  out.loops = config.media_loops > 0 ? config.media_loops : std::max(cpus, 1);
  out.recordings = config.recordings_directory;
  out.prompts = config.prompts_directory;
  out.media_timeout = config.media_timeout;
  return out;
}

}  // namespace

/// Everything of the telephony. The parts live on the SIP thread from build() to take_down(); other
/// threads touch the inboxes, the snapshot of the counters and the ports only.
class Telephony::Impl {
 public:
  Impl(TelephonyConfig config, Sinks sinks)
      : config_(std::move(config)), sinks_(std::move(sinks)) {}
  ~Impl() { stop(); }

  Result<void> start() {
    std::promise<Result<void>> started;
    auto result = started.get_future();
    thread_ = std::thread([this, &started] { run(started); });
    auto outcome = result.get();
    if (!outcome) thread_.join();
    return outcome;
  }

  void send(TelephonyCommand command) {
    if (!stopped_) orders_.push(Order{std::move(command)});
  }

  void stop() {
    if (stopped_.exchange(true) || !thread_.joinable()) return;
    orders_.push(Order{Stop{}});
    thread_.join();
  }

  TelephonyCounters counters() const {
    std::lock_guard lock(counters_mutex_);
    auto counters = counters_;
    counters.idle_for_ms = (machine_now().steady - counters_at_).count();
    return counters;
  }

  struct Ports {
    int trunk = 0, trunk_tls = 0, phone = 0, phone_tls = 0;
  };
  const Ports& ports() const { return ports_; }

 private:
  struct Stop {};
  using Order = std::variant<TelephonyCommand, Stop>;

  void run(std::promise<Result<void>>& started);
  Result<void> build();
  Result<std::unique_ptr<sip::UserAgent>> open_agent(bool for_phones, const std::string& address,
                                                     const std::string& tls_folder);
  void watch_inboxes();
  void publish_counters();
  void drain();
  void shut_down_agents();
  void take_down();

  const TelephonyConfig config_;
  Sinks sinks_;
  Ports ports_;
  std::atomic<bool> stopped_{false};
  Inbox<Order> orders_{kInboxSize};
  Inbox<media::MediaEvent> media_events_{kInboxSize};
  Inbox<sip::Resolution> resolutions_{kInboxSize};
  mutable std::mutex counters_mutex_;
  TelephonyCounters counters_;
  SteadyTime counters_at_ = machine_now().steady;

  // On the SIP thread, in the order in which they are built.
  std::unique_ptr<sip::EventLoop> loop_;
  std::unique_ptr<media::MediaPlane> plane_;
  std::unique_ptr<sip::UserAgent> trunk_agent_, phone_agent_;
  std::unique_ptr<sip::Resolver> resolver_;
  std::unique_ptr<sip::TrunkSet> trunks_;
  std::unique_ptr<sip::Registrar> registrar_;
  std::unique_ptr<Switchboard> switchboard_;
  bool draining_ = false;
  SteadyTime drain_until_{};
  int agents_open_ = 0;

  std::thread thread_;
};

void Telephony::Impl::run(std::promise<Result<void>>& started) {
  loop_ = std::make_unique<sip::EventLoop>();
  auto built = build();
  const bool good = built.ok();
  if (good) {
    watch_inboxes();
    publish_counters();
  }
  if (!good) {
    // What was opened is closed in order before the answer, so that a second try finds free ports.
    draining_ = true;
    shut_down_agents();
    loop_->run();
    take_down();
    started.set_value(std::move(built));
    return;
  }
  started.set_value(std::move(built));
  loop_->run();
  take_down();
}

Result<void> Telephony::Impl::build() {
  auto address = public_address_of(config_);
  if (!address) return address.error();
  auto networks = phone_networks_of(config_);
  if (!networks) return networks.error();

  std::unique_ptr<sip::TlsFolder> tls;
  if (!config_.tls_certificate.empty()) {
    auto made =
        sip::TlsFolder::make(config_.tls_certificate, config_.tls_key, config_.tls_authorities);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  const std::string tls_folder = tls ? tls->path() : "";

  auto trunk_agent = open_agent(false, *address, tls_folder);
  if (!trunk_agent) return trunk_agent.error();
  trunk_agent_ = std::move(*trunk_agent);
  ports_.trunk = trunk_agent_->port();
  ports_.trunk_tls = trunk_agent_->tls_port();
  if (config_.phones_enabled) {
    auto phone_agent = open_agent(true, *address, tls_folder);
    if (!phone_agent) return phone_agent.error();
    phone_agent_ = std::move(*phone_agent);
    if (auto opened = phone_agent_->allow(*networks); !opened) return opened;
    ports_.phone = phone_agent_->port();
    ports_.phone_tls = phone_agent_->tls_port();
  }

  auto plane = media::MediaPlane::start(
      media_config_of(config_, *address),
      [this](media::MediaEvent event) { media_events_.push(std::move(event)); });
  if (!plane) return plane.error();
  plane_ = std::move(*plane);

  resolver_ = std::make_unique<sip::Resolver>(
      [this](sip::Resolution done) { resolutions_.push(std::move(done)); });
  trunks_ = std::make_unique<sip::TrunkSet>(
      *loop_, *trunk_agent_, config_.resolve_interval,
      [this](const std::string& host) { resolver_->look_up(host); },
      [this](TrunkStateChanged event) { sinks_.to_core(std::move(event)); });
  if (phone_agent_) {
    registrar_ = std::make_unique<sip::Registrar>(
        *loop_, *phone_agent_, config_.realm, config_.phone_ping_interval,
        [this](PhoneRegistered event) { sinks_.to_core(std::move(event)); });
  }
  switchboard_ = std::make_unique<Switchboard>(
      Switchboard::Parts{*loop_, *trunk_agent_, *trunks_, phone_agent_.get(), registrar_.get(),
                         *plane_, config_.session_interval},
      sinks_);
  return {};
}

Result<std::unique_ptr<sip::UserAgent>> Telephony::Impl::open_agent(bool for_phones,
                                                                    const std::string& address,
                                                                    const std::string& tls_folder) {
  sip::UserAgentConfig config;
  config.purpose = for_phones ? "desk phones" : "trunks";
  config.bind_address = config_.bind_address;
  config.public_address = address;
  config.port = for_phones ? config_.phone_port : config_.trunk_port;
  config.tls_port = for_phones ? config_.phone_tls_port : config_.trunk_tls_port;
  config.tls_folder = tls_folder;
  config.listen_tls = !tls_folder.empty();
  config.check_tls_peers = !for_phones;
  config.limits.datagrams_per_s = kCarrierDatagramsPerS;
  if (for_phones) {
    config.limits = {kPhoneDatagramsPerS, kPhonesDatagramsPerS,
                     static_cast<size_t>(config_.phone_connections), config_.phone_probation};
  }
  config.transaction_timeout = config_.transaction_timeout;
  config.shortest_session = std::min<Duration>(90s, config_.session_interval);
  return sip::UserAgent::open(*loop_, std::move(config));
}

void Telephony::Impl::watch_inboxes() {
  loop_->watch(orders_.fd(), [this, batch = std::vector<Order>()]() mutable {
    orders_.drain(batch);
    for (auto& order : batch) {
      if (auto* command = std::get_if<TelephonyCommand>(&order)) {
        if (switchboard_) switchboard_->handle(std::move(*command));
      } else {
        drain();
      }
    }
  });
  loop_->watch(media_events_.fd(), [this, batch = std::vector<media::MediaEvent>()]() mutable {
    media_events_.drain(batch);
    for (auto& event : batch) {
      if (switchboard_) switchboard_->handle(std::move(event));
    }
  });
  loop_->watch(resolutions_.fd(), [this, batch = std::vector<sip::Resolution>()]() mutable {
    resolutions_.drain(batch);
    for (const auto& resolution : batch) {
      if (trunks_) trunks_->on_resolved(resolution);
    }
  });
}

void Telephony::Impl::publish_counters() {
  if (!switchboard_) return;
  auto now = switchboard_->counters();
  {
    std::lock_guard lock(counters_mutex_);
    counters_ = std::move(now);
    counters_at_ = machine_now().steady;
  }
  loop_->set_deadline(kCountersEvery, [this] { publish_counters(); });
}

// Looks some times a second whether the last dialog is gone; after kDrainTime it goes on anyway.
void Telephony::Impl::drain() {
  const auto now = machine_now().steady;
  if (!draining_) {
    draining_ = true;
    drain_until_ = now + std::min(kDrainTime, config_.transaction_timeout);
    switchboard_->hang_up_all();
  }
  const bool idle = switchboard_->is_idle() && trunk_agent_->dialogs() == 0 &&
                    (!phone_agent_ || phone_agent_->dialogs() == 0);
  if (idle || now >= drain_until_) return shut_down_agents();
  loop_->set_deadline(20ms, [this] { drain(); });
}

void Telephony::Impl::shut_down_agents() {
  switchboard_.reset();
  registrar_.reset();
  trunks_.reset();
  for (auto* agent : {trunk_agent_.get(), phone_agent_.get()}) {
    if (agent == nullptr) continue;
    ++agents_open_;
    agent->shut_down([this] {
      if (--agents_open_ == 0) loop_->stop();
    });
  }
  if (agents_open_ == 0) return loop_->soon([this] { loop_->stop(); });
  loop_->set_deadline(kShutDownTime, [this] { loop_->stop(); });
}

void Telephony::Impl::take_down() {
  resolver_.reset();
  phone_agent_.reset();
  trunk_agent_.reset();
  plane_.reset();  // completes the recordings
  std::vector<media::MediaEvent> last;
  media_events_.drain(last);
  for (auto& event : last) {
    if (auto* done = std::get_if<media::RecordingFinished>(&event)) {
      sinks_.to_core(RecordingFinished{done->attempt, std::move(done->file), done->duration.count(),
                                       std::move(done->error), done->disk_failed});
    }
  }
  loop_.reset();
}

Telephony::Telephony(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Telephony::~Telephony() = default;

Result<std::unique_ptr<Telephony>> Telephony::start(TelephonyConfig config, Sinks sinks) {
  auto impl = std::make_unique<Impl>(std::move(config), std::move(sinks));
  if (auto started = impl->start(); !started) return started.error();
  return std::unique_ptr<Telephony>(new Telephony(std::move(impl)));
}

void Telephony::send(TelephonyCommand command) { impl_->send(std::move(command)); }
TelephonyCounters Telephony::counters() const { return impl_->counters(); }
int Telephony::trunk_port() const { return impl_->ports().trunk; }
int Telephony::trunk_tls_port() const { return impl_->ports().trunk_tls; }
int Telephony::phone_port() const { return impl_->ports().phone; }
int Telephony::phone_tls_port() const { return impl_->ports().phone_tls; }
void Telephony::drain_and_stop() { impl_->stop(); }

}  // namespace carillon::telephony
