#include "api/ranges.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace carillon::api {
namespace {

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange parse_range(std::string_view header, uint64_t size) {
  const ByteRange whole;
  constexpr std::string_view kUnit = "bytes=";
  if (header.substr(0, kUnit.size()) != kUnit) return whole;
  header.remove_prefix(kUnit.size());
  const auto hyphen = header.find('-');
  if (hyphen == std::string_view::npos || header.find(',') != std::string_view::npos) return whole;
  const auto first_text = header.substr(0, hyphen), last_text = header.substr(hyphen + 1);

  if (first_text.empty()) {  // the last n bytes
    const auto count = number(last_text);
    if (!count) return whole;
    if (*count == 0 || size == 0) return {.unsatisfiable = true};
    const auto length = std::min(*count, size);
    return {.partial = true, .first = size - length, .length = length};
  }
  const auto first = number(first_text);
  const auto last = last_text.empty() ? std::optional<uint64_t>{UINT64_MAX} : number(last_text);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return {.unsatisfiable = true};
  return {.partial = true, .first = *first, .length = std::min(*last, size - 1) - *first + 1};
}

}  // namespace carillon::api
