#include "api/services.h"

namespace carillon::api {
namespace {
constexpr double kBurstSeconds = 4;
constexpr int kWorkerThreads = 2;
constexpr size_t kWorkerQueue = 32;

WebhookRules webhook_rules(const ApiConfig& config) {
  return {.post = {.private_addresses = config.private_webhook_urls,
                   .time_limit = config.webhook_time_limit},
          .first_wait = config.webhook_first_wait,
          .node = config.node};
}
}  // namespace

Services::Services(ApiConfig the_config, Ports the_ports, std::shared_ptr<Loop> the_loop,
                   std::string epoch)
    : config(std::move(the_config)),
      ports(std::move(the_ports)),
      loop(std::move(the_loop)),
      events(std::move(epoch), config.event_ring, config.websocket_queue_kb * 1024,
             [this](UserId agent) {
               const AgentLive* session = live.session_of(agent);
               return session ? session->campaign : CampaignId{};
             }),
      core(loop, ports.to_core, config.core_timeout),
      lines(live, core, ports.to_telephony, loop),
      trunk_tests(loop, ports.to_telephony, events),
      address_limit(config.requests_per_second_per_address,
                    config.requests_per_second_per_address * kBurstSeconds),
      token_limit(config.requests_per_second_per_token,
                  config.requests_per_second_per_token * kBurstSeconds),
      webhooks(ports.store, webhook_rules(config)),
      workers(kWorkerThreads, kWorkerQueue) {}

}  // namespace carillon::api
