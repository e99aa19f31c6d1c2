// Network: the telephone network with its customers, and the agents' lines, as telephony would
// report them.
#pragma once

#include <functional>
#include <map>

#include "agenda.h"
#include "core/messages/calls.h"
#include "random.h"
#include "referee.h"
#include "simulation.h"

namespace carillon::simulator {

/// What can go wrong in it, as probabilities.
struct NetworkFaults {
  double end_lost = 0;     ///< the end of a call is never reported
  double answer_lost = 0;  ///< an answer is never reported
  double line_breaks = 0;  ///< for each look at a line
};

/// Owned by the Simulation.
class Network {
 public:
  Network(Agenda& agenda, Random& random, Referee& referee, Breakage breakage,
          std::function<void(TelephonyEvent)> report)
      : agenda_(agenda),
        random_(random),
        referee_(referee),
        breakage_(breakage),
        report_(std::move(report)) {}

  void carry_out(const TelephonyCommand& command);
  /// The server's process died: every call and line with it.
  void crash();
  /// The lines of some agents break for a while.
  void shake_lines();

  NetworkFaults faults;
  int64_t calls_placed = 0;
  int64_t conversations = 0;
  int64_t messages_played = 0;

 private:
  struct Customer {
    int64_t serial = 0;
    bool answered = false;
    bool connected = false;
  };

  void place(const PlaceCall& command);
  void plan_answer(AttemptId attempt, Duration after);
  void plan_end(AttemptId attempt, Duration after, Outcome outcome, bool try_next = false);
  void end(AttemptId attempt, Outcome outcome, EndedBy by, bool try_next = false);
  /// Does `action` after `delay` if the call still lives then.
  void later(AttemptId attempt, Duration delay, std::function<void(Customer&)> action);
  void open_line(AgentSessionId session);
  void place_side_call(SideCallId call);
  void end_side_call(SideCallId call, Outcome outcome);

  Agenda& agenda_;
  Random& random_;
  Referee& referee_;
  const Breakage breakage_;
  std::function<void(TelephonyEvent)> report_;
  std::map<AttemptId, Customer> customers_;
  std::map<SideCallId, bool> side_calls_;    ///< under way, and whether answered
  std::map<AgentSessionId, int64_t> lines_;  ///< open ones, with their serial
  int64_t serial_ = 0;
};

}  // namespace carillon::simulator
