#include "api/webhook_post.h"

#include <fmt/format.h>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "api/outgoing.h"

namespace carillon::api {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using outgoing::Async;
using outgoing::token;

constexpr uint32_t kHeaderLimit = 16 * 1024;
constexpr uint64_t kBodyLimit = 64 * 1024;
constexpr Duration kBodyTime = 2s;

using JsonPost = http::request<http::string_body>;

JsonPost post_of(const Url& url, const std::string& signature, const std::string& body) {
  JsonPost post(http::verb::post, url.target, 11);
  post.set(http::field::host, url.authority());
  post.set(http::field::user_agent, "Carillon");
  post.set(http::field::content_type, "application/json");
  post.set("Carillon-Signature", signature);
  post.set(http::field::connection, "close");
  post.body() = body;
  post.prepare_payload();
  return post;
}

template <class Stream>
Async<Result<PostAnswer>> exchange(Stream& stream, const Url& url, const JsonPost& post,
                                   Duration limit) {
  auto& socket = beast::get_lowest_layer(stream);
  error_code failure;
  socket.expires_after(limit);
  co_await http::async_write(stream, post, token(failure));
  if (failure) co_return outgoing::broken(url, failure);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.header_limit(kHeaderLimit);
  parser.body_limit(kBodyLimit);
  co_await http::async_read_header(stream, buffer, parser, token(failure));
  if (failure) co_return outgoing::broken(url, failure);
  PostAnswer answer{static_cast<int>(parser.get().result_int()),
                    std::string(parser.get().reason())};
  // Taken off the wire, as far as it is short, so that the receiver sees an orderly end.
  socket.expires_after(kBodyTime);
  co_await http::async_read(stream, buffer, parser, token(failure));
  co_return answer;
}

Async<Result<PostAnswer>> post_over_connection(const Url& url, const JsonPost& post,
                                               const PostRules& rules) {
  const outgoing::Rules connection{.private_addresses = rules.private_addresses,
                                   .private_setting = "http.private_webhook_urls",
                                   .idle_limit = rules.time_limit};
  const auto send = [&](auto& stream) { return exchange(stream, url, post, rules.time_limit); };
  co_return co_await outgoing::with_connection<PostAnswer>(url, connection, send);
}

}  // namespace

Result<PostAnswer> post_json(const Url& url, const std::string& signature, const std::string& body,
                             const PostRules& rules, const std::atomic<bool>& stop) {
  const auto post = post_of(url, signature, body);
  const auto late =
      outgoing::wrong(fmt::format("{} did not answer within {} s.", url.host,
                                  static_cast<double>(rules.time_limit.count()) / 1'000));
  return outgoing::run(post_over_connection(url, post, rules), stop, rules.time_limit + kBodyTime,
                       late);
}

}  // namespace carillon::api
