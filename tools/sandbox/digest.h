// Digest: asks callers for their password (RFC 2617 as used by RFC 3261 section 22).
#pragma once

#include <set>
#include <string>

struct sip_s;

namespace carillon::sandbox {

/// Purpose: makes challenges and checks answers for one user. Owning loop: the SIP thread.
/// Lifetime: the carrier's.
class DigestGate {
 public:
  DigestGate(std::string username, std::string password, std::string realm);

  bool required() const { return !username_.empty(); }
  enum class Verdict { kMissing, kWrong, kGood };
  /// Looks at the Proxy-Authorization of a request.
  Verdict check(const sip_s& request) const;
  /// The value of Proxy-Authenticate, with a new nonce.
  std::string challenge();

 private:
  std::string username_, password_, realm_;
  std::set<std::string> nonces_;  ///< given out; the oldest ones are forgotten all at once
};

}  // namespace carillon::sandbox
