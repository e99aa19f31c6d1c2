#include "base/ports.h"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"

namespace carillon {

namespace {
constexpr int kTries = 20;
}

int try_bind(const std::string& address, int type, int& port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return EINVAL;
  const UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (type == SOCK_STREAM) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  socklen_t size = sizeof where;
  auto* generic = reinterpret_cast<sockaddr*>(&where);  // NOLINT: the sockets API wants this
  if (::bind(fd.get(), generic, size) != 0) return errno;
  if (type == SOCK_STREAM && ::listen(fd.get(), 1) != 0) return errno;
  ::getsockname(fd.get(), generic, &size);
  port = ntohs(where.sin_port);
  return 0;
}

int free_port(const std::string& address, int wanted) {
  for (int i = 0; i < kTries; ++i) {
    int port = wanted;
    if (try_bind(address, SOCK_STREAM, port) == 0 && try_bind(address, SOCK_DGRAM, port) == 0) {
      return port;
    }
    if (wanted != 0) break;
  }
  return 0;
}

}  // namespace carillon
