// What we read ourselves out of messages that Sofia-SIP has taken apart.
#pragma once

#include <optional>
#include <string>

#include "telephony/sip/digest.h"

struct sip_s;

namespace carillon::telephony::sip {

constexpr int kUsualExpiry = 300, kLongestExpiry = 3600;  // seconds

/// The Digest credentials for `realm`, if the request has any (RFC 7616 section 3.4).
std::optional<DigestResponse> credentials_of(const sip_s* message, const std::string& realm);

/// For how long a phone wants to be registered, 0 to kLongestExpiry seconds; kUsualExpiry when it
/// does not say (RFC 3261 section 10.2.1.1).
int expires_of(const sip_s* message);

/// The realm of the first Digest challenge, with its quotes, empty when there is none.
std::string realm_of(const sip_s* message);

/// Whether a challenge says that only the nonce was too old (RFC 7616 section 3.3).
bool is_stale(const sip_s* message);

/// The key of an INFO body: "Signal=5" (dtmf-relay) or just "5" (dtmf). '\0' when there is none.
char digit_of_info(const sip_s* message);

}  // namespace carillon::telephony::sip
