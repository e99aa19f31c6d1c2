#include "telephony/media/media_loop.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/log.h"
#include "telephony/media/stun.h"

namespace carillon::media {
namespace {

constexpr size_t kInboxCapacity = 8192;
constexpr size_t kEventsPerRound = 512;
constexpr Duration kTick = 20ms;
constexpr Duration kCheckInterval = 100ms;  ///< DTLS timers, consent, reports, silence
constexpr int kMaxTicksAtOnce = 3;          ///< a loop that stalled does not repeat it all
constexpr int kMaxDrained = 4096;           ///< more than a socket's buffer holds
/// Packets in a round from which on it pays to let some gather: above about 5000 a second.
constexpr size_t kBusyRound = 4;
constexpr timespec kGathering{0, 500'000};  ///< half a millisecond, a fortieth of a frame
constexpr std::string_view kCname = "carillon";

/// Audio goes before everything else on a busy machine, where the system lets us (root, or
/// LimitNICE= of the service); elsewhere it is one thread among others.
void prefer_this_thread() {
  constexpr int kMediaNiceness = -11;
  [[maybe_unused]] const int ignored = setpriority(PRIO_PROCESS, 0, kMediaNiceness);
}

}  // namespace

MediaLoop::MediaLoop(const MediaConfig& config, const DtlsContext& dtls,
                     std::unique_ptr<AgentSocket> agent_socket, Recorder& recorder,
                     FrameQueue& frames, const MediaSink& sink)
    : config_(config),
      dtls_(dtls),
      recorder_(recorder),
      sink_(sink),
      audio_(counters_, frames, sink),
      agent_socket_(std::move(agent_socket)),
      inbox_(kInboxCapacity),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  CARILLON_ASSERT(epoll_.get() >= 0, "epoll: no file descriptors left");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &inbox_watch_;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, inbox_.fd(), &event);
  event.data.ptr = &agents_watch_;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, agent_socket_->fd(), &event);
}

MediaLoop::~MediaLoop() { stop(); }

void MediaLoop::stop() {
  if (!thread_.joinable()) return;
  push({{}, StopLoop{}});
  thread_.join();
}

void MediaLoop::start() {
  thread_ = std::thread([this] { run(); });
}

// ------------------------------------------------------------------------------- the loop

int MediaLoop::wait_ms() const {
  SteadyTime until = next_check_;
  if (audio_.has_ticking()) until = std::min(until, next_tick_);
  const auto left = (until - machine_now().steady).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, kCheckInterval.count()));
}

/// Under load, rounds of many packets cost less than rounds of few: one wake-up and one epoll_wait
/// serve them all. A quiet loop answers at once.
void MediaLoop::gather_packets() {
  const bool busy = packets_this_round_ >= kBusyRound;
  packets_this_round_ = 0;
  if (busy) clock_nanosleep(CLOCK_MONOTONIC, 0, &kGathering, nullptr);
}

void MediaLoop::run() {
  prefer_this_thread();
  std::array<epoll_event, kEventsPerRound> events;
  now_ = machine_now().steady;
  next_tick_ = now_ + kTick;
  next_check_ = now_ + kCheckInterval;
  while (!stopping_) {
    gather_packets();
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
    now_ = machine_now().steady;
    const bool was_ticking = audio_.has_ticking();
    bool orders = false;
    for (int i = 0; i < count; ++i) {
      const auto& watched = *static_cast<Watched*>(events[static_cast<size_t>(i)].data.ptr);
      orders |= watched.kind == Watched::Kind::kInbox;
      handle(watched);
    }
    do_periodic_work();
    if (orders) run_commands();
    if (!was_ticking) next_tick_ = now_;  // who begins to tick gets its first frame at once
    agent_socket_->flush();
  }
  while (!rtp_legs_.empty()) close(rtp_legs_.begin()->first);
  while (!webrtc_legs_.empty()) close(webrtc_legs_.begin()->first);
}

void MediaLoop::handle(const Watched& watched) {
  switch (watched.kind) {
    case Watched::Kind::kInbox: return;  // orders come last
    case Watched::Kind::kAgents: read_agents(); return;
    case Watched::Kind::kRtp: read_rtp(*watched.leg); return;
    case Watched::Kind::kRtcp: read_rtcp(*watched.leg); return;
  }
}

