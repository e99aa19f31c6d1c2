#include "core/handover.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/agent_sessions.h"
#include "core/attempts.h"
#include "core/hand_dialing.h"
#include "core/live_board.h"
#include "core/wrap_up.h"

namespace carillon::core::handover {
namespace {

using A = AgentState;
using S = AttemptState;

// Telephony ends a call that rings too long by itself; this is for a telephony that does not.
constexpr Duration kRingMargin = 10s;

void note(World& world, const Call& call, std::string kind, std::string detail = "") {
  world.store(NoteAttempt{call.record.id, world.now.wall, std::move(kind), std::move(detail)});
}

template <class Request>
void refuse(World& world, const Request& request, std::string why, std::string field = "") {
  world.refuse(request.request, ErrorCode::kConflict, std::move(why), std::move(field));
}

/// The connected call that the asking agent has; when there is none the request has been answered.
template <class Request>
Call* own_call(World& world, const Request& request, AgentSession*& session) {
  session = world.find_session(request.session);
  if (!session) {
    world.refuse(request.request, ErrorCode::kNotFound, "This agent session has ended.");
    return nullptr;
  }
  Call* call = is_talking(session->state) ? world.find_call(session->attempt) : nullptr;
  if (!call || call->state != S::kConnected) {
    refuse(world, request, "You are not in a call.");
    return nullptr;
  }
  if (call->session != session->id) {
    refuse(world, request, "This is your colleague's call: only your colleague can do that.");
    return nullptr;
  }
  return call;
}

bool is_manager(const World& world, const AgentSession& session) {
  const auto user = world.users.find(session.agent);
  return user != world.users.end() && user->second.role != Role::kAgent;
}

/// An agent takes what is handed to him only while waiting for calls; a manager on pause, too.
bool can_take(const World& world, const AgentSession& session) {
  if (!session.line_up || session.absent) return false;
  if (session.state == A::kWaiting) return true;
  return session.state == A::kPaused && is_manager(world, session) && !wrap_up::is_due(session);
}

/// The longest waiting manager of the campaign; those on pause come after those who wait.
AgentSession* free_manager(World& world, const DialingCampaign& campaign) {
  AgentSession* best = nullptr;
  const auto rank = [](const AgentSession& one) {
    return std::pair{one.state != A::kWaiting, one.waiting_since};
  };
  for (const AgentSessionId id : campaign.sessions) {
    AgentSession& session = world.sessions.at(id);
    if (!is_manager(world, session) || !can_take(world, session)) continue;
    if (!best || rank(session) < rank(*best)) best = &session;
  }
  return best;
}

/// The colleague that is meant; when nobody can take it the request has been answered.
template <class Request>
AgentSession* colleague_for(World& world, const Request& request, const AgentSession& asking) {
  DialingCampaign& campaign = world.campaign(asking.campaign);
  if (request.to.any_manager) {
    AgentSession* manager = free_manager(world, campaign);
    if (manager && manager->id != asking.id) return manager;
    refuse(world, request, "No manager who is logged in to this campaign is free.", "manager");
    return nullptr;
  }
  const auto found = world.session_of.find(request.to.colleague);
  AgentSession* session =
      found == world.session_of.end() ? nullptr : world.find_session(found->second);
  if (!session || session->campaign != asking.campaign || session->id == asking.id) {
    refuse(world, request, "That colleague is not logged in to this campaign.", "agent_id");
    return nullptr;
  }
  if (!can_take(world, *session)) {
    refuse(world, request, "That colleague is not waiting for calls just now.", "agent_id");
    return nullptr;
  }
  return session;
}

/// A trunk for the third party: that of the customer's call first, then the campaign's others.
TrunkLine* trunk_for(World& world, const Call& call) {
  std::vector<TrunkId> order{call.record.trunk};
  const auto& others = world.campaign(call.record.campaign).record.trunks;
  order.insert(order.end(), others.begin(), others.end());
  for (const TrunkId id : order) {
    TrunkLine* trunk = world.find_trunk(id);
    if (trunk && trunk->usable(world.now.steady) && !trunk->full()) return trunk;
  }
  return nullptr;
}

/// Calls the number as the third party of `call`. Not empty: why that cannot be.
std::string call_number(World& world, Call& call, const AgentSession& host,
                        const std::string& number) {
  TrunkLine* trunk = trunk_for(world, call);
  if (!trunk) return "No trunk is free for this call.";
  std::string objection = why_not_by_hand(world, host.agent, number);
  if (!objection.empty()) return objection;
  const Campaign& campaign = world.campaign(call.record.campaign).record;
  trunk->take_channel();
  live_board::changed(world, *trunk);
  world.last_side_call.value += 1;
  const SideCallId id = world.last_side_call;
  world.side_calls[id] = call.record.id;
  ThirdParty& third = call.third.emplace();
  third.host = host.id;
  third.by = host.agent;
  third.call = id;
  third.number = number;
  third.channel = trunk->trunk().id;
  const std::string& prefix =
      campaign.tech_prefix.empty() ? trunk->trunk().tech_prefix : campaign.tech_prefix;
  std::string digits = number;
  std::erase(digits, '+');
  world.tell(PlaceSideCall{id, trunk->trunk().id, prefix + digits, campaign.caller_id,
                           campaign.ring_timeout_ms});
  return "";
}

Duration ring_limit(const World& world, const Call& call) {
  const auto campaign = world.campaigns.find(call.record.campaign);
  return Duration{campaign->second.record.ring_timeout_ms} + kRingMargin;
}

std::string name_of(const World& world, const ThirdParty& third) {
  if (!third.colleague) return third.number;
  const auto session = world.sessions.find(third.colleague);
  if (session == world.sessions.end()) return "a colleague";
  return fmt::format("agent {}", session->second.agent);
}

Party party_of(const ThirdParty& third) {
  return third.colleague ? Party{third.colleague} : Party{third.call};
}

/// Ends what the third party is; the customer and the host are left as they are.
void dismiss(World& world, Call& call) {
  const ThirdParty third = *std::exchange(call.third, std::nullopt);
  live_board::changed(world, call);
  if (AgentSession* host = world.find_session(third.host)) live_board::changed(world, *host);
  if (third.call) {
    world.side_calls.erase(third.call);
    world.tell(EndSideCall{third.call});
    if (TrunkLine* trunk = world.find_trunk(third.channel)) {
      trunk->free_channel();
      live_board::changed(world, *trunk);
      world.touch_campaigns_of(third.channel);
    }
  }
}

/// The guest goes home, too: wrap-up has nothing to ask of a guest.
void dismiss_with_guest(World& world, Call& call) {
  const AgentSessionId colleague = call.third->colleague;
  dismiss(world, call);
  AgentSession* guest = world.find_session(colleague);
  if (guest && guest->attempt == call.record.id) agent_sessions::call_over(world, *guest);
}

/// Customer and host together again, and nobody else.
void reunite(World& world, Call& call) {
  AgentSession* host = world.find_session(call.session);
  attempts::set_limit(world, call, Duration{0});
  if (!host) return;
  call.held = false;
  call.since = world.now.wall;
  world.tell(JoinParties{{call.record.id, host->id}});
  live_board::changed(world, call);
  live_board::changed(world, *host);
  if (host->state == A::kOnHold) agent_sessions::enter(world, *host, A::kInCall);
}

/// The agent leaves the call to others and goes to wrap-up.
void leave(World& world, AgentSession& host) {
  host.last.handed_on = true;
  agent_sessions::call_over(world, host);
}

/// The customer goes back to whoever sent him away, if that agent is still at it, or else to the
/// queue.
void bring_back(World& world, Call& call, AgentSessionId to) {
  AgentSession* host = world.find_session(to);
  const bool there = host && host->state == A::kWrapUp && host->attempt == call.record.id &&
                     !host->saving && host->line_up && !host->absent;
  if (!there) {
    note(world, call, "queue");
    return attempts::requeue(world, call);
  }
  host->wrap_up_until.reset();
  world.timers.cancel(TimerKind::kSessionWrapUp, host->id.value);
  note(world, call, "return", fmt::format("to agent {}", host->agent));
  attempts::connect(world, call, *host);
}

/// Whoever is on pause is on pause again afterwards.
void remember_pause(World& world, AgentSession& session) {
  if (session.state != A::kPaused) return;
  session.resume = false;
  world.timers.cancel(TimerKind::kSessionResume, session.id.value);
  session.pause_after = true;
  session.pause_after_reason = session.pause_reason;
}

void take_over(World& world, Call& call, AgentSession& session) {
  remember_pause(world, session);
  attempts::connect(world, call, session);
}

void invite(World& world, Call& call, AgentSession& host, AgentSession& guest) {
  ThirdParty& third = call.third.emplace();
  third.state = ThirdState::kTalking;
  third.host = host.id;
  third.colleague = guest.id;
  remember_pause(world, guest);
  guest.attempt = call.record.id;
  guest.lead = call.lead;
  agent_sessions::enter(world, guest, A::kInCall);
}

bool may_transfer(World& world, const AgentSession& session) {
  return world.campaign(session.campaign).record.transfer_allowed;
}

bool is_number(const std::string& number) {
  return number.size() >= 7 && number.size() <= 16 && number.front() == '+' &&
         number.find_first_not_of("0123456789", 1) == std::string::npos;
}

/// What is wrong with the target as such; true when the request has been answered.
template <class Request>
bool is_refused(World& world, const Request& request, const AgentSession& session,
                const Call& call) {
  const TransferTarget& to = request.to;
  if (!may_transfer(world, session)) {
    refuse(world, request, "This campaign does not allow transfers.");
  } else if (call.third) {
    refuse(world, request, "Somebody is in this call already: finish that first.");
  } else if (!to.number.empty() && !is_number(to.number)) {
    world.refuse(request.request, ErrorCode::kInvalid,
                 "Give the number with its country code, as in +49301234567.", "number");
  } else {
    return false;
  }
  return true;
}

void complete(World& world, Call& call, AgentSession& host) {
  const ThirdParty third = *call.third;
  note(world, call, "transfer", "to " + name_of(world, third));
  if (third.state == ThirdState::kRinging) {  // it goes on as a blind transfer
    attempts::park(world, call, ring_limit(world, call));
    return leave(world, host);
  }
  if (third.call) {
    attempts::leave_to_third(world, call);
    world.tell(JoinParties{{call.record.id, third.call}});
    return leave(world, host);
  }
  AgentSession& guest = world.sessions.at(third.colleague);
  call.third.reset();
  attempts::park(world, call, world.options.park_limit);
  leave(world, host);
  attempts::connect(world, call, guest);
}

void hold_conference(World& world, Call& call, AgentSession& host) {
  call.third->state = ThirdState::kConference;
  call.held = false;
  call.since = world.now.wall;
  note(world, call, "conference", "with " + name_of(world, *call.third));
  world.tell(JoinParties{{call.record.id, host.id, party_of(*call.third)}});
  live_board::changed(world, call);
  live_board::changed(world, host);
  if (host.state == A::kOnHold) agent_sessions::enter(world, host, A::kInCall);
}

Call* call_of(World& world, SideCallId id) {
  const auto found = world.side_calls.find(id);
  return found == world.side_calls.end() ? nullptr : world.find_call(found->second);
}

}  // namespace

void handle(World& world, const AgentPark& request) {
  AgentSession* session = nullptr;
  Call* call = own_call(world, request, session);
  if (!call) return;
  if (call->third) return refuse(world, request, "Somebody is in this call: finish that first.");
  note(world, *call, "park", fmt::format("by agent {}", session->agent));
  call->was_parked = true;
  attempts::park(world, *call, world.options.park_limit);
  session->last.disposed = true;  // whoever ends the call says what came of it
  leave(world, *session);
  world.done(request.request);
}

void handle(World& world, const AgentRetrieve& request) {
  AgentSession* session = world.find_session(request.session);
  if (!session) {
    return world.refuse(request.request, ErrorCode::kNotFound, "This agent session has ended.");
  }
  Call* call = world.find_call(request.attempt);
  const bool parked = call && call->state == S::kParked && !call->third &&
                      call->record.campaign == session->campaign;
  if (!parked) return refuse(world, request, "This call is not parked any more.", "attempt_id");
  const bool idle = session->state == A::kWaiting || session->state == A::kPaused;
  if (!idle || wrap_up::is_due(*session)) {
    return refuse(world, request, "Finish what you are doing first.");
  }
  if (!session->line_up) return refuse(world, request, "Your line is down: wait until it is up.");
  note(world, *call, "retrieve", fmt::format("by agent {}", session->agent));
  take_over(world, *call, *session);
  world.done(request.request);
}

void handle(World& world, const AgentTransfer& request) {
  AgentSession* session = nullptr;
  Call* call = own_call(world, request, session);
  if (!call || is_refused(world, request, *session, *call)) return;
  if (request.to.number.empty()) {
    AgentSession* colleague = colleague_for(world, request, *session);
    if (!colleague) return;
    note(world, *call, "transfer", fmt::format("to agent {}", colleague->agent));
    attempts::park(world, *call, world.options.park_limit);
    leave(world, *session);
    take_over(world, *call, *colleague);
    return world.done(request.request);
  }
  std::string objection = call_number(world, *call, *session, request.to.number);
  if (!objection.empty()) return refuse(world, request, std::move(objection), "number");
  note(world, *call, "transfer", "to " + request.to.number);
  attempts::park(world, *call, ring_limit(world, *call));
  leave(world, *session);
  world.done(request.request);
}

void handle(World& world, const AgentConsult& request) {
  AgentSession* session = nullptr;
  Call* call = own_call(world, request, session);
  if (!call || is_refused(world, request, *session, *call)) return;
  AgentSession* colleague = nullptr;
  if (request.to.number.empty()) {
    colleague = colleague_for(world, request, *session);
    if (!colleague) return;
    invite(world, *call, *session, *colleague);
  } else {
    std::string objection = call_number(world, *call, *session, request.to.number);
    if (!objection.empty()) return refuse(world, request, std::move(objection), "number");
  }
  note(world, *call, "consult", name_of(world, *call->third));
  call->held = true;
  call->since = world.now.wall;
  world.tell(DisconnectCall{call->record.id});
  if (colleague) {
    world.tell(JoinParties{{session->id, colleague->id}});
  } else {
    attempts::set_limit(world, *call, ring_limit(world, *call));
  }
  live_board::changed(world, *call);
  live_board::changed(world, *session);
  if (session->state == A::kInCall) agent_sessions::enter(world, *session, A::kOnHold);
  world.done(request.request);
}

void handle(World& world, const AgentConsultStep& request) {
  AgentSession* session = nullptr;
  Call* call = own_call(world, request, session);
  if (!call) return;
  if (!call->third) return refuse(world, request, "Nobody else is in this call.");
  switch (request.step) {
    case ConsultStep::kBack:
      dismiss_with_guest(world, *call);
      reunite(world, *call);
      break;
    case ConsultStep::kConference:
      if (call->third->state == ThirdState::kRinging) {
        return refuse(world, request, "Wait until the third party has answered.");
      }
      if (call->third->state == ThirdState::kTalking) hold_conference(world, *call, *session);
      break;
    case ConsultStep::kComplete: complete(world, *call, *session); break;
  }
  world.done(request.request);
}

void side_answered(World& world, SideCallId id) {
  Call* call = call_of(world, id);
  if (!call || !call->third || call->third->state != ThirdState::kRinging) {
    return world.tell(EndSideCall{id});
  }
  call->third->state = ThirdState::kTalking;
  if (call->state == S::kParked) {
    attempts::leave_to_third(world, *call);
    return world.tell(JoinParties{{call->record.id, id}});
  }
  attempts::set_limit(world, *call, Duration{0});
  world.tell(JoinParties{{call->session, id}});
  if (AgentSession* host = world.find_session(call->session)) live_board::changed(world, *host);
}

void side_ended(World& world, const SideCallEnded& event) {
  Call* call = call_of(world, event.call);
  if (!call || !call->third) return;
  const AgentSessionId host = call->third->host;
  note(world, *call, "return", event.reason);
  dismiss(world, *call);
  if (call->state == S::kTransferred) {
    return attempts::end(world, *call,
                         {Outcome::kAnswered, EndedBy::kCustomer, "The other party hung up."});
  }
  if (call->state == S::kParked) return bring_back(world, *call, host);
  reunite(world, *call);
}

void guest_left(World& world, Call& call) {
  dismiss(world, call);
  if (call.state == S::kConnected) reunite(world, call);
}

void send_third_away(World& world, Call& call) {
  if (call.third) dismiss_with_guest(world, call);
}

void overdue(World& world, Call& call) {
  if (call.third) {
    SideCallEnded lost;
    lost.call = call.third->call;
    lost.reason = "Nobody answered in time.";
    return side_ended(world, lost);
  }
  if (call.state != S::kParked) return;
  note(world, call, "queue", "nobody took the parked call");
  attempts::requeue(world, call);
}

}  // namespace carillon::core::handover
