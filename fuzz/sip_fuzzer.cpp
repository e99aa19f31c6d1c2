// What is ours of SIP messages: credentials, expiry, realm, key presses. The input is one message,
// which Sofia-SIP takes apart first, as it does for whatever arrives.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telephony/sip/header_fields.h"

// Wants nothing of ours before it.
#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

using namespace carillon::telephony::sip;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  msg_t* message = msg_make(sip_default_mclass(), 0, data, static_cast<ssize_t>(size));
  if (message == nullptr) return 0;
  if (const sip_t* sip = sip_object(message); sip != nullptr) {
    const auto credentials = credentials_of(sip, "carillon");
    if (credentials && credentials->realm != "carillon") std::abort();
    const int expires = expires_of(sip);
    if (expires < 0 || expires > kLongestExpiry) std::abort();
    const auto realm = realm_of(sip);
    if (!realm.empty() && realm.front() != '"') std::abort();
    (void)is_stale(sip);
    const char digit = digit_of_info(sip);
    if (digit != '\0' &&
        std::string_view("0123456789*#ABCD").find(digit) == std::string_view::npos) {
      std::abort();
    }
  }
  msg_destroy(message);
  return 0;
}
