// Rules: numbers whose behaviour is scripted instead of drawn.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/behaviour.h"

namespace carillon::sandbox {

/// A number that ends in `ending` behaves so. "*" in the text means every number.
struct Rule {
  std::string ending;
  Behaviour behaviour;
};

/// The rules that every sandbox knows, in the form of a rules file; README.md explains them.
extern const std::string_view kBuiltInRules;

/// Reads a rules file: one rule a line, `ending reaction key=value ...`, # starts a comment.
/// Reactions: answer, machine, busy, no_answer, reject, not_found, status=NNN. Keys: after, talk
/// (e.g. 250ms, 3s, 2m), voice (speech, tone, echo, silence), early_media (yes, no), digits.
/// Fails with a sentence that names the line.
Result<std::vector<Rule>> parse_rules(std::string_view text);

/// The rule with the longest ending that fits, or nullptr.
const Rule* find_rule(const std::vector<Rule>& rules, std::string_view number);

}  // namespace carillon::sandbox
