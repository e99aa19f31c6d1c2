#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "sandbox/sandbox.h"
#include "server/command_line.h"

namespace carillon::server {
namespace {

Result<void> check(const sandbox::SandboxConfig& config) {
  const auto& mix = config.mix;
  const double sum = mix.busy + mix.no_answer + mix.machine + mix.rejects + mix.not_found;
  if (sum > 100) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("The shares of the population add up to {} %; they may not be more "
                             "than 100 %.",
                             sum),
                 "busy"};
  }
  if (mix.answer_min_ms > mix.answer_max_ms) {
    return Error{ErrorCode::kInvalid, "--answer-min must not be greater than --answer-max.",
                 "answer-min"};
  }
  return {};
}

int run(const sandbox::SandboxConfig& config) {
  if (auto checked = check(config); !checked) return fail(checked.error());
  block_end_signals();
  auto started = sandbox::Sandbox::start(config);
  if (!started) return fail(started.error());
  const auto& carrier = **started;
  fmt::print("Sandbox carrier: SIP over UDP and TCP on {}:{}\n", config.address, carrier.port());
  std::fflush(stdout);
  wait_for_end();
  const auto counters = carrier.counters();
  fmt::print(
      "Calls {}, answered {}, busy {}, refused {}, cancelled {}, wrong passwords {}; "
      "RTP packets sent {}, received {}\n",
      counters.invites, counters.answered, counters.busy, counters.refused, counters.cancelled,
      counters.wrong_credentials, counters.rtp_sent, counters.rtp_received);
  return kExitGood;
}

void add_population(CLI::App& command, sandbox::PopulationMix& mix) {
  const auto share = [&](const char* flag, double& target, const char* help) {
    command.add_option(flag, target, help)
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str()
        ->group("Population, in percent");
  };
  share("--busy", mix.busy, "are busy (486)");
  share("--no-answer", mix.no_answer, "let it ring");
  share("--machine", mix.machine, "have an answering machine");
  share("--rejects", mix.rejects, "reject the call (603)");
  share("--not-found", mix.not_found, "do not exist (404)");
  share("--early-media", mix.early_media, "of the calls that ring bring their own ringback (183)");
  share("--short", mix.answers_at_once_gone, "of the people who answer hang up at once");
  const auto time = [&](const char* flag, int64_t& target, const char* help) {
    command.add_option(flag, target, help)
        ->check(CLI::Range(int64_t{0}, int64_t{3'600'000}))
        ->capture_default_str()
        ->group("Times, in milliseconds");
  };
  time("--answer-min", mix.answer_min_ms, "soonest answer");
  time("--answer-max", mix.answer_max_ms, "latest answer");
  time("--talk", mix.talk_mean_ms, "mean time until the customer hangs up");
}

}  // namespace

void add_sandbox_command(CLI::App& app, int& status) {
  auto config = std::make_shared<sandbox::SandboxConfig>();
  auto* command = app.add_subcommand(
      "sandbox", "A carrier with customers, for trying out and testing (tools/sandbox/README.md)");
  command->add_option("--address", config->address, "Numeric IPv4 address")->capture_default_str();
  command->add_option("--port", config->port, "SIP port, UDP and TCP; 0: any free one")
      ->check(CLI::Range(0, 65'535))
      ->capture_default_str();
  command->add_option("--seed", config->seed, "The same seed gives the same customers")
      ->capture_default_str();
  command->add_option("--rules", config->rules_file, "File that scripts numbers");
  command->add_option("--ledger", config->ledger_file, "File that gets a line for each call");
  command->add_option("--username", config->username, "Ask callers for a digest sign-in");
  command->add_option("--password", config->password, "Its password")
      ->envname("CARILLON_SANDBOX_PASSWORD");
  command->add_flag("--speech", config->spoken_phrases, "Customers speak, if espeak-ng is there");
  command->add_option("--max-calls", config->max_calls, "Further calls get 503")
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  add_population(*command, config->mix);
  command->callback([config, &status] { status = run(*config); });
}

}  // namespace carillon::server
