#include "telephony/media/conference.h"

#include <algorithm>

namespace carillon::media {
namespace {

/// Between a packet's timestamp and its arrival; beyond it the member's time line begins anew.
constexpr int64_t kMaxDeviation = 50 * g711::kSamplesPerMs;
constexpr int64_t kFrame = g711::kFrameSamples;

}  // namespace

Conference::Conference(std::span<Leg* const> members, SteadyTime now) : began_(now) {
  for (Leg* leg : members) {
    leg->conference = this;
    members_.push_back({leg, std::make_unique<AudioTrack>(kMaxDeviation), {}});
  }
}

Conference::~Conference() {
  for (const Member& member : members_) member.leg->conference = nullptr;
}

Conference::Member* Conference::find(const Leg& leg) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.leg == &leg; });
  return found == members_.end() ? nullptr : &*found;
}

void Conference::remove(Leg& leg) {
  leg.conference = nullptr;
  std::erase_if(members_, [&](const Member& member) { return member.leg == &leg; });
}

void Conference::received(const Leg& from, Codec law, const RtpHeader& header, Bytes payload,
                          SteadyTime now) {
  Member* member = find(from);
  if (member == nullptr) return;
  const int64_t arrival = (now - began_).count() * g711::kSamplesPerMs;
  uint32_t timestamp = header.timestamp;
  Frame samples;
  while (!payload.empty()) {
    const size_t count = std::min(payload.size(), samples.size());
    g711::decode(law, payload.first(count), samples.data());
    member->track->add(header.ssrc, timestamp, arrival, std::span(samples).first(count));
    payload = payload.subspan(count);
    timestamp += static_cast<uint32_t>(count);
  }
}

/// A loop that stalled leaves ticks out: what was not taken in time is skipped, so that the delay
/// does not grow.
void Conference::tick(SteadyTime now) {
  timestamp_ += g711::kFrameSamples;
  const int64_t due = (now - began_ - kDelay).count() * g711::kSamplesPerMs;
  for (Member& member : members_) {
    if (member.track->taken() > due) {
      member.frame.fill(0);
      continue;
    }
    do {
      member.track->take(member.frame);
    } while (member.track->taken() + 2 * kFrame < due);
    if (member.leg->muted || member.leg->on_hold) member.frame.fill(0);
  }
}

void Conference::mix_for(const Leg& leg, Frame& out) const {
  for (size_t i = 0; i < out.size(); ++i) {
    int32_t sum = 0;
    for (const Member& member : members_) {
      if (member.leg != &leg) sum += member.frame[i];
    }
    out[i] = static_cast<int16_t>(std::clamp(sum, INT16_MIN, INT16_MAX));
  }
}

}  // namespace carillon::media
