// How long one step of the core takes, with a full house: 2,000 agents, 10,000 calls under way.
#include <deque>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/engine.h"
#include "core/testing/fixed_zones.h"

namespace {

using namespace carillon;
using core::CoreCommand;
using core::CoreEvent;

/// A campaign whose store, network and agents answer at once; time passes a millisecond an event.
class FullHouse {
 public:
  FullHouse(int agents, double multiplier) : agents_(agents) {
    StoreReady ready;
    Campaign campaign;
    campaign.id = CampaignId{1};
    campaign.active = true;
    campaign.source_statuses = {"New"};
    campaign.trunks = {TrunkId{1}};
    campaign.outbound_multiplier = multiplier;
    campaign.channels = 20'000;
    campaign.cps = 1000;
    campaign.window_from_min = 0;
    campaign.window_to_min = 24 * 60;
    Trunk trunk;
    trunk.id = TrunkId{1};
    trunk.channels = 20'000;
    trunk.cps = 1000;
    ready.trunks = {trunk};
    ready.zone_sets = {{ZoneSetId{1}, {"UTC"}}};
    for (int i = 1; i <= agents; ++i) {
      User user;
      user.id = UserId{i};
      ready.agents.push_back(user);
      campaign.agents.push_back(user.id);
    }
    ready.campaigns = {campaign};
    step(StoreEvent{ready});
    for (int i = 1; i <= agents; ++i) log_in(i);
  }

  /// One event: the oldest call is answered or not, or a conversation ends.
  void turn() {
    if (!answers_.empty()) {
      const CoreEvent event = std::move(answers_.front());
      answers_.pop_front();
      return step(event);
    }
    const bool hang_up = std::ssize(talking_) * 2 > agents_;
    auto& from = hang_up ? talking_ : ringing_;
    if (from.empty()) return step(core::Tick{});
    const AttemptId attempt = from.front();
    from.pop_front();
    if (!hang_up && ++count_ % 4 == 0) return step(TelephonyEvent{CallAnswered{attempt}});
    CallEnded ended;
    ended.attempt = attempt;
    ended.outcome = hang_up ? Outcome::kAnswered : Outcome::kNoAnswer;
    step(TelephonyEvent{ended});
  }

  /// Until as many calls ring as the pace allows.
  void fill(int calls) {
    for (int i = 0; i < 200'000 && std::ssize(ringing_) < calls; ++i) {
      if (answers_.empty()) {
        step(core::Tick{});
      } else {
        turn();
      }
    }
  }
  int64_t ringing() const { return std::ssize(ringing_); }

 private:
  void log_in(int number) {
    OpenAgentSession open;
    open.request = RequestId{1};
    open.agent = UserId{number};
    open.campaign = CampaignId{1};
    step(open);
    const AgentSessionId session{number};
    step(TelephonyEvent{AgentLineUp{session}});
    AgentPresence presence;
    presence.session = session;
    presence.present = true;
    step(presence);
    SetAgentReady ready;
    ready.session = session;
    ready.ready = true;
    step(ready);
  }

  void step(const CoreEvent& event) {
    now_.steady += 1ms;
    now_.wall += 1ms;
    commands_.clear();
    engine_.step(event, now_, commands_);
    for (const CoreCommand& command : commands_) answer(command);
  }

  void answer(const CoreCommand& command) {
    if (const auto* store = std::get_if<StoreCommand>(&command)) {
      if (const auto* claim = std::get_if<ClaimLeads>(store)) give_leads(claim->count);
      if (const auto* commit = std::get_if<CommitAttempt>(store)) {
        answers_.push_back(StoreEvent{AttemptCommitted{commit->attempt.id}});
      }
      if (const auto* save = std::get_if<SaveDisposition>(store)) {
        answers_.push_back(StoreEvent{DispositionSaved{save->request, save->attempt, ""}});
      }
    }
    if (const auto* phone = std::get_if<TelephonyCommand>(&command)) {
      if (const auto* place = std::get_if<PlaceCall>(phone)) ringing_.push_back(place->attempt);
      if (const auto* connect = std::get_if<ConnectCall>(phone)) {
        talking_.push_back(connect->attempt);
      }
    }
    if (const auto* live = std::get_if<LiveEvent>(&command)) {
      const auto* agent = std::get_if<AgentLive>(live);
      if (agent && agent->state == AgentState::kWrapUp && agent->wrap_up_until) submit(*agent);
    }
  }

  void submit(const AgentLive& agent) {
    SubmitDisposition submit;
    submit.request = RequestId{++requests_};
    submit.session = agent.session;
    submit.attempt = agent.attempt;
    submit.disposition = "SALE MADE";
    answers_.push_back(submit);
  }

  void give_leads(int count) {
    LeadsClaimed claimed;
    claimed.campaign = CampaignId{1};
    for (int i = 0; i < count; ++i) {
      Lead lead;
      lead.id = LeadId{++leads_};
      lead.phone = "+4930" + std::to_string(leads_);
      lead.zone_set = ZoneSetId{1};
      claimed.leads.push_back(std::make_shared<const Lead>(std::move(lead)));
    }
    answers_.push_back(StoreEvent{std::move(claimed)});
  }

  const int agents_;
  core::testing::FixedZones zones_;
  core::Engine engine_{core::EngineOptions{}, zones_};
  Now now_{SteadyTime{1s}, from_unix_ms(1'800'000'000'000)};
  std::vector<CoreCommand> commands_;
  std::deque<CoreEvent> answers_;
  std::deque<AttemptId> ringing_, talking_;
  int64_t leads_ = 0, requests_ = 1, count_ = 0;
};

/// The ratio of the two rows is what matters: a step must not cost more in a full house.
void step_of_the_core(benchmark::State& state) {
  FullHouse house(static_cast<int>(state.range(0)), 5);
  house.fill(static_cast<int>(state.range(0)) * 5);
  state.counters["ringing"] = static_cast<double>(house.ringing());
  for (auto _ : state) house.turn();
}
BENCHMARK(step_of_the_core)->Arg(20)->Arg(200)->Arg(2000);

}  // namespace

BENCHMARK_MAIN();
