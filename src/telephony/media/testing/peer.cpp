#include "telephony/media/testing/peer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "telephony/media/g711.h"
#include "telephony/media/srtp.h"

namespace carillon::media::testing {
namespace {

constexpr size_t kFrame = g711::kFrameSamples;

uint32_t random_u32() {
  static std::mutex mutex;
  static std::mt19937 generator{std::random_device{}()};
  std::lock_guard lock(mutex);
  return static_cast<uint32_t>(generator());
}

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

UniqueFd open_loopback_socket() {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in local = SocketAddress{INADDR_LOOPBACK, 0}.to_sockaddr();
  CARILLON_ASSERT(bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0,
                  "no free UDP port on 127.0.0.1");
  return fd;
}

SocketAddress address_of(int fd) {
  sockaddr_in local{};
  socklen_t size = sizeof local;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
  return SocketAddress::from(local);
}

// ----------------------------------------------------------------------------------- Peer

Peer::Peer(double hertz, Codec codec) : tone_(hertz), codec_(codec), ssrc_(random_u32()) {}

void Peer::readable(int fd) {
  std::lock_guard lock(mutex_);
  on_readable(fd);
}

void Peer::tick() {
  std::lock_guard lock(mutex_);
  on_tick();
  if (!can_send()) return;
  if (!digits_.idle()) {
    std::array<EventPacket, 3> packets;
    const size_t count = digits_.tick(packets);
    for (size_t i = 0; i < count; ++i) send_event(packets[i]);
    if (count == 3) timestamp_ += 8 * kFrame;  // the event is over: the next has its own time
    return;
  }
  if (playing_) send_frame();
}

void Peer::send_frame() {
  std::array<uint8_t, kRtpHeaderSize + kFrame + kSrtpTailRoom> packet;
  std::array<int16_t, kFrame> samples;
  tone_.make(samples);
  write_rtp_header(packet.data(), {false, payload_type(codec_), sequence_++, timestamp_, ssrc_});
  timestamp_ += kFrame;
  g711::encode(codec_, samples, packet.data() + kRtpHeaderSize);
  if (stamped_) {
    const int64_t stamp = now_ns();
    std::memcpy(packet.data() + kRtpHeaderSize, &stamp, sizeof stamp);
  }
  send_or_disorder(packet.data(), kRtpHeaderSize + kFrame);
}

void Peer::send_event(const EventPacket& event) {
  std::array<uint8_t, kRtpHeaderSize + kTelephoneEventSize + kSrtpTailRoom> packet;
  write_rtp_header(packet.data(), {event.first, static_cast<uint8_t>(dtmf_payload_type_),
                                   sequence_++, timestamp_, ssrc_});
  write_telephone_event(packet.data() + kRtpHeaderSize, event.event);
  transmit(packet.data(), kRtpHeaderSize + kTelephoneEventSize);
}

void Peer::send_comfort_noise() {
  std::lock_guard lock(mutex_);
  std::array<uint8_t, kRtpHeaderSize + 1 + kSrtpTailRoom> packet;
  write_rtp_header(packet.data(),
                   {false, kComfortNoisePayloadType, sequence_++, timestamp_, ssrc_});
  timestamp_ += kFrame;
  packet[kRtpHeaderSize] = 70;
  if (can_send()) transmit(packet.data(), kRtpHeaderSize + 1);
}

void Peer::send_or_disorder(const uint8_t* packet, size_t size) {
  ++sent_;
  if (lose_every_ != 0 && sent_ % static_cast<uint64_t>(lose_every_) == 0) return;
  std::array<uint8_t, kRtpHeaderSize + kFrame + kSrtpTailRoom> copy;
  if (swap_every_ != 0 && sent_ % static_cast<uint64_t>(swap_every_) == 0) {
    held_back_.assign(packet, packet + size);
    return;
  }
  std::copy_n(packet, size, copy.begin());
  transmit(copy.data(), size);
  if (held_back_.empty()) return;
  std::copy(held_back_.begin(), held_back_.end(), copy.begin());
  transmit(copy.data(), held_back_.size());
  held_back_.clear();
}

void Peer::heard(Bytes packet) {
  const auto header = parse_rtp(packet);
  if (!header) return;
  const Bytes payload = packet.subspan(header->payload_at, header->payload_size);
  ++view_.packets;
  view_.ssrcs.insert(header->ssrc);
  view_.payload_types.insert(header->payload_type);
  view_.markers += header->marker ? 1 : 0;
  if (last_) {
    if (header->sequence != static_cast<uint16_t>(last_->sequence + 1)) ++view_.sequence_gaps;
    if (static_cast<int32_t>(header->timestamp - last_->timestamp) < 0) {
      ++view_.timestamp_steps_back;
    }
  }
  last_ = header;
  if (header->payload_type == kComfortNoisePayloadType) ++view_.comfort_noise;
  if (header->payload_type == dtmf_payload_type_) {
    if (const auto digit = events_.received(*header, payload)) view_.digits += *digit;
  }
  if (header->payload_type != 0 && header->payload_type != 8) return;
  if (stamped_ && payload.size() == kFrame) {
    int64_t stamp = 0;
    std::memcpy(&stamp, payload.data(), sizeof stamp);
    view_.delays_ms.push_back(static_cast<float>(now_ns() - stamp) / 1e6F);
    return;
  }
  std::array<int16_t, 1500> samples;
  const size_t count = std::min(payload.size(), samples.size());
  g711::decode(header->payload_type == 0 ? Codec::kPcmu : Codec::kPcma, payload.first(count),
               samples.data());
  meter_.add(std::span(samples).first(count));
}

void Peer::set_playing(bool on) {
  std::lock_guard lock(mutex_);
  playing_ = on;
}
void Peer::set_stamped(bool on) {
  std::lock_guard lock(mutex_);
  stamped_ = on;
}
void Peer::set_codec(Codec codec) {
  std::lock_guard lock(mutex_);
  codec_ = codec;
}
void Peer::set_disorder(int lose_every, int swap_every) {
  std::lock_guard lock(mutex_);
  lose_every_ = lose_every;
  swap_every_ = swap_every;
}
void Peer::set_dtmf_payload_type(int type) {
  std::lock_guard lock(mutex_);
  dtmf_payload_type_ = type;
}
void Peer::press(char digit) {
  std::lock_guard lock(mutex_);
  digits_.add(digit);
}
bool Peer::hears(double hertz) const {
  std::lock_guard lock(mutex_);
  return meter_.hears(hertz);
}
bool Peer::hears_silence() const {
  std::lock_guard lock(mutex_);
  return meter_.hears_silence();
}
double Peer::share(double hertz) const {
  std::lock_guard lock(mutex_);
  return meter_.share(hertz);
}
void Peer::forget() {
  std::lock_guard lock(mutex_);
  meter_.clear();
  view_ = {};
}
StreamView Peer::view() const {
  std::lock_guard lock(mutex_);
  return view_;
}
uint64_t Peer::sent() const {
  std::lock_guard lock(mutex_);
  return sent_;
}
void Peer::restart_stream() {
  std::lock_guard lock(mutex_);
  ssrc_ = random_u32();
  sequence_ = static_cast<uint16_t>(random_u32());
  timestamp_ = random_u32();
}

// ------------------------------------------------------------------------------ PeerThread

PeerThread::PeerThread() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  thread_ = std::thread([this] { run(); });
}

PeerThread::~PeerThread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void PeerThread::add(Peer& peer) {
  std::lock_guard lock(mutex_);
  peers_.push_back(&peer);
  for (const int fd : peer.descriptors()) {
    entries_.push_back(std::make_unique<Entry>(Entry{&peer, fd}));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = entries_.back().get();
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }
}

void PeerThread::remove(Peer& peer) {
  std::lock_guard lock(mutex_);
  std::erase(peers_, &peer);
  for (auto& entry : entries_) {
    if (entry->peer != &peer) continue;
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry->fd, nullptr);
    entry->peer = nullptr;  // an event of this round may still name it
  }
}

