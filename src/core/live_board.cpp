#include "core/live_board.h"

#include <algorithm>

#include "core/idle_reason.h"
#include "core/wrap_up.h"

namespace carillon::core::live_board {
namespace {

CallState shown_state(const Call& call) {
  switch (call.state) {
    case AttemptState::kRinging: return CallState::kRinging;
    case AttemptState::kWaiting:
    case AttemptState::kAnnouncing: return CallState::kWaiting;
    case AttemptState::kParked: return CallState::kParked;
    case AttemptState::kTransferred: return CallState::kTransferred;
    case AttemptState::kConnected: return call.held ? CallState::kOnHold : CallState::kConnected;
    default: return CallState::kDialing;
  }
}

CallLive live(const Call& call) {
  return {.attempt = call.record.id,
          .campaign = call.record.campaign,
          .lead = call.record.lead,
          .phone = call.record.phone,
          .state = shown_state(call),
          .since = call.since,
          .started_at = call.record.started_at,
          .agent = call.record.agent,
          .outcome = call.record.outcome,
          .was_parked = call.was_parked};
}

std::optional<ThirdPartyLive> third_of(const World& world, const Call& call) {
  if (!call.third) return std::nullopt;
  const auto colleague = world.sessions.find(call.third->colleague);
  return ThirdPartyLive{
      .state = call.third->state,
      .colleague = colleague == world.sessions.end() ? UserId{} : colleague->second.agent,
      .number = call.third->number};
}

AgentLive live(const World& world, const AgentSession& session) {
  const auto found = world.calls.find(session.attempt);
  const Call* call = found == world.calls.end() ? nullptr : &found->second;
  const bool own = call && call->session == session.id;
  return {.session = session.id,
          .agent = session.agent,
          .campaign = session.campaign,
          .state = session.state,
          .since = session.since,
          .pause_reason = session.state == AgentState::kPaused ? session.pause_reason : "",
          .line_up = session.line_up,
          .muted = session.muted,
          .echo_test = session.echo_test,
          .attempt = session.attempt,
          .lead = session.lead,
          .third = own ? third_of(world, *call) : std::nullopt,
          .guest = call && call->third && call->third->colleague == session.id,
          .wrap_up_until = session.wrap_up_until,
          .preview_until = session.preview_until,
          .owed = wrap_up::owed(world, session),
          .idle_reason = session.idle_reason,
          .handled = session.handled};
}

CampaignLive live(const World& world, const DialingCampaign& campaign) {
  using A = AgentState;
  using S = AttemptState;
  CampaignLive live;
  live.campaign = campaign.record.id;
  live.type = campaign.record.type;
  live.active = campaign.dials();
  live.agents_logged_in = static_cast<int>(campaign.sessions.size());
  live.agents_paused = campaign.count(A::kPaused);
  live.agents_waiting = campaign.count(A::kWaiting);
  live.agents_in_call = campaign.count(A::kInCall) + campaign.count(A::kOnHold);
  live.agents_wrap_up = campaign.count(A::kWrapUp);
  live.calls_dialing = campaign.count(S::kDialing);
  live.calls_ringing = campaign.count(S::kRinging);
  live.calls_waiting = campaign.count(S::kWaiting);
  live.calls_active = campaign.count(S::kConnected) + campaign.count(S::kTransferred);
  live.calls_parked = campaign.count(S::kParked);
  live.answered_today = campaign.answered_today;
  live.dropped_today = campaign.dropped_today;
  live.idle_reason = idle_reason(world, campaign);
  return live;
}

bool same(const CampaignLive& a, const CampaignLive& b) {
  return a.type == b.type && a.active == b.active && a.agents_logged_in == b.agents_logged_in &&
         a.agents_paused == b.agents_paused && a.agents_waiting == b.agents_waiting &&
         a.agents_in_call == b.agents_in_call && a.agents_wrap_up == b.agents_wrap_up &&
         a.calls_dialing == b.calls_dialing && a.calls_ringing == b.calls_ringing &&
         a.calls_waiting == b.calls_waiting && a.calls_active == b.calls_active &&
         a.calls_parked == b.calls_parked && a.answered_today == b.answered_today &&
         a.dropped_today == b.dropped_today && a.idle_reason == b.idle_reason;
}

/// In a preview campaign whoever is shown no lead is told why.
void tell_waiting_agents(World& world, const DialingCampaign& campaign, const std::string& why) {
  if (campaign.record.type != DialerType::kPreview) return;
  for (const auto& [order, id] : campaign.waiting_agents) {
    AgentSession& session = world.sessions.at(id);
    if (session.idle_reason == why) continue;
    session.idle_reason = why;
    changed(world, session);
  }
}

/// True when something that was shown at `last` may be shown again now.
bool may_publish(const World& world, SteadyTime last) {
  return last == SteadyTime{} || world.now.steady >= last + world.options.live_interval;
}

void publish(World& world, DialingCampaign& campaign) {
  campaign.publish_wanted = false;
  CampaignLive figures = live(world, campaign);
  tell_waiting_agents(world, campaign, figures.idle_reason);
  if (campaign.published && same(*campaign.published, figures)) return;
  campaign.published = figures;
  campaign.published_at = world.now.steady;
  world.show(std::move(figures));
}

void publish(World& world, TrunkLine& trunk) {
  trunk.publish_wanted = false;
  trunk.published_at = world.now.steady;
  world.show(trunk.live());
}

}  // namespace

void changed(World& world, Call& call) {
  if (call.announce || !call.invited) return;
  if (call.state == AttemptState::kOnDisk || call.state == AttemptState::kEnding) return;
  call.announce = true;
  world.changed_calls.push_back(call.record.id);
}

void changed(World& world, AgentSession& session) {
  if (session.announce) return;
  session.announce = true;
  world.changed_sessions.push_back(session.id);
}

void changed(World& world, TrunkLine& trunk) {
  if (trunk.publish_wanted) return;
  trunk.publish_wanted = true;
  const SteadyTime at = may_publish(world, trunk.published_at)
                            ? world.now.steady
                            : trunk.published_at + world.options.live_interval;
  world.timers.set(TimerKind::kTrunkPublish, trunk.trunk().id.value, at);
}

void changed(World& world, DialingCampaign& campaign) {
  if (campaign.publish_wanted) return;
  campaign.publish_wanted = true;
  const SteadyTime at = may_publish(world, campaign.published_at)
                            ? world.now.steady
                            : campaign.published_at + world.options.live_interval;
  world.timers.set(TimerKind::kCampaignPublish, campaign.record.id.value, at);
}

void call_gone(World& world, const Call& call) {
  CallLive last = live(call);
  last.state = CallState::kEnded;
  world.show(std::move(last));
}

void session_gone(World& world, const AgentSession& session, const std::string& reason) {
  world.show(AgentGone{session.id, session.agent, session.campaign, reason});
}

void forget(World& world, TrunkLine& trunk) {
  const TrunkId id = trunk.trunk().id;
  TrunkLive last = trunk.live();
  last.up = false;
  last.reason = "removed";
  world.show(std::move(last));
  for (const TimerKind kind :
       {TimerKind::kTrunkPublish, TimerKind::kTrunkRest, TimerKind::kTrunkTurn}) {
    world.timers.cancel(kind, id.value);
  }
  world.trunks.erase(id);
}

void campaign_due(World& world, CampaignId id) {
  if (DialingCampaign* campaign = world.find_campaign(id)) publish(world, *campaign);
}

void trunk_due(World& world, TrunkId id) {
  if (TrunkLine* trunk = world.find_trunk(id)) publish(world, *trunk);
}

void flush(World& world) {
  for (const AttemptId id : world.changed_calls) {
    Call* call = world.find_call(id);
    if (!call) continue;
    call->announce = false;
    if (call->state != AttemptState::kEnding) world.show(live(*call));
  }
  world.changed_calls.clear();
  for (const AgentSessionId id : world.changed_sessions) {
    AgentSession* session = world.find_session(id);
    if (!session) continue;
    session->announce = false;
    world.show(live(world, *session));
  }
  world.changed_sessions.clear();
}

void roll_day(World& world) {
  const WallTime minute = std::chrono::floor<std::chrono::minutes>(world.now.wall);
  if (world.day_checked == minute) return;
  world.day_checked = minute;
  const WallTime today = world.zones.day_began(world.options.home_zone, world.now.wall);
  const Duration left =
      today + 24h - world.now.wall;  // an hour more or less when the clocks change
  world.timers.set(TimerKind::kDay, 0, world.now.steady + std::clamp<Duration>(left, 1min, 1h));
  if (world.day_began == today) return;
  world.day_began = today;
  for (auto& [id, campaign] : world.campaigns) {
    campaign.answered_today = 0;
    campaign.dropped_today = 0;
    changed(world, campaign);
  }
}

}  // namespace carillon::core::live_board
