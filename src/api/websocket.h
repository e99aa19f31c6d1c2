// WebSockets as the handlers see them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/event_stream.h"
#include "api/task.h"

namespace carillon::api {

/// Close codes (RFC 6455 section 7.4; 4000 and up are ours, see events.yaml).
enum class CloseCode : uint16_t {
  kGoingAway = 1001,
  kPolicy = 1008,
  kTooBig = 1009,
  kReplaced = 4001,
  kSessionEnded = 4002,
};

/// One open connection. Loop: http. close() may be called at any time; what was sent before still
/// leaves.
class WebSocketPeer : public FrameSink {
 public:
  virtual void close(CloseCode code, const std::string& reason) = 0;
};

/// What a route does with a WebSocket. Owner: the connection. Loop: http.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  /// `peer` lives until closed() was called.
  virtual void opened(WebSocketPeer& peer) = 0;
  virtual void message(const std::string& text) = 0;
  /// The last call.
  virtual void closed() = 0;
  /// Asked with every ping: is whoever opened it still signed in?
  virtual Task<bool> still_allowed() = 0;
};

}  // namespace carillon::api
