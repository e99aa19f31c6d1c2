#include "sandbox/sandbox.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "sandbox/carrier.h"

namespace carillon::sandbox {

/// Order matters: the carrier goes first, as its calls use the others.
struct Sandbox::Parts {
  explicit Parts(bool spoken) : phrases(spoken) {}

  PhraseBook phrases;
  std::unique_ptr<RtpPlayer> player;
  std::unique_ptr<Carrier> carrier;
};

namespace {

/// The file's rules stand before the built-in ones: for equal endings they win.
Result<std::vector<Rule>> load_rules(const std::string& path) {
  std::string text;
  if (!path.empty()) {
    std::ifstream file(path);
    std::stringstream content;
    if (!(content << file.rdbuf())) {
      return Error{ErrorCode::kInvalid,
                   fmt::format("The rules file {} cannot be read, or is empty.", path), "rules"};
    }
    text = content.str();
  }
  auto rules = parse_rules(text);
  if (!rules) return rules;
  auto built_in = parse_rules(kBuiltInRules);
  CARILLON_ASSERT(built_in.ok(), "the built-in rules are well-formed");
  rules->insert(rules->end(), built_in->begin(), built_in->end());
  return rules;
}

}  // namespace

Sandbox::Sandbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::start(const SandboxConfig& config) {
  auto rules = load_rules(config.rules_file);
  if (!rules) return rules.error();
  Ledger ledger;
  if (!config.ledger_file.empty()) {
    auto opened = Ledger::open(config.ledger_file);
    if (!opened) return opened.error();
    ledger = std::move(opened).value();
  }
  auto player = RtpPlayer::start();
  if (!player) return player.error();
  auto parts = std::make_unique<Parts>(config.spoken_phrases);
  parts->player = std::move(player).value();
  auto carrier = Carrier::start(config, std::move(rules).value(), std::move(ledger), parts->phrases,
                                *parts->player);
  if (!carrier) return carrier.error();
  parts->carrier = std::move(carrier).value();
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(parts)));
}

int Sandbox::port() const { return parts_->carrier->port(); }

SandboxCounters Sandbox::counters() const {
  const auto& live = parts_->carrier->counters();
  SandboxCounters now;
  now.invites = live.invites;
  now.answered = live.answered;
  now.busy = live.busy;
  now.refused = live.refused;
  now.cancelled = live.cancelled;
  now.ended_by_us = live.ended_by_us;
  now.ended_by_caller = live.ended_by_caller;
  now.active = live.active;
  now.challenged = live.challenged;
  now.wrong_credentials = live.wrong_credentials;
  now.rtp_sent = parts_->player->packets_sent();
  now.rtp_received = parts_->player->packets_received();
  return now;
}

}  // namespace carillon::sandbox
