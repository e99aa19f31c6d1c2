// HttpServer: listeners, connections, TLS. The only place, with the WebSockets, that knows Beast.
#pragma once

#include <memory>

#include "api/services.h"

namespace carillon::api {

/// Opens the listeners and serves each connection with one coroutine on the http loop. Limits: the
/// number of connections (in all and per address), the size of headers, the time that headers, a
/// piece of a body, and a pause between requests may take. Loop: http, but for open(). Lifetime:
/// until the loop has ended.
class HttpServer {
 public:
  explicit HttpServer(Services& services);
  ~HttpServer();

  /// Before the loop runs. Errors say what to do.
  Result<void> open();
  int https_port() const;
  int http_port() const;

  /// No more connections; idle ones are closed, WebSockets with 1001, the others after their
  /// answer.
  void begin_stop();
  /// Connections that are still open.
  size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::api
