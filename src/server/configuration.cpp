#include "server/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

namespace carillon::server {
namespace {

constexpr int kPortMax = 65'535;

Error wrong(const std::filesystem::path& file, const toml::source_region& where,
            std::string_view key, std::string_view what) {
  return {ErrorCode::kInvalid,
          fmt::format("{}, line {}: {} {}", file.string(), where.begin.line, key, what),
          std::string(key)};
}

/// Writes one value of the file to its setting; an empty answer is success.
struct Assign {
  const Setting& setting;
  const toml::node& node;

  std::string operator()(std::string* target) const {
    const auto value = node.value<std::string>();
    if (!node.is_string()) return "must be a text in quotes.";
    *target = *value;
    return {};
  }
  std::string operator()(std::filesystem::path* target) const {
    if (!node.is_string()) return "must be a path in quotes.";
    *target = *node.value<std::string>();
    return {};
  }
  std::string operator()(bool* target) const {
    if (!node.is_boolean()) return "must be true or false.";
    *target = *node.value<bool>();
    return {};
  }
  std::string operator()(int* target) const {
    const auto value = node.is_integer() ? node.value<int64_t>() : std::nullopt;
    if (!value || *value < setting.lowest || *value > setting.highest) {
      return fmt::format("must be a whole number from {} to {}.", setting.lowest, setting.highest);
    }
    *target = static_cast<int>(*value);
    return {};
  }
  std::string operator()(std::vector<std::string>* target) const {
    const auto* list = node.as_array();
    if (list == nullptr ||
        !std::ranges::all_of(*list, [](const auto& n) { return n.is_string(); })) {
      return "must be a list of texts, [\"...\", \"...\"].";
    }
    target->clear();
    for (const auto& entry : *list) target->push_back(*entry.value<std::string>());
    return {};
  }
};

Result<void> read_table(const toml::table& table, const std::string& prefix,
                        const std::vector<Setting>& settings, const std::filesystem::path& file) {
  for (const auto& [name, node] : table) {
    const auto key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      if (auto result = read_table(*inner, key + ".", settings, file); !result) return result;
      continue;
    }
    const auto setting = std::ranges::find(settings, key, &Setting::key);
    if (setting == settings.end()) {
      return wrong(file, node.source(), key, "is no setting. `carillon check` lists all of them.");
    }
    const auto fault = std::visit(Assign{*setting, node}, setting->target);
    if (!fault.empty()) return wrong(file, node.source(), key, fault);
  }
  return {};
}

struct Show {
  std::string operator()(const std::string* v) const { return fmt::format("\"{}\"", *v); }
  std::string operator()(const std::filesystem::path* v) const {
    return fmt::format("\"{}\"", v->string());
  }
  std::string operator()(const int* v) const { return std::to_string(*v); }
  std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
  std::string operator()(const std::vector<std::string>* v) const {
    return v->empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(*v, "\", \""));
  }
};

}  // namespace

std::string without_password(const std::string& url) {
  const auto scheme = url.find("://");
  const auto at = url.rfind('@');
  if (scheme == std::string::npos || at == std::string::npos) return url;
  const auto colon = url.find(':', scheme + 3);
  if (colon == std::string::npos || colon > at) return url;
  return url.substr(0, colon + 1) + "***" + url.substr(at);
}

