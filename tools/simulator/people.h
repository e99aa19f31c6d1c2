// People: simulated agents with their moods, forgetfulness and broken browsers.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "agenda.h"
#include "core/messages/live.h"
#include "random.h"
#include "simulation.h"

namespace carillon::simulator {

/// The agents of a run. They see what the engine shows to them and ask what the console could ask.
/// Owned by the Simulation.
class People {
 public:
  using Ask = std::function<void(CoreRequest)>;

  People(Agenda& agenda, Random& random, Breakage breakage, Ask ask)
      : agenda_(agenda), random_(random), breakage_(breakage), ask_(std::move(ask)) {}

  void add(UserId agent, std::vector<CampaignId> campaigns);
  /// What the engine shows and answers.
  void see(const AgentLive& live);
  void see(const AgentGone& gone);
  void see(const CallLive& call);
  /// The server died: everybody is logged out.
  void crash();
  /// Everybody goes home, politely or not.
  void go_home();

 private:
  struct Person {
    UserId agent;
    std::vector<CampaignId> campaigns;
    std::optional<AgentLive> live;
    SteadyTime state_since{};
    bool browser = false;     ///< its browser is connected
    SteadyTime away_until{};  ///< vanished: does nothing before
    Duration patience{};      ///< what this state of his will take
  };

  void think(Person& person);
  void log_in(Person& person);
  void vanish(Person& person);
  void work(Person& person);
  void talk(Person& person);
  void with_third(Person& person);
  void test_headset(Person& person);
  TransferTarget somebody();
  bool retrieve(Person& person);
  void submit(Person& person);
  void browser(Person& person, bool present);
  RequestId next_id() { return RequestId{++last_request_}; }
  template <class Request>
  void ask(Person& person, Request request) {
    request.request = next_id();
    if constexpr (requires { request.session; }) request.session = person.live->session;
    ask_(request);
  }

  Agenda& agenda_;
  Random& random_;
  const Breakage breakage_;
  Ask ask_;
  std::map<UserId, Person> people_;
  std::set<AttemptId> parked_;
  bool home_ = false;
  int64_t last_request_ = 0;
};

}  // namespace carillon::simulator
