#include "telephony/media/conference.h"

#include <algorithm>

namespace carillon::media {
Conference::Conference(std::span<Leg* const> members, SteadyTime now) {
  for (Leg* leg : members) {
    leg->conference = this;
    members_.push_back({leg, std::make_unique<DelayLine>(kDelay, now), {}});
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
  if (Member* member = find(from)) member->voice->received(law, header, payload, now);
}

void Conference::tick(SteadyTime now) {
  timestamp_ += g711::kFrameSamples;
  for (Member& member : members_) {
    member.voice->take(member.frame, now);
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
