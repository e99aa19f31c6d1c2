#include "telephony/sip/digest.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <fmt/format.h>

#include "base/assert.h"

namespace carillon::telephony::sip {
namespace {

constexpr size_t kTimeDigits = 16;    // hex
constexpr size_t kRandomDigits = 16;  // hex
constexpr size_t kSealDigits = 32;    // hex, 128 bits of the HMAC
constexpr size_t kPlainDigits = kTimeDigits + kRandomDigits;

std::string hex(const unsigned char* bytes, size_t size) {
  std::string out;
  for (size_t i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

/// Whoever sends a longer name shares the record of its beginning.
std::string pair_key(const std::string& user, const std::string& address) {
  constexpr size_t kLongestName = 64;
  return fmt::format("{} {}", address, std::string_view(user).substr(0, kLongestName));
}

template <class T>
bool parse_hex(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string md5_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  CARILLON_ASSERT(done == 1, "OpenSSL without MD5: SIP digest cannot work");
  return hex(digest, size);
}

std::string expected_response(std::string_view ha1, std::string_view method,
                              const DigestResponse& given) {
  const auto ha2 = md5_hex(fmt::format("{}:{}", method, given.uri));
  if (given.qop.empty()) return md5_hex(fmt::format("{}:{}:{}", ha1, given.nonce, ha2));
  return md5_hex(
      fmt::format("{}:{}:{}:{}:{}:{}", ha1, given.nonce, given.nc, given.cnonce, given.qop, ha2));
}

Nonces::Nonces(Duration lifetime) : lifetime_(lifetime) {
  CARILLON_ASSERT(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1, "no random bytes");
}

std::string Nonces::seal(std::string_view text) const {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* bytes =
      reinterpret_cast<const unsigned char*>(text.data());  // NOLINT: OpenSSL's type
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes, text.size(), mac, &size);
  return hex(mac, kSealDigits / 2);
}

std::string Nonces::make(SteadyTime now) {
  std::array<unsigned char, kRandomDigits / 2> random{};
  CARILLON_ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1,
                  "no random bytes");
  const auto plain = fmt::format("{:016x}{}", static_cast<uint64_t>(now.time_since_epoch().count()),
                                 hex(random.data(), random.size()));
  return plain + seal(plain);
}

Nonces::Verdict Nonces::check(std::string_view nonce, std::string_view nonce_count,
                              SteadyTime now) const {
  if (nonce.size() != kPlainDigits + kSealDigits) return Verdict::kForeign;
  const auto plain = nonce.substr(0, kPlainDigits);
  const auto sealed = seal(plain);
  if (CRYPTO_memcmp(sealed.data(), nonce.data() + kPlainDigits, kSealDigits) != 0) {
    return Verdict::kForeign;
  }
  int64_t made_at = 0;
  if (!parse_hex(plain.substr(0, kTimeDigits), made_at)) return Verdict::kForeign;
  if (now - SteadyTime{Duration{made_at}} > lifetime_) return Verdict::kStale;
  uint32_t count = 0;
  if (!parse_hex(nonce_count, count)) return Verdict::kReplayed;
  const auto used = used_.find(nonce);
  return used != used_.end() && count <= used->second.highest_count ? Verdict::kReplayed
                                                                    : Verdict::kFresh;
}

void Nonces::accept(std::string_view nonce, std::string_view nonce_count, SteadyTime now) {
  std::erase_if(used_, [now](const auto& each) { return each.second.expires_at <= now; });
  uint32_t count = 0;
  if (!parse_hex(nonce_count, count)) return;
  auto& use = used_[std::string(nonce)];
  use.highest_count = std::max(use.highest_count, count);
  use.expires_at = now + lifetime_;  // no earlier than the nonce itself becomes stale
}

Duration SignInBrake::wait(const std::string& user, const std::string& address,
                           SteadyTime now) const {
  return std::max(wait_of(pair_key(user, address), now), wait_of(address, now));
}

void SignInBrake::failed(const std::string& user, const std::string& address, SteadyTime now) {
  forget(now);
  if (count(pair_key(user, address), kFree, now) <= kFree) count(address, kFreeOfAddress, now);
}

void SignInBrake::succeeded(const std::string& user, const std::string& address) {
  records_.erase(pair_key(user, address));
}

Duration SignInBrake::wait_of(const std::string& key, SteadyTime now) const {
  const auto found = records_.find(key);
  if (found == records_.end()) return Duration{0};
  return std::max(Duration{0}, found->second.blocked_until - now);
}

/// One more failure; how many there are.
int SignInBrake::count(const std::string& key, int free, SteadyTime now) {
  auto& record = records_[key];
  record.last = now;
  if (++record.failures >= free) {
    const int doublings = std::min(record.failures - free, 10);
    record.blocked_until = now + std::min(kFirstWait * (1 << doublings), kLongestWait);
  }
  return record.failures;
}

// When full the older half goes, so that a flood of names costs little for each of them.
void SignInBrake::forget(SteadyTime now) {
  if (records_.size() < kMost && now < next_sweep_) return;
  next_sweep_ = now + 60s;
  std::erase_if(records_, [now](const auto& each) { return now - each.second.last > kForget; });
  if (records_.size() < kMost) return;
  std::vector<SteadyTime> ages;
  for (const auto& [source, record] : records_) ages.push_back(record.last);
  const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  std::erase_if(records_,
                [limit = *middle](const auto& each) { return each.second.last <= limit; });
}

}  // namespace carillon::telephony::sip
