// Secrets that the server makes itself.
#pragma once

#include <string>

namespace carillon::server {

/// Random groups of letters and digits without look-alikes, "k7wq-3fmh-x9tr": almost 20 bits a
/// group.
std::string make_code(int groups);

}  // namespace carillon::server
