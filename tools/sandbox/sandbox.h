// The sandbox carrier: answers a trunk over real SIP and RTP as a population of customers would.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "sandbox/behaviour.h"

namespace carillon::sandbox {

struct SandboxConfig {
  std::string address = "127.0.0.1";  ///< numeric IPv4 address for SIP and RTP
  int port = 5080;                    ///< UDP and TCP; 0: a free one
  uint64_t seed = 1;
  PopulationMix mix;
  std::string rules_file;   ///< empty: only the built-in rules
  std::string ledger_file;  ///< empty: none; else one line for each call that was accepted
  std::string username;     ///< empty: no authentication, else digest is asked for
  std::string password;
  std::string realm = "sandbox";
  bool spoken_phrases = false;  ///< speak with espeak-ng when it is installed
  int max_calls = 1000;         ///< further ones get 503
};

struct SandboxCounters {
  int64_t invites = 0;  ///< calls that came in (each once, after authentication)
  int64_t answered = 0, busy = 0, refused = 0, cancelled = 0, ended_by_us = 0, ended_by_caller = 0;
  int64_t active = 0;
  int64_t challenged = 0, wrong_credentials = 0;
  int64_t rtp_sent = 0, rtp_received = 0;
};

/// Purpose: a carrier with customers, for the demo, the tests and the load runs.
/// Owning loops: its own SIP thread and one RTP thread; the functions here may be called by any
/// thread. Lifetime: from start() to the destructor, which ends every call with BYE.
class Sandbox {
 public:
  /// Fails with a sentence when the port is taken, or a file cannot be read or written.
  static Result<std::unique_ptr<Sandbox>> start(const SandboxConfig& config);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// The SIP port in use, UDP and TCP.
  int port() const;
  SandboxCounters counters() const;

 private:
  struct Parts;
  explicit Sandbox(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace carillon::sandbox
