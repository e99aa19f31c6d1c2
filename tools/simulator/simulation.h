// Simulation: one seeded run of the real engine among simulated people, phones, disks and faults.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace carillon::simulator {

/// Ways to break the world on purpose, to prove that the referee notices.
enum class Breakage {
  kNone,
  kDialBeforeDisk,      ///< the store says "written" before it is
  kForgetCommits,       ///< the store says "written" and writes nothing
  kForgetDispositions,  ///< acknowledged dispositions never reach the disk
  kForgetOutcomes,      ///< ends of attempts never reach the disk
  kForgetOpenAttempts,  ///< after a crash the leads in open attempts are free again
  kReserveNothing,      ///< the store gives a lead out again while it is in a call
  kZombieCalls,         ///< the network does not end calls when it is told to
  kDeafNetwork,         ///< the network connects nobody
  kWrongZones,          ///< the engine's clock of the customers is twelve hours off
  kEndlessSessions,     ///< nobody tells the engine that browsers are gone
};

/// The name on the command line, "none" and so on.
std::string_view to_string(Breakage breakage);

struct Options {
  uint64_t seed = 1;
  Duration length = 20min;
  bool trace = false;  ///< every message to stdout
  Breakage breakage = Breakage::kNone;
};

struct Report {
  std::vector<std::string> violations;  ///< "rule: what happened, when"
  int64_t steps = 0;
  int64_t calls = 0;
  int64_t conversations = 0;
  int64_t dropped = 0;
  int64_t dispositions = 0;
  int64_t crashes = 0;
};

/// Runs one seed to its end, or to its first violations.
Report simulate(const Options& options);

}  // namespace carillon::simulator
