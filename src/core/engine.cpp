#include "core/engine.h"

#include <utility>

#include "core/agent_requests.h"
#include "core/agent_sessions.h"
#include "core/attempts.h"
#include "core/dialer.h"
#include "core/handover.h"
#include "core/lead_buffer.h"
#include "core/live_board.h"
#include "core/record_changes.h"
#include "core/world.h"
#include "core/wrap_up.h"

namespace carillon::core {
namespace {

RequestId id_of(const CoreRequest& request) {
  return std::visit([](const auto& one) { return one.request; }, request);
}

}  // namespace

/// Hands each event to the file that knows what it means, then lets the dialer look at every
/// campaign that it touched.
class Engine::Impl {
 public:
  Impl(EngineOptions options, const TimeZones& zones) : world_(std::move(options), zones) {}

  void step(const CoreEvent& event, Now now, std::vector<CoreCommand>& out) {
    now.steady = std::max(now.steady, world_.now.steady);
    world_.now = now;
    world_.out = &out;
    live_board::roll_day(world_);
    fire_timers();
    std::visit([this](const auto& one) { take(one); }, event);
    run_dialers();
    fire_timers();  // figures that may be published at once
    run_dialers();
    live_board::flush(world_);
    world_.out = nullptr;
  }

  std::optional<SteadyTime> next_deadline() const { return world_.timers.next(); }

 private:
  void take(const Tick&) {}

  void take(const CoreRequest& request) {
    if (world_.ready) return agent_requests::handle(world_, request);
    world_.refuse(id_of(request), ErrorCode::kUnavailable,
                  "The server is still starting: try again in a moment.");
  }

  void take(const StoreEvent& event) {
    if (!world_.ready && !std::holds_alternative<StoreReady>(event)) return;
    std::visit([this](const auto& one) { handle(one); }, event);
  }
  void take(const TelephonyEvent& event) {
    if (!world_.ready) return;
    std::visit([this](const auto& one) { handle(one); }, event);
  }

  void handle(const StoreReady& event) { record_changes::ready(world_, event); }
  void handle(const LeadsClaimed& event) { record_changes::leads_claimed(world_, event); }
  void handle(const CallbacksClaimed& event) { record_changes::callbacks_claimed(world_, event); }
  void handle(const AttemptCommitted& event) { attempts::committed(world_, event.attempt); }
  void handle(const AttemptRefused& event) { attempts::refused(world_, event); }
  void handle(const DispositionSaved& event) { wrap_up::saved(world_, event); }
  void handle(const CampaignChanged& event) {
    record_changes::campaign_changed(world_, event.campaign);
  }
  void handle(const CampaignRemoved& event) {
    record_changes::campaign_removed(world_, event.campaign);
  }
  void handle(const TrunksChanged& event) { record_changes::trunks_changed(world_, event.trunks); }
  void handle(const AgentsChanged& event) { record_changes::agents_changed(world_, event.agents); }
  void handle(const ZoneSetsChanged& event) {
    record_changes::zone_sets_changed(world_, event.zone_sets);
  }
  void handle(const LeadEdited& event) { record_changes::lead_edited(world_, event.lead); }
  void handle(const LeadsChanged& event) { record_changes::leads_changed(world_, event.campaign); }

  void handle(const CallProgress& event) { attempts::progress(world_, event); }
  void handle(const CallAnswered& event) { attempts::answered(world_, event.attempt); }
  void handle(const CallEnded& event) { attempts::ended(world_, event); }
  void handle(const SideCallAnswered& event) { handover::side_answered(world_, event.call); }
  void handle(const SideCallEnded& event) { handover::side_ended(world_, event); }
  void handle(const CallDigit&) {}  // of use to an IVR only
  void handle(const RecordingFinished& event) { attempts::recording_finished(world_, event); }
  void handle(const AgentLineUp& event) { agent_sessions::line_up(world_, event.session); }
  void handle(const AgentLineDown& event) { agent_sessions::line_down(world_, event); }
  void handle(const TrunkStateChanged& event) { record_changes::trunk_state(world_, event); }
  void handle(const PhoneRegistered&) {}  // OpenAgentLine finds out by calling

  void fire_timers() {
    while (const auto due = world_.timers.pop_due(world_.now.steady)) fire(due->kind, due->id);
  }

  void fire(TimerKind kind, int64_t id) {
    switch (kind) {
      case TimerKind::kAttempt: return attempts::overdue(world_, AttemptId{id});
      case TimerKind::kSessionWrapUp:
      case TimerKind::kSessionAbsent:
      case TimerKind::kSessionGone:
      case TimerKind::kSessionLine:
      case TimerKind::kSessionResume:
      case TimerKind::kSessionPreview:
      case TimerKind::kSessionEcho:
        return agent_sessions::overdue(world_, AgentSessionId{id}, kind);
      case TimerKind::kCampaignWake: return touch(CampaignId{id});
      case TimerKind::kCampaignPublish: return live_board::campaign_due(world_, CampaignId{id});
      case TimerKind::kParkedLeads:
        if (auto* campaign = world_.find_campaign(CampaignId{id})) {
          lead_buffer::release_parked(world_, *campaign);
        }
        return touch(CampaignId{id});
      case TimerKind::kTrunkTurn: return next_turn(TrunkId{id});
      case TimerKind::kTrunkRest: return rest_over(TrunkId{id});
      case TimerKind::kTrunkPublish: return live_board::trunk_due(world_, TrunkId{id});
      case TimerKind::kDay: return;  // every step begins with a look at the day
    }
  }

  void rest_over(TrunkId id) {
    if (TrunkLine* trunk = world_.find_trunk(id)) {
      trunk->rest_over();
      live_board::changed(world_, *trunk);
    }
    world_.touch_campaigns_of(id);
  }

  void touch(CampaignId id) {
    if (DialingCampaign* campaign = world_.find_campaign(id)) world_.touch(*campaign);
  }

  void next_turn(TrunkId id) {
    if (const TrunkLine* trunk = world_.find_trunk(id)) touch(trunk->next_in_line());
  }

  void run_dialers() {
    while (!world_.dirty.empty()) {
      const CampaignId id = world_.dirty.front();
      world_.dirty.pop_front();
      DialingCampaign* campaign = world_.find_campaign(id);
      if (!campaign) continue;
      campaign->dirty = false;
      dialer::run(world_, *campaign);
      record_changes::forget_if_over(world_, id);
    }
  }

  World world_;
};

Engine::Engine(EngineOptions options, const TimeZones& zones)
    : impl_(std::make_unique<Impl>(std::move(options), zones)) {}
Engine::~Engine() = default;

void Engine::step(const CoreEvent& event, Now now, std::vector<CoreCommand>& out) {
  impl_->step(event, now, out);
}

std::optional<SteadyTime> Engine::next_deadline() const { return impl_->next_deadline(); }

}  // namespace carillon::core
