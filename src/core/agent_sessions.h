// Agent sessions: an agent from login to logout (agent_state.h).
#pragma once

#include <string>

#include "core/world.h"

namespace carillon::core::agent_sessions {

/// Somebody who asks to be ready before the line is up (a phone that still rings, a microphone that
/// is just being allowed) becomes ready when it comes up within this time.
inline constexpr Duration kReadyPatience = 60s;

/// The way into every state: checks the transition table, keeps the counts, logs the history.
void enter(World& world, AgentSession& session, AgentState state, const std::string& reason = "");

/// A new session of `user`: Paused, "login"; its line is opened.
AgentSession& open(World& world, DialingCampaign& campaign, const User& user, LineKind line);
/// Ends the session and whatever it holds. `session` is gone afterwards.
void end(World& world, AgentSession& session, OurEnd call_end, const std::string& reason);
/// Ends the session as soon as its call and wrap-up are over; now when there is none.
void end_when_free(World& world, AgentSession& session, const std::string& reason);

/// The agent has nothing to do any more: Waiting, Paused or gone, as was asked. May erase it.
void settle(World& world, AgentSession& session);
/// Waiting, or, while line or browser are missing, Paused until they come.
void make_ready(World& world, AgentSession& session, Duration patience);
/// Paused with `reason`, or after the call and wrap-up when the agent is busy.
void pause(World& world, AgentSession& session, const std::string& reason);

/// What telephony reports about the agent's line.
void line_up(World& world, AgentSessionId id);
void line_down(World& world, const AgentLineDown& event);

/// The browser came or went.
void set_present(World& world, AgentSession& session, bool present);

/// A customer is on the line; the call is over, whoever ended it.
void call_connected(World& world, AgentSession& session, Call& call);
void call_over(World& world, AgentSession& session);

/// Counts anew whether this agent is one for whom calls may ring.
void recount_duty(World& world, AgentSession& session);

/// A deadline of the session has passed.
void overdue(World& world, AgentSessionId id, TimerKind kind);

}  // namespace carillon::core::agent_sessions
