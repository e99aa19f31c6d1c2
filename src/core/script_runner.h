// Script runner: tests of the core that a supervisor can read. The language is in
// tests/scripts/README.md. Used by tests only.
#pragma once

#include <istream>
#include <optional>
#include <string>

namespace carillon::core {

/// Runs one script against a real Engine. The answer is empty when every line held, else
/// "name:line: what was expected and what was".
std::optional<std::string> run_script(std::istream& script, const std::string& name);

}  // namespace carillon::core