void MediaLoop::do_periodic_work() {
  for (int i = 0; now_ >= next_tick_ && audio_.has_ticking(); ++i) {
    if (i == kMaxTicksAtOnce) {
      next_tick_ = now_ + kTick;
      break;
    }
    audio_.tick(now_);
    next_tick_ += kTick;
  }
  for (const uint32_t recording : audio_.take_overflowed()) {
    for_each_leg([&](Leg& leg) {
      if (leg.recording != recording) return;
      stop_recording(leg,
                     "The recordings' disk was too slow for the calls under way; the recording was "
                     "given up so that the call was not disturbed.");
    });
  }
  if (now_ < next_check_) return;
  next_check_ = now_ + kCheckInterval;
  for_each_leg([this](Leg& leg) { check_leg(leg); });
  for (auto& [id, leg] : webrtc_legs_) advance(*leg);
  for (auto& [id, entry] : rtp_legs_) {
    if (const auto silent = entry->leg->silence_beyond(config_.media_timeout, now_)) {
      sink_(MediaTimeout{id, *silent});
    }
  }
}

template <class Visit>
void MediaLoop::for_each_leg(Visit visit) {
  for (auto& [id, entry] : rtp_legs_) visit(*entry->leg);
  for (auto& [id, leg] : webrtc_legs_) visit(*leg);
}

// --------------------------------------------------------------------------- from browsers

/// RFC 7983: the first byte tells STUN, DTLS and RTP apart.
void MediaLoop::read_agents() {
  const size_t count = agent_socket_->receive();
  packets_this_round_ += count;
  for (size_t i = 0; i < count; ++i) {
    const auto datagram = agent_socket_->received(i);
    if (datagram.size == 0) continue;
    const uint8_t first = datagram.data[0];
    if (first >= 128 && first < 192) {
      read_srtp(datagram);
    } else if (first < 4) {
      read_stun(datagram);
    } else if (first >= 20 && first < 64) {
      read_dtls(datagram);
    } else {
      counters_.dropped_malformed.add();
    }
  }
}

void MediaLoop::read_stun(const AgentSocket::Datagram& datagram) {
  const auto message = stun::parse({datagram.data, datagram.size});
  const bool usable =
      message && message->type == stun::Type::kBindingRequest && message->has_fingerprint;
  const size_t colon = usable ? message->username.find(':') : std::string_view::npos;
  const auto found = colon != std::string_view::npos
                         ? by_ufrag_.find(std::string(message->username.substr(0, colon)))
                         : by_ufrag_.end();
  if (found == by_ufrag_.end()) {
    counters_.dropped_stun.add();
    return;
  }
  WebRtcLeg& leg = *found->second;
  const auto verdict = leg.ice().checked(*message, datagram.from, now_);
  if (!verdict.valid) {
    counters_.dropped_stun.add();
    return;
  }
  stun::Builder response(stun::Type::kBindingSuccess, message->transaction());
  response.add_xor_mapped_address(datagram.from);
  agent_socket_->send_now(datagram.from, response.finish(verdict.password));
  if (verdict.address_is_new) by_address_[datagram.from] = &leg;
  advance(leg);
}

/// DTLS is taken from addresses that passed a STUN check only, so that a stray or forged
/// ClientHello reaches nobody's session.
void MediaLoop::read_dtls(const AgentSocket::Datagram& datagram) {
  const auto found = by_address_.find(datagram.from);
  if (found == by_address_.end()) {
    counters_.dropped_stranger.add();
    return;
  }
  found->second->received_dtls({datagram.data, datagram.size}, datagram.from);
  advance(*found->second);
}

void MediaLoop::read_srtp(const AgentSocket::Datagram& datagram) {
  const auto found = by_address_.find(datagram.from);
  if (found == by_address_.end()) {
    counters_.dropped_stranger.add();
    return;
  }
  WebRtcLeg& leg = *found->second;
  const bool rtcp = is_rtcp({datagram.data, datagram.size});
  const size_t size = rtcp ? leg.unprotect_rtcp(datagram.data, datagram.size)
                           : leg.unprotect_rtp(datagram.data, datagram.size);
  if (size == 0) {
    counters_.dropped_srtp.add();
    return;
  }
  if (rtcp) {
    received_rtcp(leg, {datagram.data, size});
    return;
  }
  if (const auto header = parse_rtp({datagram.data, size})) {
    audio_.received(leg, datagram.data, size, *header, now_);
  } else {
    counters_.dropped_malformed.add();
  }
}

// ------------------------------------------------------------- from carriers and desk phones

