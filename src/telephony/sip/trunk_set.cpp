#include "telephony/sip/trunk_set.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/messages/dial_string.h"
#include "telephony/sip/sofia.h"

namespace carillon::telephony::sip {
namespace {

/// Some ten messages and their repeats.
constexpr double kDatagramsOfCall = 20;

Transport transport_of(SipTransport transport) {
  switch (transport) {
    case SipTransport::kUdp: return Transport::kUdp;
    case SipTransport::kTcp: return Transport::kTcp;
    case SipTransport::kTls: return Transport::kTls;
  }
  return Transport::kUdp;
}

std::string user_part(std::string_view number) {
  std::string out;
  for (const char c : number) c == '#' ? out += "%23" : out += c;  // not allowed unescaped
  return out;
}

bool is_host(std::string_view text) {
  constexpr std::string_view kCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of(kCharacters) == std::string_view::npos;
}

bool same_peer(const Trunk& a, const Trunk& b) {
  return a.host == b.host && a.port == b.port && a.transport == b.transport;
}

}  // namespace

/// One trunk and its OPTIONS ping. Transition table of `known` and `up`:
///
/// | Event                               | State then              |
/// | ----------------------------------- | ----------------------- |
/// | host has no address                 | down, reason            |
/// | host has an address, no ping wanted | up                      |
/// | ping answered                       | up                      |
/// | ping silent, refused, 408 or 503    | down, next address next |
struct TrunkSet::Line final : Dialog {
  Line(TrunkSet& owner, Trunk record)
      : owner_(owner), trunk(std::move(record)), timer(owner.loop_) {}
  ~Line() override = default;

  uint32_t address() const { return addresses.empty() ? 0 : addresses[current % addresses.size()]; }
  Transport transport() const { return transport_of(trunk.transport); }

  /// Where packets go: the host's name for TLS certificates, the number for the socket.
  std::string route() const {
    const bool tls = trunk.transport == SipTransport::kTls;
    return fmt::format("{}:{}:{};transport={};maddr={};lr", tls ? "sips" : "sip", trunk.host,
                       trunk.port, to_parameter(transport()), format_ipv4(address()));
  }
  std::string uri(const std::string& user) const {
    return fmt::format("sip:{}{}{}:{}{}", user, user.empty() ? "" : "@", trunk.host, trunk.port,
                       trunk.transport == SipTransport::kUdp
                           ? ""
                           : fmt::format(";transport={}", to_parameter(transport())));
  }

  void stop_ping() {
    timer.clear();
    if (handle_ != nullptr) nua_handle_destroy(handle_);
    handle_ = nullptr;
  }

  void ping() {
    stop_ping();
    if (!trunk.options_ping || addresses.empty()) return;
    const auto from = fmt::format("<sip:carillon@{}>", owner_.agent_.public_address());
    const auto to = "<" + uri("") + ">";
    handle_ = nua_handle(owner_.agent_.nua(), this, SIPTAG_TO_STR(to.c_str()),
                         SIPTAG_FROM_STR(from.c_str()), TAG_END());
    nua_options(handle_, NUTAG_URL(uri("").c_str()), NUTAG_PROXY(route().c_str()),
                SIPTAG_CONTACT_STR(owner_.agent_.contact(transport()).c_str()),
                SIPTAG_MAX_FORWARDS_STR("70"), TAG_END());
  }

  void on_event(const Event& event) override {
    if (event.type != nua_r_options || event.status < 200) return;
    const bool silent = made_by_stack(event.message);
    if (silent || event.status == 408 || event.status == 503) {
      ++current;
      owner_.report(*this, false, silence(event, silent));
    } else {
      owner_.report(*this, true, "");
    }
    timer.set(std::chrono::seconds(std::max(trunk.ping_interval_s, 1)), [this] { ping(); });
  }

