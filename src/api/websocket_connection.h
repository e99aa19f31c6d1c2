// One WebSocket connection. Included by the Beast files only.
#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>

#include "api/http_connection.h"
#include "api/websocket.h"

namespace carillon::api {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::buffer_body>;

/// Answers the upgrade and serves the WebSocket until it ends.
boost::asio::awaitable<void> serve_websocket(std::shared_ptr<Connection> connection,
                                             PlainStream stream, UpgradeRequest request,
                                             std::shared_ptr<WebSocketHandler> handler);
boost::asio::awaitable<void> serve_websocket(std::shared_ptr<Connection> connection,
                                             TlsStream stream, UpgradeRequest request,
                                             std::shared_ptr<WebSocketHandler> handler);

}  // namespace carillon::api
