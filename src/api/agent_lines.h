// AgentLines: the agents' WebSockets: presence, and offer and answer of their audio.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "api/core_requests.h"
#include "api/json_records.h"
#include "api/live_view.h"
#include "api/websocket.h"
#include "core/messages/calls.h"

namespace carillon::api {

/// At most one line per agent: a newer one takes the place of the older. Tells the core when an
/// agent's line comes and goes (AgentPresence). Loop: http. Lifetime: the server's.
class AgentLines {
 public:
  AgentLines(const LiveView& live, CoreRequests& core,
             std::function<void(TelephonyCommand)> to_telephony, std::shared_ptr<Loop> loop);

  void opened(UserId agent, WebSocketPeer& peer);
  void closed(UserId agent, WebSocketPeer& peer);
  void message(UserId agent, WebSocketPeer& peer, const std::string& text);

  /// From the telephony.
  void answer(const AgentAnswer& answer);
  /// The agent's session ended: its line is closed.
  void session_gone(const AgentGone& gone);
  size_t open() const { return lines_.size(); }

 private:
  struct Line {
    WebSocketPeer* peer = nullptr;
    AgentSessionId session;
    uint64_t number = 0;  ///< tells a line from its successor
  };
  struct Offer {
    UserId agent;
    uint64_t line = 0;
    std::string connection;
  };

  void offer(UserId agent, const Line& line, LineOffer request);
  void fail(WebSocketPeer& peer, const std::string& connection, const std::string& message);

  const LiveView& live_;
  CoreRequests& core_;
  const std::function<void(TelephonyCommand)> to_telephony_;
  const std::shared_ptr<Loop> loop_;
  std::unordered_map<UserId, Line> lines_;
  std::unordered_map<RequestId, Offer> offers_;
  uint64_t last_number_ = 0;
};

}  // namespace carillon::api
