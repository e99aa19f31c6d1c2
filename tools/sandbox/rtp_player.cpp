#include "sandbox/rtp_player.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <fmt/format.h>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <spandsp.h>
#pragma GCC diagnostic pop

namespace carillon::sandbox {
namespace {

constexpr int kTickMs = 5;
constexpr size_t kSlots = 4;
constexpr size_t kHeaderBytes = 12;  // RFC 3550 section 5.1

/// One call's RTP. Owned by the loop.
struct Stream {
  UniqueFd socket;
  sockaddr_in peer{};
  AudioOffer remote;
  bool directed = false;
  std::unique_ptr<Voice> voice;
  std::string digits;    ///< still to press
  int digit_frame = -1;  ///< -1: between digits
  uint32_t digit_started = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t source = 0;
  bool first = true;
};

void put16(uint8_t* at, uint32_t value) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
void put32(uint8_t* at, uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value);
}

void put_header(Stream& stream, uint8_t* packet, int payload_type, bool marker,
                uint32_t timestamp) {
  packet[0] = 0x80;
  packet[1] = static_cast<uint8_t>(payload_type | (marker ? 0x80 : 0));
  put16(packet + 2, stream.sequence++);
  put32(packet + 4, timestamp);
  put32(packet + 8, stream.source);
}

bool transmit(const Stream& stream, const uint8_t* packet, size_t bytes) {
  return ::sendto(stream.socket.get(), packet, bytes, MSG_DONTWAIT | MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&stream.peer), sizeof stream.peer) > 0;
}

int event_code(char digit) {
  constexpr std::string_view kKeys = "0123456789*#ABCD";  // RFC 4733 section 3.2
  return static_cast<int>(kKeys.find(digit));
}

/// RFC 4733 section 2.5: one timestamp, growing duration, the end packet three times. 120 ms a key.
int send_digit_frame(Stream& stream) {
  constexpr int kToneFrames = 6;
  constexpr int kPauseFrames = 4;
  if (stream.digit_frame < 0) {
    stream.digit_frame = 0;
    stream.digit_started = stream.timestamp;
  }
  const int frame = stream.digit_frame++;
  int sent = 0;
  if (frame < kToneFrames) {
    const bool last = frame == kToneFrames - 1;
    std::array<uint8_t, kHeaderBytes + 4> packet{};
    for (int copy = 0; copy < (last ? 3 : 1); ++copy) {
      put_header(stream, packet.data(), stream.remote.event_payload_type, frame == 0,
                 stream.digit_started);
      packet[12] = static_cast<uint8_t>(event_code(stream.digits.front()));
      packet[13] = static_cast<uint8_t>((last ? 0x80 : 0) | 10);  // -10 dBm0
      put16(&packet[14], static_cast<uint32_t>((frame + 1) * kFrameSamples));
      if (transmit(stream, packet.data(), packet.size())) ++sent;
    }
  }
  if (stream.digit_frame >= kToneFrames + kPauseFrames) {
    stream.digits.erase(0, 1);
    stream.digit_frame = -1;
  }
  return sent;
}

int send_voice_frame(Stream& stream) {
  Frame frame;
  stream.voice->next(frame);
  std::array<uint8_t, kHeaderBytes + kFrameSamples> packet{};
  put_header(stream, packet.data(), stream.remote.payload_type, stream.first, stream.timestamp);
  stream.first = false;
  for (size_t i = 0; i < frame.size(); ++i) {
    packet[kHeaderBytes + i] =
        stream.remote.payload_type == 8 ? linear_to_alaw(frame[i]) : linear_to_ulaw(frame[i]);
  }
  return transmit(stream, packet.data(), packet.size()) ? 1 : 0;
}

/// The audio of one packet, or nothing when it is none of ours.
size_t decode(const uint8_t* packet, size_t bytes, std::array<int16_t, 1'500>& out) {
  if (bytes <= kHeaderBytes || (packet[0] & 0xc0) != 0x80) return 0;
  const int payload_type = packet[1] & 0x7f;
  const size_t start = kHeaderBytes + 4U * (packet[0] & 0x0fU);
  if ((payload_type != 0 && payload_type != 8) || start >= bytes || (packet[0] & 0x10) != 0) {
    return 0;
  }
  for (size_t i = start; i < bytes; ++i) {
    out[i - start] = payload_type == 8 ? alaw_to_linear(packet[i]) : ulaw_to_linear(packet[i]);
  }
  return bytes - start;
}

int hear_packets(Stream& stream) {
  std::array<uint8_t, 1'500> packet{};
  std::array<int16_t, 1'500> samples{};
  int heard = 0;
  for (int i = 0; i < 16; ++i) {
    const auto bytes = ::recv(stream.socket.get(), packet.data(), packet.size(), MSG_DONTWAIT);
    if (bytes <= 0) break;
    ++heard;
    const size_t count = decode(packet.data(), static_cast<size_t>(bytes), samples);
    if (count > 0 && stream.voice) stream.voice->hear({samples.data(), count});
  }
  return heard;
}

