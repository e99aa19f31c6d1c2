#include "core/agent_requests.h"

#include "core/agent_sessions.h"
#include "core/attempts.h"
#include "core/echo_test.h"
#include "core/handover.h"
#include "core/live_board.h"
#include "core/preview.h"
#include "core/wrap_up.h"

namespace carillon::core::agent_requests {
namespace {

using A = AgentState;

/// Why the agent cannot log in to the campaign; nothing when it is fine.
std::optional<Error> objection(World& world, const OpenAgentSession& request) {
  const auto user = world.users.find(request.agent);
  if (user == world.users.end() || !user->second.active) {
    return Error{ErrorCode::kForbidden, "You are not an agent, or were deactivated.", ""};
  }
  const DialingCampaign* campaign = world.find_campaign(request.campaign);
  if (!campaign || campaign->removed) {
    return Error{ErrorCode::kNotFound, "There is no such campaign.", "campaign_id"};
  }
  if (!world.may_work_in(*campaign, user->second)) {
    return Error{ErrorCode::kForbidden, "You are not one of the campaign's agents.", "campaign_id"};
  }
  if (campaign->record.type == DialerType::kBroadcast) {
    return Error{ErrorCode::kInvalid, "A broadcast campaign has no agents.", "campaign_id"};
  }
  if (request.line == LineKind::kDeskPhone && user->second.sip_username.empty()) {
    return Error{ErrorCode::kInvalid, "You have no desk phone: use the browser.", "line"};
  }
  return std::nullopt;
}

/// An earlier session of the same agent gives way when its browser is gone and it is not in a call.
bool make_room(World& world, UserId agent) {
  const auto it = world.session_of.find(agent);
  if (it == world.session_of.end()) return true;
  AgentSession& session = world.sessions.at(it->second);
  if (session.present || is_talking(session.state)) return false;
  agent_sessions::end(world, session, {}, "logged in again");
  return true;
}

void handle_one(World& world, const OpenAgentSession& request) {
  if (auto error = objection(world, request)) {
    return world.refuse(request.request, error->code, error->message, error->field);
  }
  if (!make_room(world, request.agent)) {
    return world.refuse(request.request, ErrorCode::kConflict,
                        "You are logged in to a campaign already: log out there first.");
  }
  const AgentSession& session = agent_sessions::open(world, world.campaign(request.campaign),
                                                     world.users.at(request.agent), request.line);
  world.out->push_back(RequestDone{request.request, {}, session.id});
}

/// The session of a request; when there is none the request has been answered.
template <class Request>
AgentSession* session_of(World& world, const Request& request) {
  AgentSession* session = world.find_session(request.session);
  if (!session) {
    world.refuse(request.request, ErrorCode::kNotFound, "This agent session has ended.");
  }
  return session;
}

/// The connected call of the session; when there is none the request has been answered.
template <class Request>
Call* call_of(World& world, const Request& request, AgentSession*& session) {
  session = session_of(world, request);
  if (!session) return nullptr;
  Call* call = is_talking(session->state) ? world.find_call(session->attempt) : nullptr;
  if (!call || call->state != AttemptState::kConnected) {
    world.refuse(request.request, ErrorCode::kConflict, "You are not in a call.");
    return nullptr;
  }
  return call;
}

void handle_one(World& world, const CloseAgentSession& request) {
  AgentSession* session = session_of(world, request);
  if (!session) return;
  if (has_call(session->state) && !request.by_supervisor) {
    return world.refuse(request.request, ErrorCode::kConflict, "End the call first.");
  }
  agent_sessions::end(world, *session,
                      {Outcome::kAgentUnavailable, EndedBy::kSystem, "The agent was logged out."},
                      request.by_supervisor ? "logged out by a supervisor" : "logged out");
  world.done(request.request);
}

void open_line_again(World& world, AgentSession& session) {
  if (session.line_open) return;
  session.line_open = true;
  world.tell(OpenAgentLine{session.id, session.agent, session.line, session.sip_username});
}

void handle_one(World& world, const SetAgentReady& request) {
  AgentSession* session = session_of(world, request);
  if (!session) return;
  if (!request.ready) {
    std::string reason = request.pause_reason;
    if (reason.empty()) reason = request.by_supervisor ? "paused by a supervisor" : "pause";
    agent_sessions::pause(world, *session, reason);
    return world.done(request.request);
  }
  if (session->state == A::kPaused) {
    if (wrap_up::is_due(*session)) wrap_up::put_off(*session);
    open_line_again(world, *session);
    agent_sessions::make_ready(world, *session, agent_sessions::kReadyPatience);
  } else {
    session->pause_after = false;
    agent_sessions::recount_duty(world, *session);
  }
  world.done(request.request);
}

void handle_one(World& world, const AgentPresence& request) {
  AgentSession* session = session_of(world, request);
  if (!session) return;
  agent_sessions::set_present(world, *session, request.present);
  world.done(request.request);
}

void handle_one(World& world, const AgentHangUp& request) {
  AgentSession* session = session_of(world, request);
  if (!session) return;
  Call* call = world.find_call(session->attempt);
  if (!has_call(session->state) || !call) {
    return world.refuse(request.request, ErrorCode::kConflict, "You are not in a call.");
  }
  if (handover::is_guest(*call, *session)) {
    handover::guest_left(world, *call);
  } else {
    attempts::end(world, *call,
                  {Outcome::kAgentUnavailable, EndedBy::kAgent, "The agent hung up."});
  }
  // The agent goes on at once; the end of the call is confirmed later.
  agent_sessions::call_over(world, *session);
  world.done(request.request);
}

void handle_one(World& world, const EndLiveCall& request) {
  Call* call = world.find_call(request.attempt);
  if (!call || call->state == AttemptState::kEnding) {
    return world.refuse(request.request, ErrorCode::kNotFound, "This call is over.");
  }
  AgentSession* session = world.find_session(call->session);
  attempts::end(world, *call,
                {Outcome::kAgentUnavailable, EndedBy::kSystem, "A supervisor ended the call."});
  if (session && has_call(session->state)) agent_sessions::call_over(world, *session);
  world.done(request.request);
}

void handle_one(World& world, const AgentHold& request) {
  AgentSession* session = nullptr;
  Call* call = call_of(world, request, session);
  if (!call) return;
  if (call->third) {
    return world.refuse(request.request, ErrorCode::kConflict,
                        "Somebody else is in this call: finish that first.");
  }
  if (call->held != request.on) {
    call->held = request.on;
    world.store(NoteAttempt{call->record.id, world.now.wall, request.on ? "hold" : "resume", ""});
    world.tell(HoldCall{call->record.id, request.on});
    call->since = world.now.wall;
    live_board::changed(world, *call);
    agent_sessions::enter(world, *session, request.on ? A::kOnHold : A::kInCall);
  }
  world.done(request.request);
}

void handle_one(World& world, const AgentMute& request) {
  AgentSession* session = nullptr;
  if (!call_of(world, request, session)) return;
  if (session->muted != request.on) {
    session->muted = request.on;
    world.tell(MuteAgent{session->id, request.on});
    live_board::changed(world, *session);
  }
  world.done(request.request);
}

void handle_one(World& world, const AgentEcho& request) {
  AgentSession* session = session_of(world, request);
  if (!session) return;
  if (!request.on) {
    echo_test::stop(world, *session);
  } else if (const auto begun = echo_test::begin(world, *session); !begun) {
    return world.refuse(request.request, begun.error().code, begun.error().message);
  }
  world.done(request.request);
}

void handle_one(World& world, const AgentDigits& request) {
  AgentSession* session = nullptr;
  const Call* call = call_of(world, request, session);
  if (!call) return;
  const bool valid = !request.digits.empty() && request.digits.size() <= 32 &&
                     request.digits.find_first_not_of("0123456789*#ABCD") == std::string::npos;
  if (!valid) {
    return world.refuse(request.request, ErrorCode::kInvalid,
                        "Only 0 to 9, *, # and A to D can be sent, at most 32 at once.", "digits");
  }
  world.tell(SendDigits{call->record.id, request.digits});
  world.done(request.request);
}

void handle_one(World& world, const AgentPark& request) { handover::handle(world, request); }
void handle_one(World& world, const AgentRetrieve& request) { handover::handle(world, request); }
void handle_one(World& world, const AgentTransfer& request) { handover::handle(world, request); }
void handle_one(World& world, const AgentConsult& request) { handover::handle(world, request); }
void handle_one(World& world, const AgentConsultStep& request) { handover::handle(world, request); }

void handle_one(World& world, const PreviewDecision& request) { preview::decide(world, request); }
void handle_one(World& world, const NextPreview& request) { preview::look_again(world, request); }

void handle_one(World& world, const SubmitDisposition& request) { wrap_up::submit(world, request); }

}  // namespace

void handle(World& world, const CoreRequest& request) {
  std::visit([&](const auto& one) { handle_one(world, one); }, request);
}

}  // namespace carillon::core::agent_requests