  std::string silence(const Event& event, bool silent) const {
    const auto place = fmt::format("{}:{} ({})", trunk.host, trunk.port, to_parameter(transport()));
    if (!silent) {
      return fmt::format(
          "The carrier at {} answers {} to OPTIONS: it is out of service. Ask the "
          "carrier, or switch OPTIONS ping off if it does not support it.",
          place, event.status);
    }
    if (event.status == 408) {
      return fmt::format(
          "The carrier at {} does not answer OPTIONS. Check host, port and firewall, "
          "or switch OPTIONS ping off if the carrier does not support it.",
          place);
    }
    return fmt::format(
        "The carrier at {} cannot be reached. Check host, port, transport{} and "
        "firewall.",
        place, trunk.transport == SipTransport::kTls ? ", its certificate" : "");
  }

  TrunkSet& owner_;
  Trunk trunk;
  std::vector<uint32_t> addresses;
  size_t current = 0;
  bool known = false;  ///< a state was reported
  bool up = false;
  std::string reason;
  Deadline timer;
};

TrunkSet::TrunkSet(EventLoop& loop, UserAgent& agent, Duration resolve_interval,
                   std::function<void(const std::string&)> look_up, StateSink report)
    : loop_(loop),
      agent_(agent),
      resolve_interval_(resolve_interval),
      look_up_(std::move(look_up)),
      report_(std::move(report)),
      next_resolve_(loop) {
  next_resolve_.set(resolve_interval_, [this] { resolve_all(); });
}

TrunkSet::~TrunkSet() = default;

void TrunkSet::set(const std::vector<Trunk>& trunks) {
  std::map<TrunkId, std::unique_ptr<Line>> former;
  former.swap(lines_);
  for (const auto& trunk : trunks) {
    auto old = former.find(trunk.id);
    const bool keeps = old != former.end() && same_peer(old->second->trunk, trunk);
    auto line = std::make_unique<Line>(*this, trunk);
    auto& placed = *line;
    lines_[trunk.id] = std::move(line);
    if (!trunk.active) {
      report(placed, false, "The trunk is switched off.");
    } else if (keeps) {
      placed.known = old->second->known;
      placed.up = old->second->up;
      placed.reason = old->second->reason;
      placed.current = old->second->current;
      took_addresses(placed, old->second->addresses);
      if (placed.addresses.empty()) resolve(placed);
    } else {
      resolve(placed);
    }
  }
  open_gate();
}

void TrunkSet::resolve(Line& line) {
  const auto& trunk = line.trunk;
  if (trunk.transport == SipTransport::kTls && agent_.tls_port() == 0) {
    return report(line, false,
                  "The trunk wants TLS, but this server has no certificate: set http.certificate "
                  "and http.key in the configuration.");
  }
  if (const auto numeric = parse_ipv4(trunk.host); numeric.ok()) {
    return took_addresses(line, {numeric.value()});
  }
  if (!is_host(trunk.host)) {
    return report(line, false,
                  fmt::format("'{}' is not a host name or an IPv4 address: correct the trunk's "
                              "host.",
                              trunk.host));
  }
  look_up_(trunk.host);
}

void TrunkSet::resolve_all() {
  for (auto& [id, line] : lines_) {
    if (line->trunk.active) resolve(*line);
  }
  next_resolve_.set(resolve_interval_, [this] { resolve_all(); });
}

void TrunkSet::on_resolved(const Resolution& resolution) {
  for (auto& [id, line] : lines_) {
    if (!line->trunk.active || line->trunk.host != resolution.host) continue;
    if (!resolution.addresses.empty()) {
      took_addresses(*line, resolution.addresses);
    } else if (line->addresses.empty()) {  // else: the addresses that we have may still be right
      report(*line, false,
             fmt::format("The host name '{}' could not be looked up ({}). Check its spelling and "
                         "this server's DNS.",
                         resolution.host, resolution.error));
    }
  }
  open_gate();
}

void TrunkSet::took_addresses(Line& line, std::vector<uint32_t> addresses) {
  if (addresses.empty()) return;
  const bool changed = line.addresses != addresses;
  line.addresses = std::move(addresses);
  open_gate();
  if (!line.trunk.options_ping) {
    line.stop_ping();
    report(line, true, "");
  } else if (changed) {
    line.ping();
  }
}

void TrunkSet::report(Line& line, bool up, std::string reason) {
  if (line.known && line.up == up && line.reason == reason) return;
  line.known = true;
  line.up = up;
  line.reason = reason;
  report_(TrunkStateChanged{line.trunk.id, up, std::move(reason)});
}

Result<TrunkSet::Way> TrunkSet::way_to(TrunkId id, const std::string& number,
                                       const std::string& caller_id) const {
  const auto found = lines_.find(id);
  if (found == lines_.end()) {
    return Error{ErrorCode::kNotFound, "The trunk does not exist any more.", "trunk"};
  }
  const auto& line = *found->second;
  const auto& trunk = line.trunk;
  if (!trunk.active || line.addresses.empty()) {
    return Error{ErrorCode::kUnavailable,
                 line.reason.empty() ? "The trunk's host is still being looked up." : line.reason,
                 "trunk"};
  }
  if (!is_dialable(number)) {
    return Error{ErrorCode::kInvalid, "The number has characters that cannot be dialed.", "number"};
  }
  if (!caller_id.empty() && !is_dialable(caller_id)) {
    return Error{ErrorCode::kInvalid,
                 "The campaign's caller ID is not a telephone number: correct it.", "caller_id"};
  }
  if (trunk.username.find_first_of(":\"\r\n") != std::string::npos ||
      trunk.password.find_first_of(":\r\n") != std::string::npos) {
    return Error{ErrorCode::kUnavailable,
                 "The trunk's user name or password has a colon, a quotation mark or a line break, "
                 "which cannot be used: ask the carrier for another.",
                 "trunk"};
  }
  const auto& domain = is_host(trunk.from_domain) ? trunk.from_domain : agent_.public_address();
  Way way;
  way.address = line.address();
  way.codecs = trunk.codecs;
  way.spec.request_uri = line.uri(user_part(number));
  way.spec.route = line.route();
  way.spec.to = "<" + line.uri(user_part(number)) + ">";
  way.spec.from = caller_id.empty() ? fmt::format("<sip:carillon@{}>", domain)
                                    : fmt::format("\"{0}\" <sip:{1}@{2}>", caller_id,
                                                  user_part(caller_id), domain);
  if (!caller_id.empty()) {
    way.spec.identity = fmt::format("<sip:{}@{}>", user_part(caller_id), domain);
  }
  way.spec.contact = agent_.contact(line.transport());
  way.spec.username = trunk.username;
  way.spec.password = trunk.password;
  way.spec.session_timers = trunk.session_timers;
  return way;
}

void TrunkSet::hold_address(uint32_t address) { ++held_[address]; }

void TrunkSet::release_address(uint32_t address) {
  const auto held = held_.find(address);
  if (held == held_.end() || --held->second > 0) return;
  held_.erase(held);
  const bool of_a_trunk = std::any_of(lines_.begin(), lines_.end(), [address](const auto& each) {
    const auto& known = each.second->addresses;
    return std::find(known.begin(), known.end(), address) != known.end();
  });
  if (!of_a_trunk) open_gate();
}

void TrunkSet::suspect(TrunkId trunk, uint32_t address) {
  const auto found = lines_.find(trunk);
  if (found != lines_.end() && found->second->address() == address) ++found->second->current;
}

/// What a carrier may send: generous, as what is dropped comes late, by its retransmission.
void TrunkSet::allow_what_calls_need() {
  std::map<uint32_t, double> datagrams_per_s;
  for (const auto& [id, line] : lines_) {
    const auto& trunk = line->trunk;
    // All calls may end at once.
    const double need = kDatagramsOfCall * trunk.cps + trunk.channels;
    for (const auto address : line->addresses) datagrams_per_s[address] += need;
  }
  agent_.allow_more(std::move(datagrams_per_s));
}

void TrunkSet::open_gate() {
  allow_what_calls_need();
  std::vector<Network> gate;
  for (const auto& [id, line] : lines_) {
    for (const auto address : line->addresses) gate.push_back({address, 32});
  }
  for (const auto& [address, holds] : held_) gate.push_back({address, 32});
  std::sort(gate.begin(), gate.end());
  gate.erase(std::unique(gate.begin(), gate.end()), gate.end());
  if (gate == gate_) return;
  if (const auto opened = agent_.allow(gate); !opened) {
    spdlog::error("{}", opened.error().message);
    return;
  }
  gate_ = std::move(gate);
}

}  // namespace carillon::telephony::sip
