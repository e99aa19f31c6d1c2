// Guards around Sofia-SIP's parser and resolver.
#pragma once

namespace carillon::telephony::sip {

/// Six of Sofia's functions are replaced by ours of the same name: the dynamic linker prefers the
/// executable's. True when that is so in this process; a UserAgent does not open otherwise.
///
/// sip_via_d: a Via branch of less than seven characters is read past its end when a
/// retransmission is looked up. Such a message now counts as malformed and is dropped.
///
/// su_getaddrinfo: takes numeric addresses only. Looking up whatever host name a datagram has in
/// its Via would stop the SIP thread for seconds. Names of trunks go through the Resolver.
///
/// tls_free: frees what the library forgets. (It also loses some hundred bytes for each certificate
/// with extensions that it looks at, which cannot be cured from outside.)
///
/// su_getmsgsize, tport_alloc_secondary: what arrives goes past the FloodGuard first.
///
/// su_duration: rounds up, so that the loop sleeps until a timer is due instead of spinning.
bool guards_are_in_place();

}  // namespace carillon::telephony::sip
