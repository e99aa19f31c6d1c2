// Resolver: looks up host names of trunks on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace carillon::telephony::sip {

struct Resolution {
  std::string host;
  std::vector<uint32_t> addresses;  ///< IPv4, host byte order; empty: `error` says why
  std::string error;                ///< what the system's resolver said
};

/// Purpose: getaddrinfo() may take many seconds, and the SIP thread must never wait.
/// Threads: look_up() from the SIP thread; `done` is called on the resolver's thread.
/// Lifetime: the destructor does not wait for a look-up under way; its result is thrown away.
class Resolver {
 public:
  explicit Resolver(std::function<void(Resolution)> done);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// A host that already waits is not queued twice.
  void look_up(const std::string& host);

 private:
  struct Shared;
  static void run(const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
};

}  // namespace carillon::telephony::sip
