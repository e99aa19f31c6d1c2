#include "api/url.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

namespace carillon::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kMostUrl = 2'000;

Error wrong(std::string sentence) { return {ErrorCode::kInvalid, std::move(sentence), "url"}; }

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

constexpr std::string_view kInNames =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr std::string_view kInBrackets = "abcdefABCDEF0123456789:.";

/// host, host:port, [v6] or [v6]:port
Result<void> read_authority(std::string_view text, Url& url) {
  const Error bad = wrong("The URL has no host. Write it like https://example.com/path.");
  if (text.find('@') != std::string_view::npos) {
    return wrong("The URL holds a user name. Give a URL that needs none.");
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return bad;
    url.host = std::string(text.substr(1, end - 1));
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    url.host = std::string(text.substr(0, colon));
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  const std::string_view allowed = text.starts_with('[') ? kInBrackets : kInNames;
  if (url.host.empty() || url.host.size() > 253) return bad;
  if (url.host.find_first_not_of(allowed) != std::string::npos) return bad;
  std::ranges::transform(url.host, url.host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (port.empty()) return {};
  port.remove_prefix(1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoi(std::string(port)) < 1 || std::stoi(std::string(port)) > 65'535) {
    return wrong("The port of the URL must be from 1 to 65535.");
  }
  url.port = std::string(port);
  return {};
}

// ------------------------------------------------------------------------------- addresses

struct Network {
  const char* prefix;
  unsigned short bits;
};
/// Special-purpose IPv4 networks (RFC 6890, RFC 6598, RFC 5737, RFC 2544, RFC 1112).
constexpr std::array kSpecialV4{
    Network{"0.0.0.0", 8},      Network{"10.0.0.0", 8},     Network{"100.64.0.0", 10},
    Network{"127.0.0.0", 8},    Network{"169.254.0.0", 16}, Network{"172.16.0.0", 12},
    Network{"192.0.0.0", 24},   Network{"192.0.2.0", 24},   Network{"192.88.99.0", 24},
    Network{"192.168.0.0", 16}, Network{"198.18.0.0", 15},  Network{"198.51.100.0", 24},
    Network{"203.0.113.0", 24}, Network{"224.0.0.0", 4},    Network{"240.0.0.0", 4}};

bool is_public(const asio::ip::address_v4& address) {
  return std::ranges::none_of(kSpecialV4, [&](const Network& network) {
    const uint32_t mask = ~uint32_t{0} << (32 - network.bits);
    const uint32_t prefix = asio::ip::make_address_v4(network.prefix).to_uint();
    return (address.to_uint() & mask) == prefix;
  });
}

/// Global unicast is 2000::/3; what wraps or documents something else inside it is not.
bool is_public(const asio::ip::address_v6& address) {
  if (address.is_v4_mapped()) {
    return is_public(asio::ip::make_address_v4(asio::ip::v4_mapped, address));
  }
  const auto bytes = address.to_bytes();
  const auto group = [&](size_t i) { return bytes[2 * i] << 8 | bytes[2 * i + 1]; };
  if ((bytes[0] & 0xE0) != 0x20) return false;
  const bool special = group(0) == 0x2001 && group(1) < 0x0200;  // Teredo, ORCHID (RFC 2928)
  const bool documentation =
      (group(0) == 0x2001 && group(1) == 0x0DB8) || (group(0) == 0x3FFF && group(1) < 0x1000);
  const bool six_to_four = group(0) == 0x2002;
  return !special && !documentation && !six_to_four;
}

bool is_public(const asio::ip::address& address) {
  return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (secure ? "443" : "80") ? name : name + ":" + port;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMostUrl) return wrong("The URL is too long: at most 2000 characters.");
  if (!is_printable(text))
    return wrong("The URL holds spaces or other characters that no URL has.");
  Url url;
  const auto colon = text.find("://");
  std::string scheme(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  std::ranges::transform(scheme, scheme.begin(),
                         [](char c) { return static_cast<char>(c | 0x20); });
  if (scheme != "http" && scheme != "https") {
    return wrong("The URL must begin with https:// or http://.");
  }
  url.secure = scheme == "https";
  url.port = url.secure ? "443" : "80";
  auto rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto path = rest.find_first_of("/?");
  if (auto read = read_authority(rest.substr(0, path), url); !read) return read.error();
  if (path != std::string_view::npos) {
    url.target = std::string(rest.substr(path));
    if (url.target.front() == '?') url.target.insert(0, "/");
  }
  return url;
}

Result<Url> follow_redirect(const Url& from, std::string_view location) {
  if (location.empty()) return wrong(fmt::format("{} redirects to nowhere.", from.host));
  std::string absolute(location);
  const std::string origin =
      fmt::format("{}://{}", from.secure ? "https" : "http", from.authority());
  if (location.starts_with("//")) {
    absolute = fmt::format("{}:{}", from.secure ? "https" : "http", location);
  } else if (location.starts_with('/')) {
    absolute = origin + absolute;
  } else if (location.find("://") == std::string_view::npos) {
    const auto path = from.target.substr(0, from.target.find('?'));
    absolute = origin + path.substr(0, path.rfind('/') + 1) + absolute;
  }
  auto next = parse_url(absolute);
  if (next && from.secure && !next->secure) {
    return wrong(fmt::format("{} redirects from https to http, which is not followed.", from.host));
  }
  return next;
}

bool is_public_address(const std::string& text) {
  error_code failure;
  const auto address = asio::ip::make_address(text, failure);
  return !failure && is_public(address);
}

}  // namespace carillon::api
