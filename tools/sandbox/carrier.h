// Carrier: the SIP side of the sandbox.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "sandbox/ledger.h"
#include "sandbox/phrases.h"
#include "sandbox/rtp_player.h"
#include "sandbox/rules.h"
#include "sandbox/sandbox.h"

namespace carillon::sandbox {

/// What other threads may read at any time.
struct CarrierCounters {
  std::atomic<int64_t> invites{0}, answered{0}, busy{0}, refused{0}, cancelled{0}, ended_by_us{0},
      ended_by_caller{0}, active{0}, challenged{0}, wrong_credentials{0};
};

/// Purpose: user agent server for every number. Owning loop: its own SIP thread; start() and the
/// destructor may be called by any thread. Lifetime: within the RtpPlayer's and the
/// PhraseBook's.
class Carrier {
 public:
  static Result<std::unique_ptr<Carrier>> start(const SandboxConfig& config,
                                                std::vector<Rule> rules, Ledger ledger,
                                                const PhraseBook& phrases, RtpPlayer& player);
  virtual ~Carrier() = default;

  virtual int port() const = 0;
  virtual const CarrierCounters& counters() const = 0;
};

}  // namespace carillon::sandbox
