// UserAgent: one nua of Sofia-SIP with its sockets, their gate, and the calls over them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "telephony/sip/call.h"
#include "telephony/sip/event_loop.h"
#include "telephony/sip/flood_guard.h"
#include "telephony/sip/socket_filter.h"

struct nua_s;
struct sip_s;

namespace carillon::telephony::sip {

enum class Transport { kUdp, kTcp, kTls };

/// The URI parameter (RFC 3261 section 19.1.1): "udp", "tcp", "tls".
const char* to_parameter(Transport transport);

struct UserAgentConfig {
  std::string purpose;           ///< for messages: "trunks" or "desk phones"
  std::string bind_address;      ///< numeric IPv4
  std::string public_address;    ///< numeric IPv4, for Contact
  int port = 0;                  ///< UDP and TCP, 0: any free one
  int tls_port = 0;              ///< 0: any free one; only used with `tls_folder`
  std::string tls_folder;        ///< agent.pem and cafile.pem as Sofia wants them; empty: no TLS
  bool listen_tls = false;       ///< false: TLS for outgoing connections only
  bool check_tls_peers = false;  ///< certificate of whom we connect to: authority and name
  Duration transaction_timeout = 32s;
  Duration shortest_session = 90s;  ///< Min-SE: RFC 4028 section 4 allows no less than 90 s
  FloodGuard::Limits limits{};
};

/// Purpose: sends and receives for one kind of peer (carriers or desk phones), refuses every
/// request that belongs to no call of ours, except those that `on_request` takes.
/// Owner: the SIP thread. Lifetime: inside the EventLoop's; shut_down() before destruction.
class UserAgent {
 public:
  /// Requests outside of calls, on the SIP thread. True: answered. False: refused here.
  using RequestHook = std::function<bool(const Event&)>;

  static Result<std::unique_ptr<UserAgent>> open(EventLoop& loop, UserAgentConfig config);
  ~UserAgent();
  UserAgent(const UserAgent&) = delete;
  UserAgent& operator=(const UserAgent&) = delete;

  /// Who may send to the sockets. Nobody before the first call.
  Result<void> allow(std::span<const Network> networks) { return filter_.allow(networks); }
  void on_request(RequestHook hook) { hook_ = std::move(hook); }
  /// Which connections outlive their probation (FloodGuard).
  void keep_connections_if(FloodGuard::IsWanted is_wanted) {
    flood_guard_.keep_if(std::move(is_wanted));
  }

  /// Who may send more datagrams than `limits` say (FloodGuard).
  void allow_more(std::map<uint32_t, double> datagrams_per_s) {
    flood_guard_.allow_more(std::move(datagrams_per_s));
  }

  /// Sends the INVITE. The call is owned here and valid until listener.call_ended().
  Call& place(CallSpec spec, CallListener& listener);

  /// Contact of ours for a transport, "<sip:carillon@192.0.2.1:5060;transport=tcp>".
  std::string contact(Transport transport) const;

  int port() const { return config_.port; }
  int tls_port() const { return config_.listen_tls ? config_.tls_port : 0; }
  const std::string& public_address() const { return config_.public_address; }
  Duration transaction_timeout() const { return config_.transaction_timeout; }
  uint64_t strangers_dropped() const { return filter_.dropped(); }
  uint64_t flood_dropped() const { return flood_guard_.dropped(); }
  uint64_t requests_refused() const { return requests_refused_; }
  uint64_t inbound_refused() const { return inbound_refused_; }
  CallCounters& call_counters() { return call_counters_; }
  size_t dialogs() const { return calls_.size(); }

  /// Ends what is left; `done` is called when the last transaction is over.
  void shut_down(std::function<void()> done);

  // For Call and the other dialogs of this folder.
  nua_s* nua() const { return nua_; }
  void release(Call& call);
  /// Called by nua for every event of this agent.
  void dispatch(const Event& event, Dialog* dialog);

 private:
  UserAgent(EventLoop& loop, UserAgentConfig config);
  Result<void> listen();
  bool create();
  void on_stranger(const Event& event);
  void sweep();

  EventLoop& loop_;
  UserAgentConfig config_;
  nua_s* nua_ = nullptr;
  SocketFilter filter_;
  FloodGuard flood_guard_;
  Deadline next_sweep_;
  RequestHook hook_;
  std::map<Call*, std::unique_ptr<Call>> calls_;
  CallCounters call_counters_;
  uint64_t requests_refused_ = 0;
  uint64_t inbound_refused_ = 0;
  bool is_shut_down_ = false;
  std::function<void()> on_shut_down_;
};

/// Where a request really came from (not what its Via says).
struct Source {
  std::string address;
  int port = 0;
  Transport transport = Transport::kUdp;
};
Source source_of_current_request(UserAgent& agent, const sip_s* message);

}  // namespace carillon::telephony::sip
