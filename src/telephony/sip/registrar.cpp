#include "telephony/sip/registrar.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include "telephony/sip/header_fields.h"
#include "telephony/sip/sofia.h"

namespace carillon::telephony::sip {
namespace {

constexpr int kShortestExpiry = 30;  // seconds
constexpr size_t kLongestContact = 256;

bool same_text(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool may_use(const PhoneCredential& phone, Transport transport) {
  return phone.protocol.empty() || phone.protocol == to_parameter(transport);
}

/// A reason phrase. Constants only: nua keeps the pointer until the response has left.
const char* wanted_transport(const std::string& protocol) {
  if (protocol == "udp") return "Register over UDP";
  if (protocol == "tcp") return "Register over TCP";
  if (protocol == "tls") return "Register over TLS";
  return "The SIP profile is for browsers";
}

}  // namespace

/// Asks one phone now and then whether it is there (OPTIONS, RFC 3261 section 11). Any answer of
/// the phone will do, also 405 or 486: it lives. Lifetime: its binding's.
class Registrar::Ping final : public Dialog {
 public:
  Ping(Registrar& owner, std::string sip_username)
      : owner_(owner), name_(std::move(sip_username)), timer_(owner.loop_) {
    later();
  }

  void on_event(const Event& event) override {
    if (event.type != nua_r_options || event.status < 200) return;
    if (!made_by_stack(event.message)) return later();
    timer_.set(Duration{0}, [this] { owner_.went_silent(name_); });  // *this goes with it
  }

 private:
  void later() {
    timer_.set(owner_.ping_interval_, [this] { ask(); });
  }
  void ask() {
    const auto bound = owner_.bindings_.find(name_);
    if (bound == owner_.bindings_.end()) return;
    if (handle_ != nullptr) nua_handle_destroy(handle_);
    const auto spec = owner_.spec_for(bound->second);
    handle_ = nua_handle(owner_.agent_.nua(), this, SIPTAG_TO_STR(spec.to.c_str()),
                         SIPTAG_FROM_STR(spec.from.c_str()), TAG_END());
    nua_options(handle_, NUTAG_URL(spec.request_uri.c_str()), NUTAG_PROXY(spec.route.c_str()),
                SIPTAG_CONTACT_STR(spec.contact.c_str()), SIPTAG_MAX_FORWARDS_STR("70"), TAG_END());
  }

