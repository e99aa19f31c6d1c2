#include "sandbox/rules.h"

#include <charconv>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

namespace carillon::sandbox {

const std::string_view kBuiltInRules = R"(
0001 answer after=0ms talk=60s voice=tone
0002 busy
0003 no_answer
0004 not_found
0005 reject after=2s
0006 machine after=2s
0007 answer after=4s talk=60s voice=tone early_media=yes
0008 answer after=0ms talk=60s voice=echo
0009 answer after=0ms talk=2s voice=tone
0010 status=503
0011 status=480 after=1s
0012 answer after=1s talk=60s voice=silence
0013 answer after=0ms talk=60s voice=tone digits=1234#
0014 answer after=0ms voice=tone
0015 answer after=3s talk=10s voice=speech
)";

namespace {

Error bad_line(int line, std::string_view what) {
  return {ErrorCode::kInvalid, fmt::format("Rules file, line {}: {}", line, what), "rules"};
}

std::optional<int64_t> parse_duration_ms(std::string_view text) {
  int64_t amount = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (failure != std::errc{} || amount < 0) return std::nullopt;
  const std::string_view unit(rest, static_cast<size_t>(text.data() + text.size() - rest));
  if (unit == "ms") return amount;
  if (unit == "s") return amount * 1'000;
  if (unit == "m") return amount * 60'000;
  return std::nullopt;
}

std::optional<Behaviour> parse_reaction(const std::string& word) {
  Behaviour plan;
  if (word == "answer") return plan;
  if (word == "machine") {
    plan.voice = VoiceKind::kMachine;
    plan.talk_ms = 30'000;
    return plan;
  }
  static const std::map<std::string, int> kStatuses{
      {"busy", 486}, {"no_answer", 0}, {"reject", 603}, {"not_found", 404}};
  if (const auto it = kStatuses.find(word); it != kStatuses.end()) {
    plan.status = it->second;
    return plan;
  }
  if (word.starts_with("status=") && word.size() == 10) {
    int status = 0;
    std::from_chars(word.data() + 7, word.data() + 10, status);
    if (status < 300 || status > 699) return std::nullopt;
    plan.status = status;
    return plan;
  }
  return std::nullopt;
}

/// An empty answer means success, else what is wrong.
std::string apply_option(Behaviour& plan, const std::string& key, const std::string& value) {
  static const std::map<std::string, VoiceKind> kVoices{{"speech", VoiceKind::kSpeech},
                                                        {"tone", VoiceKind::kTone},
                                                        {"echo", VoiceKind::kEcho},
                                                        {"silence", VoiceKind::kSilence}};
  if (key == "after" || key == "talk") {
    const auto duration = parse_duration_ms(value);
    if (!duration) return fmt::format("\"{}\" is no time. Write for example 250ms or 3s.", value);
    (key == "after" ? plan.after_ms : plan.talk_ms) = *duration;
  } else if (key == "voice") {
    const auto it = kVoices.find(value);
    if (it == kVoices.end()) return fmt::format("There is no voice \"{}\".", value);
    plan.voice = it->second;
  } else if (key == "early_media") {
    if (value != "yes" && value != "no") return "early_media is yes or no.";
    plan.early_media = value == "yes";
  } else if (key == "digits") {
    if (value.find_first_not_of("0123456789*#ABCD") != std::string::npos) {
      return fmt::format("\"{}\" holds something that is no key of a telephone.", value);
    }
    plan.digits = value;
  } else {
    return fmt::format("There is no setting \"{}\".", key);
  }
  return {};
}

Result<Rule> parse_rule(std::istringstream& words, std::string ending, int line) {
  if (ending == "*") ending.clear();
  if (ending.find_first_not_of("+0123456789") != std::string::npos) {
    return bad_line(line, fmt::format("\"{}\" is no ending of a number.", ending));
  }
  std::string word;
  if (!(words >> word)) return bad_line(line, "After the number's ending comes what happens.");
  auto plan = parse_reaction(word);
  if (!plan) return bad_line(line, fmt::format("There is no reaction \"{}\".", word));
  while (words >> word) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      return bad_line(line, fmt::format("\"{}\" should be key=value.", word));
    }
    const auto wrong = apply_option(*plan, word.substr(0, equals), word.substr(equals + 1));
    if (!wrong.empty()) return bad_line(line, wrong);
  }
  return Rule{std::move(ending), *plan};
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::string_view text) {
  std::vector<Rule> rules;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    // A "#" inside digits=12# is a key; a comment starts a line or follows a space.
    for (size_t at = line.find('#'); at != std::string::npos; at = line.find('#', at + 1)) {
      if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') {
        line.resize(at);
        break;
      }
    }
    std::istringstream words(line);
    std::string ending;
    if (!(words >> ending)) continue;
    auto rule = parse_rule(words, std::move(ending), number);
    if (!rule) return rule.error();
    rules.push_back(std::move(rule).value());
  }
  return rules;
}

const Rule* find_rule(const std::vector<Rule>& rules, std::string_view number) {
  const Rule* best = nullptr;
  for (const auto& rule : rules) {
    if (!number.ends_with(rule.ending)) continue;
    if (best == nullptr || rule.ending.size() > best->ending.size()) best = &rule;
  }
  return best;
}

}  // namespace carillon::sandbox
