#include "server/secrets.h"

#include <string_view>

#include <sodium.h>

#include "base/assert.h"

namespace carillon::server {

std::string make_code(int groups) {
  CARILLON_ASSERT(sodium_init() >= 0, "libsodium found no source of random numbers");
  constexpr std::string_view kAlphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  std::string code;
  for (int i = 0; i < groups * 4; ++i) {
    if (i > 0 && i % 4 == 0) code += '-';
    code += kAlphabet[randombytes_uniform(static_cast<uint32_t>(kAlphabet.size()))];
  }
  return code;
}

}  // namespace carillon::server
