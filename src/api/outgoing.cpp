#include "api/outgoing.h"

#include <vector>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/error.hpp>

namespace carillon::api::outgoing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

using Endpoints = std::vector<tcp::endpoint>;

Error refused(const Url& url, const Rules& rules) {
  return wrong(
      fmt::format("{} is an address inside a private network, where Carillon sends no requests. An "
                  "administrator can allow it in the configuration: {}.",
                  url.host, rules.private_setting));
}

Async<Result<Endpoints>> checked_addresses(const Url& url, const Rules& rules) {
  error_code failure;
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto found = co_await resolver.async_resolve(url.host, url.port, token(failure));
  if (failure) co_return wrong(fmt::format("There is no host {}. Check the URL.", url.host));
  Endpoints allowed;
  for (const auto& entry : found) {
    const auto address = entry.endpoint().address().to_string();
    if (rules.private_addresses || is_public_address(address)) allowed.push_back(entry.endpoint());
  }
  if (allowed.empty()) co_return refused(url, rules);
  co_return allowed;
}

/// A numeric address is no server name (RFC 6066 section 3).
bool name_server(Secure& stream, const Url& url) {
  error_code no_address;
  asio::ip::make_address(url.host, no_address);
  if (!no_address) return true;
  return SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(url.host.c_str())) == 1;
}

}  // namespace

Error wrong(std::string sentence) { return {ErrorCode::kInvalid, std::move(sentence), "url"}; }

Error broken(const Url& url, const error_code& failure) {
  if (failure == beast::error::timeout) {
    return wrong(fmt::format("{} does not answer. Try again later.", url.host));
  }
  return wrong(fmt::format("The connection to {} failed: {}.", url.host, failure.message()));
}

Async<Result<Plain>> connect(const Url& url, const Rules& rules) {
  const auto addresses = co_await checked_addresses(url, rules);
  if (!addresses) co_return addresses.error();
  Plain socket(co_await asio::this_coro::executor);
  error_code failure;
  socket.expires_after(rules.idle_limit);
  co_await socket.async_connect(*addresses, token(failure));
  if (failure) co_return broken(url, failure);
  co_return std::move(socket);
}

Async<Result<void>> prove(Secure& stream, const Url& url, const Rules& rules) {
  error_code failure;
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host), failure);
  if (!name_server(stream, url)) {
    co_return wrong("The host name of the URL cannot be used for TLS.");
  }
  beast::get_lowest_layer(stream).expires_after(rules.idle_limit);
  co_await stream.async_handshake(asio::ssl::stream_base::client, token(failure));
  if (failure == beast::error::timeout) co_return broken(url, failure);
  if (failure) {
    co_return wrong(
        fmt::format("{} could not prove who it is: {}. Over https, Carillon speaks only to servers "
                    "with a valid certificate.",
                    url.host, failure.message()));
  }
  co_return Result<void>();
}

asio::ssl::context tls_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  error_code failure;
  context.set_default_verify_paths(failure);
  context.set_verify_mode(asio::ssl::verify_peer, failure);
  return context;
}

}  // namespace carillon::api::outgoing
