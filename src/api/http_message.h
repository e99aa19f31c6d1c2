// The head of a response as text, and what every response carries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/http_types.h"

namespace carillon::api {

/// How the end of a body is known (RFC 9112 section 6).
struct Framing {
  bool keep_alive = true;
  bool chunked = false;
  std::optional<uint64_t> length;  ///< Content-Length
};

/// Status line and headers, with the security headers, up to the empty line. `secure`: over HTTPS.
std::string response_head(const Response& response, const Framing& framing, bool secure);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string http_date(int64_t unix_s);

}  // namespace carillon::api
