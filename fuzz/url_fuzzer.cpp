// URLs that people give us, and where redirects lead: the first line is a URL, the second a
// Location.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/url.h"

using namespace carillon::api;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

/// What goes into a request must not end its line, and must name the same place when read again.
void check(const Url& url) {
  const auto plain = [](char c) { return c > 0x20 && c < 0x7F; };
  must(std::ranges::all_of(url.authority() + url.target, plain));
  must(!url.host.empty() && url.target.starts_with('/'));
  must(url.host.find_first_of("@/?#[]") == std::string::npos);
  const auto again =
      parse_url((url.secure ? "https://" : "http://") + url.authority() + url.target);
  if (!again)
    return must(url.authority().size() + url.target.size() > 1'900);  // longer by its slash
  must(again->host == url.host && again->port == url.port && again->target == url.target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto end = text.find('\n');
  const auto url = parse_url(text.substr(0, end));
  if (url) {
    check(*url);
    (void)is_public_address(url->host);
  }
  (void)is_public_address(std::string(text.substr(0, end)));
  if (!url || end == std::string_view::npos) return 0;
  const auto next = follow_redirect(*url, text.substr(end + 1));
  if (!next) return 0;
  check(*next);
  must(next->secure || !url->secure);
  return 0;
}
