#include "api/http_server.h"

#include <unordered_map>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http_connection.h"
#include "base/log.h"

namespace carillon::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string address_text(const tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

Error cannot_listen(const std::string& address, int port, const error_code& error) {
  if (error == asio::error::address_in_use) {
    return {ErrorCode::kConflict,
            fmt::format("Port {} on {} is taken by another program. Stop it, or configure another "
                        "port.",
                        port, address),
            {}};
  }
  if (error == asio::error::access_denied) {
    return {ErrorCode::kForbidden,
            fmt::format("Port {} needs more rights: choose one from 1024, or give the program the "
                        "capability CAP_NET_BIND_SERVICE.",
                        port),
            {}};
  }
  return {ErrorCode::kInvalid,
          fmt::format("Cannot listen on {} port {}: {}.", address, port, error.message()),
          {}};
}

Result<void> load_certificate(asio::ssl::context& context, const ApiConfig& config) {
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                      asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1 | asio::ssl::context::single_dh_use);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  error_code error;
  context.use_certificate_chain_file(config.certificate.string(), error);
  if (error) {
    return Error{
        ErrorCode::kInvalid,
        fmt::format("The certificate {} cannot be read ({}). It must be a PEM file with the "
                    "whole chain.",
                    config.certificate.string(), error.message()),
        "certificate"};
  }
  context.use_private_key_file(config.key.string(), asio::ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(context.native_handle()) == 1) return {};
  return Error{
      ErrorCode::kInvalid,
      fmt::format("The key {} cannot be used with the certificate {}. It must be a PEM file "
                  "without a password, and belong to the certificate.",
                  config.key.string(), config.certificate.string()),
      "key"};
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(Services& services)
      : services_(services),
        tls_(asio::ssl::context::tls_server),
        https_(services.loop->context()),
        http_(services.loop->context()) {}

  Result<void> open() {
    const auto& config = services_.config;
    if (config.https_port >= 0) {
      if (auto loaded = load_certificate(tls_, config); !loaded) return loaded;
      if (auto bound = bind(https_, config.https_port); !bound) return bound;
    }
    if (config.http_port >= 0) {
      if (auto bound = bind(http_, config.http_port); !bound) return bound;
    }
    if (https_.is_open()) start(https_, true);
    if (http_.is_open()) start(http_, false);
    return {};
  }

  int https_port() const { return port_of(https_); }
  int http_port() const { return port_of(http_); }

  void begin_stop() {
    error_code ignored;
    https_.close(ignored);
    http_.close(ignored);
    // A cancelled connection may leave the set at once.
    const auto connections = connections_;
    for (const auto& connection : connections) {
      connection->stopping = true;
      if (connection->go_away) {
        connection->go_away();
      } else if (connection->idle && connection->cancel) {
        connection->cancel();
      }
    }
  }

  size_t connections() const { return connections_.size(); }

 private:
  Result<void> bind(tcp::acceptor& acceptor, int port) {
    const auto& address = services_.config.bind_address;
    error_code error;
    const auto numeric = asio::ip::make_address(address, error);
    if (error) {
      return Error{ErrorCode::kInvalid,
                   fmt::format("{} is not a numeric address to listen on.", address),
                   "bind_address"};
    }
    const tcp::endpoint endpoint(numeric, static_cast<uint16_t>(port));
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1'024, error);
    if (error) return cannot_listen(address, port, error);
    return {};
  }

  static int port_of(const tcp::acceptor& acceptor) {
    error_code error;
    const auto endpoint = acceptor.local_endpoint(error);
    return error ? -1 : endpoint.port();
  }

  void start(tcp::acceptor& acceptor, bool tls) {
    asio::co_spawn(services_.loop->context(), accept_all(acceptor, tls), asio::detached);
  }

  asio::awaitable<void> accept_all(tcp::acceptor& acceptor, bool tls) {
    while (acceptor.is_open()) {
      error_code error;
      tcp::endpoint peer;
      tcp::socket socket =
          co_await acceptor.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Most likely out of file descriptors: wait for some to be closed.
        spdlog::warn("A connection could not be accepted: {}.", error.message());
        asio::steady_timer pause(services_.loop->context(), Duration{100});
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      admit_socket(std::move(socket), address_text(peer), tls);
    }
  }

  void admit_socket(tcp::socket socket, const std::string& address, bool tls) {
    const auto& config = services_.config;
    const auto& proxies = config.trusted_proxies;
    const bool is_proxy = std::find(proxies.begin(), proxies.end(), address) != proxies.end();
    ++services_.counters.connections_total;
    const bool full = connections_.size() >= static_cast<size_t>(config.max_connections);
    const bool greedy = !is_proxy && per_address_[address] >= config.max_connections_per_address;
    if (full || greedy) {
      ++services_.counters.connections_refused;
      return;  // the socket closes
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(Connection{services_, address, tls});
    connections_.insert(connection);
    ++per_address_[address];
    services_.counters.connections_now = connections_.size();
    asio::co_spawn(services_.loop->context(), serve_one(connection, std::move(socket)),
                   asio::detached);
  }

  asio::awaitable<void> serve_one(std::shared_ptr<Connection> connection, tcp::socket socket) {
    try {
      if (connection->tls) {
        co_await serve(connection, std::move(socket), tls_);
      } else {
        co_await serve(connection, PlainStream(std::move(socket)));
      }
    } catch (const std::exception& error) {
      spdlog::warn("A connection of {} failed: {}", connection->peer, error.what());
    }
    connections_.erase(connection);
    if (--per_address_[connection->peer] <= 0) per_address_.erase(connection->peer);
    services_.counters.connections_now = connections_.size();
  }

  Services& services_;
  asio::ssl::context tls_;
  tcp::acceptor https_, http_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::unordered_map<std::string, int> per_address_;
};

HttpServer::HttpServer(Services& services) : impl_(std::make_unique<Impl>(services)) {}
HttpServer::~HttpServer() = default;
Result<void> HttpServer::open() { return impl_->open(); }
int HttpServer::https_port() const { return impl_->https_port(); }
int HttpServer::http_port() const { return impl_->http_port(); }
void HttpServer::begin_stop() { impl_->begin_stop(); }
size_t HttpServer::connections() const { return impl_->connections(); }

}  // namespace carillon::api
