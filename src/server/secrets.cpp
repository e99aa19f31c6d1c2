#include "server/secrets.h"

#include <array>

#include <sodium.h>

#include "base/assert.h"

namespace carillon::server {

std::string make_code(int groups) {
  CARILLON_ASSERT(sodium_init() >= 0, "libsodium found no source of random numbers");
  constexpr std::string_view kAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  static_assert(kAlphabet.size() == 31);
  std::string code;
  for (int i = 0; i < groups * 4; ++i) {
    if (i > 0 && i % 4 == 0) code += '-';
    code += kAlphabet[randombytes_uniform(kAlphabet.size())];
  }
  return code;
}

std::string hash_password(std::string_view password) {
  CARILLON_ASSERT(sodium_init() >= 0, "libsodium found no source of random numbers");
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const int failed =
      crypto_pwhash_str(text.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE);
  return failed == 0 ? text.data() : "";
}

}  // namespace carillon::server
