#include "api/secrets.h"

#include <array>

#include <openssl/evp.h>
#include <sodium.h>

#include "base/assert.h"

namespace carillon::api {
namespace {

constexpr unsigned long long kPasses = 3;
constexpr size_t kMemory = 19 * 1024 * 1024;

std::string hex(const unsigned char* bytes, size_t count) {
  std::string text(count * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, count);
  text.pop_back();
  return text;
}

const unsigned char* bytes(std::string_view text) {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

/// A hash of a password that nobody has, for users who do not exist.
const std::string& nobodys_hash() {
  static const std::string kHash = hash_password(random_token());
  return kHash;
}

}  // namespace

Result<void> init_secrets() {
  if (sodium_init() < 0) {
    return Error{ErrorCode::kInternal, "libsodium found no source of random numbers.", {}};
  }
  return {};
}

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(
      sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();
  return text;
}

std::string random_password(int groups) {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string text;
  for (int i = 0; i < groups * 4; ++i) {
    if (i > 0 && i % 4 == 0) text += '-';
    text += kLetters[randombytes_uniform(static_cast<uint32_t>(kLetters.size()))];
  }
  return text;
}

std::string token_hash(std::string_view token) {
  std::array<unsigned char, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes(token), token.size(), nullptr, 0);
  return hex(hash.data(), hash.size());
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> hash{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&state, hash.data());
  return hex(hash.data(), hash.size());
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return {};
  }
  return text.data();
}

bool verify_password(const std::string& hash, const std::string& password) {
  const bool known = !hash.empty();
  const std::string& against = known ? hash : nobodys_hash();
  const bool right =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return known && right;
}

std::string digest_ha1(const std::string& username, const std::string& realm,
                       const std::string& password) {
  const std::string text = username + ":" + realm + ":" + password;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_md5(), nullptr);
  CARILLON_ASSERT(done == 1, "OpenSSL without MD5: digest authentication is impossible");
  return hex(hash.data(), size);
}

}  // namespace carillon::api