/// One datagram for each readiness: level-triggered epoll comes back for the rare second one, and
/// a read that finds nothing would cost as much as one that finds a packet. False: queue is empty.
bool MediaLoop::read_rtp(RtpLeg& leg) {
  uint8_t* packet = agent_socket_->slot();
  ssize_t size = 0;
  SocketAddress from;
  if (leg.kernel_filters()) {
    size = recv(leg.rtp_fd(), packet, kMaxDatagram, MSG_DONTWAIT);
  } else {
    sockaddr_in address{};
    socklen_t address_size = sizeof address;
    size = recvfrom(leg.rtp_fd(), packet, kMaxDatagram, MSG_DONTWAIT,
                    reinterpret_cast<sockaddr*>(&address), &address_size);
    from = SocketAddress::from(address);
  }
  if (size < 0) return errno != EAGAIN;  // else an ICMP error of something that we sent
  ++packets_this_round_;
  if (!leg.kernel_filters() && !leg.accepts_rtp(from)) {
    counters_.dropped_stranger.add();
    return true;
  }
  const auto header = parse_rtp({packet, static_cast<size_t>(size)});
  if (!header) {
    counters_.dropped_malformed.add();
    return true;
  }
  leg.heard_rtp(from, now_);
  if (leg.may_receive()) {
    audio_.received(leg, packet, static_cast<size_t>(size), *header, now_);
  }
  return true;
}

void MediaLoop::read_rtcp(RtpLeg& leg) {
  std::array<uint8_t, kMaxDatagram> packet;
  sockaddr_in address;
  socklen_t address_size = sizeof address;
  const ssize_t size = recvfrom(leg.rtcp_fd(), packet.data(), packet.size(), MSG_DONTWAIT,
                                reinterpret_cast<sockaddr*>(&address), &address_size);
  if (size < 0) return;
  if (!leg.accepts_rtcp(SocketAddress::from(address))) {
    counters_.dropped_stranger.add();
    return;
  }
  leg.heard_rtcp(now_);
  received_rtcp(leg, Bytes(packet).first(static_cast<size_t>(size)));
}

void MediaLoop::received_rtcp(Leg& leg, Bytes packet) {
  const auto summary = parse_rtcp(packet);
  if (!summary) {
    counters_.dropped_malformed.add();
    return;
  }
  if (summary->sender) leg.incoming.sender_report(*summary->sender, now_);
}

// ------------------------------------------------------------------------- checks and RTCP

void MediaLoop::advance(WebRtcLeg& leg) {
  const auto change = leg.advance(config_.consent_timeout, now_);
  unmap(leg, leg.ice().expire(now_));
  if (!change) return;
  audio_.refresh(leg);
  if (change->empty()) {
    sink_(LineUp{leg.id});
  } else {
    sink_(LineDown{leg.id, *change});
  }
}

void MediaLoop::check_leg(Leg& leg) {
  if (now_ < leg.next_report) return;
  const bool first = leg.next_report == SteadyTime{};
  leg.next_report = now_ + config_.report_interval;
  if (!first) send_report(leg, false);
}

void MediaLoop::send_report(Leg& leg, bool bye) {
  std::array<uint8_t, 160> packet;
  const Now now = machine_now();
  const auto sender = leg.outgoing.sender_info(now);
  const auto report = leg.incoming.report(now.steady);
  if (!sender && !report) return;
  const size_t size = write_rtcp(packet.data(), leg.outgoing.ssrc(), kCname, sender, report, bye);
  leg.send_rtcp(packet.data(), size);
}

// ----------------------------------------------------------------------------------- orders

void MediaLoop::run_commands() {
  inbox_.drain(commands_);
  for (LoopCommand& command : commands_) run_or_park(command);
}

/// Orders for a leg that is still on its way from another loop wait for it, and so do all later
/// orders for whatever those name: nothing overtakes.
void MediaLoop::run_or_park(LoopCommand& command) {
  std::vector<LegId> named{command.leg};
  if (const auto* join = std::get_if<JoinLegs>(&command.action)) {
    named.insert(named.end(), join->others.begin(), join->others.end());
  }
  const auto is_named_by = [](const LoopCommand& earlier, LegId leg) {
    const auto* join = std::get_if<JoinLegs>(&earlier.action);
    return earlier.leg == leg ||
           (join != nullptr && std::ranges::find(join->others, leg) != join->others.end());
  };
  const bool waits = std::ranges::any_of(named, [&](LegId leg) {
    return leg && (expected_.contains(leg) ||
                   std::ranges::any_of(parked_, [&](const LoopCommand& earlier) {
                     return is_named_by(earlier, leg);
                   }));
  });
  if (waits && !std::holds_alternative<Adopt>(command.action)) {
    parked_.push_back(std::move(command));
  } else {
    execute(command);
  }
}

