#include "api/agent_lines.h"

#include <utility>

namespace carillon::api {
namespace {

constexpr Duration kAnswerTimeout = 10s;

std::shared_ptr<const std::string> frame(const Json& json) {
  return std::make_shared<const std::string>(to_text(json));
}

}  // namespace

AgentLines::AgentLines(const LiveView& live, CoreRequests& core,
                       std::function<void(TelephonyCommand)> to_telephony,
                       std::shared_ptr<Loop> loop)
    : live_(live), core_(core), to_telephony_(std::move(to_telephony)), loop_(std::move(loop)) {}

void AgentLines::opened(UserId agent, WebSocketPeer& peer) {
  const AgentLive* session = live_.session_of(agent);
  if (!session) {
    return peer.close(CloseCode::kSessionEnded, "The agent session has ended.");
  }
  auto& line = lines_[agent];
  if (line.peer) line.peer->close(CloseCode::kReplaced, "Another window took over the line.");
  line = Line{&peer, session->session, ++last_number_};
  core_.tell(AgentPresence{{}, line.session, true});
}

void AgentLines::closed(UserId agent, WebSocketPeer& peer) {
  const auto found = lines_.find(agent);
  if (found == lines_.end() || found->second.peer != &peer) return;
  core_.tell(AgentPresence{{}, found->second.session, false});
  lines_.erase(found);
}

void AgentLines::message(UserId agent, WebSocketPeer& peer, const std::string& text) {
  const auto found = lines_.find(agent);
  if (found == lines_.end() || found->second.peer != &peer) return;
  LineOffer request;
  const auto json = parse_json(text);
  const auto read = json ? read_line_offer(*json, request) : Result<void>(json.error());
  if (!read) return fail(peer, {}, read.error().message);
  offer(agent, found->second, std::move(request));
}

void AgentLines::offer(UserId agent, const Line& line, LineOffer request) {
  const auto id = core_.next_id();
  // One connection's offers at a time: a flood is answered with errors, not with memory.
  for (const auto& [other, pending] : offers_) {
    if (pending.line == line.number && pending.connection == request.connection) {
      return fail(*line.peer, request.connection, "An offer of this connection waits already.");
    }
  }
  offers_[id] = Offer{agent, line.number, request.connection};
  loop_->after(kAnswerTimeout, [this, id] {
    answer({id, {}, "The audio server did not answer. Reconnecting may help."});
  });
  to_telephony_(
      AgentOffer{id, line.session, std::move(request.connection), std::move(request.sdp)});
}

void AgentLines::answer(const AgentAnswer& answer) {
  const auto offer = offers_.find(answer.request);
  if (offer == offers_.end()) return;
  const auto [agent, number, connection] = std::move(offer->second);
  offers_.erase(offer);
  const auto line = lines_.find(agent);
  if (line == lines_.end() || line->second.number != number) return;  // gone meanwhile
  if (!answer.error.empty()) return fail(*line->second.peer, connection, answer.error);
  line->second.peer->send(
      frame({{"type", "answer"}, {"connection", connection}, {"sdp", answer.sdp}}));
}

void AgentLines::session_gone(const AgentGone& gone) {
  const auto found = lines_.find(gone.agent);
  if (found == lines_.end() || found->second.session != gone.session) return;
  WebSocketPeer* peer = found->second.peer;
  lines_.erase(found);
  peer->close(CloseCode::kSessionEnded, "The agent session has ended.");
}

void AgentLines::fail(WebSocketPeer& peer, const std::string& connection,
                      const std::string& message) {
  Json json{{"type", "error"}, {"message", message}};
  if (!connection.empty()) json["connection"] = connection;
  peer.send(frame(json));
}

}  // namespace carillon::api
