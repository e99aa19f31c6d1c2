// What is ours of HTTP: request targets, cookies, byte ranges. One per line of the input.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/http_types.h"
#include "api/ranges.h"

using namespace carillon::api;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  Request request;
  if (parse_target(text, request)) {
    for (const auto& segment : request.segments) {
      for (const unsigned char c : segment) {
        if (c < 0x20) std::abort();
      }
    }
  }
  request.headers["cookie"] = std::string(text);
  (void)cookie(request, "carillon_session");
  constexpr uint64_t kSize = 1'000;
  const auto range = parse_range(text, kSize);
  if (range.partial && (range.length == 0 || range.first + range.length > kSize)) std::abort();
  return 0;
}
