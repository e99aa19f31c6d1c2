// Health and metrics.
#include <algorithm>

#include <fmt/format.h>

#include "api/handlers.h"

namespace carillon::api {
namespace {

constexpr Duration kPatience = 3s;

/// What a reader thread answers in time: a load balancer or Prometheus waits.
template <class Question>
auto read_in_time(Services& services, Question question) {
  using R = std::invoke_result_t<Question, store::Reader&>;
  auto start = [&services, question](const std::function<void(R)>& resolve) {
    services.ports.store.read(
        [question, resolve](store::Reader& reader) { resolve(question(reader)); });
    services.loop->after(kPatience, [resolve] {
      resolve(Error{ErrorCode::kStorage, "The database does not answer.", {}});
    });
  };
  return Later<R>(services.loop, std::move(start));
}

Metric gauge(const char* name, const char* help, double value) {
  return {name, help, false, {}, value};
}
Metric counter(const char* name, const char* help, uint64_t value) {
  return {name, help, true, {}, static_cast<double>(value)};
}

void add_own_metrics(const Services& services, std::vector<Metric>& out) {
  const auto& c = services.counters;
  for (int i = 1; i <= 5; ++i) {
    out.push_back({"carillon_http_requests_total",
                   "Requests answered, by status",
                   true,
                   {{"status", fmt::format("{}xx", i)}},
                   static_cast<double>(c.requests[i])});
  }
  out.push_back(
      counter("carillon_http_connections_total", "Connections accepted", c.connections_total));
  out.push_back(counter("carillon_http_connections_refused_total",
                        "Connections closed since there were too many", c.connections_refused));
  out.push_back(
      counter("carillon_http_malformed_total", "Requests that were no HTTP", c.malformed));
  out.push_back(
      counter("carillon_http_tls_failures_total", "TLS handshakes that failed", c.tls_failures));
  out.push_back(
      counter("carillon_http_rate_limited_total", "Requests refused with 429", c.rate_limited));
  out.push_back(counter("carillon_sign_ins_total", "Sign-ins", c.sign_ins));
  out.push_back(counter("carillon_sign_ins_failed_total", "Sign-ins with a wrong name or password",
                        c.sign_ins_failed));
  out.push_back(counter("carillon_event_resyncs_total", "Clients told to fetch the snapshot anew",
                        services.events.resyncs()));
  out.push_back(gauge("carillon_http_connections", "Open connections",
                      static_cast<double>(c.connections_now)));
  out.push_back(
      gauge("carillon_websockets", "Open WebSockets", static_cast<double>(c.websockets_now)));
  const auto figures = services.live.figures();
  out.push_back(gauge("carillon_agents_logged_in", "Agents logged in", figures.agents_logged_in));
  out.push_back(gauge("carillon_leads_dialable", "Dialable leads",
                      static_cast<double>(figures.data_remaining)));
}

/// The backlog is that of all nodes. A database that does not answer leaves it out.
void add_webhook_metrics(const Services& services, const Result<store::WebhookBacklog>& backlog,
                         std::vector<Metric>& out) {
  const auto& counters = services.webhooks.counters();
  out.push_back(counter("carillon_webhook_deliveries_total",
                        "Events that webhooks' receivers have taken", counters.delivered));
  out.push_back(counter("carillon_webhook_attempts_failed_total",
                        "Attempts to deliver an event to a webhook that failed", counters.failed));
  if (!backlog) return;
  out.push_back(gauge("carillon_webhook_events_waiting",
                      "Events that webhooks that are switched on have still to be told",
                      static_cast<double>(backlog->waiting)));
  const auto age = backlog->oldest ? machine_now().wall - *backlog->oldest : Duration{};
  out.push_back(gauge("carillon_webhook_oldest_waiting_seconds",
                      "How long the oldest of them has waited",
                      std::chrono::duration<double>(std::max(age, Duration{})).count()));
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

/// The Prometheus text format 0.0.4. Metrics of one name must follow each other.
std::string prometheus_text(const std::vector<Metric>& metrics) {
  std::string text, last;
  for (const auto& metric : metrics) {
    if (metric.name != last) {
      text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name,
                          metric.counter ? "counter" : "gauge");
      last = metric.name;
    }
    std::string labels;
    for (const auto& [name, value] : metric.labels) {
      labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", name, escaped(value));
    }
    if (!labels.empty()) labels = "{" + labels + "}";
    text += fmt::format("{}{} {}\n", metric.name, labels, metric.value);
  }
  return text;
}

}  // namespace

Task<Response> get_health(Call& call) {
  auto& services = call.services;
  auto question = [](store::Reader& reader) { return reader.count_administrators(); };
  const auto database = co_await read_in_time(services, question);
  Json parts{{"http", "ok"}};
  bool all_well = true;
  const auto report = [&](const std::string& part, const std::string& trouble) {
    parts[part] = trouble.empty() ? "ok" : trouble;
    // Calls go on without recordings: no proxy is to send people away for that.
    if (part != "recordings") all_well = all_well && trouble.empty();
  };
  const auto trouble = services.ports.store.trouble();
  report("database", !trouble.empty() ? trouble : database ? "" : database.error().message);
  if (services.ports.health) {
    for (const auto& [part, sentence] : services.ports.health()) report(part, sentence);
  }
  const Json body{{"status", all_well ? "ok" : "failing"},
                  {"version", services.config.version},
                  {"parts", std::move(parts)}};
  co_return json_response(all_well ? 200 : 503, body);
}

Task<Response> get_system(Call& call) {
  const auto& services = call.services;
  if (!services.ports.system) {
    co_return problem(
        Error{ErrorCode::kUnavailable, "This server does not say how it is set up.", {}});
  }
  const auto view = services.ports.system();
  Json listeners = Json::array();
  for (const auto& each : view.listeners) {
    listeners.push_back({{"purpose", each.purpose},
                         {"transport", each.transport},
                         {"port", each.port},
                         {"last_port", each.last_port}});
  }
  co_return json_response(200, Json{{"version", services.config.version},
                                    {"database", view.postgresql ? "postgresql" : "sqlite"},
                                    {"database_place", view.database},
                                    {"data_folder", view.data_folder},
                                    {"http_address", view.http_address},
                                    {"telephony_address", view.telephony_address},
                                    {"listeners", std::move(listeners)}});
}

Task<Response> get_metrics(Call& call) {
  std::vector<Metric> metrics;
  add_own_metrics(call.services, metrics);
  auto question = [](store::Reader& reader) { return reader.webhook_backlog(); };
  const auto backlog = co_await read_in_time(call.services, question);
  add_webhook_metrics(call.services, backlog, metrics);
  if (call.services.ports.metrics) {
    auto more = call.services.ports.metrics();
    metrics.insert(metrics.end(), more.begin(), more.end());
  }
  Response response;
  response.headers.emplace_back("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = prometheus_text(metrics);
  co_return response;
}

}  // namespace carillon::api