void MediaLoop::execute(LoopCommand& command) {
  const LegId id = command.leg;
  Leg* leg = find(id);
  std::visit(
      [&](auto& order) {
        using Order = std::decay_t<decltype(order)>;
        if constexpr (std::is_same_v<Order, OpenRtpLeg>) {
          open(id, order);
        } else if constexpr (std::is_same_v<Order, OpenWebRtcLeg>) {
          webrtc_legs_.try_emplace(id, std::make_unique<WebRtcLeg>(id, dtls_, *agent_socket_));
          count_legs();
        } else if constexpr (std::is_same_v<Order, SetRemote>) {
          set_remote(id, order.remote);
        } else if constexpr (std::is_same_v<Order, TakeOffer>) {
          take_offer(id, order);
        } else if constexpr (std::is_same_v<Order, StartRecording>) {
          start_recording(id, order.recording);
        } else if constexpr (std::is_same_v<Order, CloseLeg>) {
          close(id);
        } else if constexpr (std::is_same_v<Order, SetHoldMusic>) {
          audio_.set_hold_music(order.music);
        } else if constexpr (std::is_same_v<Order, GiveAway>) {
          give_away(id, *order.to);
        } else if constexpr (std::is_same_v<Order, Expect>) {
          expected_.insert(id);
        } else if constexpr (std::is_same_v<Order, Adopt>) {
          adopt(id, std::move(order.rtp_leg));
        } else if constexpr (std::is_same_v<Order, StopLoop>) {
          stopping_ = true;
        } else if (leg == nullptr) {
          return;  // closed meanwhile
        } else if constexpr (std::is_same_v<Order, StopRecording>) {
          stop_recording(*leg, "");
        } else if constexpr (std::is_same_v<Order, JoinLegs>) {
          join(*leg, order.others);
        } else if constexpr (std::is_same_v<Order, DisconnectLeg>) {
          audio_.separate(*leg);
        } else if constexpr (std::is_same_v<Order, HoldLeg>) {
          leg->on_hold = order.on;
          audio_.refresh(*leg);
          if (leg->partner != nullptr) audio_.refresh(*leg->partner);
        } else if constexpr (std::is_same_v<Order, MuteLeg>) {
          leg->muted = order.on;
          if (leg->partner != nullptr) audio_.refresh(*leg->partner);
        } else if constexpr (std::is_same_v<Order, EchoLeg>) {
          audio_.echo(*leg, order.on, now_);
        } else if constexpr (std::is_same_v<Order, PlayPrompt>) {
          play(*leg, order);
        } else if constexpr (std::is_same_v<Order, StopPrompt>) {
          leg->prompt.reset();
          audio_.refresh(*leg);
        } else if constexpr (std::is_same_v<Order, SendDigits>) {
          audio_.send_digits(*leg, order.digits);
        }
      },
      command.action);
}

Leg* MediaLoop::find(LegId id) {
  if (const auto rtp = rtp_legs_.find(id); rtp != rtp_legs_.end()) return rtp->second->leg.get();
  const auto web = webrtc_legs_.find(id);
  return web != webrtc_legs_.end() ? web->second.get() : nullptr;
}

void MediaLoop::open(LegId id, OpenRtpLeg& order) {
  auto entry = std::make_unique<RtpEntry>();
  entry->leg = std::make_unique<RtpLeg>(id, std::move(order.sockets));
  rtp_legs_[id] = std::move(entry);
  count_legs();
}

void MediaLoop::set_remote(LegId id, const RemoteMedia& remote) {
  const auto found = rtp_legs_.find(id);
  if (found == rtp_legs_.end()) return;
  found->second->leg->set_remote(remote, now_);
  RtpLeg& leg = *found->second->leg;
  watch(*found->second);
  audio_.refresh(leg);
  // What strangers, or the former peer, sent before connect() is in the queue still.
  for (int i = 0; i < kMaxDrained && read_rtp(leg); ++i) continue;
  if (leg.has_remote()) leg.drained();
}

/// Sockets are watched from the first known peer on: before, strangers could only wake us.
void MediaLoop::watch(RtpEntry& entry) {
  if (entry.watched || !entry.leg->has_remote()) return;
  entry.watched = true;
  entry.rtp = {Watched::Kind::kRtp, entry.leg.get()};
  entry.rtcp = {Watched::Kind::kRtcp, entry.leg.get()};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &entry.rtp;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.leg->rtp_fd(), &event);
  event.data.ptr = &entry.rtcp;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, entry.leg->rtcp_fd(), &event);
}

