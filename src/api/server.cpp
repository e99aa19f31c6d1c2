#include "api/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "api/http_server.h"
#include "api/json_records.h"
#include "api/secrets.h"
#include "api/services.h"
#include "base/log.h"

namespace carillon::api {
namespace {

struct RecordChange {
  store::RecordKind kind;
  int64_t id;
};
struct LeadCount {
  CampaignId campaign;
  LeadStats stats;
};
using Message = std::variant<LiveEvent, RequestDone, AgentAnswer, PhoneRegistered, TelephonyEvent,
                             RecordChange, LeadCount, store::Import, store::DncImport>;

/// Kinds whose changes every agent hears of: what is on their screens.
bool agents_care(store::RecordKind kind) {
  return kind == store::RecordKind::kScript || kind == store::RecordKind::kLead;
}

}  // namespace

/// Messages come in by any thread, in one queue, so that their order stays; the http loop takes
/// them in batches.
class Server::Impl {
 public:
  Impl(ApiConfig config, Ports ports)
      : loop_(std::make_shared<Loop>()),
        services_(std::move(config), std::move(ports), loop_, random_token()),
        http_(services_) {}

  ~Impl() { stop(); }

  Result<void> start() {
    if (auto opened = http_.open(); !opened) return opened;
    https_port_ = http_.https_port();
    http_port_ = http_.http_port();
    tell_phones();
    tell_lead_stats();
    start_webhooks();
    flush_later();
    thread_ = std::thread([this] { loop_->run(); });
    return {};
  }

  void push(Message message) {
    {
      std::lock_guard lock(mutex_);
      if (ended_) return;
      messages_.push_back(std::move(message));
      if (messages_.size() > 1) return;  // a drain is under way already
    }
    loop_->post([this] { drain(); });
  }

