#include "telephony/sip/guards.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "telephony/sip/flood_guard.h"
#include "telephony/sip/sofia.h"

#include <sofia-sip/sofia_features.h>  // wants the others first

// Takes the place of the library's function of the same name (the dynamic linker prefers the
// executable's). Sofia calls it for the Via host and maddr of whatever somebody sends.
extern "C" int su_getaddrinfo(const char* node, const char* service, const su_addrinfo_t* hints,
                              su_addrinfo_t** result) {
  addrinfo numeric{};
  if (hints != nullptr) {
    numeric.ai_flags = hints->ai_flags;
    numeric.ai_family = hints->ai_family;
    numeric.ai_socktype = hints->ai_socktype;
    numeric.ai_protocol = hints->ai_protocol;
  }
  if (numeric.ai_protocol == IPPROTO_SCTP) return EAI_SERVICE;
  numeric.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
  // su_addrinfo_t is the system's addrinfo where there is one (su_addrinfo.h).
  return getaddrinfo(node, service, &numeric, reinterpret_cast<addrinfo**>(result));
}

// Takes the library's place in the same way; the library's own is called first.
extern "C" issize_t sip_via_d(su_home_t* home, msg_header_t* header, char* text, isize_t size) {
  // POSIX: dlsym gives functions as void*.
  static const auto kParse = reinterpret_cast<msg_parse_f*>(dlsym(RTLD_NEXT, "sip_via_d"));
  const issize_t parsed = kParse(home, header, text, size);
  if (parsed < 0) return parsed;
  const auto* via = reinterpret_cast<const sip_via_t*>(header);
  const char* branch = msg_params_find(via->v_params, "branch=");
  constexpr size_t kMagicCookieLength = 7;  // "z9hG4bK", RFC 3261 section 8.1.1.7
  return branch != nullptr && std::strlen(branch) < kMagicCookieLength ? -1 : parsed;
}

namespace {

/// How the library's tls_s begins (tport_tls.c); the rest is not touched here.
struct TlsHead {
  su_home_t home[1];
  SSL_CTX* context;
  SSL* connection;
  BIO* socket;
};
static_assert(std::string_view(SOFIA_SIP_VERSION).starts_with("1.12.11"),
              "compare TlsHead and tls_free() with this version of the library");

}  // namespace

// The library's own never frees the SSL of a connection and gives back a reference to the context
// that it does not have; the two errors hide one another. Some 25 kB for each connection.
extern "C" void tls_free(void* tls) {
  if (tls == nullptr) return;
  auto* head = static_cast<TlsHead*>(tls);
  if (head->connection != nullptr) {
    SSL_shutdown(head->connection);
    SSL_free(head->connection);  // and the BIO, and its own reference to the context
  } else if (head->socket != nullptr) {
    BIO_free(head->socket);
  } else {
    SSL_CTX_free(head->context);  // the listener's, not a connection's
  }
  su_home_unref(head->home);
}

// Takes the library's place as well. Its own cuts a fraction of a millisecond off, so that the loop
// asked the kernel over and over during the last millisecond before each timer.
extern "C" su_duration_t su_duration(su_time_t later, su_time_t earlier) {
  const auto seconds = static_cast<int64_t>(later.tv_sec) - static_cast<int64_t>(earlier.tv_sec);
  const auto rest = static_cast<int64_t>(later.tv_usec) - static_cast<int64_t>(earlier.tv_usec);
  const int64_t us = seconds * 1'000'000 + rest;
  const int64_t ms = us > 0 ? (us + 999) / 1'000 : us / 1'000;
  constexpr int64_t kMost = SU_DURATION_MAX;
  return static_cast<su_duration_t>(std::clamp(ms, -kMost, kMost));
}

namespace {

using carillon::telephony::sip::FloodGuard;

/// The sender of the next datagram, host byte order. False: there is none.
bool peek_sender(int fd, uint32_t& address) {
  sockaddr_in from{};
  socklen_t size = sizeof from;
  char first = 0;
  auto* generic = reinterpret_cast<sockaddr*>(&from);  // NOLINT: the sockets API wants this
  if (::recvfrom(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT, generic, &size) < 0) return false;
  address = ntohl(from.sin_addr.s_addr);
  return true;
}

void drop_datagram(int fd) {
  char first = 0;
  (void)::recv(fd, &first, 1, MSG_DONTWAIT);
}

}  // namespace

// Takes the library's place, which asks for the size before it reads: what the FloodGuard does not
// take is gone by then. Errors are the library's business.
extern "C" issize_t su_getmsgsize(su_socket_t socket) {
  static const auto kSize = reinterpret_cast<issize_t (*)(int)>(dlsym(RTLD_NEXT, "su_getmsgsize"));
  constexpr int kMostAtOnce = 256;  // other sockets want their turn
  auto* guard = FloodGuard::of_datagrams(socket);
  if (guard == nullptr) return kSize(socket);
  const auto now = carillon::machine_now().steady;
  uint32_t sender = 0;
  for (int i = 0; i < kMostAtOnce && peek_sender(socket, sender); ++i) {
    if (guard->take_datagram(sender, now)) return kSize(socket);
    drop_datagram(socket);
  }
  errno = EAGAIN;
  return -1;
}

// Takes the library's place to see each accepted connection.
extern "C" void* tport_alloc_secondary(void* primary, int socket, int accepted,
                                       const char** reason) {
  static const auto kMake = reinterpret_cast<void* (*)(void*, int, int, const char**)>(
      dlsym(RTLD_NEXT, "tport_alloc_secondary"));
  void* transport = kMake(primary, socket, accepted, reason);
  if (transport != nullptr && accepted != 0) {
    if (auto* guard = FloodGuard::of_connection(socket)) {
      guard->take_connection(socket, carillon::machine_now().steady);
    }
  }
  return transport;
}

namespace carillon::telephony::sip {

bool guards_are_in_place() {
  const std::pair<const char*, void*> guards[] = {
      {"sip_via_d", reinterpret_cast<void*>(&sip_via_d)},
      {"su_duration", reinterpret_cast<void*>(&su_duration)},
      {"su_getaddrinfo", reinterpret_cast<void*>(&su_getaddrinfo)},
      {"su_getmsgsize", reinterpret_cast<void*>(&su_getmsgsize)},
      {"tport_alloc_secondary", reinterpret_cast<void*>(&tport_alloc_secondary)},
      {"tls_free", reinterpret_cast<void*>(&tls_free)}};
  return std::all_of(std::begin(guards), std::end(guards), [](const auto& guard) {
    return dlsym(RTLD_DEFAULT, guard.first) == guard.second;
  });
}

}  // namespace carillon::telephony::sip
