// EventStream: numbered events, kept for a while, fanned out to browsers and programs.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "base/ids.h"

namespace carillon::api {

/// Where frames go: one WebSocket. Frames are shared by all clients and never changed.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void send(std::shared_ptr<const std::string> frame) = 0;
  /// Bytes given to send() that have not left yet.
  virtual size_t queued_bytes() const = 0;
};

/// Whom an event concerns besides the supervisors, who get all.
struct Audience {
  UserId agent{};         ///< this agent
  CampaignId campaign{};  ///< agents in this campaign
  bool agents = false;    ///< every agent
};

/// What a client may see.
struct Viewer {
  bool all = false;  ///< supervisors and administrators
  UserId agent;      ///< else: this agent's own
};

/// Each event is serialised once, and a batch of events for supervisors is one frame that all
/// share; agents get theirs at once. A client that reads too slowly gets no more frames (its memory
/// is bounded by `queue_limit` bytes) but, when it has caught up, `resync`. Loop: http. Lifetime:
/// the server's; sinks are removed before they die.
class EventStream {
 public:
  /// `campaign_of`: the campaign that an agent is logged in to.
  EventStream(std::string epoch, size_t ring, size_t queue_limit,
              std::function<CampaignId(UserId)> campaign_of);

  void publish(std::string_view type, const Json& data, const Audience& audience);
  /// Sends what supervisors have not got yet; call it some times a second.
  void flush();

  using ClientId = uint64_t;
  /// `epoch` and `after` as the client gave them; an empty epoch: from now on.
  ClientId add(FrameSink& sink, Viewer viewer, std::string_view epoch, int64_t after);
  void remove(ClientId id);

  const std::string& epoch() const { return epoch_; }
  int64_t last_seq() const { return last_seq_; }
  size_t clients() const { return clients_.size(); }
  uint64_t resyncs() const { return resyncs_; }

 private:
  struct Event {
    int64_t seq = 0;
    std::string text;
    Audience audience;
  };
  struct Client {
    FrameSink* sink = nullptr;
    Viewer viewer;
    bool lagging = false;  ///< too slow: waits for its queue to empty, then resync
  };

  bool concerns(const Event& event, const Viewer& viewer) const;
  bool can_resume(std::string_view epoch, int64_t after) const;
  std::string status_message(const char* type, int64_t seq) const;
  void send(Client& client, const std::shared_ptr<const std::string>& frame);
  void catch_up(Client& client);

  const std::string epoch_;
  const size_t ring_limit_, queue_limit_;
  const std::function<CampaignId(UserId)> campaign_of_;
  std::deque<Event> ring_;
  int64_t last_seq_ = 0;
  int64_t flushed_seq_ = 0;  ///< supervisors have everything up to here
  std::map<ClientId, Client> clients_;
  ClientId next_client_ = 1;
  uint64_t resyncs_ = 0;
};

}  // namespace carillon::api
