#include "core/agent_sessions.h"

#include "core/attempts.h"
#include "core/echo_test.h"
#include "core/handover.h"
#include "core/live_board.h"
#include "core/preview.h"
#include "core/wrap_up.h"

namespace carillon::core::agent_sessions {
namespace {

using A = AgentState;

std::string missing(const AgentSession& session) {
  return session.line_up ? "browser gone" : "line down";
}

bool can_wait(const AgentSession& session) { return session.line_up && !session.absent; }

void set_timer(World& world, const AgentSession& session, TimerKind kind, Duration in) {
  world.timers.set(kind, session.id.value, world.now.steady + in);
}

void cancel_timers(World& world, const AgentSession& session) {
  for (const TimerKind kind :
       {TimerKind::kSessionWrapUp, TimerKind::kSessionAbsent, TimerKind::kSessionGone,
        TimerKind::kSessionLine, TimerKind::kSessionResume, TimerKind::kSessionPreview,
        TimerKind::kSessionEcho}) {
    world.timers.cancel(kind, session.id.value);
  }
}

void leave_waiting(DialingCampaign& campaign, const AgentSession& session) {
  campaign.waiting_agents.erase({session.waiting_since, session.id});
}

/// Line or browser went away: a waiting agent waits no more.
void lose(World& world, AgentSession& session) {
  if (session.state == A::kWaiting) {
    make_ready(world, session, world.options.line_down_pause);
  } else {
    recount_duty(world, session);
  }
}

/// Line or browser came back.
void regain(World& world, AgentSession& session) {
  if (session.state == A::kPaused && session.resume && can_wait(session)) {
    make_ready(world, session, kReadyPatience);
  } else {
    recount_duty(world, session);
  }
}

/// The session's call ends; a guest only leaves it.
void end_call(World& world, AgentSession& session, AttemptId attempt, OurEnd why) {
  Call* call = world.find_call(attempt);
  if (!call) return;
  if (call->session == session.id) return attempts::end(world, *call, std::move(why));
  if (handover::is_guest(*call, session)) handover::guest_left(world, *call);
}

}  // namespace

void enter(World& world, AgentSession& session, AgentState state, const std::string& reason) {
  CARILLON_ASSERT(is_allowed(session.state, state), "agent: no such way in the transition table");
  DialingCampaign& campaign = world.campaign(session.campaign);
  if (session.state == A::kWaiting) leave_waiting(campaign, session);
  if (has_call(state)) echo_test::stop(world, session);
  --campaign.agents[static_cast<size_t>(session.state)];
  ++campaign.agents[static_cast<size_t>(state)];
  session.state = state;
  session.since = world.now.wall;
  session.pause_reason = reason;
  session.idle_reason.clear();
  if (state == A::kWaiting) {
    CARILLON_ASSERT(can_wait(session), "an agent without a line cannot wait for calls");
    session.waiting_since = ++world.last_order;
    campaign.waiting_agents.insert({session.waiting_since, session.id});
  }
  world.store(AgentStateLogged{session.id, std::string(to_string(state)), reason, world.now.wall});
  recount_duty(world, session);
  live_board::changed(world, session);
  world.touch(campaign);
}

AgentSession& open(World& world, DialingCampaign& campaign, const User& user, LineKind line) {
  world.last_session.value += 1;
  AgentSession& session = world.sessions[world.last_session];
  session.id = world.last_session;
  session.agent = user.id;
  session.campaign = campaign.record.id;
  session.line = line;
  session.sip_username = user.sip_username;
  session.since = world.now.wall;
  world.session_of[user.id] = session.id;
  campaign.sessions.insert(session.id);
  ++campaign.agents[static_cast<size_t>(session.state)];
  world.store(BeginAgentSession{session.id, user.id, session.campaign, world.now.wall});
  world.store(AgentStateLogged{session.id, "paused", session.pause_reason, world.now.wall});
  world.tell(OpenAgentLine{session.id, user.id, line, session.sip_username});
  // A browser that opens the session and never connects must not leave it behind.
  set_timer(world, session, TimerKind::kSessionGone, world.options.presence_grace_in_call);
  live_board::changed(world, session);
  world.touch(campaign);
  return session;
}

void end(World& world, AgentSession& session, OurEnd call_end, const std::string& reason) {
  DialingCampaign& campaign = world.campaign(session.campaign);
  if (session.state == A::kPreview) preview::give_back(world, session);
  const AttemptId attempt = session.attempt;
  session.attempt = {};  // the end of the call is none of this session's business any more
  end_call(world, session, attempt, std::move(call_end));
  if (session.state == A::kWaiting) leave_waiting(campaign, session);
  --campaign.agents[static_cast<size_t>(session.state)];
  if (session.on_duty) --campaign.on_duty;
  campaign.sessions.erase(session.id);
  cancel_timers(world, session);
  world.tell(CloseAgentLine{session.id});
  world.store(EndAgentSession{session.id, world.now.wall, reason});
  live_board::session_gone(world, session, reason);
  world.touch(campaign);
  world.session_of.erase(session.agent);
  world.sessions.erase(AgentSessionId{session.id});
}

void end_when_free(World& world, AgentSession& session, const std::string& reason) {
  const bool busy = has_call(session.state) || session.state == A::kWrapUp;
  if (!busy) return end(world, session, {}, reason);
  session.end_after = reason;
  recount_duty(world, session);
}

void settle(World& world, AgentSession& session) {
  session.wrap_up_until.reset();
  world.timers.cancel(TimerKind::kSessionWrapUp, session.id.value);
  if (!session.end_after.empty()) {
    const std::string reason = session.end_after;
    return end(world, session, {}, reason);
  }
  session.attempt = {};
  session.lead.reset();
  if (session.pause_after) {
    const std::string reason = session.pause_after_reason;
    session.pause_after = false;
    return enter(world, session, A::kPaused, reason);
  }
  make_ready(world, session, kReadyPatience);
}

void make_ready(World& world, AgentSession& session, Duration patience) {
  session.pause_after = false;
  if (can_wait(session)) {
    session.resume = false;
    world.timers.cancel(TimerKind::kSessionResume, session.id.value);
    if (session.state != A::kWaiting) enter(world, session, A::kWaiting);
    return;
  }
  session.resume = true;
  set_timer(world, session, TimerKind::kSessionResume, patience);
  enter(world, session, A::kPaused, missing(session));
}

void pause(World& world, AgentSession& session, const std::string& reason) {
  session.resume = false;
  world.timers.cancel(TimerKind::kSessionResume, session.id.value);
  switch (session.state) {
    case A::kPreview: preview::give_back(world, session); [[fallthrough]];
    case A::kPaused:
    case A::kWaiting:
      if (wrap_up::is_due(session)) {  // stays wanted when the disposition comes
        session.pause_after = true;
        session.pause_after_reason = reason;
      }
      return enter(world, session, A::kPaused, reason);
    case A::kRinging:
    case A::kInCall:
    case A::kOnHold:
    case A::kWrapUp:
      session.pause_after = true;
      session.pause_after_reason = reason;
      recount_duty(world, session);
      return live_board::changed(world, session);
  }
}

void line_up(World& world, AgentSessionId id) {
  AgentSession* session = world.find_session(id);
  if (!session) return world.tell(CloseAgentLine{id});
  session->line_up = true;
  session->line_open = true;
  world.timers.cancel(TimerKind::kSessionLine, id.value);
  live_board::changed(world, *session);
  Call* call = world.find_call(session->attempt);
  if (session->state == A::kRinging && call && call->state == AttemptState::kWaiting) {
    return attempts::connect(world, *call, *session);
  }
  regain(world, *session);
}

void line_down(World& world, const AgentLineDown& event) {
  AgentSession* session = world.find_session(event.session);
  if (!session) return;
  session->line_up = false;
  if (event.final) session->line_open = false;
  echo_test::stop(world, *session);
  live_board::changed(world, *session);
  if (is_talking(session->state)) {
    // A desk phone that hangs up hangs up on the customer; a browser may come back.
    if (event.final) {
      end_call(world, *session, session->attempt,
               {Outcome::kAnswered, EndedBy::kAgent, "The agent hung up."});
      return call_over(world, *session);
    }
    set_timer(world, *session, TimerKind::kSessionLine, world.options.presence_grace_in_call);
  }
  lose(world, *session);
}

void set_present(World& world, AgentSession& session, bool present) {
  if (!present && !session.present) return;
  session.present = present;
  if (present) {
    world.timers.cancel(TimerKind::kSessionAbsent, session.id.value);
    world.timers.cancel(TimerKind::kSessionGone, session.id.value);
    session.absent = false;
    return regain(world, session);
  }
  set_timer(world, session, TimerKind::kSessionAbsent, world.options.presence_hiccup);
  set_timer(world, session, TimerKind::kSessionGone,
            is_talking(session.state) ? world.options.presence_grace_in_call
                                      : world.options.presence_grace);
}

void call_connected(World& world, AgentSession& session, Call& call) {
  session.attempt = call.record.id;
  session.lead = call.lead;
  if (session.last.attempt != call.record.id) ++session.handled;  // else it has come back
  session.last = {.attempt = call.record.id, .lead = call.lead};
  if (session.state == A::kInCall) {  // a guest to whom the call is left
    live_board::changed(world, session);
  } else {
    enter(world, session, A::kInCall);
  }
  if (!session.present) {
    set_timer(world, session, TimerKind::kSessionGone, world.options.presence_grace_in_call);
  }
}

void call_over(World& world, AgentSession& session) {
  world.timers.cancel(TimerKind::kSessionLine, session.id.value);
  if (session.state == A::kRinging) return settle(world, session);
  if (!is_talking(session.state)) return;
  if (session.muted) {
    session.muted = false;  // or the next customer would not hear the agent
    world.tell(MuteAgent{session.id, false});
  }
  wrap_up::begin(world, session);
}

void recount_duty(World& world, AgentSession& session) {
  const bool coming_back = (is_talking(session.state) || session.state == A::kWrapUp) &&
                           !session.pause_after && session.end_after.empty() && can_wait(session);
  const bool on_duty = session.state == A::kWaiting || coming_back;
  if (on_duty == session.on_duty) return;
  session.on_duty = on_duty;
  DialingCampaign& campaign = world.campaign(session.campaign);
  campaign.on_duty += on_duty ? 1 : -1;
  world.touch(campaign);
}

void overdue(World& world, AgentSessionId id, TimerKind kind) {
  AgentSession* session = world.find_session(id);
  if (!session) return;
  switch (kind) {
    case TimerKind::kSessionWrapUp: return wrap_up::overdue(world, *session);
    case TimerKind::kSessionPreview: return preview::overdue(world, *session);
    case TimerKind::kSessionEcho: return echo_test::stop(world, *session);
    case TimerKind::kSessionAbsent: session->absent = true; return lose(world, *session);
    case TimerKind::kSessionGone:
      return end(world, *session,
                 {Outcome::kAgentUnavailable, EndedBy::kSystem, "The agent's browser is gone."},
                 "browser gone");
    case TimerKind::kSessionLine:
      if (!is_talking(session->state)) return;
      end_call(world, *session, session->attempt,
               {Outcome::kAnswered, EndedBy::kSystem, "The agent's line broke."});
      return call_over(world, *session);
    case TimerKind::kSessionResume: session->resume = false; return;
    default: return;
  }
}

}  // namespace carillon::core::agent_sessions
