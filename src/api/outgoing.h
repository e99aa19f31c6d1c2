// Outgoing connections, for what fetches from or posts to URLs that people give.
//
// Included where Asio is spoken, nowhere else.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/url.h"
#include "base/clock.h"

namespace carillon::api::outgoing {

template <class T>
using Async = boost::asio::awaitable<T>;
using Plain = boost::beast::tcp_stream;
using Secure = boost::beast::ssl_stream<Plain>;

struct Rules {
  bool private_addresses = false;    ///< may the URL lead into our own networks?
  const char* private_setting = "";  ///< name in the configuration of what allows it
  Duration idle_limit = 30s;         ///< without a byte
};

/// kInvalid with the field "url": what is wrong with it is what its server did.
Error wrong(std::string sentence);
/// The sentence for a connection that failed.
Error broken(const Url& url, const boost::system::error_code& failure);

inline auto token(boost::system::error_code& failure) {
  return boost::asio::redirect_error(boost::asio::use_awaitable, failure);
}

/// The host's name is resolved once, its addresses are checked, and the connection goes to a
/// checked one: a name that changes its mind changes nothing.
Async<Result<Plain>> connect(const Url& url, const Rules& rules);
/// The TLS handshake; the server must have a certificate for the URL's host.
Async<Result<void>> prove(Secure& stream, const Url& url, const Rules& rules);
/// Trusts whom the system trusts.
boost::asio::ssl::context tls_context();

/// Connects, with TLS for https, and awaits exchange(stream).
template <class T, class Exchange>
Async<Result<T>> with_connection(const Url& url, const Rules& rules, const Exchange& exchange) {
  auto socket = co_await connect(url, rules);
  if (!socket) co_return socket.error();
  if (!url.secure) co_return co_await exchange(*socket);
  auto context = tls_context();
  Secure stream(std::move(*socket), context);
  const auto proven = co_await prove(stream, url, rules);
  if (!proven) co_return proven.error();
  co_return co_await exchange(stream);
}

/// Runs `work` on the calling thread until it ends, `stop` is set or the time is over: `late`.
template <class T>
Result<T> run(Async<Result<T>> work, const std::atomic<bool>& stop, Duration time_limit,
              const Error& late) {
  constexpr auto kStopPoll = std::chrono::milliseconds(100);
  std::optional<Result<T>> result;
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(
      loop, [&]() -> Async<void> { result.emplace(co_await std::move(work)); },
      [&](const std::exception_ptr& failure) {
        if (failure) result.emplace(wrong("The connection failed. Try again later."));
      });
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  while (!result && !stop && std::chrono::steady_clock::now() < deadline) loop.run_for(kStopPoll);
  if (result) return std::move(*result);
  if (stop) return Error{ErrorCode::kUnavailable, "The server is stopping.", ""};
  return late;
}

}  // namespace carillon::api::outgoing
