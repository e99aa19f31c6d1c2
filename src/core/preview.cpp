#include "core/preview.h"

#include <algorithm>
#include <utility>

#include "core/agent_sessions.h"
#include "core/attempts.h"
#include "core/lead_buffer.h"
#include "core/live_board.h"
#include "core/trunk_choice.h"

namespace carillon::core::preview {
namespace {

void stop_clock(World& world, AgentSession& session) {
  world.timers.cancel(TimerKind::kSessionPreview, session.id.value);
  session.preview_until.reset();
}

void take_off_screen(World& world, AgentSession& session) {
  stop_clock(world, session);
  session.lead.reset();
  live_board::changed(world, session);
}

std::optional<Error> objection(World& world, DialingCampaign& campaign,
                               const AgentSession& session) {
  if (!campaign.dials()) {
    return Error{ErrorCode::kConflict, "The campaign is switched off.", ""};
  }
  if (!session.line_up) {
    return Error{ErrorCode::kConflict, "Your line is down: wait until it is connected.", ""};
  }
  const WindowAnswer window =
      world.zone_sets.check(session.lead->zone_set, campaign.window(), world.now.wall, world.zones);
  if (!window.open) return Error{ErrorCode::kConflict, window.why_not, ""};
  const std::string obstacle = why_no_trunk(world, campaign);
  if (!obstacle.empty()) return Error{ErrorCode::kConflict, obstacle, ""};
  return std::nullopt;
}

void dial(World& world, DialingCampaign& campaign, AgentSession& session) {
  stop_clock(world, session);
  attempts::begin(world, campaign, session.lead, &session);
}

void skip(World& world, DialingCampaign& campaign, AgentSession& session,
          const std::string& reason) {
  world.store(AgentStateLogged{session.id, "preview_skipped", reason, world.now.wall});
  lead_buffer::park(world, campaign, session.lead);
  take_off_screen(world, session);
  agent_sessions::make_ready(world, session, world.options.line_down_pause);
}

}  // namespace

void offer(World& world, DialingCampaign& campaign) {
  if (campaign.buffer.claiming) return;
  std::optional<SteadyTime> earliest;
  for (const auto& [order, id] : campaign.waiting_agents) {
    AgentSession& session = world.sessions.at(id);
    if (session.next_preview_at <= world.now.steady) {
      lead_buffer::claim_for(world, campaign, session);
      return;
    }
    earliest = std::min(earliest.value_or(session.next_preview_at), session.next_preview_at);
  }
  if (!earliest) return;
  world.timers.set_earlier(TimerKind::kCampaignWake, campaign.record.id.value, *earliest);
}

void claimed(World& world, AgentSessionId agent, LeadPtr lead) {
  AgentSession* session = world.find_session(agent);
  if (!session || session->state != AgentState::kWaiting) {
    return lead_buffer::release(world, *lead);
  }
  session->lead = std::move(lead);
  session->preview_until = world.now.wall + world.options.preview_limit;
  agent_sessions::enter(world, *session, AgentState::kPreview);
  world.timers.set(TimerKind::kSessionPreview, agent.value,
                   world.now.steady + world.options.preview_limit);
}

void none_left(World& world, AgentSessionId agent) {
  AgentSession* session = world.find_session(agent);
  if (session) session->next_preview_at = world.now.steady + world.options.lead_poll;
}

void look_again(World& world, const NextPreview& request) {
  AgentSession* session = world.find_session(request.session);
  if (!session) {
    return world.refuse(request.request, ErrorCode::kNotFound, "This agent session has ended.");
  }
  DialingCampaign& campaign = world.campaign(session->campaign);
  if (campaign.record.type != DialerType::kPreview || session->state != AgentState::kWaiting) {
    return world.refuse(request.request, ErrorCode::kConflict,
                        "A lead is looked for when you are ready in a preview campaign.");
  }
  session->next_preview_at = world.now.steady;
  world.touch(campaign);
  world.done(request.request);
}

void decide(World& world, const PreviewDecision& request) {
  AgentSession* session = world.find_session(request.session);
  if (!session || session->state != AgentState::kPreview) {
    return world.refuse(request.request, ErrorCode::kConflict, "No lead is shown to you.");
  }
  DialingCampaign& campaign = world.campaign(session->campaign);
  if (!request.dial) {
    skip(world, campaign, *session, request.skip_reason);
    return world.done(request.request);
  }
  if (auto error = objection(world, campaign, *session)) {
    return world.refuse(request.request, error->code, error->message);
  }
  dial(world, campaign, *session);
  world.done(request.request);
}

void give_back(World& world, AgentSession& session) {
  if (session.lead) lead_buffer::release(world, *session.lead);
  take_off_screen(world, session);
}

void overdue(World& world, AgentSession& session) {
  if (session.state != AgentState::kPreview) return;
  give_back(world, session);
  agent_sessions::enter(world, session, AgentState::kPaused, "preview not decided");
}

void withdraw_all(World& world, DialingCampaign& campaign) {
  if (campaign.count(AgentState::kPreview) == 0) return;
  for (const AgentSessionId id : campaign.sessions) {
    AgentSession& session = world.sessions.at(id);
    if (session.state != AgentState::kPreview) continue;
    give_back(world, session);
    agent_sessions::make_ready(world, session, world.options.line_down_pause);
  }
}

}  // namespace carillon::core::preview
