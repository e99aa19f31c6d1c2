// One HTTP connection: reading requests, writing responses. Included by the Beast files only.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/services.h"

namespace carillon::api {

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// What the server knows of a connection. Owner: the connection's coroutine; the server sees it
/// until it ends.
struct Connection {
  Services& services;
  std::string peer;  ///< numeric address
  bool tls = false;
  bool stopping = false;                    ///< close after the answer under way
  bool idle = true;                         ///< between requests: may be closed at any time
  std::function<void()> cancel = nullptr;   ///< ends the wait for the next request
  std::function<void()> go_away = nullptr;  ///< set by a WebSocket: closes it with 1001
};

/// Serves requests until the connection ends.
boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection, PlainStream stream);
boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection,
                                   boost::asio::ip::tcp::socket socket,
                                   boost::asio::ssl::context& tls);

}  // namespace carillon::api
