#include "api/url_download.h"

#include <variant>
#include <vector>

#include <fmt/format.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "api/outgoing.h"

namespace carillon::api {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using outgoing::Async;
using outgoing::token;
using outgoing::wrong;

constexpr uint32_t kHeaderLimit = 16 * 1024;
constexpr size_t kPiece = 64 * 1024;

struct Redirect {
  std::string location;
};
using Hop = std::variant<std::monostate, Redirect>;
using OnBytes = std::function<Result<void>(std::string_view)>;

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
  if (failure) co_return outgoing::broken(url, failure);

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
  if (failure) co_return outgoing::broken(url, failure);
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
    if (failure) co_return outgoing::broken(url, failure);
    if (auto taken = on_bytes({piece.data(), piece.size() - body.size}); !taken) {
      co_return taken.error();
    }
  }
  co_return judged;
}

Async<Result<Hop>> fetch(const Url& url, const DownloadRules& rules, const OnBytes& on_bytes) {
  const outgoing::Rules connection{.private_addresses = rules.private_addresses,
                                   .private_setting = "http.private_upload_urls",
                                   .idle_limit = rules.idle_limit};
  const auto get = [&](auto& stream) { return exchange(stream, url, rules, on_bytes); };
  co_return co_await outgoing::with_connection<Hop>(url, connection, get);
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

Result<void> download(const Url& url, const DownloadRules& rules, const std::atomic<bool>& stop,
                      const OnBytes& on_bytes) {
  const Error late =
      wrong(fmt::format("The file did not arrive within {} s. Upload the file itself.",
                        rules.time_limit.count() / 1'000));
  return outgoing::run(fetch_following(url, rules, on_bytes), stop, rules.time_limit, late);
}

}  // namespace carillon::api
