#include "simulation.h"

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "agenda.h"
#include "core/engine.h"
#include "core/testing/fixed_zones.h"
#include "core/testing/model_store.h"
#include "network.h"
#include "people.h"
#include "random.h"
#include "referee.h"
#include "trace.h"

namespace carillon::simulator {
namespace {

using core::CoreCommand;
using core::CoreEvent;
using core::testing::FixedZones;
using core::testing::ModelStore;

// A call that is parked at the last moment: twice the park limit, the message, and its end.
constexpr Duration kAftermath = 12min;

/// One run: the engine in the middle, channels to everybody else, faults from above.
class Simulation {
 public:
  explicit Simulation(const Options& options)
      : options_(options),
        random_(options.seed),
        referee_(disk_, zones_),
        network_(agenda_, random_, referee_, options.breakage,
                 [this](TelephonyEvent event) { from_network(std::move(event)); }),
        people_(agenda_, random_, options.breakage,
                [this](CoreRequest request) { from_people(std::move(request)); }) {}

  Report run();

 private:
  // The world before the first event.
  void build();
  void build_campaign(int number, int agents);
  void add_leads(CampaignId campaign, int64_t count);

  // The server's life.
  void start();
  void crash();
  void step(const CoreEvent& event);
  void plan_tick();
  void carry_out(const CoreCommand& command);
  void to_disk(const StoreCommand& command);
  void from_disk(StoreEvent event);
  void from_network(TelephonyEvent event);
  void from_people(CoreRequest request);
  void show(const LiveEvent& event);
  std::optional<StoreEvent> apply(const StoreCommand& command);

  // Faults and changes.
  void misfortune();
  void strike(int64_t kind);
  void break_disk(bool ModelStore::* fault, Duration time);
  void switch_campaign();
  void forbid_a_lead();
  void trunk_outage();
  void remove_something();
  void end_faults();
  void go_home();

  Now now() const { return {agenda_.now(), wall_base_ + agenda_.now().time_since_epoch()}; }
  void note(const char* arrow, const std::string& line) const;
  CampaignId any_campaign();

