#include "api/url_download.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace carillon::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kMostUrl = 2'000;
constexpr uint32_t kHeaderLimit = 16 * 1024;
constexpr size_t kPiece = 64 * 1024;
constexpr auto kStopPoll = std::chrono::milliseconds(100);

Error wrong(std::string sentence) { return {ErrorCode::kInvalid, std::move(sentence), "url"}; }

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// host, host:port, [v6] or [v6]:port
Result<void> read_authority(std::string_view text, Url& url) {
  const Error bad = wrong("The URL has no host. Write it like https://example.com/leads.csv.");
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
  if (url.host.empty() || url.host.size() > 253) return bad;
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

// ------------------------------------------------------------------------------- one hop

struct Redirect {
  std::string location;
};
using Hop = std::variant<std::monostate, Redirect>;
using OnBytes = std::function<Result<void>(std::string_view)>;

template <class T>
using Async = asio::awaitable<T>;

auto token(error_code& failure) { return asio::redirect_error(asio::use_awaitable, failure); }

Error broken(const Url& url, const error_code& failure) {
  const bool late = failure == beast::error::timeout;
  return wrong(
      late
          ? fmt::format("{} does not answer. Try again later, or upload the file itself.", url.host)
          : fmt::format("The file could not be fetched from {}: {}.", url.host, failure.message()));
}

Async<Result<std::vector<tcp::endpoint>>> checked_addresses(const Url& url,
                                                            const DownloadRules& rules) {
  error_code failure;
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto found = co_await resolver.async_resolve(url.host, url.port, token(failure));
  if (failure) co_return wrong(fmt::format("There is no host {}. Check the URL.", url.host));
  std::vector<tcp::endpoint> allowed;
  for (const auto& entry : found) {
    if (rules.private_addresses || is_public(entry.endpoint().address())) {
      allowed.push_back(entry.endpoint());
    }
  }
  if (allowed.empty()) {
    co_return wrong(
        fmt::format("{} is an address inside a private network, which uploads are not "
                    "fetched from. An administrator can allow it in the configuration: "
                    "http.private_upload_urls.",
                    url.host));
  }
  co_return allowed;
}

/// What the answer's head says: to go on, to go elsewhere, or not at all.
Result<Hop> judge(const Url& url, const http::response<http::buffer_body>& head) {
  switch (head.result_int()) {
    case 200: break;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: return Hop(Redirect{std::string(head[http::field::location])});
    default:
      return wrong(fmt::format("{} answered {} {} instead of the file. Check the URL.", url.host,
                               head.result_int(), std::string(head.reason())));
  }
  const auto coding = head[http::field::content_encoding];
  if (!coding.empty() && coding != "identity") {
    return wrong(
        fmt::format("{} sends the file compressed, though nobody asked for that.", url.host));
  }
  return Hop();
}

template <class Stream>
Async<Result<Hop>> exchange(Stream& stream, const Url& url, const DownloadRules& rules,
                            const OnBytes& on_bytes) {
  auto& socket = beast::get_lowest_layer(stream);
  error_code failure;
  http::request<http::empty_body> request(http::verb::get, url.target, 11);
  request.set(http::field::host, url.authority());
  request.set(http::field::user_agent, "Carillon");
  request.set(http::field::accept, "text/csv, text/plain, */*");
  request.set(http::field::accept_encoding, "identity");
  request.set(http::field::connection, "close");
  socket.expires_after(rules.idle_limit);
  co_await http::async_write(stream, request, token(failure));
  if (failure) co_return broken(url, failure);

  beast::flat_buffer buffer;
  http::response_parser<http::buffer_body> parser;
  parser.header_limit(kHeaderLimit);
  parser.body_limit(static_cast<uint64_t>(rules.max_bytes));
  co_await http::async_read_header(stream, buffer, parser, token(failure));
  const Error too_large{ErrorCode::kTooLarge,
                        fmt::format("The file is larger than {} MB. Split it and upload the parts.",
                                    rules.max_bytes >> 20),
                        "url"};
  if (failure == http::error::body_limit) co_return too_large;
  if (failure) co_return broken(url, failure);
  const auto judged = judge(url, parser.get());
  if (!judged || std::holds_alternative<Redirect>(*judged)) co_return judged;

  std::vector<char> piece(kPiece);
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    socket.expires_after(rules.idle_limit);
    co_await http::async_read(stream, buffer, parser, token(failure));
    if (failure == http::error::need_buffer) failure = {};
    if (failure == http::error::body_limit) co_return too_large;
    if (failure) co_return broken(url, failure);
    if (auto taken = on_bytes({piece.data(), piece.size() - body.size}); !taken) {
      co_return taken.error();
    }
  }
  co_return judged;
}

