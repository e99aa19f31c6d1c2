#include "telephony/sip/user_agent.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <mutex>

#include <netinet/in.h>
#include <sys/socket.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/assert.h"
#include "base/ports.h"
#include "telephony/sip/guards.h"
#include "telephony/sip/sofia.h"

namespace carillon::telephony::sip {
namespace {

constexpr const char* kAllow =
    "INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, INFO, UPDATE, REFER, REGISTER";
constexpr const char* kApplicationMethods = "INVITE, UPDATE, INFO, REFER, REGISTER, OPTIONS";
constexpr unsigned kReceiveBuffer = 8U << 20;
constexpr unsigned kMostUdp = 65535;  // never change to TCP by size: trunks say what they speak
constexpr unsigned kLongestMessage = 65535;  // also of what a connection has begun to send
constexpr Duration kSweepEvery = 5s;

void log_line(void*, const char* format, va_list arguments) {
  char line[512];
  const int size = vsnprintf(line, sizeof line, format, arguments);
  if (size > 0) spdlog::debug("sofia: {}", std::string_view(line, std::strcspn(line, "\n")));
}

void quiet_the_stack() {
  static std::once_flag once;
  std::call_once(once, [] {
    su_log_redirect(nullptr, log_line, nullptr);
    su_log_set_level(nullptr, 0);
  });
}

Error bind_error(const UserAgentConfig& config, int port, const char* protocol, int error) {
  const auto place =
      fmt::format("{} port {} of {} for {}", protocol, port, config.bind_address, config.purpose);
  if (error == EADDRINUSE) {
    return {ErrorCode::kUnavailable,
            fmt::format("The {} is already in use. Stop the program that uses it (ss -lnp shows "
                        "which one), or choose another port in the configuration.",
                        place),
            ""};
  }
  if (error == EADDRNOTAVAIL) {
    return {ErrorCode::kInvalid,
            fmt::format("The {} cannot be opened: this machine does not have the address {}. "
                        "Correct telephony.address in the configuration.",
                        place, config.bind_address),
            "telephony.address"};
  }
  return {ErrorCode::kUnavailable,
          fmt::format("The {} cannot be opened: {}. Choose another port or correct the rights.",
                      place, std::strerror(error)),
          ""};
}

void on_nua_event(nua_event_t type, int status, const char* phrase, nua_t*, UserAgent* agent,
                  nua_handle_t* handle, Dialog* dialog, const sip_t* message, tagi_t* tags) {
  agent->dispatch({type, status, phrase, handle, message, tags}, dialog);
}

}  // namespace

std::string_view body_of(const sip_t* message) {
  if (message == nullptr || message->sip_payload == nullptr ||
      message->sip_payload->pl_data == nullptr) {
    return {};
  }
  return {message->sip_payload->pl_data, message->sip_payload->pl_len};
}

bool made_by_stack(const sip_t* message) {
  return message == nullptr || nta_sip_is_internal(message) != 0;
}

Dialog::~Dialog() {
  if (handle_ != nullptr) nua_handle_destroy(handle_);
}

const char* to_parameter(Transport transport) {
  switch (transport) {
    case Transport::kUdp: return "udp";
    case Transport::kTcp: return "tcp";
    case Transport::kTls: return "tls";
  }
  return "udp";
}

UserAgent::UserAgent(EventLoop& loop, UserAgentConfig config)
    : loop_(loop), config_(std::move(config)), flood_guard_(config_.limits), next_sweep_(loop) {}

Result<std::unique_ptr<UserAgent>> UserAgent::open(EventLoop& loop, UserAgentConfig config) {
  quiet_the_stack();
  CARILLON_ASSERT(guards_are_in_place(), "this program must be linked with Sofia-SIP shared");
  std::unique_ptr<UserAgent> agent(new UserAgent(loop, std::move(config)));
  if (auto listening = agent->listen(); !listening) return listening.error();
  return agent;
}

Result<void> UserAgent::listen() {
  if (config_.port == 0) config_.port = free_port(config_.bind_address);
  if (config_.listen_tls && config_.tls_port == 0) {
    do {
      config_.tls_port = free_port(config_.bind_address);
    } while (config_.tls_port == config_.port && config_.port != 0);
  }
  // Sofia does not say why it could not listen, so we look first.
  struct Probe {
    int type;
    int port;
    const char* protocol;
  };
  std::vector<Probe> probes{{SOCK_DGRAM, config_.port, "UDP"}, {SOCK_STREAM, config_.port, "TCP"}};
  if (config_.listen_tls) probes.push_back({SOCK_STREAM, config_.tls_port, "TLS"});
  for (const auto& probe : probes) {
    int port = probe.port;
    if (const int error = try_bind(config_.bind_address, probe.type, port); error != 0) {
      return bind_error(config_, port, probe.protocol, error);
    }
  }
  if (!create()) {
    return Error{
        ErrorCode::kUnavailable,
        fmt::format("The SIP ports {} and {} for {} could not be opened on {}{}.", config_.port,
                    config_.tls_port, config_.purpose, config_.bind_address,
                    config_.listen_tls ? ": check that http.certificate and http.key are PEM "
                                         "files that belong together"
                                       : ": choose another port in the configuration"),
        ""};
  }
  filter_.find_sockets(static_cast<uint16_t>(config_.port));
  if (config_.listen_tls) filter_.find_sockets(static_cast<uint16_t>(config_.tls_port));
  const size_t listeners = config_.listen_tls ? 2 : 1;
  if (filter_.udp_sockets() < 1 || filter_.tcp_sockets() < listeners) {
    return Error{ErrorCode::kInternal,
                 fmt::format("The SIP sockets for {} were opened, but not all were found to be "
                             "guarded: they stay closed.",
                             config_.purpose),
                 ""};
  }
  std::vector<uint16_t> stream_ports{static_cast<uint16_t>(config_.port)};
  if (config_.listen_tls) stream_ports.push_back(static_cast<uint16_t>(config_.tls_port));
  flood_guard_.watch(filter_.udp(), std::move(stream_ports));
  sweep();
  return filter_.allow({});
}

void UserAgent::sweep() {
  flood_guard_.sweep(machine_now().steady);
  const bool is_short = config_.limits.probation > Duration{0};
  next_sweep_.set(is_short ? std::min(kSweepEvery, config_.limits.probation) : kSweepEvery,
                  [this] { sweep(); });
}

bool UserAgent::create() {
  const auto url = fmt::format("sip:{}:{}", config_.bind_address, config_.port);
  const auto sips = fmt::format("sips:{}:{}", config_.bind_address, config_.tls_port);
  const auto from = fmt::format("<sip:carillon@{}:{}>", config_.public_address, config_.port);
  const auto min_se = std::chrono::duration_cast<std::chrono::seconds>(config_.shortest_session);
  const unsigned verify =
      config_.check_tls_peers ? TPTLS_VERIFY_OUT | TPTLS_VERIFY_SUBJECTS_OUT : TPTLS_VERIFY_NONE;
  // NUTAG_ALLOW, NUTAG_SUPPORTED and NUTAG_APPL_METHOD merge into the defaults and read past an
  // array when an item repeats: SIPTAG_*_STR replaces a list, and a null first empties one.
  nua_ = nua_create(loop_.root(), on_nua_event, this, NUTAG_URL(url.c_str()),
                    TAG_IF(config_.listen_tls, NUTAG_SIPS_URL(sips.c_str())),
                    TAG_IF(config_.listen_tls, NUTAG_CERTIFICATE_DIR(config_.tls_folder.c_str())),
                    TPTAG_TLS_VERIFY_POLICY(verify), SIPTAG_FROM_STR(from.c_str()),
                    SIPTAG_USER_AGENT_STR("Carillon"), NUTAG_MEDIA_ENABLE(0), NUTAG_AUTOANSWER(0),
                    NUTAG_AUTOALERT(0), NUTAG_AUTOACK(1), NUTAG_ENABLEMESSAGE(0),
                    SIPTAG_ALLOW_STR(kAllow), NUTAG_APPL_METHOD(static_cast<const char*>(nullptr)),
                    NUTAG_APPL_METHOD(kApplicationMethods), SIPTAG_SUPPORTED_STR("timer, 100rel"),
                    NUTAG_SESSION_TIMER(0), NUTAG_MIN_SE(static_cast<unsigned>(min_se.count())),
                    NUTAG_OUTBOUND("no-options-keepalive no-validate"),
                    NUTAG_AUTO302(0),  // a redirection is never followed (toll fraud)
                    NUTAG_RETRY_COUNT(3), NUTAG_MAX_RETRY_AFTER(0), NTATAG_UDP_MTU(kMostUdp),
                    NTATAG_SIP_T1X64(static_cast<unsigned>(config_.transaction_timeout.count())),
                    NTATAG_MAXSIZE(kLongestMessage), NTATAG_USE_NAPTR(0), NTATAG_USE_SRV(0),
                    TPTAG_UDP_RMEM(kReceiveBuffer), TAG_END());
  return nua_ != nullptr;
}

UserAgent::~UserAgent() {
  // nua_destroy() insists on a finished shutdown. Without one (a peer that never answered within
  // the grace of the process's stop) the agent is left to the end of the process.
  if (nua_ != nullptr && is_shut_down_) nua_destroy(nua_);
}

Call& UserAgent::place(CallSpec spec, CallListener& listener) {
  auto call = std::make_unique<Call>(loop_, *this, std::move(spec), listener);
  auto& placed = *call;
  calls_.emplace(&placed, std::move(call));
  return placed;
}

// Deferred: the call, and nua with an event of it, are still on the stack.
void UserAgent::release(Call& call) {
  loop_.soon([this, key = &call] { calls_.erase(key); });
}

std::string UserAgent::contact(Transport transport) const {
  const int port = transport == Transport::kTls ? config_.tls_port : config_.port;
  return fmt::format("<sip:carillon@{}:{};transport={}>", config_.public_address, port,
                     to_parameter(transport));
}

void UserAgent::shut_down(std::function<void()> done) {
  on_shut_down_ = std::move(done);
  // Calls that the peers have not ended by now go first: once it is closing, nua hears no more of a
  // handle's end, and it does not close over one that waits for a response.
  calls_.clear();
  nua_shutdown(nua_);
}

void UserAgent::dispatch(const Event& event, Dialog* dialog) {
  if (event.type == nua_r_shutdown) {
    if (event.status < 200 || is_shut_down_) return;
    is_shut_down_ = true;
    if (on_shut_down_) on_shut_down_();
    return;
  }
  if (event.type == nua_i_fork) {
    // A second branch of a forked INVITE answered too: it gets BYE (RFC 3261 section 13.2.2.4).
    nua_handle_t* branch = nullptr;
    tl_gets(event.tags, NUTAG_HANDLE_REF(branch), TAG_END());
    if (branch != nullptr) nua_bye(branch, TAG_END());
    return;
  }
  if (dialog != nullptr) return dialog->on_event(event);
  on_stranger(event);
}

// Requests outside of our calls: nothing is challenged on the trunks' side, everything is refused.
void UserAgent::on_stranger(const Event& event) {
  switch (event.type) {
    case nua_i_invite: ++inbound_refused_; [[fallthrough]];
    case nua_i_refer:
    case nua_i_register:
    case nua_i_update:
    case nua_i_info:
    case nua_i_message:
    case nua_i_subscribe:
    case nua_i_notify:
    case nua_i_publish:
    case nua_i_method:
      if (!hook_ || !hook_(event)) {
        ++requests_refused_;
        if (event.status < 200) {
          nua_respond(event.handle, SIP_403_FORBIDDEN, NUTAG_WITH_THIS(nua_), TAG_END());
        }
      }
      return nua_handle_destroy(event.handle);
    case nua_i_options:
      if (event.status < 200) {
        nua_respond(event.handle, SIP_200_OK, NUTAG_WITH_THIS(nua_), SIPTAG_ALLOW_STR(kAllow),
                    TAG_END());
      }
      return nua_handle_destroy(event.handle);
    case nua_i_terminated: return nua_handle_destroy(event.handle);
    default: return;
  }
}

Source source_of_current_request(UserAgent& agent, const sip_t* message) {
  Source source;
  const msg_t* request = nua_current_request(agent.nua());
  if (request == nullptr) return source;
  const su_sockaddr_t* address = msg_addr(const_cast<msg_t*>(request));
  if (address == nullptr || address->su_family != AF_INET) return source;
  source.address = format_ipv4(ntohl(address->su_sin.sin_addr.s_addr));
  source.port = ntohs(address->su_port);
  const std::string_view protocol =
      message->sip_via != nullptr && message->sip_via->v_protocol != nullptr
          ? message->sip_via->v_protocol
          : "";
  if (protocol.ends_with("TCP")) source.transport = Transport::kTcp;
  if (protocol.ends_with("TLS")) source.transport = Transport::kTls;
  return source;
}

}  // namespace carillon::telephony::sip
