#include "core/script_runner.h"

#include <regex>

#include <fmt/format.h>

#include "core/script_phrases.h"
#include "core/script_stage.h"

namespace carillon::core {
namespace {

/// "0:05.5" is minutes and seconds, "1:00:00" hours, minutes and seconds.
std::optional<Duration> parse_clock(const std::string& text) {
  static const std::regex kForm(R"((?:(\d+):)?(\d+):(\d\d)(?:\.(\d{1,3}))?)");
  std::smatch gaps;
  if (!std::regex_match(text, gaps, kForm)) return std::nullopt;
  std::string fraction = gaps[4].str();
  fraction.resize(3, '0');
  const auto number = [](const std::string& digits) {
    return digits.empty() ? 0 : std::stoi(digits);
  };
  return std::chrono::hours{number(gaps[1])} + std::chrono::minutes{number(gaps[2])} +
         std::chrono::seconds{number(gaps[3])} + Duration{number(fraction)};
}

std::string trimmed(const std::string& line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos || line[first] == '#') return "";
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// Splits "word rest".
std::pair<std::string, std::string> split_word(const std::string& text) {
  const auto space = text.find(' ');
  if (space == std::string::npos) return {text, ""};
  return {text.substr(0, space), text.substr(text.find_first_not_of(' ', space))};
}

/// A request that was refused is a failure unless the next line expects it.
std::string unexpected_refusal(ScriptStage& stage) {
  for (auto& [name, agent] : stage.agents) {
    if (agent.refusal) return fmt::format("{} was refused: {}", name, *agent.refusal);
  }
  return "";
}

class Run {
 public:
  Run() : begin_(stage_.now()) {}

  /// One line; the answer is a complaint or empty.
  std::string line(const std::string& text) {
    auto [word, rest] = split_word(text);
    if (word == "at") {
      auto [clock, what] = split_word(rest);
      const auto at = parse_clock(clock);
      if (!at) return fmt::format("\"{}\" is no time: write m:ss.f or h:mm:ss.", clock);
      if (std::string complaint = advance(*at); !complaint.empty()) return complaint;
      std::tie(word, rest) = split_word(what);
    }
    std::string complaint = act(word, rest);
    return complaint.empty() ? stage_.breach : complaint;
  }

  std::string end() { return unexpected_refusal(stage_); }

 private:
  std::string advance(Duration at) {
    stage_.start();
    return stage_.advance(begin_ + at);
  }

  std::string act(const std::string& word, const std::string& phrase) {
    std::optional<std::string> complaint;
    if (word == "given") {
      complaint = say_given(stage_, phrase);
    } else if (word == "when") {
      if (std::string refusal = unexpected_refusal(stage_); !refusal.empty()) return refusal;
      stage_.start();
      complaint = say_when(stage_, phrase);
    } else if (word == "expect") {
      stage_.start();
      complaint = say_expect(stage_, phrase);
    } else {
      return fmt::format("A line begins with given, at, when or expect, not with \"{}\".", word);
    }
    if (!complaint) return fmt::format("I do not understand \"{} {}\".", word, phrase);
    return *complaint;
  }

  ScriptStage stage_;
  const SteadyTime begin_;
};

}  // namespace

std::optional<std::string> run_script(std::istream& script, const std::string& name) {
  Run run;
  std::string line;
  int number = 0;
  while (std::getline(script, line)) {
    ++number;
    const std::string text = trimmed(line);
    if (text.empty()) continue;
    if (std::string complaint = run.line(text); !complaint.empty()) {
      return fmt::format("{}:{}: {}\n    {}", name, number, complaint, text);
    }
  }
  if (std::string complaint = run.end(); !complaint.empty()) {
    return fmt::format("{}:{}: {}", name, number, complaint);
  }
  return std::nullopt;
}

}  // namespace carillon::core
