// RtpPlayer: the sound of every call of the sandbox, 20 ms paced.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "base/inbox.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/session_description.h"
#include "sandbox/voice.h"

namespace carillon::sandbox {

using StreamId = uint64_t;

/// Purpose: sends each stream's voice and hears the other side. Owning loop: one thread of its own,
/// woken each 5 ms; a stream belongs to one of four slots, so each is served each 20 ms.
/// Lifetime: outlives every stream; the functions may be called by one other thread.
class RtpPlayer {
 public:
  static Result<std::unique_ptr<RtpPlayer>> start();
  ~RtpPlayer();
  RtpPlayer(const RtpPlayer&) = delete;
  RtpPlayer& operator=(const RtpPlayer&) = delete;

  struct Opened {
    StreamId id = 0;
    uint16_t port = 0;
  };
  /// A new stream on a socket of its own. It hears at once and is silent until play().
  Result<Opened> open(const std::string& address);
  /// Where to send, and whether: from the caller's SDP.
  void direct(StreamId id, const AudioOffer& remote);
  void play(StreamId id, std::unique_ptr<Voice> voice);
  void press(StreamId id, std::string digits);
  void close(StreamId id);

  int64_t packets_sent() const { return sent_.load(std::memory_order_relaxed); }
  int64_t packets_received() const { return received_.load(std::memory_order_relaxed); }

 private:
  struct Open {
    StreamId id;
    UniqueFd socket;
  };
  struct Direct {
    StreamId id;
    AudioOffer remote;
  };
  struct Play {
    StreamId id;
    std::unique_ptr<Voice> voice;
  };
  struct Press {
    StreamId id;
    std::string digits;
  };
  struct Close {
    StreamId id;
  };
  using Command = std::variant<Open, Direct, Play, Press, Close>;
  class Loop;

  RtpPlayer() = default;

  Inbox<Command> commands_{16'384};
  StreamId last_id_ = 0;
  std::atomic<int64_t> sent_{0}, received_{0};
  std::jthread thread_;
};

}  // namespace carillon::sandbox