  int https_port() const { return https_port_; }
  int http_port() const { return http_port_; }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      if (stopped_) return;
      stopped_ = true;
    }
    if (!thread_.joinable()) return;
    loop_->post([this] {
      http_.begin_stop();
      stop_when_idle(machine_now().steady + services_.config.stop_timeout);
    });
    thread_.join();
    std::lock_guard lock(mutex_);
    ended_ = true;
    messages_.clear();
  }

 private:
  void stop_when_idle(SteadyTime deadline) {
    if (http_.connections() == 0 || machine_now().steady >= deadline) return loop_->stop();
    loop_->after(20ms, [this, deadline] { stop_when_idle(deadline); });
  }

  void drain() {
    std::vector<Message> batch;
    {
      std::lock_guard lock(mutex_);
      std::swap(batch, messages_);
    }
    for (auto& message : batch) {
      std::visit([this](auto& m) { take(m); }, message);
    }
  }

  void take(LiveEvent& event) {
    // The agent whom it concerns is known before a closing event, and after an opening one.
    if (const auto* gone = std::get_if<AgentGone>(&event)) {
      services_.events.publish("agent_gone", to_json(*gone), {.agent = gone->agent});
      services_.lines.session_gone(*gone);
    }
    services_.live.apply(event);
    figures_changed_ = true;
    std::visit([this](const auto& e) { publish(e); }, event);
  }

  void publish(const AgentLive& agent) {
    services_.events.publish("agent", to_json(agent), {.agent = agent.agent});
  }
  void publish(const AgentGone&) {}
  void publish(const CallLive& call) {
    services_.events.publish("call", to_json(call),
                             {.agent = services_.live.agent_of(call),
                              .campaign = call.was_parked ? call.campaign : CampaignId{}});
  }
  void publish(const CampaignLive& campaign) {
    services_.events.publish("campaign", to_json(campaign), {});
  }
  void publish(const TrunkLive& trunk) { services_.events.publish("trunk", to_json(trunk), {}); }

  void take(RequestDone& done) { services_.core.done(std::move(done)); }
  void take(AgentAnswer& answer) { services_.lines.answer(answer); }
  void take(TelephonyEvent& event) { services_.trunk_tests.take(event, machine_now().wall); }
  void take(PhoneRegistered& phone) {
    services_.events.publish("presence", to_json(services_.live.phone_registered(phone)), {});
  }

  void take(RecordChange& change) {
    const auto kind = change.kind;
    if (kind == store::RecordKind::kUser || kind == store::RecordKind::kSipProfile) tell_phones();
    if (kind == store::RecordKind::kWebhook)
      services_.webhooks.changed(store::WebhookId{change.id});
    if (kind == store::RecordKind::kCampaign) forget_if_gone(CampaignId{change.id});
    if (kind == store::RecordKind::kTrunk) forget_if_gone(TrunkId{change.id});
    Audience audience;
    audience.agents = agents_care(kind);
    if (kind == store::RecordKind::kCampaign) audience.campaign = CampaignId{change.id};
    if (kind == store::RecordKind::kCallback) audience.agent = UserId{change.id};
    const bool one =
        change.id != 0 && kind != store::RecordKind::kDnc && kind != store::RecordKind::kCallback;
    services_.events.publish(
        "record_changed",
        {{"kind", store::to_string(kind)}, {"id", one ? Json(change.id) : Json(nullptr)}},
        audience);
  }

  void take(LeadCount& count) {
    services_.live.set_lead_stats(count.campaign, count.stats);
    figures_changed_ = true;
    services_.events.publish(
        "lead_stats", {{"campaign_id", count.campaign.value}, {"stats", to_json(count.stats)}}, {});
  }

  void take(store::Import& import) { services_.events.publish("import", to_json(import), {}); }

  void take(store::DncImport& import) {
    services_.events.publish("dnc_import", to_json(import), {});
  }

  /// Deleted records leave the live view: whether one is still there, the store knows.
  void forget_if_gone(CampaignId id) {
    services_.ports.store.read([this, loop = loop_, id](store::Reader& reader) {
      const auto campaign = reader.campaign(id);
      if (campaign || campaign.error().code != ErrorCode::kNotFound) return;
      loop->post([this, id] {
        services_.live.forget_campaign(id);
        figures_changed_ = true;
      });
    });
  }
  void forget_if_gone(TrunkId id) {
    services_.ports.store.read([this, loop = loop_, id](store::Reader& reader) {
      const auto trunk = reader.trunk(id);
      if (trunk || trunk.error().code != ErrorCode::kNotFound) return;
      loop->post([this, id] { services_.live.forget_trunk(id); });
    });
  }

  void tell_phones() {
    services_.ports.store.read(
        [to_telephony = services_.ports.to_telephony](store::Reader& reader) {
          auto phones = reader.phone_credentials();
          if (!phones) {
            return spdlog::error("The desk phones cannot be read: {}", phones.error().message);
          }
          to_telephony(SetPhones{std::move(*phones)});
        });
  }

  /// The store reports changes; what was there before start is read once.
  void tell_lead_stats() {
    const auto now = machine_now().wall;
    services_.ports.store.read(
        [this, loop = loop_, now, zone_open = services_.ports.zone_open](store::Reader& reader) {
          const auto campaigns = reader.all_campaigns();
          if (!campaigns) return;
          for (const auto& campaign : *campaigns) {
            const auto stats = reader.campaign_stats(campaign.id, now, zone_open);
            if (!stats) continue;
            loop->post([this, count = LeadCount{campaign.id, *stats}]() mutable { take(count); });
          }
        });
  }

  /// What was in their outboxes before start.
  void start_webhooks() {
    services_.ports.store.read([this, loop = loop_](store::Reader& reader) {
      const auto page = reader.webhooks({});
      if (!page) {
        return spdlog::error("The webhooks cannot be read: {}", page.error().message);
      }
      for (const auto& webhook : page->items) {
        loop->post([this, id = webhook.id] { services_.webhooks.changed(id); });
      }
    });
  }

  void flush_later() {
    loop_->after(services_.config.events_gap, [this] {
      publish_figures();
      services_.events.flush();
      flush_later();
    });
  }

  void publish_figures() {
    if (!figures_changed_) return;
    figures_changed_ = false;
    const auto figures = services_.live.figures();
    if (figures == last_figures_) return;
    last_figures_ = figures;
    services_.events.publish("figures", to_json(figures), {});
  }

  const std::shared_ptr<Loop> loop_;
  Services services_;
  HttpServer http_;
  std::thread thread_;
  int https_port_ = -1, http_port_ = -1;
  Figures last_figures_;
  bool figures_changed_ = false;

  std::mutex mutex_;
  std::vector<Message> messages_;
  bool stopped_ = false;  ///< stop() was called; answers of the core are still taken
  bool ended_ = false;    ///< the loop has ended
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ApiConfig config, Ports ports) {
  if (auto ready = init_secrets(); !ready) return ready.error();
  // Events more often than ten times a second are of no use to people.
  config.events_gap = std::max<Duration>(config.events_gap, 10ms);
  auto impl = std::make_unique<Impl>(std::move(config), std::move(ports));
  if (auto started = impl->start(); !started) return started.error();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::publish(LiveEvent event) { impl_->push(std::move(event)); }
void Server::done(RequestDone answer) { impl_->push(std::move(answer)); }
void Server::answer(AgentAnswer answer) { impl_->push(std::move(answer)); }
void Server::test_call(TelephonyEvent event) { impl_->push(std::move(event)); }
void Server::phone_registered(PhoneRegistered phone) { impl_->push(std::move(phone)); }
void Server::record_changed(store::RecordKind kind, int64_t id) {
  impl_->push(RecordChange{kind, id});
}
void Server::lead_stats(CampaignId campaign, const LeadStats& stats) {
  impl_->push(LeadCount{campaign, stats});
}
void Server::import_changed(const store::Import& import) { impl_->push(import); }
void Server::dnc_import_changed(const store::DncImport& import) { impl_->push(import); }
int Server::https_port() const { return impl_->https_port(); }
int Server::http_port() const { return impl_->http_port(); }
void Server::stop() { impl_->stop(); }

}  // namespace carillon::api
