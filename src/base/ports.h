// Ports that are free: asked before somebody is told to listen who does not say why he could not.
#pragma once

#include <string>

namespace carillon {

/// Binds a port of a numeric IPv4 address and lets go again. `type`: SOCK_DGRAM or SOCK_STREAM.
/// 0 or errno, EINVAL when the address is not numeric; `port` 0 is replaced by the one found.
int try_bind(const std::string& address, int type, int& port);

/// `wanted` if it is free for UDP and TCP (0: any port that is), else 0.
int free_port(const std::string& address, int wanted = 0);

}  // namespace carillon
