#include "telephony/media/media_plane.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.h"
#include "telephony/media/media_loop.h"
#include "telephony/media/prompts.h"
#include "telephony/media/recorder.h"
#include "telephony/sdp.h"

namespace carillon::media {
namespace {

constexpr int kOwnDtmfPayloadType = 101;  ///< between legs of our own

}  // namespace

/// Knows which loop has which leg; everything else is the loops'. The mutex keeps the orders of
/// one leg in the order of the calls; no loop ever takes it.
class MediaPlane::Implementation {
 public:
  Implementation(MediaConfig config, MediaSink sink)
      : config_(std::move(config)),
        sink_(std::move(sink)),
        ports_(config_.bind_address, config_.rtp_port_min, config_.rtp_port_max) {}

  ~Implementation() {
    prompts_.reset();                        // no more orders from there
    for (auto& loop : loops_) loop->stop();  // closes the legs and with them the recordings
    loops_.clear();
    recorder_.reset();
  }

  Result<void> start();

  Result<RtpEndpoint> open_rtp_leg(LegId leg) {
    std::lock_guard lock(mutex_);
    auto sockets = ports_.open();
    if (!sockets) return sockets.error();
    const uint16_t port = sockets->rtp_port;
    place(leg, LegKind::kRtp);
    order(leg, OpenRtpLeg{std::move(*sockets)});
    return RtpEndpoint{public_address(), port, static_cast<uint16_t>(port + 1)};
  }

  void open_webrtc_leg(LegId leg) {
    std::lock_guard lock(mutex_);
    place(leg, LegKind::kWebRtc);
    order(leg, OpenWebRtcLeg{});
  }

  void offer(LegId leg, RequestId request, std::string connection, const std::string& sdp) {
    auto offer = sdp::parse_webrtc_offer(sdp);
    std::lock_guard lock(mutex_);
    if (!offer) {
      sink_(OfferAnswered{leg, request, "", offer.error().message});
    } else if (!legs_.contains(leg)) {
      sink_(OfferAnswered{leg, request, "", "The agent's line is closed; sign in again."});
    } else {
      order(leg, TakeOffer{request, std::move(connection), std::move(*offer)});
    }
  }

  void join(const std::vector<LegId>& legs) {
    std::lock_guard lock(mutex_);
    std::vector<LegId> open;
    for (const LegId leg : legs) {
      if (legs_.contains(leg)) open.push_back(leg);
    }
    for (const LegId leg : open) take_out(leg);
    if (open.size() < 2) return;
    const size_t loop = meeting_place(open);
    const std::vector<LegId> all = open;
    for (LegId& leg : open) {
      if (legs_.at(leg).loop != loop) leg = bring_to(loop, leg, all);
    }
    const LegId first = open.front();
    open.erase(open.begin());
    loops_[loop]->push({first, JoinLegs{std::move(open)}});
  }

  void disconnect(LegId leg) {
    std::lock_guard lock(mutex_);
    if (!legs_.contains(leg)) return;
    take_out(leg);
    order(leg, DisconnectLeg{});
  }

  template <class Action>
  void order_if_open(LegId leg, Action action) {
    std::lock_guard lock(mutex_);
    if (legs_.contains(leg)) order(leg, std::move(action));
  }

  void play(LegId leg, const std::string& text, const std::string& name, bool loop);
  void stop_playing(LegId leg) {
    std::lock_guard lock(mutex_);
    const auto found = legs_.find(leg);
    if (found == legs_.end()) return;
    ++found->second.playback;
    order(leg, StopPrompt{});
  }

  void start_recording(AttemptId attempt, LegId customer, std::string file);
  void stop_recording(AttemptId attempt);

  void close(LegId leg) {
    std::lock_guard lock(mutex_);
    take_out(leg);
    remove(leg);
  }

  MediaCounters counters() const;
  uint16_t agent_port(int loop) const { return loops_.at(static_cast<size_t>(loop))->agent_port(); }

