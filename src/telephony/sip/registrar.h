// Registrar: desk phones sign in (REGISTER, RFC 3261 section 10) and can then be called.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/calls.h"
#include "telephony/sip/digest.h"
#include "telephony/sip/event_loop.h"
#include "telephony/sip/user_agent.h"

namespace carillon::telephony::sip {

/// Purpose: checks phones by digest against stored HA1s and remembers where they really are.
/// Owner: the SIP thread. Lifetime: within the UserAgent's.
///
/// One binding a phone: a phone that signs in from elsewhere replaces the former. Requests are
/// answered 401 (challenge), 200, 403 (not a phone of ours, or wrong password), 423 (expires too
/// soon), 503 with Retry-After (too many failures, SignInBrake), 403 "Register over ..." (the
/// right password over a transport that the phone's SIP profile does not allow).
class Registrar {
 public:
  using StateSink = std::function<void(PhoneRegistered)>;

  /// `ping_interval`: between the OPTIONS to a phone whose SIP profile wants them.
  Registrar(EventLoop& loop, UserAgent& agent, std::string realm, Duration ping_interval,
            StateSink report);
  ~Registrar();

  /// Replaces the phones. A phone that is gone, has another password or is bound over a transport
  /// that is not allowed any more loses its binding.
  void set(std::vector<PhoneCredential> phones);

  /// How to call a phone that is signed in. Nothing when it is not.
  struct Way {
    CallSpec spec;        ///< all but sdp and ring_timeout
    std::string address;  ///< numeric, where the phone really is
    std::vector<std::string> codecs;
    int bandwidth_kbps = 0;
  };
  std::optional<Way> way_to(const std::string& sip_username) const;

  size_t registered() const { return bindings_.size(); }
  uint64_t sign_ins_failed() const { return sign_ins_failed_; }
  uint64_t wrong_transport() const { return wrong_transport_; }
  uint64_t gone_silent() const { return gone_silent_; }

 private:
  class Ping;
  struct Binding {
    Binding(UserId owner, EventLoop& loop);
    ~Binding();
    UserId agent;
    std::string contact;  ///< URI as the phone wrote it
    Source source;
    Deadline expiry;
    std::unique_ptr<Ping> ping;  ///< null: not wanted
  };
  bool on_request(const Event& event);
  void on_register(const Event& event);
  void challenge(const Event& event, bool stale);
  void reject(const Event& event, const std::string& user, const std::string& address);
  void refuse_transport(const Event& event, const PhoneCredential& phone, const Source& source);
  void bind(const Event& event, const PhoneCredential& phone, const Source& source);
  void watch(const std::string& sip_username, Binding& binding);
  CallSpec spec_for(const Binding& binding) const;
  void went_silent(const std::string& sip_username);
  void confirm(const Event& event, const std::string& contact, int expires_s);
  void unbind(const std::string& sip_username);

  EventLoop& loop_;
  UserAgent& agent_;
  std::string realm_;
  Duration ping_interval_;
  StateSink report_;
  std::map<std::string, PhoneCredential> phones_;
  std::map<std::string, Binding> bindings_;
  Nonces nonces_;
  SignInBrake brake_;
  uint64_t sign_ins_failed_ = 0;
  uint64_t wrong_transport_ = 0;
  uint64_t gone_silent_ = 0;
};

}  // namespace carillon::telephony::sip
