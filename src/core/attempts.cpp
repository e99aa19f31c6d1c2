#include "core/attempts.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/agent_sessions.h"
#include "core/handover.h"
#include "core/live_board.h"
#include "core/retry_rules.h"

namespace carillon::core::attempts {
namespace {

using S = AttemptState;

// Telephony ends a call that rings too long by itself; this is for a telephony that does not.
constexpr Duration kRingMargin = 10s;
constexpr Duration kAnnouncementLimit = 60s;

void count_in(DialingCampaign& campaign, const Call& call) {
  campaign.calls[static_cast<size_t>(call.state)].insert(call.record.id);
  if (call.personal) ++campaign.personal_calls[static_cast<size_t>(call.state)];
}

void count_out(DialingCampaign& campaign, const Call& call) {
  campaign.calls[static_cast<size_t>(call.state)].erase(call.record.id);
  if (call.personal) --campaign.personal_calls[static_cast<size_t>(call.state)];
}

void enter(World& world, Call& call, AttemptState state) {
  CARILLON_ASSERT(is_allowed(call.state, state), "attempt: no such way in the transition table");
  DialingCampaign& campaign = world.campaign(call.record.campaign);
  count_out(campaign, call);
  call.state = state;
  count_in(campaign, call);
  call.since = world.now.wall;
  live_board::changed(world, call);
  world.touch(campaign);
}

void set_deadline(World& world, const Call& call, Duration in) {
  world.timers.set(TimerKind::kAttempt, call.record.id.value, world.now.steady + in);
}

void clear_deadline(World& world, const Call& call) {
  world.timers.cancel(TimerKind::kAttempt, call.record.id.value);
}

void leave_queue(World& world, const Call& call) {
  world.campaign(call.record.campaign).queue.erase({call.queue_order, call.record.id});
}

void free_channel(World& world, Call& call) {
  if (!call.channel) return;
  TrunkLine* trunk = world.find_trunk(call.channel);
  CARILLON_ASSERT(trunk, "a trunk outlives its calls");
  call.channel = {};
  const bool was_full = trunk->full();
  trunk->free_channel();
  live_board::changed(world, *trunk);
  if (was_full) world.touch_campaigns_of(trunk->trunk().id);
  if (trunk->removed() && trunk->calls() == 0) live_board::forget(world, *trunk);
}

std::string_view to_string(EndedBy by) {
  switch (by) {
    case EndedBy::kCustomer: return "customer";
    case EndedBy::kAgent: return "agent";
    case EndedBy::kSystem: return "system";
    case EndedBy::kCarrier: return "carrier";
  }
  return "system";
}

/// The one outcome of an attempt: what we saw ourselves weighs more than what is reported.
Outcome outcome_of(const Call& call, Outcome reported) {
  if (call.record.connected_at) return Outcome::kAnswered;
  if (reported == Outcome::kMachine) return Outcome::kMachine;
  if (call.answered || reported == Outcome::kAnswered) return Outcome::kDropped;
  const bool said_by_callee = reported == Outcome::kBusy || reported == Outcome::kRejected;
  if (call.our_end && !said_by_callee) return call.our_end->outcome;
  return is_final(reported) ? reported : Outcome::kError;
}

LeadFate fate_of(World& world, const DialingCampaign& campaign, const Call& call) {
  if (call.disposition_fate) return *call.disposition_fate;
  if (!call.invited) return fate_when_not_dialed(call.lead);
  return fate_after_outcome(campaign.record, *call.lead, call.record.outcome, world.now.wall);
}

/// Takes the attempt out of the world. `call` is gone afterwards.
void forget(World& world, Call& call) {
  DialingCampaign& campaign = world.campaign(call.record.campaign);
  if (call.state == S::kWaiting) leave_queue(world, call);
  handover::send_third_away(world, call);
  free_channel(world, call);
  clear_deadline(world, call);
  world.held_leads.erase(call.lead->id);
  enter(world, call, S::kFinished);
  count_out(campaign, call);
  const AgentSessionId session_id = call.session;
  const AttemptId id = call.record.id;
  if (call.invited) live_board::call_gone(world, call);
  world.calls.erase(id);
  if (AgentSession* session = world.find_session(session_id); session && session->attempt == id) {
    agent_sessions::call_over(world, *session);
  }
}

/// Writes the attempt's end and takes it out of the world. `call` is gone afterwards.
void finish(World& world, Call& call, const CallEnded& how) {
  DialingCampaign& campaign = world.campaign(call.record.campaign);
  Attempt& record = call.record;
  record.outcome = outcome_of(call, how.outcome);
  record.sip_status = how.sip_status;
  record.sip_reason = how.reason;
  if (call.our_end && !call.our_end->reason.empty()) record.sip_reason = call.our_end->reason;
  record.ended_by = to_string(call.our_end ? call.our_end->by : how.by);
  record.ended_at = world.now.wall;
  if (record.outcome == Outcome::kAnswered) ++campaign.answered_today;
  if (record.outcome == Outcome::kDropped) ++campaign.dropped_today;
  world.store(FinishAttempt{record, fate_of(world, campaign, call)});
  forget(world, call);
}

/// Ends an attempt that has no call: nothing is to be waited for.
void finish_without_call(World& world, Call& call) {
  CallEnded how;
  how.attempt = call.record.id;
  how.outcome = Outcome::kAgentUnavailable;
  how.by = EndedBy::kSystem;
  if (call.trunk_failure) {
    how = *call.trunk_failure;
    call.our_end.reset();
  }
  finish(world, call, how);
}

/// What the end of a call says about its trunk. True when the trunk, not the number, is to blame.
bool judge_trunk(World& world, const Call& call, const CallEnded& event) {
  TrunkLine* trunk = world.find_trunk(call.channel);
  if (!trunk) return false;
  const bool nothing_rang = call.state == S::kDialing;
  const SteadyTime now = world.now.steady;
  bool rests = false;
  if (!event.trunk_doubt.empty()) {
    rests = nothing_rang ? trunk->refused(event.trunk_doubt, now)
                         : trunk->answered_badly(event.trunk_doubt, now);
  } else if (event.try_next_trunk) {
    rests = nothing_rang && trunk->failed(event.reason, now);
  } else {
    trunk->worked();
  }
  if (rests) {
    world.timers.set(TimerKind::kTrunkRest, trunk->trunk().id.value, trunk->rest_until());
    live_board::changed(world, *trunk);
  }
  return !event.trunk_doubt.empty() && trunk->in_doubt();
}

/// The lead is not to pay for a trunk that refuses everybody: the rule for Connection Error says
/// when it is called again.
CallEnded blamed_on_trunk(CallEnded event) {
  if (event.outcome == Outcome::kDropped) return event;  // somebody was rung up and heard nothing
  event.outcome = Outcome::kConnectionError;
  event.reason = event.trunk_doubt;
  return event;
}

bool has_another_trunk(const DialingCampaign& campaign, const Call& call) {
  const auto& trunks = campaign.record.trunks;
  return std::any_of(trunks.begin(), trunks.end(), [&](TrunkId id) {
    return std::find(call.tried.begin(), call.tried.end(), id) == call.tried.end();
  });
}

}  // namespace

Call& begin(World& world, DialingCampaign& campaign, LeadPtr lead, AgentSession* agent) {
  world.last_attempt.value += 1;
  Call& call = world.calls[world.last_attempt];
  call.since = world.now.wall;
  call.began = world.now.steady;
  call.lead = std::move(lead);
  Attempt& record = call.record;
  record.id = world.last_attempt;
  record.campaign = campaign.record.id;
  record.lead = call.lead->id;
  record.leadset = call.lead->leadset;
  record.phone = call.lead->phone;
  record.caller_id = campaign.record.caller_id;
  record.started_at = world.now.wall;
  if (agent) {
    call.personal = true;
    call.session = agent->id;
    record.agent = agent->agent;
    record.agent_session = agent->id;
    agent->attempt = record.id;
    agent->lead = call.lead;
    agent_sessions::enter(world, *agent, AgentState::kRinging);
  }
  count_in(campaign, call);
  world.store(CommitAttempt{record});
  return call;
}

void committed(World& world, AttemptId attempt) {
  Call* call = world.find_call(attempt);
  if (!call) return;
  if (call->state == S::kWithdrawn) return finish_without_call(world, *call);
  if (call->state != S::kCommitting) return;
  enter(world, *call, S::kOnDisk);
  set_deadline(world, *call, kOnDiskLimit);
}

void refused(World& world, const AttemptRefused& event) {
  Call* call = world.find_call(event.attempt);
  if (!call || (call->state != S::kCommitting && call->state != S::kWithdrawn)) return;
  DialingCampaign& campaign = world.campaign(call->record.campaign);
  campaign.backoff_until = world.now.steady + world.options.store_backoff;
  campaign.backoff_reason = fmt::format("The database refused an attempt: {}", event.reason);
  world.store(ReleaseLeads{{call->lead->id}});
  forget(world, *call);
}

void place(World& world, DialingCampaign& campaign, Call& call, TrunkLine& trunk) {
  const Trunk& line = trunk.trunk();
  call.record.trunk = line.id;
  call.channel = line.id;
  call.invited = true;
  call.tried.push_back(line.id);
  trunk.take_channel();
  live_board::changed(world, trunk);
  const std::string& own_prefix = campaign.record.tech_prefix;
  std::string digits = call.record.phone;
  std::erase(digits, '+');
  enter(world, call, S::kDialing);
  const Duration ring{campaign.record.ring_timeout_ms};
  set_deadline(world, call, ring + kRingMargin);
  world.tell(PlaceCall{.attempt = call.record.id,
                       .campaign = campaign.record.id,
                       .trunk = line.id,
                       .number = (own_prefix.empty() ? line.tech_prefix : own_prefix) + digits,
                       .caller_id = campaign.record.caller_id,
                       .ring_timeout_ms = ring.count()});
}

void progress(World& world, const CallProgress& event) {
  Call* call = world.find_call(event.attempt);
  if (!call) return world.tell(EndCall{event.attempt});
  if (!event.sip_call_id.empty()) call->record.sip_call_id = event.sip_call_id;
  if (call->state != S::kDialing) return;
  if (TrunkLine* trunk = world.find_trunk(call->channel)) trunk->worked();
  call->record.ringing_at = world.now.wall;
  call->record.outcome = Outcome::kRinging;
  enter(world, *call, S::kRinging);
  world.store(UpdateAttempt{call->record});
}

void answered(World& world, AttemptId attempt) {
  Call* call = world.find_call(attempt);
  if (!call) return world.tell(EndCall{attempt});
  // A 200 may cross our CANCEL: the customer was met with silence, which is a drop.
  if (call->state == S::kEnding) call->answered = true;
  if (call->state != S::kDialing && call->state != S::kRinging) return;
  if (TrunkLine* trunk = world.find_trunk(call->channel)) trunk->worked_to_the_end();
  call->answered = true;
  call->record.answered_at = world.now.wall;
  enter(world, *call, S::kWaiting);
  DialingCampaign& campaign = world.campaign(call->record.campaign);
  set_deadline(world, *call, Duration{std::max<int64_t>(campaign.record.answer_wait_ms, 0)});
  if (!call->personal) {
    call->queue_order = ++world.last_order;
    campaign.queue.insert({call->queue_order, attempt});
    return;
  }
  AgentSession* session = world.find_session(call->session);
  if (!session) return announce(world, *call);
  if (session->line_up) connect(world, *call, *session);
}

void ended(World& world, const CallEnded& event) {
  Call* call = world.find_call(event.attempt);
  if (!call || call->state < S::kDialing) return;
  DialingCampaign& campaign = world.campaign(call->record.campaign);
  const bool nothing_rang = call->state == S::kDialing && event.try_next_trunk;
  CallEnded how = judge_trunk(world, *call, event) ? blamed_on_trunk(event) : event;
  if (nothing_rang && !call->our_end && has_another_trunk(campaign, *call)) {
    free_channel(world, *call);
    call->trunk_failure = std::move(how);
    enter(world, *call, S::kOnDisk);
    set_deadline(world, *call, kOnDiskLimit);
    return;
  }
  finish(world, *call, how);
}

void recording_finished(World& world, const RecordingFinished& event) {
  if (!event.error.empty()) {
    world.store(NoteAttempt{event.attempt, world.now.wall, "recording", event.error});
    if (event.duration_ms == 0) return;  // else what was written before the fault is kept
  }
  if (Call* call = world.find_call(event.attempt)) {
    call->record.recording = event.recording;
    call->record.recording_ms = event.duration_ms;
  }
  world.store(SaveRecording{event.attempt, event.recording, event.duration_ms});
}

void connect(World& world, Call& call, AgentSession& session) {
  const DialingCampaign& campaign = world.campaign(call.record.campaign);
  leave_queue(world, call);
  clear_deadline(world, call);
  call.held = false;
  call.session = session.id;
  call.record.agent = session.agent;
  call.record.agent_session = session.id;
  if (!call.record.connected_at) call.record.connected_at = world.now.wall;
  call.record.outcome = Outcome::kConnected;
  ConnectCall command;
  command.attempt = call.record.id;
  command.session = session.id;
  command.record = campaign.record.recording;
  if (command.record) command.recording = fmt::format("attempt-{}.wav", call.record.id);
  world.tell(std::move(command));
  enter(world, call, S::kConnected);
  world.store(UpdateAttempt{call.record});
  agent_sessions::call_connected(world, session, call);
}

void park(World& world, Call& call, Duration limit) {
  call.session = {};
  call.held = false;
  world.tell(DisconnectCall{call.record.id});
  enter(world, call, S::kParked);
  set_deadline(world, call, limit);
}

void requeue(World& world, Call& call) {
  enter(world, call, S::kWaiting);
  call.queue_order = 0;  // before everybody who has just been called
  world.campaign(call.record.campaign).queue.insert({call.queue_order, call.record.id});
  set_deadline(world, call, world.options.park_limit);
}

void leave_to_third(World& world, Call& call) {
  call.session = {};
  call.held = false;
  enter(world, call, S::kTransferred);
  set_deadline(world, call, world.options.transferred_limit);
}

void set_limit(World& world, const Call& call, Duration in) {
  if (in == Duration{0}) return clear_deadline(world, call);
  set_deadline(world, call, in);
}

void announce(World& world, Call& call) {
  leave_queue(world, call);
  enter(world, call, S::kAnnouncing);
  set_deadline(world, call, kAnnouncementLimit);
  call.our_end = OurEnd{Outcome::kDropped, EndedBy::kSystem, "No agent was free in time."};
  world.tell(PlayAndEnd{call.record.id, world.options.safe_harbour_prompt,
                        world.campaign(call.record.campaign).record.drop_message});
}

void end(World& world, Call& call, OurEnd why) {
  switch (call.state) {
    case S::kCommitting:
      call.our_end = std::move(why);
      enter(world, call, S::kWithdrawn);
      return;
    case S::kOnDisk: call.our_end = std::move(why); return finish_without_call(world, call);
    case S::kDialing:
    case S::kRinging:
    case S::kWaiting:
    case S::kConnected:
    case S::kAnnouncing:
    case S::kParked:
    case S::kTransferred:
      if (call.state == S::kWaiting) leave_queue(world, call);
      handover::send_third_away(world, call);
      call.our_end = std::move(why);
      enter(world, call, S::kEnding);
      set_deadline(world, call, world.options.end_limit);
      return world.tell(EndCall{call.record.id});
    case S::kWithdrawn:
    case S::kEnding:
    case S::kFinished: return;
  }
}

void overdue(World& world, AttemptId attempt) {
  Call* call = world.find_call(attempt);
  if (!call) return;
  switch (call->state) {
    case S::kOnDisk:
      return end(world, *call,
                 {Outcome::kAgentUnavailable, EndedBy::kSystem,
                  "Its turn did not come, so it was not dialed."});
    case S::kDialing:
    case S::kRinging:
      return end(world, *call, {Outcome::kNoAnswer, EndedBy::kSystem, "Nobody answered in time."});
    case S::kWaiting: return announce(world, *call);
    case S::kConnected:
    case S::kParked: return handover::overdue(world, *call);
    case S::kTransferred:
      return end(world, *call,
                 {Outcome::kAnswered, EndedBy::kSystem, "It was handed on and did not end."});
    case S::kAnnouncing:
      return end(world, *call, {Outcome::kDropped, EndedBy::kSystem, "No agent was free in time."});
    case S::kEnding: {
      CallEnded lost;
      lost.attempt = attempt;
      lost.by = EndedBy::kSystem;
      lost.reason = "The end of the call was not confirmed.";
      return finish(world, *call, lost);
    }
    default: return;
  }
}

}  // namespace carillon::core::attempts
