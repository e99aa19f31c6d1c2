// Secrets that the server makes itself.
#pragma once

#include <string>
#include <string_view>

namespace carillon::server {

/// Random groups of letters and digits without look-alikes, "k7wq-3fmh-x9tr": 20 bits a group.
std::string make_code(int groups);

/// The argon2id text of a password, as the sign-in checks it. Empty when memory is short.
std::string hash_password(std::string_view password);

}  // namespace carillon::server