void PeerThread::run() {
  constexpr size_t kSlices = 20;
  std::array<epoll_event, 512> events;
  auto next = machine_now().steady;
  for (size_t slice = 0;; slice = (slice + 1) % kSlices) {
    next += 1ms;
    for (;;) {
      const auto left = (next - machine_now().steady).count();
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(std::max<int64_t>(left, 0)));
      std::lock_guard lock(mutex_);
      for (int i = 0; i < count; ++i) {
        const auto* entry = static_cast<Entry*>(events[static_cast<size_t>(i)].data.ptr);
        if (entry->peer != nullptr) entry->peer->readable(entry->fd);
      }
      if (machine_now().steady >= next) break;
    }
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    for (size_t i = slice; i < peers_.size(); i += kSlices) peers_[i]->tick();
  }
}

// --------------------------------------------------------------------------------- RtpPeer

RtpPeer::RtpPeer(double hertz, Codec codec)
    : Peer(hertz, codec),
      rtp_(open_loopback_socket()),
      rtcp_(open_loopback_socket()),
      codec_(codec) {}

RemoteMedia RtpPeer::remote() const {
  RemoteMedia remote;
  remote.address = "127.0.0.1";
  remote.port = address_of(rtp_.get()).port;
  remote.rtcp_port = address_of(rtcp_.get()).port;
  remote.codec = codec_;
  remote.dtmf_payload_type = 101;
  return remote;
}

void RtpPeer::send_to(const RtpEndpoint& endpoint) {
  std::lock_guard lock(mutex_);
  target_ = SocketAddress::parse(endpoint.address, endpoint.rtp_port);
  rtcp_target_ = *SocketAddress::parse(endpoint.address, endpoint.rtcp_port);
}

void RtpPeer::send_raw(Bytes datagram) {
  const sockaddr_in to = target_->to_sockaddr();
  sendto(rtp_.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to),
         sizeof to);
}

void RtpPeer::send_rtcp(Bytes datagram) {
  const sockaddr_in to = rtcp_target_.to_sockaddr();
  sendto(rtcp_.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to),
         sizeof to);
}

std::vector<RtcpSummary> RtpPeer::reports() const {
  std::lock_guard lock(mutex_);
  return reports_;
}

void RtpPeer::on_readable(int fd) {
  std::array<uint8_t, 1600> buffer;
  const ssize_t size = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) return;
  const Bytes packet = Bytes(buffer).first(static_cast<size_t>(size));
  if (fd == rtp_.get()) {
    heard(packet);
  } else if (const auto summary = parse_rtcp(packet)) {
    reports_.push_back(*summary);
  }
}

void RtpPeer::transmit(uint8_t* packet, size_t size) { send_raw({packet, size}); }

}  // namespace carillon::media::testing