void MediaLoop::take_offer(LegId id, const TakeOffer& order) {
  const auto found = webrtc_legs_.find(id);
  if (found == webrtc_legs_.end()) {
    sink_(OfferAnswered{id, order.request, "", "The agent's line is closed; sign in again."});
    return;
  }
  WebRtcLeg& leg = *found->second;
  const auto addresses_before = leg.ice().addresses();
  leg.offered(order.connection, order.offer, now_);
  if (leg.ice().addresses().empty()) unmap(leg, addresses_before);
  map_ufrags(leg);
  audio_.refresh(leg);
  const auto& address =
      config_.public_address.empty() ? config_.bind_address : config_.public_address;
  const auto answer = leg.answer(address, agent_socket_->port(), dtls_.fingerprint());
  sink_(OfferAnswered{id, order.request, sdp::make_webrtc_answer(order.offer, answer), ""});
}

void MediaLoop::map_ufrags(WebRtcLeg& leg) {
  std::erase_if(by_ufrag_, [&](const auto& entry) { return entry.second == &leg; });
  for (const std::string& ufrag : leg.ice().local_ufrags()) by_ufrag_[ufrag] = &leg;
}

void MediaLoop::unmap(WebRtcLeg& leg, const std::vector<SocketAddress>& addresses) {
  for (const SocketAddress& address : addresses) {
    const auto found = by_address_.find(address);
    if (found != by_address_.end() && found->second == &leg) by_address_.erase(found);
  }
}

/// Those of them that are still there.
void MediaLoop::join(Leg& leg, const std::vector<LegId>& others) {
  std::vector<Leg*> members{&leg};
  for (const LegId id : others) {
    if (Leg* other = find(id)) members.push_back(other);
  }
  if (members.size() > 1) audio_.join(members, now_);
}

void MediaLoop::play(Leg& leg, const PlayPrompt& order) {
  leg.prompt.emplace(order.prompt, order.loop);
  audio_.refresh(leg);
}

void MediaLoop::start_recording(LegId customer_id, uint32_t recording) {
  Leg* customer = find(customer_id);
  if (customer == nullptr) {
    recorder_.cancel(recording, now_);
    return;
  }
  stop_recording(*customer, "");
  customer->recording = recording;
}

void MediaLoop::stop_recording(Leg& leg, const std::string& error) {
  const uint32_t recording = std::exchange(leg.recording, 0);
  if (recording == 0) return;
  recorder_.end(recording, now_, error);
}

void MediaLoop::close(LegId id) {
  Leg* leg = find(id);
  if (leg == nullptr) return;
  stop_recording(*leg, "");
  audio_.separate(*leg);
  send_report(*leg, true);
  audio_.forget(*leg);
  counters_.packets_lost.add(leg->incoming.total_lost());
  rtp_legs_.erase(id);  // closing its sockets takes them out of epoll
  if (const auto web = webrtc_legs_.find(id); web != webrtc_legs_.end()) {
    WebRtcLeg& browser = *web->second;
    browser.close();
    unmap(browser, browser.ice().addresses());
    std::erase_if(by_ufrag_, [&](const auto& entry) { return entry.second == &browser; });
    webrtc_legs_.erase(web);
  }
  count_legs();
}

// ---------------------------------------------------------------------- legs between loops

void MediaLoop::give_away(LegId id, MediaLoop& to) { to.push({id, Adopt{detach(id)}}); }

void MediaLoop::count_legs() { counters_.legs.set(rtp_legs_.size() + webrtc_legs_.size()); }

std::unique_ptr<RtpLeg> MediaLoop::detach(LegId id) {
  const auto found = rtp_legs_.find(id);
  if (found == rtp_legs_.end()) return nullptr;
  RtpEntry& entry = *found->second;
  audio_.separate(*entry.leg);
  audio_.forget(*entry.leg);
  if (entry.watched) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.leg->rtp_fd(), nullptr);
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry.leg->rtcp_fd(), nullptr);
  }
  auto leg = std::move(entry.leg);
  rtp_legs_.erase(found);
  count_legs();
  return leg;
}

/// `leg` is null when it was closed before it could leave.
void MediaLoop::adopt(LegId id, std::unique_ptr<RtpLeg> leg) {
  expected_.erase(id);
  if (leg) {
    auto entry = std::make_unique<RtpEntry>();
    entry->leg = std::move(leg);
    watch(*entry);
    audio_.refresh(*entry->leg);
    rtp_legs_[id] = std::move(entry);
    count_legs();
  }
  std::vector<LoopCommand> waiting;
  waiting.swap(parked_);
  for (LoopCommand& command : waiting) run_or_park(command);
}

}  // namespace carillon::media
