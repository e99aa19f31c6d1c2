// How a table of phrases is looked up. Used by tests only.
#pragma once

#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "core/script_stage.h"

namespace carillon::core {

/// A phrase with its gaps as groups, and what it does. The answer is a complaint or empty.
struct Phrase {
  std::regex form;
  std::function<std::string(ScriptStage&, const std::smatch&)> act;
};
using PhraseTable = std::vector<Phrase>;

inline std::optional<std::string> say(const PhraseTable& table, ScriptStage& stage,
                                      const std::string& text) {
  for (const Phrase& phrase : table) {
    std::smatch gaps;
    if (std::regex_match(text, gaps, phrase.form)) return phrase.act(stage, gaps);
  }
  return std::nullopt;
}

/// Runs `act` with the agent of that name, or complains that there is none.
template <class Act>
std::string with_agent(ScriptStage& stage, const std::string& name, Act act) {
  const auto it = stage.agents.find(name);
  if (it == stage.agents.end()) return "There is no agent " + name + ".";
  return act(it->second);
}

/// The same with the latest call to a number.
template <class Act>
std::string with_call(ScriptStage& stage, const std::string& phone, Act act) {
  StagedCall* call = stage.call_to(phone);
  if (!call) return "There is no call to " + phone + ".";
  return act(*call);
}

/// The same with a campaign's record.
template <class Act>
std::string with_campaign(ScriptStage& stage, const std::string& name, Act act) {
  const auto it = stage.campaigns.find(name);
  if (it == stage.campaigns.end()) return "There is no campaign \"" + name + "\".";
  return act(stage.store.campaigns.at(it->second));
}

}  // namespace carillon::core
