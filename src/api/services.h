// Services: what the handlers work with.
#pragma once

#include <atomic>
#include <memory>

#include "api/agent_lines.h"
#include "api/core_requests.h"
#include "api/event_stream.h"
#include "api/live_view.h"
#include "api/outgoing_requests.h"
#include "api/rate_limits.h"
#include "api/server.h"
#include "api/store_change.h"
#include "api/task.h"
#include "api/trunk_tests.h"
#include "api/webhook_sender.h"
#include "api/workers.h"
#include "store/store.h"

namespace carillon::api {

/// For /metrics. Written on the http loop.
struct HttpCounters {
  uint64_t requests[6] = {};  ///< by the first digit of the status; [0] unused
  uint64_t connections_total = 0;
  uint64_t connections_now = 0;
  uint64_t connections_refused = 0;
  uint64_t websockets_now = 0;
  uint64_t tls_failures = 0;
  uint64_t malformed = 0;
  uint64_t sign_ins = 0;
  uint64_t sign_ins_failed = 0;
  uint64_t rate_limited = 0;
};

/// Everything of one server that handlers share. Loop: http, but for what says otherwise.
/// Lifetime: the server's; outlives all connections.
struct Services {
  Services(ApiConfig config, Ports ports, std::shared_ptr<Loop> loop, std::string epoch);

  const ApiConfig config;
  const Ports ports;
  const std::shared_ptr<Loop> loop;
  LiveView live;
  EventStream events;
  CoreRequests core;
  AgentLines lines;
  TrunkTests trunk_tests;
  RateLimiter address_limit, token_limit;
  KnownCallers known_callers;
  SignInGuard sign_in_guard;
  HttpCounters counters;
  OutgoingRequests outgoing;
  WebhookSender webhooks;
  Workers workers;  ///< last: its threads stop first
};

/// Runs `work` (Result<T>(store::Reader&)) on a reader thread.
template <class Work>
auto read(Services& services, Work work) {
  using R = std::invoke_result_t<Work, store::Reader&>;
  auto start = [&services, work = std::move(work)](std::function<void(R)> resolve) mutable {
    services.ports.store.read([work = std::move(work), resolve = std::move(resolve)](
                                  store::Reader& reader) mutable { resolve(work(reader)); });
  };
  return Later<R>(services.loop, std::move(start));
}

/// Runs `work` (Result<T>(store::Writer&)) on the writer thread; the answer comes after the commit.
template <class Work>
auto change(Services& services, store::Actor actor, Work work) {
  using R = std::invoke_result_t<Work, store::Writer&>;
  auto start = [&services, actor = std::move(actor),
                work = std::move(work)](std::function<void(R)> resolve) mutable {
    change_then(services.ports.store, std::move(actor), std::move(work), std::move(resolve));
  };
  return Later<R>(services.loop, std::move(start));
}

/// Runs `work` (Result<T>()) on a worker thread; kUnavailable when too much waits.
template <class Work>
auto offload(Services& services, Work work) {
  using R = std::invoke_result_t<Work>;
  auto start = [&services, work = std::move(work)](const std::function<void(R)>& resolve) mutable {
    const bool queued =
        services.workers.post([work = std::move(work), resolve]() mutable { resolve(work()); });
    if (!queued) {
      resolve(R(Error{ErrorCode::kUnavailable, "The server is busy. Try again in a moment.", {}}));
    }
  };
  return Later<R>(services.loop, std::move(start));
}

}  // namespace carillon::api