/// Serves a stream once: what a telephone does each 20 ms.
void serve(Stream& stream, std::atomic<int64_t>& sent, std::atomic<int64_t>& received) {
  received.fetch_add(hear_packets(stream), std::memory_order_relaxed);
  stream.timestamp += kFrameSamples;
  if (!stream.voice || !stream.directed || !stream.remote.wants_media) return;
  const bool pressing = !stream.digits.empty() && stream.remote.event_payload_type >= 0;
  const int count = pressing ? send_digit_frame(stream) : send_voice_frame(stream);
  sent.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace

/// The thread's own state: the streams by id, and by slot for pacing.
class RtpPlayer::Loop {
 public:
  Loop(Inbox<Command>& commands, std::atomic<int64_t>& sent, std::atomic<int64_t>& received)
      : commands_(commands), sent_(sent), received_(received) {}

  void run(const std::stop_token& stop, int timer) {
    size_t slot = 0;
    while (!stop.stop_requested()) {
      uint64_t ticks = 0;
      if (::read(timer, &ticks, sizeof ticks) != sizeof ticks) continue;
      commands_.drain(batch_);
      for (auto& command : batch_) {
        std::visit([this](auto& c) { on(c); }, command);
      }
      // After a stall every slot is served once: what was missed is lost, as on a real network.
      for (size_t i = 0; i < std::min<uint64_t>(ticks, kSlots); ++i) {
        slot = (slot + 1) % kSlots;
        for (auto& [id, stream] : slots_[slot]) serve(stream, sent_, received_);
      }
    }
  }

 private:
  Stream* find(StreamId id) {
    auto& slot = slots_[id % kSlots];
    const auto it = slot.find(id);
    return it == slot.end() ? nullptr : &it->second;
  }
  void on(Open& command) {
    Stream stream;
    stream.socket = std::move(command.socket);
    stream.sequence = static_cast<uint16_t>(random_());
    stream.timestamp = static_cast<uint32_t>(random_());
    stream.source = static_cast<uint32_t>(random_());
    slots_[command.id % kSlots].emplace(command.id, std::move(stream));
  }
  void on(Direct& command) {
    if (auto* stream = find(command.id)) {
      stream->remote = command.remote;
      stream->peer.sin_family = AF_INET;
      stream->peer.sin_port = htons(command.remote.port);
      stream->directed =
          ::inet_pton(AF_INET, command.remote.address.c_str(), &stream->peer.sin_addr) == 1;
    }
  }
  void on(Play& command) {
    if (auto* stream = find(command.id)) {
      stream->voice = std::move(command.voice);
      stream->first = true;
    }
  }
  void on(Press& command) {
    if (auto* stream = find(command.id)) stream->digits += command.digits;
  }
  void on(Close& command) { slots_[command.id % kSlots].erase(command.id); }

  Inbox<Command>& commands_;
  std::atomic<int64_t>& sent_;
  std::atomic<int64_t>& received_;
  std::vector<Command> batch_;
  std::array<std::map<StreamId, Stream>, kSlots> slots_;
  std::mt19937 random_{std::random_device{}()};
};

Result<std::unique_ptr<RtpPlayer>> RtpPlayer::start() {
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const itimerspec every{{0, kTickMs * 1'000'000}, {0, kTickMs * 1'000'000}};
  if (!timer || ::timerfd_settime(timer.get(), 0, &every, nullptr) != 0) {
    return Error{ErrorCode::kUnavailable, "The sandbox got no timer from the system.", ""};
  }
  std::unique_ptr<RtpPlayer> player(new RtpPlayer());
  player->thread_ =
      std::jthread([self = player.get(), fd = std::move(timer)](const std::stop_token& stop) {
        Loop(self->commands_, self->sent_, self->received_).run(stop, fd.get());
      });
  return player;
}

RtpPlayer::~RtpPlayer() = default;

Result<RtpPlayer::Opened> RtpPlayer::open(const std::string& address) {
  UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  socklen_t size = sizeof own;
  auto* raw = reinterpret_cast<sockaddr*>(&own);
  if (!socket || ::inet_pton(AF_INET, address.c_str(), &own.sin_addr) != 1 ||
      ::bind(socket.get(), raw, size) != 0 || ::getsockname(socket.get(), raw, &size) != 0) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("No RTP socket on {}: {}.", address, std::strerror(errno)), ""};
  }
  const Opened opened{++last_id_, ntohs(own.sin_port)};
  commands_.push(Open{opened.id, std::move(socket)});
  return opened;
}

void RtpPlayer::direct(StreamId id, const AudioOffer& remote) {
  commands_.push(Direct{id, remote});
}
void RtpPlayer::play(StreamId id, std::unique_ptr<Voice> voice) {
  commands_.push(Play{id, std::move(voice)});
}
void RtpPlayer::press(StreamId id, std::string digits) {
  commands_.push(Press{id, std::move(digits)});
}
void RtpPlayer::close(StreamId id) { commands_.push(Close{id}); }

}  // namespace carillon::sandbox