 private:
  enum class LegKind { kRtp, kWebRtc };
  struct Place {
    size_t loop = 0;
    LegKind kind = LegKind::kRtp;
    uint64_t playback = 0;  ///< counts play() and stop_playing(): a slow file must not overtake
    AttemptId recorded;     ///< whose recording follows this leg
  };
  /// Two plain RTP legs that send to each other: `far` on the loop of a browser, `near` on the one
  /// where it is to be heard.
  struct Link {
    LegId near, far;
    std::vector<LegId> others;  ///< whom the browser is heard by; nobody: the link goes
  };

  std::string public_address() const {
    return config_.public_address.empty() ? config_.bind_address : config_.public_address;
  }

  /// The loop with the fewest legs. Mutex held.
  void place(LegId leg, LegKind kind) {
    const auto least = std::min_element(load_.begin(), load_.end());
    place_on(static_cast<size_t>(least - load_.begin()), leg, kind);
  }
  void place_on(size_t loop, LegId leg, LegKind kind) {
    CARILLON_ASSERT(legs_.try_emplace(leg, Place{loop, kind, 0, {}}).second,
                    "a leg was opened twice");
    ++load_[loop];
  }

  template <class Action>
  void order(LegId leg, Action action) {
    loops_[legs_.at(leg).loop]->push({leg, std::move(action)});
  }

  /// Where the legs can meet: with the first browser among them, as browsers are tied to the port
  /// of their loop.
  size_t meeting_place(const std::vector<LegId>& legs) const {
    const auto browser = std::ranges::find_if(
        legs, [&](LegId leg) { return legs_.at(leg).kind == LegKind::kWebRtc; });
    return legs_.at(browser == legs.end() ? legs.front() : *browser).loop;
  }

  /// The leg that stands for `leg` on `loop`: itself, moved there, or the near end of a link.
  LegId bring_to(size_t loop, LegId leg, const std::vector<LegId>& all) {
    if (legs_.at(leg).kind == LegKind::kWebRtc) return link(loop, leg, all);
    move(leg, loop);
    return leg;
  }

  void move(LegId leg, size_t to) {
    Place& place = legs_.at(leg);
    loops_[to]->push({leg, Expect{}});
    loops_[place.loop]->push({leg, GiveAway{loops_[to].get()}});
    --load_[place.loop];
    ++load_[to];
    place.loop = to;
  }

  LegId link(size_t loop, LegId browser, std::vector<LegId> others) {
    auto near_sockets = ports_.open();
    auto far_sockets = ports_.open();
    if (!near_sockets || !far_sockets) {
      spdlog::error("media: no ports are left to connect two browsers");
      return browser;  // the loop does not know it: the others hear each other without it
    }
    const uint16_t near_port = near_sockets->rtp_port;
    const uint16_t far_port = far_sockets->rtp_port;
    std::erase(others, browser);
    Link made{LegId{--last_own_leg_}, LegId{--last_own_leg_}, std::move(others)};
    const LegId near = made.near;
    open_on(loop, made.near, std::move(*near_sockets), far_port);
    open_on(legs_.at(browser).loop, made.far, std::move(*far_sockets), near_port);
    order(browser, JoinLegs{{made.far}});
    links_[browser] = std::move(made);
    return near;
  }

  /// The leg leaves whatever talk it is in: its own link, and those of browsers that nobody else
  /// hears any more.
  void take_out(LegId leg) {
    unlink(leg);
    std::vector<LegId> lonely;
    for (auto& [browser, link] : links_) {
      std::erase(link.others, leg);
      if (link.others.empty()) lonely.push_back(browser);
    }
    for (const LegId browser : lonely) unlink(browser);
  }

  /// A leg of our own whose peer is another of our own, on this machine.
  void open_on(size_t loop, LegId leg, RtpSockets sockets, uint16_t peer_port) {
    place_on(loop, leg, LegKind::kRtp);
    order(leg, OpenRtpLeg{std::move(sockets)});
    RemoteMedia peer;
    peer.address = config_.bind_address == "0.0.0.0" ? "127.0.0.1" : config_.bind_address;
    peer.port = peer_port;
    peer.dtmf_payload_type = kOwnDtmfPayloadType;
    order(leg, SetRemote{std::move(peer)});
  }

