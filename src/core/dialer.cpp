#include "core/dialer.h"

#include <algorithm>
#include <cmath>

#include "core/attempts.h"
#include "core/callbacks.h"
#include "core/idle_reason.h"
#include "core/lead_buffer.h"
#include "core/live_board.h"
#include "core/preview.h"
#include "core/queue.h"
#include "core/trunk_choice.h"

namespace carillon::core::dialer {
namespace {

using S = AttemptState;

constexpr int kSmallestBuffer = 4;
constexpr int kLargestBuffer = 500;

void wake_at(World& world, const DialingCampaign& campaign, SteadyTime at) {
  world.timers.set_earlier(TimerKind::kCampaignWake, campaign.record.id.value, at);
}

bool is_preview(const DialingCampaign& campaign) {
  return campaign.record.type == DialerType::kPreview;
}

/// Settings and trunks allow calls at all.
bool may_dial(World& world, const DialingCampaign& campaign) {
  return campaign.dials() && campaign.record.type != DialerType::kBroadcast &&
         !campaign.record.source_statuses.empty() && why_no_trunk(world, campaign).empty();
}

int wanted(const DialingCampaign& campaign, int agents) {
  return calls_wanted(campaign.record.outbound_multiplier, agents);
}

/// Ends the youngest auto-dialed calls of `state`, at most `count`; says how many.
int end_youngest(World& world, DialingCampaign& campaign, AttemptState state, int count) {
  std::vector<AttemptId> victims;
  const auto& calls = campaign.in(state);
  for (auto it = calls.rbegin(); it != calls.rend() && std::ssize(victims) < count; ++it) {
    if (!world.calls.at(*it).personal) victims.push_back(*it);
  }
  for (const AttemptId id : victims) {
    attempts::end(world, world.calls.at(id),
                  {Outcome::kAgentUnavailable, EndedBy::kSystem,
                   "No agent is there any more to take the call."});
  }
  return static_cast<int>(victims.size());
}

void end_beyond_demand(World& world, DialingCampaign& campaign) {
  if (is_preview(campaign)) return;
  const int waiting = campaign.shared(S::kWaiting);
  int surplus =
      campaign.shared_under_way() - std::max(0, wanted(campaign, campaign.on_duty) - waiting);
  if (!campaign.dials()) {
    // What has not left yet must not leave any more, whoever is there.
    surplus = std::max(surplus, campaign.shared_written());
  }
  for (const S state : {S::kOnDisk, S::kCommitting, S::kDialing, S::kRinging}) {
    if (surplus <= 0) return;
    surplus -= end_youngest(world, campaign, state, surplus);
  }
}

/// The attempt on disk cannot leave any more: its window closed or its campaign was switched off.
bool is_spoiled(World& world, const DialingCampaign& campaign, const Call& call,
                std::string& reason) {
  if (!campaign.dials()) {
    reason = "The campaign was switched off.";
    return true;
  }
  const WindowAnswer window =
      world.zone_sets.check(call.lead->zone_set, campaign.window(), world.now.wall, world.zones);
  reason = window.why_not;
  return !window.open;
}

enum class Placed { kYes, kNotNow, kGone };

/// Whether the agent for whom the attempt was made can still take it.
bool has_agent(World& world, const DialingCampaign& campaign, const Call& call) {
  if (call.personal) {
    const AgentSession* session = world.find_session(call.session);
    return session && session->attempt == call.record.id && session->line_up;
  }
  return campaign.shared_unanswered() <
         wanted(campaign, campaign.ready()) - campaign.shared(S::kWaiting);
}

Placed try_place(World& world, DialingCampaign& campaign, Call& call,
                 std::vector<TrunkId>& in_line) {
  std::string reason;
  if (is_spoiled(world, campaign, call, reason)) {
    campaign.buffer.exhausted = false;  // a new look at the store says what is open now
    attempts::end(world, call, {Outcome::kAgentUnavailable, EndedBy::kSystem, reason});
    return Placed::kGone;
  }
  if (call.trunk_failure && !any_trunk_left(world, campaign, call)) {
    attempts::end(world, call, {});
    return Placed::kGone;
  }
  if (!has_agent(world, campaign, call)) return Placed::kNotNow;
  if (campaign.placed() >= campaign.record.channels) return Placed::kNotNow;
  TrunkLine* trunk = choose_trunk(world, campaign, call);
  if (!trunk) return Placed::kNotNow;
  const SteadyTime now = world.now.steady;
  if (!campaign.starts.ready(now)) {
    wake_at(world, campaign, campaign.starts.next(now));
    return Placed::kNotNow;
  }
  if (!trunk->take_turn(campaign.record.id, now)) {
    in_line.push_back(trunk->trunk().id);
    return Placed::kNotNow;
  }
  campaign.starts.take(now);
  attempts::place(world, campaign, call, *trunk);
  return Placed::kYes;
}

/// Tells whoever is next in line at the campaign's trunks. A campaign that waits for something else
/// than a trunk's rate does not stand in line, or it would hold up the others.
void pass_the_turn(World& world, DialingCampaign& campaign, const std::vector<TrunkId>& in_line) {
  for (const TrunkId id : campaign.record.trunks) {
    TrunkLine* trunk = world.find_trunk(id);
    if (!trunk) continue;
    if (std::find(in_line.begin(), in_line.end(), id) == in_line.end()) {
      trunk->leave_line(campaign.record.id);
    }
    if (!trunk->next_in_line()) continue;
    world.timers.set(TimerKind::kTrunkTurn, id.value, trunk->next_start(world.now.steady));
  }
}

void place_what_is_on_disk(World& world, DialingCampaign& campaign) {
  const auto& on_disk = campaign.in(S::kOnDisk);
  std::vector<TrunkId> in_line;
  bool shared_stopped = false;  // by the first of those for any agent that has to wait
  auto next = on_disk.begin();
  while (next != on_disk.end()) {
    const AttemptId id = *next;
    Call& call = world.calls.at(id);
    const bool shared = !call.personal;
    if (!shared || !shared_stopped) {
      const Placed placed = try_place(world, campaign, call, in_line);
      if (shared && placed == Placed::kNotNow) shared_stopped = true;
    }
    next = on_disk.upper_bound(id);
  }
  pass_the_turn(world, campaign, in_line);
}

/// The idle reason names a slow database as soon as it is one.
void watch_the_store(World& world, const DialingCampaign& campaign) {
  const auto look_at = [&](SteadyTime asked_at) {
    if (asked_at + kStoreIsSlow > world.now.steady)
      wake_at(world, campaign, asked_at + kStoreIsSlow);
  };
  if (campaign.buffer.claiming) look_at(campaign.buffer.claiming_since);
  const auto& committing = campaign.in(S::kCommitting);
  if (!committing.empty()) look_at(world.calls.at(*committing.begin()).began);
}

/// How many attempts may be on their way to the disk: a tenth of a second's worth, so that the disk
/// does not slow the pace and few attempts are written that then may not leave.
int written_ahead(const DialingCampaign& campaign) {
  return std::max(1, static_cast<int>(std::ceil(campaign.starts.rate() / 10)));
}

void begin_new_attempts(World& world, DialingCampaign& campaign) {
  if (world.now.steady < campaign.backoff_until) {
    return wake_at(world, campaign, campaign.backoff_until);
  }
  int count = calls_to_add({.multiplier = campaign.record.outbound_multiplier,
                            .ready_agents = campaign.ready(),
                            .calls_waiting = campaign.shared(S::kWaiting),
                            .calls_in_flight = campaign.shared_under_way()});
  count = std::min(count, campaign.record.channels - campaign.occupied());
  count = std::min(count, written_ahead(campaign) - campaign.shared_written());
  if (count <= 0 || !has_free_channel(world, campaign)) return;
  const SteadyTime start = campaign.starts.next(world.now.steady);
  if (start > world.now.steady + 1s) return wake_at(world, campaign, start - 1s);
  for (; count > 0; --count) {
    LeadPtr lead = lead_buffer::take(world, campaign);
    if (!lead) return;
    attempts::begin(world, campaign, std::move(lead), nullptr);
  }
}

void run_auto(World& world, DialingCampaign& campaign) {
  if (!may_dial(world, campaign) || campaign.on_duty == 0) {
    callbacks::release_all(world, campaign);
    return lead_buffer::release_all(world, campaign);
  }
  callbacks::run(world, campaign);
  begin_new_attempts(world, campaign);
  const int target =
      std::clamp(2 * wanted(campaign, campaign.on_duty), kSmallestBuffer, kLargestBuffer);
  lead_buffer::refill(world, campaign, target);
}

void run_preview(World& world, DialingCampaign& campaign) {
  lead_buffer::release_all(world, campaign);  // left over from a former type of the campaign
  callbacks::release_all(world, campaign);
  if (campaign.dials() && !campaign.record.source_statuses.empty()) {
    return may_dial(world, campaign) ? preview::offer(world, campaign) : void();
  }
  preview::withdraw_all(world, campaign);
  lead_buffer::release_parked(world, campaign);
}

}  // namespace

void run(World& world, DialingCampaign& campaign) {
  world.timers.cancel(TimerKind::kCampaignWake, campaign.record.id.value);
  queue::bridge(world, campaign);
  end_beyond_demand(world, campaign);
  place_what_is_on_disk(world, campaign);
  if (is_preview(campaign)) {
    run_preview(world, campaign);
  } else {
    preview::withdraw_all(world, campaign);
    run_auto(world, campaign);
  }
  watch_the_store(world, campaign);
  live_board::changed(world, campaign);
}

}  // namespace carillon::core::dialer
