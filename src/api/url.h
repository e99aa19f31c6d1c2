// URLs that people give us to fetch from or to send to.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace carillon::api {

/// An http or https URL in its parts (RFC 3986).
struct Url {
  bool secure = false;
  std::string host;  ///< lower case, without brackets
  std::string port;
  std::string target = "/";  ///< path and query

  /// As the header Host has it.
  std::string authority() const;
};

/// kInvalid with the field "url": other schemes, a password, characters that no URL has.
Result<Url> parse_url(std::string_view text);
/// Where a redirect of `from` leads. Never from https to http.
Result<Url> follow_redirect(const Url& from, std::string_view location);

/// True for a numeric address that anybody on the Internet could mean: not loopback, private,
/// link-local, shared, reserved, multicast, nor an IPv6 form of one of these (RFC 6890).
bool is_public_address(const std::string& address);

}  // namespace carillon::api
