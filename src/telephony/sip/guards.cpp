#include "telephony/sip/guards.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include <dlfcn.h>
#include <netdb.h>
#include <openssl/ssl.h>

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

namespace carillon::telephony::sip {

bool guards_are_in_place() {
  const std::pair<const char*, void*> guards[] = {
      {"sip_via_d", reinterpret_cast<void*>(&sip_via_d)},
      {"su_duration", reinterpret_cast<void*>(&su_duration)},
      {"su_getaddrinfo", reinterpret_cast<void*>(&su_getaddrinfo)},
      {"tls_free", reinterpret_cast<void*>(&tls_free)}};
  return std::all_of(std::begin(guards), std::end(guards), [](const auto& guard) {
    return dlsym(RTLD_DEFAULT, guard.first) == guard.second;
  });
}

}  // namespace carillon::telephony::sip
