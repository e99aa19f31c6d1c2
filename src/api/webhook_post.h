// One POST to a webhook's URL.
#pragma once

#include <atomic>
#include <string>

#include "api/url.h"
#include "base/clock.h"

namespace carillon::api {

struct PostRules {
  bool private_addresses = false;  ///< may the URL lead into our own networks?
  Duration time_limit = 10s;       ///< of all of it
};

struct PostAnswer {
  int status = 0;
  std::string reason;  ///< the status line's words
};

/// Posts JSON with its signature. Goes to a checked address (outgoing.h), verifies certificates and
/// follows no redirect; the answer's body is not looked at. Blocks; `stop` ends it within a moment:
/// kUnavailable. Any other error says, in a sentence, why nobody answered.
Result<PostAnswer> post_json(const Url& url, const std::string& signature, const std::string& body,
                             const PostRules& rules, const std::atomic<bool>& stop);

}  // namespace carillon::api