  void unlink(LegId browser) {
    const auto found = links_.find(browser);
    if (found == links_.end()) return;
    const Link link = found->second;
    links_.erase(found);
    remove(link.near);
    remove(link.far);
  }

  void remove(LegId leg) {
    const auto found = legs_.find(leg);
    if (found == legs_.end()) return;
    order(leg, CloseLeg{});
    --load_[found->second.loop];
    recordings_.erase(found->second.recorded);
    legs_.erase(found);
  }

  const MediaConfig config_;
  const MediaSink sink_;
  RtpPortPool ports_;
  std::unique_ptr<DtlsContext> dtls_;
  std::unique_ptr<Recorder> recorder_;
  std::vector<std::unique_ptr<MediaLoop>> loops_;
  std::unique_ptr<PromptLibrary> prompts_;
  std::atomic<uint64_t> recordings_failed_{0};

  std::mutex mutex_;
  std::unordered_map<LegId, Place> legs_;
  std::vector<int> load_;                  ///< legs of each loop
  std::unordered_map<LegId, Link> links_;  ///< of browsers that are heard on another loop
  int64_t last_own_leg_ = 0;               ///< legs of our own count down from -1
  std::unordered_map<AttemptId, LegId> recordings_;
  uint32_t last_recording_ = 0;
};

Result<void> MediaPlane::Implementation::start() {
  if (config_.loops < 1 || config_.loops > 256) {
    return Error{ErrorCode::kInvalid, "The number of media threads must be 1 to 256.", "loops"};
  }
  auto dtls = DtlsContext::create();
  if (!dtls) return dtls.error();
  dtls_ = std::move(*dtls);
  if (auto made = make_default_prompts(config_.prompts); !made) {
    if (made.error().code == ErrorCode::kStorage) return made;
    spdlog::warn("media: {}", made.error().message);
  }
  const auto count = static_cast<size_t>(config_.loops);
  recorder_ = std::make_unique<Recorder>(config_.recordings, count, config_.recording_queue_frames,
                                         [this](RecordingFinished finished) {
                                           if (finished.disk_failed) ++recordings_failed_;
                                           sink_(std::move(finished));
                                         });
  for (size_t i = 0; i < count; ++i) {
    const auto port =
        static_cast<uint16_t>(config_.agent_port_first == 0 ? 0 : config_.agent_port_first + i);
    auto socket = AgentSocket::open(config_.bind_address, port);
    if (!socket) return socket.error();
    loops_.push_back(std::make_unique<MediaLoop>(config_, *dtls_, std::move(*socket), *recorder_,
                                                 recorder_->queue_of(i), sink_));
  }
  load_.assign(count, 0);
  const auto music = load_prompt(config_.prompts, kHoldMusicName);
  if (!music) spdlog::warn("media: no hold music: {}", music.error().message);
  for (auto& loop : loops_) {
    if (music) loop->push({{}, SetHoldMusic{*music}});
    loop->start();
  }
  prompts_ = std::make_unique<PromptLibrary>(config_.prompts);
  return {};
}

void MediaPlane::Implementation::play(LegId leg, const std::string& text, const std::string& name,
                                      bool loop) {
  uint64_t playback = 0;
  {
    std::lock_guard lock(mutex_);
    const auto found = legs_.find(leg);
    if (found == legs_.end()) return;
    playback = ++found->second.playback;
  }
  prompts_->say(text, name, [=, this](Result<PromptPtr> prompt) {
    std::lock_guard lock(mutex_);
    const auto found = legs_.find(leg);
    if (found == legs_.end() || found->second.playback != playback) return;
    if (prompt) {
      order(leg, PlayPrompt{*prompt, loop});
    } else {
      sink_(PlaybackDone{leg, name, prompt.error().message});
    }
  });
}

void MediaPlane::Implementation::start_recording(AttemptId attempt, LegId customer,
                                                 std::string file) {
  std::lock_guard lock(mutex_);
  if (recordings_.contains(attempt)) return;
  const uint32_t id = ++last_recording_;
  const SteadyTime now = machine_now().steady;
  recorder_->begin(id, attempt, std::move(file), now);
  const auto leg = legs_.find(customer);
  if (leg == legs_.end()) {
    recorder_->cancel(id, now);
    return;
  }
  recordings_[attempt] = customer;
  leg->second.recorded = attempt;
  order(customer, StartRecording{id});
}

void MediaPlane::Implementation::stop_recording(AttemptId attempt) {
  std::lock_guard lock(mutex_);
  const auto found = recordings_.find(attempt);
  if (found == recordings_.end()) return;
  const LegId customer = found->second;
  recordings_.erase(found);
  legs_.at(customer).recorded = {};
  order(customer, StopRecording{});
}

MediaCounters MediaPlane::Implementation::counters() const {
  MediaCounters sum;
  for (const auto& loop : loops_) {
    const LoopCounters& c = loop->counters();
    sum.legs += c.legs.get();
    sum.packets_in += c.packets_in.get();
    sum.packets_out += c.packets_out.get();
    sum.packets_lost += c.packets_lost.get();
    sum.dropped_stranger += c.dropped_stranger.get();
    sum.dropped_malformed += c.dropped_malformed.get();
    sum.dropped_srtp += c.dropped_srtp.get();
    sum.dropped_stun += c.dropped_stun.get();
    sum.send_failures += c.send_failures.get();
  }
  sum.recordings_failed = recordings_failed_;
  return sum;
}

// ---------------------------------------------------------------------------------- facade

Result<std::unique_ptr<MediaPlane>> MediaPlane::start(MediaConfig config, MediaSink sink) {
  auto implementation = std::make_unique<Implementation>(std::move(config), std::move(sink));
  if (auto started = implementation->start(); !started) return started.error();
  return std::unique_ptr<MediaPlane>(new MediaPlane(std::move(implementation)));
}

MediaPlane::MediaPlane(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
MediaPlane::~MediaPlane() = default;

Result<RtpEndpoint> MediaPlane::open_rtp_leg(LegId leg) {
  return implementation_->open_rtp_leg(leg);
}
void MediaPlane::set_remote(LegId leg, RemoteMedia remote) {
  implementation_->order_if_open(leg, SetRemote{std::move(remote)});
}
void MediaPlane::open_webrtc_leg(LegId leg) { implementation_->open_webrtc_leg(leg); }
void MediaPlane::offer(LegId leg, RequestId request, std::string connection,
                       const std::string& sdp) {
  implementation_->offer(leg, request, std::move(connection), sdp);
}
void MediaPlane::join(const std::vector<LegId>& legs) { implementation_->join(legs); }
void MediaPlane::disconnect(LegId leg) { implementation_->disconnect(leg); }
void MediaPlane::hold(LegId customer, bool on) {
  implementation_->order_if_open(customer, HoldLeg{on});
}
void MediaPlane::mute(LegId agent, bool on) { implementation_->order_if_open(agent, MuteLeg{on}); }
void MediaPlane::echo(LegId leg, bool on) { implementation_->order_if_open(leg, EchoLeg{on}); }
void MediaPlane::play(LegId leg, const std::string& prompt, bool loop) {
  implementation_->play(leg, "", prompt, loop);
}
void MediaPlane::say(LegId leg, const std::string& text, const std::string& prompt) {
  implementation_->play(leg, text, prompt, false);
}
void MediaPlane::stop_playing(LegId leg) { implementation_->stop_playing(leg); }
void MediaPlane::send_digits(LegId leg, std::string digits) {
  implementation_->order_if_open(leg, SendDigits{std::move(digits)});
}
void MediaPlane::start_recording(AttemptId attempt, LegId customer, std::string file) {
  implementation_->start_recording(attempt, customer, std::move(file));
}
void MediaPlane::stop_recording(AttemptId attempt) { implementation_->stop_recording(attempt); }
void MediaPlane::close(LegId leg) { implementation_->close(leg); }
MediaCounters MediaPlane::counters() const { return implementation_->counters(); }
uint16_t MediaPlane::agent_port(int loop) const { return implementation_->agent_port(loop); }

}  // namespace carillon::media
