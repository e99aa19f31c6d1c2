// carillon_simulator: runs the dialing core against simulated people, phones and disks.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "simulation.h"

namespace {

using carillon::simulator::Breakage;
using carillon::simulator::Options;
using carillon::simulator::Report;

constexpr auto kLastBreakage = Breakage::kEndlessSessions;

Breakage breakage_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(kLastBreakage); ++i) {
    if (to_string(static_cast<Breakage>(i)) == name) return static_cast<Breakage>(i);
  }
  throw CLI::ValidationError("--break", "there is no breakage " + name);
}

/// "3..9" or "7".
std::pair<uint64_t, uint64_t> seed_range(const std::string& text) {
  const auto dots = text.find("..");
  const uint64_t first = std::stoull(text.substr(0, dots));
  return {first, dots == std::string::npos ? first : std::stoull(text.substr(dots + 2))};
}

bool run_seed(const Options& options, Report& total) {
  const Report report = carillon::simulator::simulate(options);
  total.steps += report.steps;
  total.calls += report.calls;
  total.conversations += report.conversations;
  total.dropped += report.dropped;
  total.dispositions += report.dispositions;
  total.crashes += report.crashes;
  for (const std::string& violation : report.violations) {
    fmt::print("seed {}: {}\n", options.seed, violation);
  }
  if (!report.violations.empty()) {
    fmt::print("  replay: carillon_simulator --seed {} --minutes {} --break {} --trace\n",
               options.seed, options.length.count() / 60'000, to_string(options.breakage));
  }
  return report.violations.empty();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs the dialing core against simulated people, phones, disks and faults."};
  std::string seeds = "1..200";
  std::string breakage = "none";
  int64_t minutes = 20;
  double hours = 0;
  bool trace = false;
  app.add_option("--seeds,--seed", seeds, "one seed or a range, 1..200")->capture_default_str();
  app.add_option("--minutes", minutes, "simulated time for each seed")->capture_default_str();
  app.add_option("--hours", hours, "the same in hours");
  app.add_option("--break", breakage, "break the world on purpose")->capture_default_str();
  app.add_flag("--trace", trace, "print every message");
  CLI11_PARSE(app, argc, argv);
  Options options;
  try {
    options.breakage = breakage_named(breakage);
    const auto [first, last] = seed_range(seeds);
    options.length = hours > 0 ? carillon::Duration{static_cast<int64_t>(hours * 3'600'000)}
                               : carillon::Duration{minutes * 60'000};
    options.trace = trace;
    Report total;
    int64_t failed = 0;
    for (options.seed = first; options.seed <= last; ++options.seed) {
      if (!run_seed(options, total)) ++failed;
    }
    fmt::print(
        "{} seeds, {} failed; {} steps, {} calls, {} conversations, {} dropped, "
        "{} dispositions, {} crashes\n",
        last - first + 1, failed, total.steps, total.calls, total.conversations, total.dropped,
        total.dispositions, total.crashes);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return EXIT_FAILURE;
  }
}
