#include "api/event_stream.h"

#include <utility>

#include <fmt/format.h>

namespace carillon::api {
namespace {

std::shared_ptr<const std::string> frame_of(const std::vector<std::string_view>& messages) {
  auto frame = std::make_shared<std::string>("[");
  for (const auto message : messages) {
    if (frame->size() > 1) frame->push_back(',');
    frame->append(message);
  }
  frame->push_back(']');
  return frame;
}

}  // namespace

EventStream::EventStream(std::string epoch, size_t ring, size_t queue_limit,
                         std::function<CampaignId(UserId)> campaign_of)
    : epoch_(std::move(epoch)),
      ring_limit_(ring),
      queue_limit_(queue_limit),
      campaign_of_(std::move(campaign_of)) {}

void EventStream::publish(std::string_view type, const Json& data, const Audience& audience) {
  Event event;
  event.seq = ++last_seq_;
  event.text = fmt::format(R"({{"seq":{},"type":"{}","data":{}}})", event.seq, type, to_text(data));
  event.audience = audience;
  ring_.push_back(std::move(event));

  const Event& published = ring_.back();
  std::shared_ptr<const std::string> frame;
  if (audience.agent || audience.campaign || audience.agents) {
    for (auto& [id, client] : clients_) {
      if (client.viewer.all || !concerns(published, client.viewer)) continue;
      if (!frame) frame = frame_of({published.text});
      send(client, frame);
    }
  }
  // Never drop what supervisors have not got yet.
  if (ring_.size() > ring_limit_) {
    if (ring_.front().seq > flushed_seq_) flush();
    ring_.pop_front();
  }
}

void EventStream::flush() {
  std::shared_ptr<const std::string> frame;
  if (flushed_seq_ < last_seq_) {
    std::vector<std::string_view> messages;
    const auto fresh = static_cast<size_t>(last_seq_ - flushed_seq_);
    for (size_t i = ring_.size() - fresh; i < ring_.size(); ++i) messages.push_back(ring_[i].text);
    frame = frame_of(messages);
    flushed_seq_ = last_seq_;
  }
  for (auto& [id, client] : clients_) {
    if (client.lagging) {
      catch_up(client);
    } else if (frame && client.viewer.all) {
      send(client, frame);
    }
  }
}

void EventStream::send(Client& client, const std::shared_ptr<const std::string>& frame) {
  if (client.lagging) return;
  const size_t queued = client.sink->queued_bytes();
  if (queued > 0 && queued + frame->size() > queue_limit_) {
    client.lagging = true;
    return;
  }
  client.sink->send(frame);
}

void EventStream::catch_up(Client& client) {
  if (client.sink->queued_bytes() > 0) return;
  client.lagging = false;
  ++resyncs_;
  client.sink->send(frame_of({status_message("resync", last_seq_)}));
}

EventStream::ClientId EventStream::add(FrameSink& sink, Viewer viewer, std::string_view epoch,
                                       int64_t after) {
  flush();  // so that the newcomer and the others stand at the same event
  const bool resumes = epoch.empty() || can_resume(epoch, after);
  const int64_t from = resumes && !epoch.empty() ? after : last_seq_;

  std::vector<std::string> status{status_message("hello", from)};
  if (!resumes) {
    ++resyncs_;
    status.push_back(status_message("resync", last_seq_));
  }
  std::vector<std::string_view> messages(status.begin(), status.end());
  for (const auto& event : ring_) {
    if (event.seq > from && concerns(event, viewer)) messages.push_back(event.text);
  }
  sink.send(frame_of(messages));
  clients_[next_client_] = Client{&sink, viewer, false};
  return next_client_++;
}

void EventStream::remove(ClientId id) { clients_.erase(id); }

bool EventStream::can_resume(std::string_view epoch, int64_t after) const {
  if (epoch != epoch_ || after > last_seq_ || after < 0) return false;
  const int64_t oldest = last_seq_ - static_cast<int64_t>(ring_.size());
  return after >= oldest;
}

bool EventStream::concerns(const Event& event, const Viewer& viewer) const {
  if (viewer.all) return true;
  const auto& audience = event.audience;
  if (audience.agents) return true;
  if (audience.agent && audience.agent == viewer.agent) return true;
  return audience.campaign && audience.campaign == campaign_of_(viewer.agent);
}

std::string EventStream::status_message(const char* type, int64_t seq) const {
  return fmt::format(R"({{"type":"{}","epoch":"{}","seq":{}}})", type, epoch_, seq);
}

}  // namespace carillon::api
