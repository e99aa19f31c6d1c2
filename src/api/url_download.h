// Downloads of files of leads from URLs that people give.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "api/url.h"
#include "base/clock.h"
#include "base/result.h"

namespace carillon::api {

struct DownloadRules {
  bool private_addresses = false;  ///< may the URL lead into our own networks?
  int64_t max_bytes = 512LL << 20;
  int redirects = 5;
  Duration idle_limit = 30s;   ///< without a byte
  Duration time_limit = 600s;  ///< of all of it
};

/// Fetches a file and hands it on in pieces. Each hop goes to a checked address (outgoing.h);
/// certificates are verified. Blocks; `stop` ends it within a moment.
Result<void> download(const Url& url, const DownloadRules& rules, const std::atomic<bool>& stop,
                      const std::function<Result<void>(std::string_view)>& on_bytes);

}  // namespace carillon::api
