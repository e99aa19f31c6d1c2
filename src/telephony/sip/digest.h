// Digest authentication as a server: nonces, responses, and the slowing of guessers.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace carillon::telephony::sip {

/// MD5 of `text`, 32 lower-case hex digits (RFC 1321). Only for digest, which prescribes it.
std::string md5_hex(std::string_view text);

/// What a client says in its Authorization header, without quotes.
struct DigestResponse {
  std::string username{}, realm{}, nonce{}, uri{}, response{}, cnonce{}, nc{}, qop{}, algorithm{};
};

/// The response that a client with HA1 = MD5(username:realm:password) must give
/// (RFC 7616 section 3.4.1, algorithm MD5, with qop or without).
std::string expected_response(std::string_view ha1, std::string_view method,
                              const DigestResponse& given);

/// Gives out nonces and knows its own again without keeping them: time, random part, and a keyed
/// hash of both. Only nonces that a client has used successfully are kept, with the highest nonce
/// count, so that a response that was overheard cannot be used again (RFC 7616 section 3.4).
/// Owner: the SIP thread.
class Nonces {
 public:
  explicit Nonces(Duration lifetime = 300s);

  std::string make(SteadyTime now);

  enum class Verdict { kFresh, kStale, kForeign, kReplayed };
  /// kFresh: ours, in time and with a nonce count (hex) above all that were accepted.
  Verdict check(std::string_view nonce, std::string_view nonce_count, SteadyTime now) const;
  /// After the response proved right: this nonce count and those below are used up.
  void accept(std::string_view nonce, std::string_view nonce_count, SteadyTime now);

 private:
  std::string seal(std::string_view text) const;
  struct Use {
    uint32_t highest_count = 0;
    SteadyTime expires_at;
  };
  Duration lifetime_;
  std::array<unsigned char, 32> key_{};
  std::map<std::string, Use, std::less<>> used_;
};

/// Slows guessing: after `kFree` failures a user name from an address must wait, twice as long
/// after each more. An address has ten times as many free failures, against whoever tries one name
/// after the other; of each name only the free ones count there, so that one phone with a wrong
/// password, which tries for days, does not lock out the others behind the same office's address.
/// Owner: the SIP thread. Bounded: forgets who was quiet for `kForget`, and the older half when
/// there are more than `kMost`.
class SignInBrake {
 public:
  static constexpr int kFree = 5;
  static constexpr int kFreeOfAddress = 50;
  static constexpr Duration kFirstWait = 2s;
  static constexpr Duration kLongestWait = 300s;
  static constexpr Duration kForget = 900s;
  static constexpr size_t kMost = 10'000;

  /// How long `user` at `address` still has to wait; 0: may try.
  Duration wait(const std::string& user, const std::string& address, SteadyTime now) const;
  void failed(const std::string& user, const std::string& address, SteadyTime now);
  void succeeded(const std::string& user, const std::string& address);
  size_t size() const { return records_.size(); }

 private:
  Duration wait_of(const std::string& key, SteadyTime now) const;
  int count(const std::string& key, int free, SteadyTime now);
  void forget(SteadyTime now);
  struct Record {
    int failures = 0;
    SteadyTime last;
    SteadyTime blocked_until;
  };
  std::map<std::string, Record> records_;
  SteadyTime next_sweep_{};
};

}  // namespace carillon::telephony::sip
