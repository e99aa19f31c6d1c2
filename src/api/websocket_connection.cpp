#include "api/websocket_connection.h"

#include <deque>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace carillon::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr size_t kMessageLimit = 64 * 1024;  ///< of what clients send
constexpr size_t kQueueLimit = 16 << 20;     ///< a client that never reads is cut off

/// Reading and writing run independently; writing takes one frame after the other from a queue.
template <class Stream>
class WebSocketConnection : public WebSocketPeer,
                            public std::enable_shared_from_this<WebSocketConnection<Stream>> {
 public:
  WebSocketConnection(Services& services, Stream stream, std::shared_ptr<WebSocketHandler> handler)
      : services_(services),
        socket_(std::move(stream)),
        check_(socket_.get_executor()),
        handler_(std::move(handler)) {}

  asio::awaitable<void> run_all(UpgradeRequest request) {
    beast::get_lowest_layer(socket_).expires_never();  // the WebSocket has timeouts of its own
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = std::chrono::seconds(10);
    // A ping leaves after half of it; no answer by its end closes the connection.
    timeouts.idle_timeout = 2 * services_.config.websocket_ping;
    timeouts.keep_alive_pings = true;
    socket_.set_option(timeouts);
    socket_.read_message_max(kMessageLimit);
    error_code error;
    co_await socket_.async_accept(request, into(error));
    writing_ = false;
    if (error) co_return;
    socket_.text(true);
    ++services_.counters.websockets_now;
    const bool already_closing = closing_;
    handler_->opened(*this);
    if (already_closing) start_close();
    check_later();
    co_await read_all();
    ended_ = true;
    check_.cancel();
    --services_.counters.websockets_now;
    handler_->closed();
  }

  void send(std::shared_ptr<const std::string> frame) override {
    if (ended_ || closing_) return;
    queued_bytes_ += frame->size();
    queue_.push_back(std::move(frame));
    if (queued_bytes_ > kQueueLimit) {
      beast::get_lowest_layer(socket_).cancel();
    } else if (!writing_) {
      write_next();
    }
  }

  size_t queued_bytes() const override { return queued_bytes_; }

  void close(CloseCode code, const std::string& reason) override {
    if (ended_ || closing_) return;
    closing_ = true;
    reason_.code = static_cast<uint16_t>(code);
    reason_.reason = reason;
    if (!writing_) start_close();
  }

 private:
  static auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

  asio::awaitable<void> read_all() {
    beast::flat_buffer buffer;
    while (true) {
      error_code error;
      co_await socket_.async_read(buffer, into(error));
      if (error) co_return;
      const auto text = beast::buffers_to_string(buffer.data());
      buffer.consume(buffer.size());
      if (!closing_) handler_->message(text);
    }
  }

  void write_next() {
    writing_ = true;
    const auto frame = queue_.front();
    socket_.async_write(asio::buffer(*frame),
                        [self = this->shared_from_this(), frame](error_code error, size_t) {
                          self->queue_.pop_front();
                          self->queued_bytes_ -= frame->size();
                          self->writing_ = false;
                          if (error || self->ended_) return;
                          if (!self->queue_.empty()) {
                            self->write_next();
                          } else if (self->closing_) {
                            self->start_close();
                          }
                        });
  }

  void start_close() {
    writing_ = true;
    socket_.async_close(reason_, [self = this->shared_from_this()](error_code) {});
  }

  /// Whoever opened it may have signed out meanwhile.
  void check_later() {
    check_.expires_after(services_.config.websocket_ping);
    check_.async_wait([self = this->shared_from_this()](error_code error) {
      if (error || self->ended_) return;
      run<bool>(self->handler_->still_allowed(), [self](std::optional<bool> allowed) {
        if (self->ended_) return;
        if (allowed.value_or(true)) return self->check_later();
        self->close(CloseCode::kPolicy, "You are not signed in any more.");
      });
    });
  }

  Services& services_;
  websocket::stream<Stream> socket_;
  asio::steady_timer check_;
  const std::shared_ptr<WebSocketHandler> handler_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  size_t queued_bytes_ = 0;
  bool writing_ = true;  ///< at first the answer to the handshake
  bool closing_ = false;
  bool ended_ = false;
  websocket::close_reason reason_;
};

template <class Stream>
asio::awaitable<void> serve_any(std::shared_ptr<Connection> connection, Stream stream,
                                UpgradeRequest request, std::shared_ptr<WebSocketHandler> handler) {
  auto socket = std::make_shared<WebSocketConnection<Stream>>(
      connection->services, std::move(stream), std::move(handler));
  connection->go_away = [socket] { socket->close(CloseCode::kGoingAway, "The server stops."); };
  co_await socket->run_all(std::move(request));
  connection->go_away = nullptr;
}

}  // namespace

asio::awaitable<void> serve_websocket(std::shared_ptr<Connection> connection, PlainStream stream,
                                      UpgradeRequest request,
                                      std::shared_ptr<WebSocketHandler> handler) {
  return serve_any(std::move(connection), std::move(stream), std::move(request),
                   std::move(handler));
}

asio::awaitable<void> serve_websocket(std::shared_ptr<Connection> connection, TlsStream stream,
                                      UpgradeRequest request,
                                      std::shared_ptr<WebSocketHandler> handler) {
  return serve_any(std::move(connection), std::move(stream), std::move(request),
                   std::move(handler));
}

}  // namespace carillon::api