Async<Result<Hop>> fetch_secure(beast::tcp_stream socket, const Url& url,
                                const DownloadRules& rules, const OnBytes& on_bytes) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  error_code failure;
  context.set_default_verify_paths(failure);
  context.set_verify_mode(asio::ssl::verify_peer, failure);
  beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), context);
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host), failure);
  // A numeric address is no server name (RFC 6066 section 3).
  error_code numeric;
  asio::ip::make_address(url.host, numeric);
  const auto name_server = [&] {
    return SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(url.host.c_str())) == 1;
  };
  if (numeric && !name_server()) {
    co_return wrong("The host name of the URL cannot be used for TLS.");
  }
  beast::get_lowest_layer(stream).expires_after(rules.idle_limit);
  co_await stream.async_handshake(asio::ssl::stream_base::client, token(failure));
  if (failure == beast::error::timeout) co_return broken(url, failure);
  if (failure) {
    co_return wrong(
        fmt::format("{} could not prove who it is: {}. Files are fetched over https "
                    "only from servers with a valid certificate.",
                    url.host, failure.message()));
  }
  co_return co_await exchange(stream, url, rules, on_bytes);
}

Async<Result<Hop>> fetch(const Url& url, const DownloadRules& rules, const OnBytes& on_bytes) {
  const auto addresses = co_await checked_addresses(url, rules);
  if (!addresses) co_return addresses.error();
  beast::tcp_stream socket(co_await asio::this_coro::executor);
  error_code failure;
  socket.expires_after(rules.idle_limit);
  co_await socket.async_connect(*addresses, token(failure));
  if (failure) co_return broken(url, failure);
  if (url.secure) co_return co_await fetch_secure(std::move(socket), url, rules, on_bytes);
  co_return co_await exchange(socket, url, rules, on_bytes);
}

Async<Result<void>> fetch_following(Url url, const DownloadRules& rules, const OnBytes& on_bytes) {
  for (int hops = 0; hops <= rules.redirects; ++hops) {
    const auto hop = co_await fetch(url, rules, on_bytes);
    if (!hop) co_return hop.error();
    const auto* redirect = std::get_if<Redirect>(&*hop);
    if (!redirect) co_return Result<void>();
    const auto next = follow_redirect(url, redirect->location);
    if (!next) co_return next.error();
    url = *next;
  }
  co_return wrong(fmt::format("The URL was redirected more than {} times.", rules.redirects));
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

Result<void> download(const Url& url, const DownloadRules& rules, const std::atomic<bool>& stop,
                      const OnBytes& on_bytes) {
  std::optional<Result<void>> result;
  asio::io_context loop(1);
  asio::co_spawn(
      loop,
      [&]() -> Async<void> { result.emplace(co_await fetch_following(url, rules, on_bytes)); },
      [&](const std::exception_ptr& failure) {
        if (failure) result.emplace(wrong("The file could not be fetched. Try again later."));
      });
  const auto deadline = std::chrono::steady_clock::now() + rules.time_limit;
  while (!result && !stop && std::chrono::steady_clock::now() < deadline) {
    loop.run_for(kStopPoll);
  }
  if (result) return *result;
  if (stop) return Error{ErrorCode::kUnavailable, "The server is stopping.", ""};
  return wrong(fmt::format("The file did not arrive within {} s. Upload the file itself.",
                           rules.time_limit.count() / 1'000));
}

}  // namespace carillon::api