  const Options options_;
  Agenda agenda_;
  Random random_;
  ModelStore disk_;
  FixedZones zones_;
  FixedZones engine_zones_;
  Referee referee_;
  Network network_;
  People people_;
  Channel disk_in_{agenda_}, disk_out_{agenda_}, phone_in_{agenda_}, phone_out_{agenda_},
      people_in_{agenda_};
  std::unique_ptr<core::Engine> engine_;
  int64_t life_ = 0;  ///< messages of a former life of the server are lost
  SteadyTime planned_tick_{};
  int ticks_in_a_row_ = 0;
  WallTime wall_base_{};
  bool faults_on_ = true;
  Report report_;
};

void Simulation::note(const char* arrow, const std::string& line) const {
  if (!options_.trace || line.empty()) return;
  fmt::print("{:9.3f} {} {}\n",
             static_cast<double>(agenda_.now().time_since_epoch().count()) / 1000, arrow, line);
}

// ------------------------------------------------------------------------------- the world

void Simulation::build() {
  wall_base_ = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
               std::chrono::minutes{random_.between(0, 24 * 60)};
  for (int64_t i = 1; i <= 2; ++i) {
    Trunk trunk;
    trunk.id = TrunkId{i};
    trunk.name = fmt::format("trunk {}", i);
    trunk.channels = static_cast<int>(random_.between(3, 40));
    trunk.cps = static_cast<double>(random_.between(1, 40)) / 2;
    disk_.trunks[trunk.id] = trunk;
  }
  const int campaigns = static_cast<int>(random_.between(1, 3));
  for (int number = 1; number <= campaigns; ++number) {
    build_campaign(number, static_cast<int>(random_.between(1, 7)));
  }
  std::vector<CampaignId> all;
  for (const auto& [id, campaign] : disk_.campaigns) all.push_back(id);
  for (const auto& [id, user] : disk_.agents) people_.add(id, all);
  for (auto& [id, campaign] : disk_.campaigns) {
    for (const auto& [agent, user] : disk_.agents) campaign.agents.push_back(agent);
  }
  if (options_.breakage == Breakage::kWrongZones) {
    for (auto& [zone, offset] : engine_zones_.offset_min) offset += 12 * 60;
  }
  disk_.forget_commits = options_.breakage == Breakage::kForgetCommits;
}

void Simulation::build_campaign(int number, int agents) {
  Campaign campaign;
  campaign.id = CampaignId{number};
  campaign.name = fmt::format("campaign {}", number);
  campaign.type = random_.chance(0.25) ? DialerType::kPreview : DialerType::kAuto;
  campaign.active = true;
  campaign.source_statuses = {"New"};
  campaign.outbound_multiplier =
      random_.chance(0.5) ? 1.0 : static_cast<double>(random_.between(10, 40)) / 10;
  campaign.trunks = {TrunkId{1}, TrunkId{2}};
  campaign.channels = static_cast<int>(random_.between(2, 30));
  campaign.cps = static_cast<double>(random_.between(1, 40)) / 2;
  campaign.ring_timeout_ms = random_.between(15'000, 40'000);
  campaign.retry_rules = {
      {Outcome::kBusy, 60}, {Outcome::kNoAnswer, 120}, {Outcome::kDropped, 300}};
  disk_.campaigns[campaign.id] = campaign;
  for (int i = 0; i < agents; ++i) {
    User user;
    user.id = UserId{static_cast<int64_t>(disk_.agents.size()) + 1};
    user.name = fmt::format("agent {}", user.id);
    if (random_.chance(0.2)) user.role = Role::kSupervisor;
    disk_.agents[user.id] = user;
  }
  add_leads(campaign.id, random_.between(30, 400));
}

void Simulation::add_leads(CampaignId campaign, int64_t count) {
  static const std::vector<std::vector<std::string>> kPlaces{
      {"UTC"},
      {"Europe/Berlin"},
      {"America/New_York"},
      {"Asia/Kolkata"},
      {"America/New_York", "America/Los_Angeles"},
      {}};
  const auto last = static_cast<int64_t>(kPlaces.size()) - 1;
  for (int64_t i = 0; i < count; ++i) {
    Lead lead;
    lead.phone = fmt::format("+1555{:07}", disk_.leads.size() + 1);
    lead.zone_set = disk_.zone_set(kPlaces[static_cast<size_t>(random_.between(0, last))]);
    if (random_.chance(0.05)) lead.status = "Sold";
    disk_.add_lead(campaign, lead);
  }
}

// ------------------------------------------------------------------------------- the server

void Simulation::start() {
  ++life_;
  engine_ = std::make_unique<core::Engine>(core::EngineOptions{}, engine_zones_);
  StoreReady ready = disk_.recover();
  if (options_.breakage == Breakage::kForgetOpenAttempts) {
    for (auto& [id, row] : disk_.attempts) {
      if (row.recovered) disk_.leads.at(row.attempt.lead).lead.finished = false;
    }
  }
  referee_.recovered();
  step(StoreEvent{std::move(ready)});
}

void Simulation::crash() {
  if (!engine_) return;
  note("**", "the server crashes");
  ++report_.crashes;
  engine_.reset();
  ++life_;
  for (Channel* channel : {&disk_in_, &disk_out_, &phone_in_, &phone_out_, &people_in_}) {
    channel->reset();
  }
  referee_.crashed();
  network_.crash();
  people_.crash();
  agenda_.in(random_.between(500ms, 8s), [this] { start(); });
}

void Simulation::step(const CoreEvent& event) {
  if (!engine_) return;
  ++report_.steps;
  note("->", describe(event));
  referee_.set_time(now());
  referee_.told(event);
  std::vector<CoreCommand> commands;
  engine_->step(event, now(), commands);
  referee_.step_done(commands);
  for (const CoreCommand& command : commands) carry_out(command);
  plan_tick();
}

/// The server's loop sleeps until next_deadline(), and sometimes a little longer.
void Simulation::plan_tick() {
  const auto deadline = engine_->next_deadline();
  if (!deadline) return;
  ticks_in_a_row_ = *deadline <= agenda_.now() ? ticks_in_a_row_ + 1 : 0;
  if (ticks_in_a_row_ > 1000) {
    referee_.foul("the engine rests", "it asks for the same moment again and again");
    ticks_in_a_row_ = 0;
    return;
  }
  if (planned_tick_ > agenda_.now() && planned_tick_ <= *deadline) return;
  planned_tick_ = std::max(*deadline, agenda_.now());
  agenda_.at(planned_tick_, [this, life = life_, at = planned_tick_] {
    if (life == life_ && at == planned_tick_) {
      planned_tick_ = {};
      step(core::Tick{});
    }
  });
}

void Simulation::carry_out(const CoreCommand& command) {
  note("<-", describe(command));
  if (const auto* c = std::get_if<StoreCommand>(&command)) to_disk(*c);
  if (const auto* c = std::get_if<TelephonyCommand>(&command)) {
    phone_out_.send(random_.between(0ms, 3ms), [this, life = life_, command = *c] {
      if (life == life_) network_.carry_out(command);
    });
  }
  if (const auto* c = std::get_if<LiveEvent>(&command)) show(*c);
}

void Simulation::to_disk(const StoreCommand& command) {
  const bool slow = faults_on_ && random_.chance(0.002);
  const Duration delay = slow ? random_.between(500ms, 4s) : random_.between(1ms, 25ms);
  if (options_.breakage == Breakage::kDialBeforeDisk) {
    if (const auto* commit = std::get_if<CommitAttempt>(&command)) {
      from_disk(AttemptCommitted{commit->attempt.id});
    }
  }
  disk_in_.send(delay, [this, life = life_, command] {
    if (life != life_) return;
    if (auto answer = apply(command)) from_disk(std::move(*answer));
  });
}

std::optional<StoreEvent> Simulation::apply(const StoreCommand& command) {
  if (const auto* save = std::get_if<SaveDisposition>(&command)) {
    ++report_.dispositions;
    if (options_.breakage == Breakage::kForgetDispositions) {
      return DispositionSaved{save->request, save->attempt, ""};
    }
  }
  if (std::holds_alternative<FinishAttempt>(command) &&
      options_.breakage == Breakage::kForgetOutcomes && random_.chance(0.1)) {
    return std::nullopt;
  }
  auto answer = disk_.apply(command);
  if (options_.breakage == Breakage::kReserveNothing) {
    for (auto& [id, row] : disk_.leads) row.reserved = false;
  }
  const bool already_told = options_.breakage == Breakage::kDialBeforeDisk && answer &&
                            std::holds_alternative<AttemptCommitted>(*answer);
  return already_told ? std::nullopt : answer;
}

void Simulation::from_disk(StoreEvent event) {
  disk_out_.send(random_.between(0ms, 2ms), [this, life = life_, event = std::move(event)] {
    if (life == life_) step(event);
  });
}

void Simulation::from_network(TelephonyEvent event) {
  const bool late = faults_on_ && random_.chance(0.003);
  const Duration delay = late ? random_.between(500ms, 4s) : random_.between(0ms, 20ms);
  phone_in_.send(delay, [this, life = life_, event = std::move(event)] {
    if (life == life_) step(event);
  });
}

void Simulation::from_people(CoreRequest request) {
  if (!engine_) return;  // the API answers 503 by itself
  const RequestId id = std::visit([](const auto& one) { return one.request; }, request);
  referee_.asked(id);
  if (const auto* submit = std::get_if<SubmitDisposition>(&request)) {
    referee_.disposition_sent(id, submit->attempt);
  }
  const Duration delay =
      random_.chance(0.01) ? random_.between(200ms, 3s) : random_.between(1ms, 40ms);
  people_in_.send(delay, [this, life = life_, request = std::move(request)] {
    if (life == life_) step(request);
  });
}

void Simulation::show(const LiveEvent& event) {
  if (const auto* live = std::get_if<AgentLive>(&event)) people_.see(*live);
  if (const auto* gone = std::get_if<AgentGone>(&event)) people_.see(*gone);
  if (const auto* call = std::get_if<CallLive>(&event)) people_.see(*call);
}

// ------------------------------------------------------------------------------- misfortunes

void Simulation::misfortune() {
  agenda_.in(5s + random_.around(40s), [this] { misfortune(); });
  if (faults_on_) strike(random_.between(0, 15));
}

void Simulation::strike(int64_t kind) {
  switch (kind) {
    case 0:
    case 1: {
      const Duration stall = random_.between(2s, 60s);
      note("**", fmt::format("the database stalls for {} ms", stall.count()));
      return disk_in_.stall_until(agenda_.now() + stall);
    }
    case 2: return break_disk(&ModelStore::refuse_attempts, random_.between(1s, 20s));
    case 3: return break_disk(&ModelStore::fail_claims, random_.between(1s, 20s));
    case 4: return break_disk(&ModelStore::fail_dispositions, random_.between(1s, 20s));
    case 5: {
      const Duration jump = random_.chance(0.5)
                                ? Duration{random_.between(-90'000, 90'000)}
                                : Duration{random_.between(-50'000'000, 50'000'000)};
      note("**", fmt::format("the wall clock jumps by {} ms", jump.count()));
      wall_base_ += jump;
      return;
    }
    case 6: return trunk_outage();
    case 7: return phone_in_.stall_until(agenda_.now() + random_.between(500ms, 5s));
    case 8: return random_.chance(0.5) ? crash() : void();
    case 9: return switch_campaign();
    case 10: return forbid_a_lead();
    case 11: {
      const CampaignId campaign = any_campaign();
      add_leads(campaign, random_.between(1, 30));
      from_disk(LeadsChanged{campaign});
      return;
    }
    case 12: return random_.chance(0.1) ? remove_something() : void();
    default: return network_.shake_lines();
  }
}

void Simulation::break_disk(bool ModelStore::* fault, Duration time) {
  note("**", "the disk begins to fail");
  disk_.*fault = true;
  agenda_.in(time, [this, fault] { disk_.*fault = false; });
}

CampaignId Simulation::any_campaign() {
  auto it = disk_.campaigns.begin();
  std::advance(it, random_.between(0, static_cast<int64_t>(disk_.campaigns.size()) - 1));
  return it->first;
}

void Simulation::switch_campaign() {
  const CampaignId id = any_campaign();
  const auto change = [this, id](bool active) {
    const auto it = disk_.campaigns.find(id);
    if (it == disk_.campaigns.end()) return;
    it->second.active = active;
    it->second.outbound_multiplier = static_cast<double>(random_.between(10, 40)) / 10;
    from_disk(CampaignChanged{it->second});
  };
  change(random_.chance(0.3));
  agenda_.in(random_.between(1s, 60s), [this, change] {
    if (faults_on_) change(true);
  });
}

void Simulation::forbid_a_lead() {
  if (disk_.leads.empty()) return;
  auto it = disk_.leads.begin();
  std::advance(it, random_.between(0, static_cast<int64_t>(disk_.leads.size()) - 1));
  it->second.do_not_call = true;
  from_disk(LeadsChanged{it->second.campaign});
}

void Simulation::trunk_outage() {
  const TrunkId trunk{random_.between(1, 2)};
  from_network(TrunkStateChanged{trunk, false, "it does not answer"});
  agenda_.in(random_.between(1s, 60s),
             [this, trunk] { from_network(TrunkStateChanged{trunk, true, ""}); });
}

void Simulation::remove_something() {
  if (disk_.campaigns.size() < 2) return;
  const CampaignId id = any_campaign();
  note("**", fmt::format("campaign {} is removed", id));
  disk_.campaigns.erase(id);
  from_disk(CampaignRemoved{id});
}

void Simulation::end_faults() {
  faults_on_ = false;
  network_.faults = {};
  disk_.refuse_attempts = disk_.fail_claims = disk_.fail_dispositions = false;
}

void Simulation::go_home() {
  people_.go_home();
  for (auto& [id, campaign] : disk_.campaigns) {
    campaign.active = false;
    if (engine_) from_disk(CampaignChanged{campaign});
  }
}

Report Simulation::run() {
  build();
  start();
  network_.faults = {.end_lost = 0.004, .answer_lost = 0.002, .line_breaks = 0.3};
  misfortune();
  const SteadyTime end = agenda_.now() + options_.length;
  agenda_.at(end, [this] { end_faults(); });
  agenda_.at(end + 20s, [this] { go_home(); });
  const SteadyTime last = end + kAftermath;
  SteadyTime look = agenda_.now();
  while (agenda_.run_one(last)) {
    if (referee_.violations().size() > 5) break;
    if (agenda_.now() < look) continue;
    look = agenda_.now() + 1s;
    referee_.set_time(now());
    if (engine_) referee_.look_around();
  }
  referee_.set_time(now());
  if (referee_.violations().empty()) referee_.final_whistle();
  report_.violations = referee_.violations();
  report_.calls = network_.calls_placed;
  report_.conversations = network_.conversations;
  report_.dropped = network_.messages_played;
  return report_;
}

}  // namespace

std::string_view to_string(Breakage breakage) {
  switch (breakage) {
    case Breakage::kNone: return "none";
    case Breakage::kDialBeforeDisk: return "dial-before-disk";
    case Breakage::kForgetCommits: return "forget-commits";
    case Breakage::kForgetDispositions: return "forget-dispositions";
    case Breakage::kForgetOutcomes: return "forget-outcomes";
    case Breakage::kForgetOpenAttempts: return "forget-open-attempts";
    case Breakage::kReserveNothing: return "reserve-nothing";
    case Breakage::kZombieCalls: return "zombie-calls";
    case Breakage::kDeafNetwork: return "deaf-network";
    case Breakage::kWrongZones: return "wrong-zones";
    case Breakage::kEndlessSessions: return "endless-sessions";
  }
  return "?";
}

Report simulate(const Options& options) { return Simulation(options).run(); }

}  // namespace carillon::simulator
