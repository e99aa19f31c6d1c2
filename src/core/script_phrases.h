// The phrases that scripts are made of. Used by tests only.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/script_stage.h"

namespace carillon::core {

/// Carries out the rest of a `given`, `when` or `expect` line. The answer is a complaint, empty
/// when all is well; nothing at all when the phrase is unknown.
std::optional<std::string> say_given(ScriptStage& stage, const std::string& phrase);
std::optional<std::string> say_when(ScriptStage& stage, const std::string& phrase);
std::optional<std::string> say_expect(ScriptStage& stage, const std::string& phrase);

/// "30 s", "500 ms", "2 min", "3 h"; nothing for anything else.
std::optional<Duration> parse_duration(const std::string& text);

}  // namespace carillon::core
