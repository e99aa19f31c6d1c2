// Strong identifiers: a LeadId can never be passed where a CampaignId is wanted.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include <fmt/format.h>

namespace carillon {

/// An identifier of one kind of thing. 0 means "none"; ids given out by the store start at 1.
template <class Tag>
struct Id {
  int64_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(int64_t v) : value(v) {}
  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using CampaignId = Id<struct CampaignTag>;
using LeadsetId = Id<struct LeadsetTag>;
using LeadId = Id<struct LeadTag>;
using AttemptId = Id<struct AttemptTag>;
using SideCallId =
    Id<struct SideCallTag>;  ///< a call to a third party, unique in a process; never written down
using UserId =
    Id<struct UserTag>;  ///< every person who signs in; an agent is a user with the role agent
using AgentSessionId = Id<struct AgentSessionTag>;
using ScriptId = Id<struct ScriptTag>;
using TrunkId = Id<struct TrunkTag>;
using SipProfileId = Id<struct SipProfileTag>;
using ImportId = Id<struct ImportTag>;
using LeadJobId = Id<struct LeadJobTag>;
using TokenId = Id<struct TokenTag>;
using ZoneSetId = Id<struct ZoneSetTag>;  ///< a set of time zones that a number may lie in
using RequestId =
    Id<struct RequestTag>;        ///< correlates a request with its reply, unique in a process
using LegId = Id<struct LegTag>;  ///< one audio leg in the media plane, unique in a process

}  // namespace carillon

template <class Tag>
struct std::hash<carillon::Id<Tag>> {
  size_t operator()(const carillon::Id<Tag>& id) const noexcept {
    return std::hash<int64_t>{}(id.value);
  }
};

template <class Tag>
struct fmt::formatter<carillon::Id<Tag>> : fmt::formatter<int64_t> {
  template <class Context>
  auto format(const carillon::Id<Tag>& id, Context& context) const {
    return fmt::formatter<int64_t>::format(id.value, context);
  }
};
