// Registrar: desk phones sign in (REGISTER, RFC 3261 section 10) and can then be called.
#pragma once

#include <functional>
#include <map>
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
/// soon), 503 with Retry-After (too many failures from that address).
class Registrar {
 public:
  using StateSink = std::function<void(PhoneRegistered)>;

  Registrar(EventLoop& loop, UserAgent& agent, std::string realm, StateSink report);
  ~Registrar();

  /// Replaces the phones. A phone that is gone or has another password loses its binding.
  void set(std::vector<PhoneCredential> phones);

  /// How to call a phone that is signed in. Nothing when it is not.
  struct Way {
    CallSpec spec;        ///< all but sdp and ring_timeout
    std::string address;  ///< numeric, where the phone really is
  };
  std::optional<Way> way_to(const std::string& sip_username) const;

  size_t registered() const { return bindings_.size(); }
  uint64_t sign_ins_failed() const { return sign_ins_failed_; }

 private:
  struct Binding {
    Binding(UserId owner, EventLoop& loop) : agent(owner), expiry(loop) {}
    UserId agent;
    std::string contact;  ///< URI as the phone wrote it
    Source source;
    Deadline expiry;
  };
  bool on_request(const Event& event);
  void on_register(const Event& event);
  void challenge(const Event& event, bool stale);
  void reject(const Event& event, const std::string& source);
  void bind(const Event& event, const PhoneCredential& phone, const Source& source);
  void confirm(const Event& event, const std::string& contact, int expires_s);
  void unbind(const std::string& sip_username);

  EventLoop& loop_;
  UserAgent& agent_;
  std::string realm_;
  StateSink report_;
  std::map<std::string, PhoneCredential> phones_;
  std::map<std::string, Binding> bindings_;
  Nonces nonces_;
  SignInBrake brake_;
  uint64_t sign_ins_failed_ = 0;
};

}  // namespace carillon::telephony::sip
