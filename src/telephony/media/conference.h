// Conference: three and more legs that all hear each other.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "telephony/media/bytes.h"
#include "telephony/media/delay_line.h"
#include "telephony/media/g711.h"
#include "telephony/media/leg.h"
#include "telephony/media/rtp_packet.h"

namespace carillon::media {

/// Purpose: mixes linear samples; each member hears the sum of the others. Legs that are muted or
/// on hold are not heard. What a member says waits kDelay, so that jitter leaves no gaps.
/// Belongs to one media loop and sends nothing itself. No allocation and no lock for a packet.
class Conference {
 public:
  static constexpr Duration kDelay = 60ms;
  using Frame = DelayLine::Frame;

  /// Sets `conference` of each of them.
  Conference(std::span<Leg* const> members, SteadyTime now);
  ~Conference();
  Conference(const Conference&) = delete;
  Conference& operator=(const Conference&) = delete;

  void remove(Leg& leg);
  bool empty() const { return members_.empty(); }

  /// A valid audio packet of a member's peer.
  void received(const Leg& from, Codec law, const RtpHeader& header, Bytes payload, SteadyTime now);
  /// Takes the next 20 ms of everybody; to be called each 20 ms.
  void tick(SteadyTime now);
  /// Of the last tick's frame, as a stream of its own would stamp it.
  uint32_t timestamp() const { return timestamp_; }
  /// What `leg` hears of the last tick.
  void mix_for(const Leg& leg, Frame& out) const;

 private:
  struct Member {
    Leg* leg = nullptr;
    std::unique_ptr<DelayLine> voice;
    Frame frame{};
  };
  Member* find(const Leg& leg);

  std::vector<Member> members_;
  uint32_t timestamp_ = 0;
};

}  // namespace carillon::media
