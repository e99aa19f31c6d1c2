// Scripts with hostile HTML: only the elements of the allow-list may come out, and no attribute
// that runs anything.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/html_sanitizer.h"

namespace {

constexpr std::array<std::string_view, 33> kElements{
    "p", "br",  "hr",   "h1",  "h2",   "h3",    "h4",    "h5",    "h6", "b",  "strong",
    "i", "em",  "u",    "s",   "sub",  "sup",   "mark",  "ul",    "ol", "li", "blockquote",
    "a", "div", "span", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"};
constexpr std::array<std::string_view, 7> kAttributes{"style",   "href",   "start", "colspan",
                                                      "rowspan", "target", "rel"};

void expect(bool condition) {
  if (!condition) std::abort();
}

template <size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Our own output is so regular that it can be read with a few lines.
void check_tag(std::string_view tag) {
  if (tag.front() == '/') return expect(contains(kElements, tag.substr(1)));
  const auto space = tag.find(' ');
  expect(contains(kElements, tag.substr(0, space)));
  auto rest = space == std::string_view::npos ? std::string_view{} : tag.substr(space + 1);
  while (!rest.empty()) {
    const auto equals = rest.find("=\"");
    expect(equals != std::string_view::npos);
    const auto name = rest.substr(0, equals);
    rest.remove_prefix(equals + 2);
    const auto end = rest.find('"');
    expect(end != std::string_view::npos);
    const auto value = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    expect(contains(kAttributes, name));
    if (name == "href") {
      expect(value.substr(0, 4) == "http" || value.substr(0, 7) == "mailto:" ||
             value.substr(0, 4) == "tel:");
    }
    if (name == "style") expect(value.find("url") == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view html(static_cast<const char*>(static_cast<const void*>(data)), size);
  const std::string clean = carillon::api::sanitize_html(html);
  for (size_t open = clean.find('<'); open != std::string::npos; open = clean.find('<', open + 1)) {
    const auto close = clean.find('>', open);
    expect(close != std::string::npos);
    check_tag(std::string_view(clean).substr(open + 1, close - open - 1));
  }
  return 0;
}
