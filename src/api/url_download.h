// Downloads of files of leads from URLs that people give.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/workers.h"
#include "base/clock.h"
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

struct DownloadRules {
  bool private_addresses = false;  ///< may the URL lead into our own networks?
  int64_t max_bytes = 512LL << 20;
  int redirects = 5;
  Duration idle_limit = 30s;   ///< without a byte
  Duration time_limit = 600s;  ///< of all of it
};

/// Fetches a file and hands it on in pieces. The name of each hop is resolved once, its addresses
/// are checked, and the connection goes to a checked one: a name that changes its mind changes
/// nothing. Certificates are verified. Blocks; `stop` ends it within a moment.
Result<void> download(const Url& url, const DownloadRules& rules, const std::atomic<bool>& stop,
                      const std::function<Result<void>(std::string_view)>& on_bytes);

/// Threads for downloads, apart from those that people's sign-ins wait for. Owner: Services. The
/// destructor ends the downloads under way.
class Downloads {
 public:
  ~Downloads() { stop_ = true; }

  /// Any thread. False: as many as may wait are waiting.
  [[nodiscard]] bool post(std::function<void(const std::atomic<bool>& stop)> work) {
    return workers_.post([this, work = std::move(work)] { work(stop_); });
  }

 private:
  std::atomic<bool> stop_{false};
  Workers workers_{2, 8};
};

}  // namespace carillon::api
