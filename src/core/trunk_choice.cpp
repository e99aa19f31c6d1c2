#include "core/trunk_choice.h"

#include <algorithm>

#include <fmt/format.h>

namespace carillon::core {
namespace {

const TrunkLine* find(const World& world, TrunkId id) {
  const auto it = world.trunks.find(id);
  return it == world.trunks.end() ? nullptr : &it->second;
}

bool failed_before(const Call& call, TrunkId id) {
  return std::find(call.tried.begin(), call.tried.end(), id) != call.tried.end();
}

}  // namespace

TrunkLine* choose_trunk(World& world, const DialingCampaign& campaign, const Call& call) {
  for (const TrunkId id : campaign.record.trunks) {
    TrunkLine* trunk = world.find_trunk(id);
    if (!trunk || failed_before(call, id)) continue;
    if (trunk->usable(world.now.steady) && !trunk->full()) return trunk;
  }
  return nullptr;
}

bool any_trunk_left(World& world, const DialingCampaign& campaign, const Call& call) {
  const auto& trunks = campaign.record.trunks;
  return std::any_of(trunks.begin(), trunks.end(), [&](TrunkId id) {
    const TrunkLine* trunk = find(world, id);
    return trunk && !failed_before(call, id) && trunk->usable(world.now.steady);
  });
}

std::string why_no_trunk(const World& world, const DialingCampaign& campaign) {
  std::string reasons;
  for (const TrunkId id : campaign.record.trunks) {
    const TrunkLine* trunk = find(world, id);
    if (trunk && trunk->usable(world.now.steady)) return "";
    if (!trunk) continue;
    if (!reasons.empty()) reasons += "; ";
    reasons += fmt::format("{}: {}", trunk->trunk().name, trunk->why_not(world.now.steady));
  }
  if (reasons.empty()) return "The campaign has no trunk: choose one in its settings.";
  return fmt::format("No trunk can take calls ({}).", reasons);
}

bool has_free_channel(const World& world, const DialingCampaign& campaign) {
  const auto& trunks = campaign.record.trunks;
  return std::any_of(trunks.begin(), trunks.end(), [&](TrunkId id) {
    const TrunkLine* trunk = find(world, id);
    return trunk && trunk->usable(world.now.steady) && !trunk->full();
  });
}

}  // namespace carillon::core
