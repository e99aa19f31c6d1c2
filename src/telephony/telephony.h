// Telephony: customers' calls over trunks, agents' lines, and the audio between them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "core/messages/calls.h"

namespace carillon::telephony {

/// Where the telephony listens and what it may use. Ports: 0 takes any free one (tests).
struct TelephonyConfig {
  std::string bind_address = "0.0.0.0";  ///< numeric IPv4
  /// Numeric IPv4 that carriers and phones see, in SDP and Contact. Empty: the bind address, or,
  /// when that is 0.0.0.0, the address of the interface with the default route.
  std::string public_address;

  int trunk_port = 5060;      ///< UDP and TCP, open to the trunks' addresses only
  int trunk_tls_port = 5061;  ///< used when `tls_certificate` is given; must differ from trunk_port

  bool phones_enabled = true;
  int phone_port = 5070;      ///< UDP and TCP, open to `phone_networks` only
  int phone_tls_port = 5071;  ///< used when `tls_certificate` is given
  /// Networks that desk phones may sign in from, "192.168.0.0/16". Default: the private networks
  /// (RFC 1918) and loopback.
  std::vector<std::string> phone_networks{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                          "127.0.0.0/8"};
  std::string realm = "carillon";  ///< of the desk phones' digest; part of every stored HA1

  /// A phone's connection over which nobody has signed in for so long is ended.
  Duration phone_probation = 30s;
  int phone_connections = 1'000;  ///< over TCP and TLS together

  Duration phone_ping_interval = 30s;  ///< OPTIONS to phones whose SIP profile wants them

  std::string tls_certificate;  ///< PEM file, chain; empty: no TLS listener
  std::string tls_key;          ///< PEM file
  /// PEM file with the authorities that TLS trunks are checked against. Empty: the system's.
  std::string tls_authorities;

  int rtp_port_min = 20'000;  ///< customers' legs, even ports
  int rtp_port_max = 39'999;
  int agent_port = 40'000;  ///< first UDP port of the browsers' audio, one per media loop
  int media_loops = 0;      ///< 0: one per CPU

  std::string recordings_directory = "recordings";
  std::string prompts_directory = "prompts";

  /// 64 times T1 of RFC 3261 section 17.1.1.1: how long a silent peer is waited for.
  Duration transaction_timeout = 32s;
  /// Session-Expires that we ask for (RFC 4028). Below 90 s only against peers that allow it:
  /// tests.
  Duration session_interval = 1800s;
  /// Silence of a peer's RTP and RTCP that ends the call: its BYE was lost.
  Duration media_timeout = 30s;
  /// How often the trunks' host names are looked up again.
  Duration resolve_interval = 60s;
};

/// Who hears from the telephony. All are called on the SIP thread and must not block.
struct Sinks {
  std::function<void(TelephonyEvent)> to_core;
  std::function<void(AgentAnswer)> to_api;
  /// What becomes of calls whose attempt is below zero: test calls, of which the core knows
  /// nothing.
  std::function<void(TelephonyEvent)> to_tests{};
};

/// Totals since the start, for /metrics. A snapshot: figures may be from slightly different times.
struct TelephonyCounters {
  uint64_t calls_placed = 0;
  uint64_t calls_answered = 0;
  std::map<Outcome, uint64_t> calls_ended;  ///< by outcome
  uint64_t calls_active = 0;                ///< now: placed and not ended
  uint64_t agent_lines = 0;                 ///< now: open
  uint64_t phones_registered = 0;           ///< now
  uint64_t sign_ins_failed = 0;             ///< REGISTER with a wrong password or an unknown user
  uint64_t phones_wrong_transport = 0;      ///< REGISTER refused: not the SIP profile's transport
  uint64_t phones_gone_silent = 0;          ///< registrations ended: OPTIONS was not answered
  uint64_t requests_refused = 0;            ///< requests outside of our calls, answered 403 or 405
  uint64_t inbound_refused = 0;             ///< calls from trunks, which are not taken yet
  uint64_t answers_crossed_cancel = 0;      ///< 200 after our CANCEL: ended with BYE
  uint64_t auth_challenges = 0;             ///< 401 and 407 of trunks that were answered
  uint64_t strangers_dropped = 0;           ///< packets that the kernel dropped at the SIP sockets
  uint64_t phone_flood_dropped = 0;         ///< datagrams and connections of phones: too many
  uint64_t trunk_flood_dropped = 0;         ///< likewise of carriers
  uint64_t media_packets_received = 0;
  uint64_t media_packets_dropped = 0;  ///< from addresses that were not negotiated, or malformed
  int64_t idle_for_ms = 0;  ///< since the SIP thread last turned; it turns some times a second
};

/// The telephony of one node.
///
/// Loops: one SIP thread of its own, which owns every call, line, trunk and registration, and the
/// media loops below it. send() and counters() may be called from any thread. Every PlaceCall is
/// answered by exactly one CallEnded. Lifetime: until drain_and_stop() or destruction.
class Telephony {
 public:
  /// Opens the sockets and starts the loops. A taken port, a wrong address or a certificate that
  /// cannot be read is an Error that says what to do.
  static Result<std::unique_ptr<Telephony>> start(TelephonyConfig config, Sinks sinks);
  ~Telephony();
  Telephony(const Telephony&) = delete;
  Telephony& operator=(const Telephony&) = delete;

  /// Any thread. Commands are carried out in the order in which they are given.
  void send(TelephonyCommand command);

  /// Any thread.
  TelephonyCounters counters() const;

  /// The ports that are really used, for tests and the log.
  int trunk_port() const;
  int trunk_tls_port() const;
  int phone_port() const;
  int phone_tls_port() const;

  /// Ends every call (CANCEL, BYE), closes every line, waits until the peers have answered or
  /// `transaction_timeout` has passed, at most 5 s, and stops the loops. CallEnded is still sent
  /// for each call. Afterwards send() is ignored.
  void drain_and_stop();

 private:
  class Impl;
  explicit Telephony(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::telephony