std::vector<Setting> settings_of(Configuration& c) {
  return {
      {"data", "--data", "Folder of the database, recordings and uploads; made when missing",
       &c.data},
      {"database", "--database",
       "postgresql://user@host/name; SQLite in the data folder if not given", &c.database},
      {"node", "--node", "Name of this node among those that share a database", &c.node},
      {"log_level", "--log-level", "trace, debug, info, warn or error", &c.log_level},

      {"http.address", "--http-address", "Numeric address of the web server", &c.http_address},
      {"http.https_port", "--https-port", "HTTPS port; 0: any free one; -1: none", &c.https_port,
       -1, kPortMax},
      {"http.http_port", "--http-port", "Plain HTTP port for a proxy in front; -1: none",
       &c.http_port, -1, kPortMax},
      {"http.certificate", "--certificate", "PEM file; self-made if not given", &c.certificate},
      {"http.key", "--key", "PEM file of the certificate's key", &c.key},
      {"http.trusted_proxies", "", "Addresses of proxies whose X-Forwarded-For is believed",
       &c.trusted_proxies},
      {"http.allowed_origins", "", "Other origins that may open WebSockets", &c.allowed_origins},
      {"http.web", "--web", "Folder of the built web pages", &c.web},
      {"http.private_upload_urls", "--private-upload-urls",
       "Whether leads may be fetched from URLs that lead into private networks",
       &c.private_upload_urls},
      {"http.private_webhook_urls", "--private-webhook-urls",
       "Whether webhooks may lead into private networks", &c.private_webhook_urls},

      {"telephony.address", "--telephony-address", "Numeric IPv4 address for SIP and RTP",
       &c.telephony_address},
      {"telephony.public_address", "--public-address",
       "IPv4 address that carriers, phones and browsers see", &c.public_address},
      {"telephony.trunk_port", "--trunk-port", "SIP to carriers, UDP and TCP", &c.trunk_port, 0,
       kPortMax},
      {"telephony.trunk_tls_port", "--trunk-tls-port", "SIP to carriers over TLS",
       &c.trunk_tls_port, 0, kPortMax},
      {"telephony.phones", "", "Whether desk phones may register", &c.phones},
      {"telephony.phone_port", "--phone-port", "SIP for desk phones, UDP and TCP", &c.phone_port, 0,
       kPortMax},
      {"telephony.phone_tls_port", "--phone-tls-port", "SIP for desk phones over TLS",
       &c.phone_tls_port, 0, kPortMax},
      {"telephony.phone_networks", "", "Networks that desk phones may sign in from",
       &c.phone_networks},
      {"telephony.realm", "", "Of the desk phones' passwords; keep it once phones have passwords",
       &c.realm},
      {"telephony.tls_authorities", "", "PEM file that TLS carriers are checked against",
       &c.tls_authorities},
      {"telephony.rtp_port_min", "--rtp-port-min", "First UDP port for customers' audio",
       &c.rtp_port_min, 1'024, kPortMax},
      {"telephony.rtp_port_max", "--rtp-port-max", "Last UDP port for customers' audio",
       &c.rtp_port_max, 1'024, kPortMax},
      {"telephony.agent_port", "--agent-port",
       "First UDP port for browsers' audio, one per media loop; 0: any", &c.agent_port, 0,
       kPortMax},
      {"telephony.media_loops", "--media-loops", "Threads for audio; 0: one per CPU",
       &c.media_loops, 0, 64},
      {"telephony.media_timeout_s", "--media-timeout-s",
       "Seconds without any RTP or RTCP of a peer that end its call", &c.media_timeout_s, 5, 3'600},

      {"sandbox_port", "--sandbox-port", "SIP port of the demo's carrier; 0: any free one",
       &c.sandbox_port, 0, kPortMax},
  };
}

Result<void> read_file(Configuration& configuration, const std::filesystem::path& file) {
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& failure) {
    if (failure.source().begin.line == 0) {
      return Error{ErrorCode::kInvalid,
                   fmt::format("The configuration file {} cannot be read: {}", file.string(),
                               failure.description()),
                   "config"};
    }
    return wrong(file, failure.source(), "", failure.description());
  }
  return read_table(table, "", settings_of(configuration), file);
}

void read_environment(Configuration& configuration) {
  if (const char* database = std::getenv("CARILLON_DATABASE")) configuration.database = database;
  if (const char* code = std::getenv("CARILLON_SETUP_CODE")) configuration.setup_code = code;
}

Result<void> check(const Configuration& c) {
  const auto invalid = [](std::string message, std::string field) {
    return Error{ErrorCode::kInvalid, std::move(message), std::move(field)};
  };
  if (c.https_port < 0 && c.http_port < 0) {
    return invalid(
        "Neither https_port nor http_port is on, so nobody could reach Carillon. Set one.",
        "http.https_port");
  }
  if (c.certificate.empty() != c.key.empty()) {
    return invalid("A certificate needs its key and the other way round: give both, or neither.",
                   "http.certificate");
  }
  if (c.rtp_port_max - c.rtp_port_min < 3) {
    return invalid("telephony.rtp_port_max must be at least 3 above telephony.rtp_port_min.",
                   "telephony.rtp_port_max");
  }
  std::set<int> used;
  for (const int port : {c.trunk_port, c.trunk_tls_port, c.phone_port, c.phone_tls_port}) {
    if (port != 0 && !used.insert(port).second) {
      return invalid(fmt::format("Port {} is given to two listeners of the telephony. Each needs "
                                 "its own.",
                                 port),
                     "telephony.trunk_port");
    }
  }
  return {};
}

std::string describe(const Configuration& configuration) {
  Configuration shown = configuration;
  shown.database = without_password(shown.database);
  std::string lines;
  for (const auto& setting : settings_of(shown)) {
    lines += fmt::format("{} = {}\n", setting.key, std::visit(Show{}, setting.target));
  }
  return lines;
}

}  // namespace carillon::server
