#include "core/wrap_up.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/agent_sessions.h"
#include "core/lead_buffer.h"
#include "core/live_board.h"
#include "core/retry_rules.h"

namespace carillon::core::wrap_up {
namespace {

void start_clock(World& world, AgentSession& session) {
  const DialingCampaign& campaign = world.campaign(session.campaign);
  const Duration limit{std::max<int64_t>(campaign.record.wrap_up_limit_ms, 0)};
  session.wrap_up_until = world.now.wall + limit;
  world.timers.set(TimerKind::kSessionWrapUp, session.id.value, world.now.steady + limit);
  live_board::changed(world, session);
}

const DispositionRule* find_rule(const Campaign& campaign, const std::string& name) {
  const auto& rules = campaign.dispositions;
  const auto it = std::find_if(rules.begin(), rules.end(),
                               [&](const DispositionRule& rule) { return rule.name == name; });
  return it == rules.end() ? nullptr : &*it;
}

/// Whether the agent who took the call over from `session` has said what came of it.
bool has_been_disposed_of(const World& world, const AgentSession& session) {
  return std::any_of(world.sessions.begin(), world.sessions.end(), [&](const auto& entry) {
    const LastCall& last = entry.second.last;
    return entry.second.id != session.id && last.attempt == session.last.attempt && last.disposed &&
           !last.handed_on;
  });
}

/// What is wrong with the request; nothing when it can be saved.
std::optional<Error> objection(const World& world, const AgentSession& session,
                               const SubmitDisposition& request, const DispositionRule* rule) {
  if (!session.last.attempt || request.attempt != session.last.attempt) {
    return Error{ErrorCode::kConflict, "That is not your last call.", "attempt_id"};
  }
  if (!rule) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The campaign has no disposition \"{}\".", request.disposition),
                 "disposition"};
  }
  if (session.last.handed_on && has_been_disposed_of(world, session)) {
    return Error{ErrorCode::kConflict,
                 "Your colleague who took this call over has set its disposition already.", ""};
  }
  if (rule->callback && !request.callback_at) {
    return Error{ErrorCode::kInvalid, "Say when to call back.", "callback_at"};
  }
  if (rule->callback && *request.callback_at <= world.now.wall) {
    return Error{ErrorCode::kInvalid, "The call-back must lie in the future.", "callback_at"};
  }
  const int most = world.campaigns.at(session.campaign).record.max_attempts;
  if (rule->callback && session.last.lead->called_count + 1 >= most) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("This was the last of {} attempts that the campaign allows, so nobody "
                             "could call back. Ask your supervisor to allow more, or choose "
                             "another disposition.",
                             most),
                 "disposition"};
  }
  return std::nullopt;
}

/// The call that is still under way carries the disposition from now on, so that its end, which
/// the store writes later, does not undo it.
void remember_in_call(Call& call, const SaveDisposition& saving) {
  call.record.disposition = saving.rule.name;
  call.record.notes = saving.notes;
  call.record.tags = saving.tags;
  call.record.callback_at = saving.callback_at;
  call.disposition_fate = saving.fate;
}

void pause_afterwards(World& world, AgentSession& session, std::string reason) {
  if (reason.empty()) reason = "pause";
  const bool ready = session.state == AgentState::kWaiting || session.state == AgentState::kPreview;
  if (ready) return agent_sessions::pause(world, session, reason);
  session.pause_after = true;
  session.pause_after_reason = std::move(reason);
  agent_sessions::recount_duty(world, session);
}

}  // namespace

bool is_due(const AgentSession& session) {
  return session.attempt && session.attempt == session.last.attempt && !session.last.disposed;
}

void begin(World& world, AgentSession& session) {
  agent_sessions::enter(world, session, AgentState::kWrapUp);
  const DialingCampaign& campaign = world.campaign(session.campaign);
  if (!is_due(session) || campaign.record.dispositions.empty()) {
    return agent_sessions::settle(world, session);
  }
  if (!session.saving) start_clock(world, session);
}

void submit(World& world, const SubmitDisposition& request) {
  AgentSession* session = world.find_session(request.session);
  if (!session) {
    return world.refuse(request.request, ErrorCode::kNotFound, "You are not logged in any more.");
  }
  const Campaign& campaign = world.campaign(session->campaign).record;
  const DispositionRule* rule = find_rule(campaign, request.disposition);
  if (auto error = objection(world, *session, request, rule)) {
    return world.refuse(request.request, error->code, error->message, error->field);
  }
  SaveDisposition saving;
  saving.request = request.request;
  saving.attempt = request.attempt;
  saving.lead = session->last.lead->id;
  saving.agent = session->agent;
  saving.campaign = session->campaign;
  saving.rule = *rule;
  saving.notes = request.notes;
  saving.tags = request.tags;
  if (rule->callback) {
    saving.callback_at = request.callback_at;
    saving.callback_for_me = request.callback_for_me;
  }
  saving.fate = fate_after_disposition(campaign, *session->last.lead, *rule, saving.callback_at,
                                       world.now.wall);
  if (Call* call = world.find_call(request.attempt)) remember_in_call(*call, saving);
  lead_buffer::let_go(world, world.campaign(session->campaign), saving.lead);
  world.dispositions[request.request] = {request.session, request.attempt, saving.lead,
                                         request.then_pause, request.pause_reason};
  session->saving = request.request;
  world.timers.cancel(TimerKind::kSessionWrapUp, session->id.value);
  world.store(std::move(saving));
}

void saved(World& world, const DispositionSaved& event) {
  const auto node = world.dispositions.extract(event.request);
  if (node.empty()) return;
  const PendingDisposition& pending = node.mapped();
  AgentSession* session = world.find_session(pending.session);
  const bool awaited = session && session->saving == event.request;
  if (awaited) session->saving = {};
  if (!event.error.empty()) {
    world.refuse(event.request, ErrorCode::kStorage,
                 fmt::format("The disposition could not be saved: {} Try again.", event.error));
    if (awaited && session->state == AgentState::kWrapUp) start_clock(world, *session);
    return;
  }
  world.done(event.request);
  if (!session || session->last.attempt != pending.attempt) return;
  const bool first = !session->last.disposed;
  session->last.disposed = true;
  live_board::changed(world, *session);
  if (pending.then_pause) pause_afterwards(world, *session, pending.pause_reason);
  const bool in_panel = session->attempt == pending.attempt;
  const bool call_is_over =
      session->state == AgentState::kWrapUp || (session->state == AgentState::kPaused && first);
  if (in_panel && call_is_over) agent_sessions::settle(world, *session);
}

void overdue(World& world, AgentSession& session) {
  if (session.state != AgentState::kWrapUp) return;
  session.wrap_up_until.reset();
  if (!session.end_after.empty()) return agent_sessions::settle(world, session);
  agent_sessions::enter(world, session, AgentState::kPaused, "no disposition");
}

void put_off(AgentSession& session) {
  session.attempt = {};
  session.lead.reset();
}

std::optional<OwedDisposition> owed(const World& world, const AgentSession& session) {
  const LastCall& last = session.last;
  if (!last.attempt || last.disposed || session.attempt == last.attempt) return std::nullopt;
  if (world.campaigns.at(session.campaign).record.dispositions.empty()) return std::nullopt;
  if (last.handed_on && has_been_disposed_of(world, session)) return std::nullopt;
  return OwedDisposition{last.attempt, last.lead};
}

}  // namespace carillon::core::wrap_up