  Registrar& owner_;
  std::string name_;
  Deadline timer_;
};

Registrar::Binding::Binding(UserId owner, EventLoop& loop) : agent(owner), expiry(loop) {}
Registrar::Binding::~Binding() = default;

Registrar::Registrar(EventLoop& loop, UserAgent& agent, std::string realm, Duration ping_interval,
                     StateSink report)
    : loop_(loop),
      agent_(agent),
      realm_(std::move(realm)),
      ping_interval_(ping_interval),
      report_(std::move(report)) {
  agent_.on_request([this](const Event& event) { return on_request(event); });
  agent_.keep_connections_if([this](uint32_t address, uint16_t port) {
    return std::any_of(bindings_.begin(), bindings_.end(), [&](const auto& each) {
      const auto& source = each.second.source;
      return source.port == port && source.address == format_ipv4(address);
    });
  });
}

Registrar::~Registrar() {
  agent_.keep_connections_if(nullptr);
  agent_.on_request(nullptr);
}

void Registrar::set(std::vector<PhoneCredential> phones) {
  std::map<std::string, PhoneCredential> next;
  for (auto& phone : phones) next.emplace(phone.sip_username, phone);
  std::vector<std::string> lost;
  for (const auto& [name, binding] : bindings_) {
    const auto found = next.find(name);
    const bool same = found != next.end() && found->second.ha1 == phones_[name].ha1 &&
                      found->second.agent == phones_[name].agent &&
                      may_use(found->second, binding.source.transport);
    if (!same) lost.push_back(name);
  }
  for (const auto& name : lost) unbind(name);
  phones_ = std::move(next);
  for (auto& [name, binding] : bindings_) watch(name, binding);
}

std::optional<Registrar::Way> Registrar::way_to(const std::string& sip_username) const {
  const auto found = bindings_.find(sip_username);
  if (found == bindings_.end()) return std::nullopt;
  Way way;
  way.address = found->second.source.address;
  way.spec = spec_for(found->second);
  way.codecs = phones_.at(sip_username).codecs;
  way.bandwidth_kbps = phones_.at(sip_username).bandwidth_kbps;
  return way;
}

CallSpec Registrar::spec_for(const Binding& binding) const {
  CallSpec spec;
  spec.request_uri = binding.contact;
  spec.to = "<" + binding.contact + ">";
  spec.route = fmt::format("sip:{}:{};transport={};lr", binding.source.address, binding.source.port,
                           to_parameter(binding.source.transport));
  spec.from = fmt::format("\"Carillon\" <sip:carillon@{}>", agent_.public_address());
  spec.contact = agent_.contact(binding.source.transport);
  spec.session_timers = true;
  return spec;
}

void Registrar::watch(const std::string& sip_username, Binding& binding) {
  if (!phones_.at(sip_username).ping) return binding.ping.reset();
  if (!binding.ping) binding.ping = std::make_unique<Ping>(*this, sip_username);
}

void Registrar::went_silent(const std::string& sip_username) {
  ++gone_silent_;
  spdlog::info("The desk phone '{}' does not answer OPTIONS any more: its registration ends",
               sip_username);
  unbind(sip_username);
}

bool Registrar::on_request(const Event& event) {
  if (event.type != nua_i_register || event.message == nullptr) return false;
  if (event.status < 200) on_register(event);
  return true;
}

void Registrar::on_register(const Event& event) {
  const auto now = machine_now().steady;
  const auto source = source_of_current_request(agent_, event.message);
  const auto given = credentials_of(event.message, realm_);
  if (!given) return challenge(event, false);
  if (const auto wait = brake_.wait(given->username, source.address, now); wait > Duration{0}) {
    const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
    nua_respond(event.handle, SIP_503_SERVICE_UNAVAILABLE, NUTAG_WITH_THIS(agent_.nua()),
                SIPTAG_RETRY_AFTER_STR(seconds.c_str()), TAG_END());
    return;
  }
  const auto phone = phones_.find(given->username);
  // An unknown user costs and looks the same as a wrong password.
  const std::string ha1 = phone == phones_.end() ? std::string(32, '0') : phone->second.ha1;
  const bool right = given->qop == "auth" && !given->cnonce.empty() &&
                     same_text(expected_response(ha1, "REGISTER", *given), given->response) &&
                     phone != phones_.end();
  switch (nonces_.check(given->nonce, given->nc, now)) {
    case Nonces::Verdict::kForeign:
    case Nonces::Verdict::kReplayed: return challenge(event, false);
    case Nonces::Verdict::kStale: return challenge(event, right);
    case Nonces::Verdict::kFresh: break;
  }
  if (!right) return reject(event, given->username, source.address);
  nonces_.accept(given->nonce, given->nc, now);
  brake_.succeeded(given->username, source.address);
  if (!may_use(phone->second, source.transport)) {
    return refuse_transport(event, phone->second, source);
  }
  bind(event, phone->second, source);
}

void Registrar::challenge(const Event& event, bool stale) {
  const auto text =
      fmt::format("Digest realm=\"{}\", nonce=\"{}\", algorithm=MD5, qop=\"auth\"{}", realm_,
                  nonces_.make(machine_now().steady), stale ? ", stale=true" : "");
  nua_respond(event.handle, SIP_401_UNAUTHORIZED, NUTAG_WITH_THIS(agent_.nua()),
              SIPTAG_WWW_AUTHENTICATE_STR(text.c_str()), TAG_END());
}

void Registrar::reject(const Event& event, const std::string& user, const std::string& address) {
  ++sign_ins_failed_;
  brake_.failed(user, address, machine_now().steady);
  nua_respond(event.handle, SIP_403_FORBIDDEN, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
}

void Registrar::refuse_transport(const Event& event, const PhoneCredential& phone,
                                 const Source& source) {
  ++wrong_transport_;
  spdlog::warn("The desk phone '{}' at {} came over {}; its SIP profile wants {}",
               phone.sip_username, source.address, to_parameter(source.transport),
               phone.protocol == "webrtc" ? "the browser" : phone.protocol);
  nua_respond(event.handle, 403, wanted_transport(phone.protocol), NUTAG_WITH_THIS(agent_.nua()),
              TAG_END());
}

void Registrar::bind(const Event& event, const PhoneCredential& phone, const Source& source) {
  const auto* contact = event.message->sip_contact;
  const auto& name = phone.sip_username;
  if (contact == nullptr) {  // a question (RFC 3261 section 10.2.3)
    const auto bound = bindings_.find(name);
    return confirm(event, bound == bindings_.end() ? "" : bound->second.contact, kUsualExpiry);
  }
  const int expires = expires_of(event.message);
  if (expires == 0) {
    unbind(name);
    return confirm(event, "", 0);
  }
  if (expires < kShortestExpiry) {
    const auto shortest = std::to_string(kShortestExpiry);
    nua_respond(event.handle, SIP_423_INTERVAL_TOO_BRIEF, NUTAG_WITH_THIS(agent_.nua()),
                SIPTAG_MIN_EXPIRES_STR(shortest.c_str()), TAG_END());
    return;
  }
  char uri[kLongestContact] = "";
  const auto size = url_e(uri, sizeof uri, contact->m_url);
  const bool is_sip = contact->m_url->url_type == url_sip || contact->m_url->url_type == url_sips;
  if (!is_sip || size <= 0 || static_cast<size_t>(size) >= sizeof uri) {
    nua_respond(event.handle, SIP_400_BAD_REQUEST, NUTAG_WITH_THIS(agent_.nua()), TAG_END());
    return;
  }
  auto [bound, is_new] = bindings_.try_emplace(name, phone.agent, loop_);
  auto& binding = bound->second;
  const bool moved = is_new || binding.source.address != source.address ||
                     binding.source.port != source.port ||
                     binding.source.transport != source.transport;
  binding.contact = uri;
  binding.source = source;
  binding.expiry.set(std::chrono::seconds(expires), [this, name] { unbind(name); });
  watch(name, binding);
  confirm(event, binding.contact, expires);
  if (moved) {
    report_(PhoneRegistered{phone.agent, true, fmt::format("{}:{}", source.address, source.port),
                            to_parameter(source.transport)});
  }
}

void Registrar::confirm(const Event& event, const std::string& contact, int expires_s) {
  const auto header = fmt::format("<{}>;expires={}", contact, expires_s);
  nua_respond(event.handle, SIP_200_OK, NUTAG_WITH_THIS(agent_.nua()),
              TAG_IF(!contact.empty(), SIPTAG_CONTACT_STR(header.c_str())), TAG_END());
}

void Registrar::unbind(const std::string& sip_username) {
  const auto found = bindings_.find(sip_username);
  if (found == bindings_.end()) return;
  const auto agent = found->second.agent;
  bindings_.erase(found);
  report_(PhoneRegistered{agent, false, ""});
}

}  // namespace carillon::telephony::sip
