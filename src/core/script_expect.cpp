#include <algorithm>

#include <fmt/format.h>

#include "core/script_phrase_table.h"
#include "core/script_phrases.h"

namespace carillon::core {
namespace {

using Gaps = const std::smatch&;
using Act = std::function<std::string(ScriptStage&, Gaps)>;

constexpr std::array<std::pair<const char*, AgentState>, 7> kAgentStates{{
    {"paused", AgentState::kPaused},
    {"waiting", AgentState::kWaiting},
    {"shown a lead", AgentState::kPreview},
    {"ringing", AgentState::kRinging},
    {"in a call", AgentState::kInCall},
    {"on hold", AgentState::kOnHold},
    {"in wrap-up", AgentState::kWrapUp},
}};

const char* state_name(AgentState state) {
  for (const auto& [name, value] : kAgentStates) {
    if (value == state) return name;
  }
  return "?";
}

std::string outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kInProgress: return "In Progress";
    case Outcome::kRinging: return "Ringing";
    case Outcome::kConnected: return "Connected";
    case Outcome::kAnswered: return "Answered";
    case Outcome::kAgentUnavailable: return "Agent Unavailable";
    case Outcome::kBusy: return "Busy";
    case Outcome::kNoAnswer: return "No Answer";
    case Outcome::kRejected: return "Rejected";
    case Outcome::kDropped: return "Dropped";
    case Outcome::kMachine: return "Machine";
    case Outcome::kConnectionError: return "Connection Error";
    case Outcome::kError: return "Error";
  }
  return "?";
}

std::string phone_of(ScriptStage& stage, const PlaceCall& placed) {
  return stage.calls.at(placed.attempt).phone;
}

std::string numbers(ScriptStage& stage) {
  std::string list;
  for (const PlaceCall& placed : stage.unexpected_calls) list += " " + phone_of(stage, placed);
  return list.empty() ? " nobody" : list;
}

std::string call_to(ScriptStage& stage, Gaps gaps) {
  const auto it =
      std::find_if(stage.unexpected_calls.begin(), stage.unexpected_calls.end(),
                   [&](const PlaceCall& placed) { return phone_of(stage, placed) == gaps[1]; });
  if (it == stage.unexpected_calls.end()) return "Called so far:" + numbers(stage) + ".";
  PlaceCall placed = std::move(*it);
  stage.unexpected_calls.erase(it);
  if (gaps[2].matched && placed.trunk != stage.trunks[gaps[2]]) {
    return "It went over the trunk " + stage.store.trunks[placed.trunk].name + ".";
  }
  if (gaps[3].matched && placed.number != gaps[3]) return "It was dialed as " + placed.number + ".";
  return "";
}

std::string count_calls(ScriptStage& stage, Gaps gaps) {
  const auto count = stage.unexpected_calls.size();
  const std::string called = numbers(stage);
  stage.unexpected_calls.clear();
  if (count == std::stoul(gaps[1])) return "";
  return fmt::format("There were {}:{}.", count, called);
}

std::string no_call(ScriptStage& stage, Gaps) {
  if (stage.unexpected_calls.empty()) return "";
  return "Called was:" + numbers(stage) + ".";
}

std::string connected(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[2], [&](StagedAgent& agent) {
    return with_call(stage, gaps[1], [&](StagedCall& call) -> std::string {
      if (call.connected == agent.session && call.connected) return "";
      if (!call.connected) return "It is connected to nobody.";
      const StagedAgent* other = stage.agent_of(call.connected);
      return other ? "It is connected to somebody else."
                   : "It is connected to a session that ended.";
    });
  });
}

std::string not_connected(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    return std::string(call.connected ? "It is connected." : "");
  });
}

std::string hears(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    if (call.prompt == "safe_harbour") return std::string{};
    return "It hears \"" + call.prompt + "\".";
  });
}

std::string hears_text(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    if (call.spoken == gaps[2]) return std::string{};
    return "It hears \"" + call.spoken + "\".";
  });
}

std::string end_asked(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    const bool wanted = !gaps[2].matched;
    if (call.end_asked == wanted) return std::string{};
    return std::string(wanted ? "Nobody has ended it." : "It has been ended.");
  });
}

std::string ended_as(ScriptStage& stage, Gaps gaps) {
  const auto row = stage.store.attempts.find(stage.attempt_to(gaps[1]));
  if (row == stage.store.attempts.end()) return "There was no attempt.";
  if (row->second.finished == 0 && !row->second.recovered) return "The attempt has not ended.";
  const std::string outcome = outcome_name(row->second.attempt.outcome);
  if (outcome != gaps[2]) return "It ended as " + outcome + ".";
  if (gaps[3].matched && row->second.attempt.ended_by != gaps[3]) {
    return "It was ended by " + row->second.attempt.ended_by + ".";
  }
  return "";
}

std::string still_open(ScriptStage& stage, Gaps gaps) {
  const auto row = stage.store.attempts.find(stage.attempt_to(gaps[1]));
  if (row == stage.store.attempts.end()) return "There was no attempt.";
  return row->second.finished == 0 ? "" : "The attempt has ended.";
}

std::string lead_finished(ScriptStage& stage, Gaps gaps) {
  const auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no such lead.";
  return row->lead.finished ? "" : "It may be called again.";
}

std::string lead_again(ScriptStage& stage, Gaps gaps) {
  const auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no such lead.";
  if (row->lead.finished) return "It is finished.";
  const auto until = row->lead.not_call_until;
  if (gaps[2] == "now") return until && *until > stage.wall_now() ? "Not yet." : "";
  const auto in = parse_duration(gaps[3]);
  if (!in || !until) return "It may be called again now.";
  if (*until - stage.wall_now() == *in) return "";
  return fmt::format("It may be called again in {} s.", (*until - stage.wall_now()).count() / 1000);
}

std::string called_times(ScriptStage& stage, Gaps gaps) {
  const auto* row = stage.store.find_by_phone(gaps[1]);
  if (!row) return "There is no such lead.";
  const int count = row->lead.called_count;
  return count == std::stoi(gaps[2]) ? "" : fmt::format("It was called {} times.", count);
}

std::string agent_is(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    if (!agent.live) return "The agent is not logged in (" + agent.gone + ").";
    const std::string state = state_name(agent.live->state);
    if (state != gaps[2]) {
      return "The agent is " + state + " \"" + agent.live->pause_reason + "\".";
    }
    if (gaps[3].matched && agent.live->pause_reason != gaps[3]) {
      return "The reason is \"" + agent.live->pause_reason + "\".";
    }
    return "";
  });
}

std::string sees(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    if (!agent.live || !agent.live->lead) return "No lead is on the agent's screen.";
    if (agent.live->lead->phone == gaps[2]) return "";
    return agent.live->lead->phone + " is on the agent's screen.";
  });
}

std::string owes(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    if (!agent.live) return "The agent is not logged in.";
    const auto& owed = agent.live->owed;
    if (!gaps[2].matched) return owed ? owed->lead->phone + " has none." : "";
    if (!owed) return "None is asked for.";
    return owed->lead->phone == gaps[2] ? "" : owed->lead->phone + " has none.";
  });
}

std::string time_to_decide(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    const auto wanted = parse_duration(gaps[2]);
    if (!agent.live || !agent.live->preview_until || !wanted) return "Nothing is to be decided.";
    const Duration left = *agent.live->preview_until - stage.wall_now();
    return left == *wanted ? "" : fmt::format("It is {} s.", left.count() / 1000);
  });
}

std::string told_why(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    const std::string why = agent.live ? agent.live->idle_reason : "";
    if (why.empty()) return "The agent is told nothing.";
    return why.find(gaps[2]) != std::string::npos ? "" : "The reason is: " + why;
  });
}

std::string agent_gone(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    if (agent.live) return "The agent is still logged in.";
    if (gaps[2].matched && agent.gone != gaps[2]) return "The reason is \"" + agent.gone + "\".";
    const auto session = stage.store.sessions.find(agent.session);
    const bool ended = session != stage.store.sessions.end() && session->second;
    return ended || stage.store_stalls ? "" : "The end of the session was not written.";
  });
}

/// What telephony does and what the screen shows must agree.
std::string hears_echo(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    const bool wanted = gaps[2] == "hears an echo";
    if (stage.echoing.contains(agent.session) != wanted) return "It is the other way round.";
    if (agent.live && agent.live->echo_test != wanted) return "The console shows otherwise.";
    return "";
  });
}

std::string agent_muted(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    const bool muted = agent.live && agent.live->muted;
    return std::string(muted == !gaps[2].matched ? "" : "It is the other way round.");
  });
}

std::string refused(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) -> std::string {
    if (!agent.refusal) return "Nothing was refused.";
    const std::string why = *std::exchange(agent.refusal, std::nullopt);
    return why.find(gaps[2]) != std::string::npos ? "" : "The reason was: " + why;
  });
}

std::string saved(ScriptStage& stage, Gaps gaps) {
  const auto row = stage.store.dispositions.find(stage.attempt_to(gaps[2]));
  if (row == stage.store.dispositions.end()) return "No disposition is saved.";
  if (row->second.name != gaps[1]) return "Saved is \"" + row->second.name + "\".";
  if (gaps[3].matched && row->second.notes != gaps[3]) return "Notes: " + row->second.notes;
  return "";
}

std::string idle(ScriptStage& stage, Gaps gaps) {
  return with_campaign(stage, gaps[1], [&](Campaign& campaign) -> std::string {
    const std::string why = stage.campaign_live[campaign.id].idle_reason;
    if (why.empty()) return "The campaign gives no reason.";
    return why.find(gaps[2]) != std::string::npos ? "" : "The reason is: " + why;
  });
}

std::string dialing(ScriptStage& stage, Gaps gaps) {
  return with_campaign(stage, gaps[1], [&](Campaign& campaign) -> std::string {
    return stage.campaign_live[campaign.id].idle_reason;
  });
}

std::string figures(ScriptStage& stage, Gaps gaps) {
  return with_campaign(stage, gaps[1], [&](Campaign& campaign) -> std::string {
    const CampaignLive& live = stage.campaign_live[campaign.id];
    const std::map<std::string, int64_t> figure{
        {"agents logged in", live.agents_logged_in}, {"agents paused", live.agents_paused},
        {"agents waiting", live.agents_waiting},     {"agents in call", live.agents_in_call},
        {"agents in wrap-up", live.agents_wrap_up},  {"calls dialing", live.calls_dialing},
        {"calls ringing", live.calls_ringing},       {"calls waiting", live.calls_waiting},
        {"calls active", live.calls_active},         {"calls parked", live.calls_parked},
        {"answered today", live.answered_today},     {"dropped today", live.dropped_today}};
    const auto it = figure.find(gaps[3]);
    if (it == figure.end()) return "There is no such figure.";
    return it->second == std::stoi(gaps[2]) ? "" : fmt::format("It is {}.", it->second);
  });
}

std::string reserved(ScriptStage& stage, Gaps gaps) {
  const auto count = std::count_if(stage.store.leads.begin(), stage.store.leads.end(),
                                   [](const auto& entry) { return entry.second.reserved; });
  if (count == std::stol(gaps[1])) return "";
  return fmt::format("{} leads are reserved.", count);
}

std::string trunk_shown(ScriptStage& stage, Gaps gaps) {
  const TrunkLive& live = stage.trunk_live[stage.trunks[gaps[1]]];
  if (gaps[2] == "up" && !live.up) return "It is down.";
  if (gaps[2] == "down" && live.up) return "It is up.";
  return "";
}

std::string trunk_because(ScriptStage& stage, Gaps gaps) {
  const TrunkLive& live = stage.trunk_live[stage.trunks[gaps[1]]];
  const std::string wanted = gaps[2];
  const bool as_expected =
      wanted.empty() ? live.reason.empty() : live.reason.find(wanted) != std::string::npos;
  return as_expected ? "" : fmt::format("It shows \"{}\".", live.reason);
}

std::string digits(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    return call.digits == gaps[2] ? std::string{} : "It heard " + call.digits + ".";
  });
}

std::string held(ScriptStage& stage, Gaps gaps) {
  return with_call(stage, gaps[1], [&](StagedCall& call) {
    return std::string(call.held ? "" : "It is not held.");
  });
}

std::string hear_each_other(ScriptStage& stage, Gaps gaps) {
  std::set<Party> wanted;
  for (size_t i = 1; i < gaps.size(); ++i) {
    if (!gaps[i].matched) continue;
    const auto party = stage.party(gaps[i]);
    if (!party) return "Nobody is called " + gaps[i].str() + ".";
    wanted.insert(*party);
  }
  const bool joined =
      std::find(stage.talks.begin(), stage.talks.end(), wanted) != stage.talks.end();
  return joined ? "" : "They do not, or not only they.";
}

std::string side_call(ScriptStage& stage, Gaps gaps) {
  const bool called =
      std::any_of(stage.side_calls.begin(), stage.side_calls.end(),
                  [&](const auto& one) { return "+" + one.second.number == gaps[1]; });
  return called != gaps[2].matched ? "" : "It is the other way round.";
}

std::string guest(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    return std::string(agent.live && agent.live->guest ? "" : "The agent is no guest.");
  });
}

std::string recorded(ScriptStage& stage, Gaps gaps) {
  const bool known = stage.store.recordings.contains(stage.attempt_to(gaps[1]));
  if (gaps[2].matched) return known ? "The store knows a recording." : "";
  return known ? "" : "The store knows no recording.";
}

std::string recording_failed(ScriptStage& stage, Gaps gaps) {
  const auto found = stage.store.recording_failures.find(stage.attempt_to(gaps[1]));
  if (found == stage.store.recording_failures.end()) return "No failure was written.";
  return found->second == gaps[2] ? "" : "Written: " + found->second;
}

const PhraseTable& phrases() {
  static const PhraseTable kTable = [] {
    PhraseTable table;
    const auto add = [&](const char* form, Act act) {
      table.push_back({std::regex(form), std::move(act)});
    };
    add(R"(call to (\+\d+)(?: over (\w+))?(?: as (\d+))?)", call_to);
    add("no call", no_call);
    add(R"((\d+) calls?)", count_calls);
    add(R"((\+\d+) is connected to nobody)", not_connected);
    add(R"((\+\d+) is connected to (\w+))", connected);
    add(R"((\+\d+) hears the safe-harbour message)", hears);
    add(R"re((\+\d+) hears "(.+)")re", hears_text);
    add(R"((\+\d+) is being ended)", end_asked);
    add(R"((\+\d+) is (not )being ended)", end_asked);
    add(R"((\+\d+) ended as (.+?)(?: by (\w+))?)", ended_as);
    add(R"((\+\d+) has not ended)", still_open);
    add(R"((\S+?),? (?:(\S+) )?and (\S+) hear each other)", hear_each_other);
    add(R"(third party (\+\d+) is (not )?being called)", side_call);
    add(R"((\w+) is a guest)", guest);
    add(R"((\+\d+) hears music)", held);
    add(R"((\+\d+) hears the digits (\S+))", digits);
    add(R"(the recording of (\+\d+) is (not )?known)", recorded);
    add(R"re(the call log says of the recording of (\+\d+) "(.+)")re", recording_failed);
    add(R"(lead (\+\d+) is finished)", lead_finished);
    add(R"(lead (\+\d+) may be called again (now|in (.+)))", lead_again);
    add(R"(lead (\+\d+) was called (\d+) times?)", called_times);
    add(R"((\d+) leads? (?:is|are) reserved)", reserved);
    add(R"re((\w+) is (paused|waiting|shown a lead|ringing|in a call|on hold|in wrap-up)(?: "(.+)")?)re",
        agent_is);
    add(R"((\w+) sees (\+\d+))", sees);
    add(R"((\w+) owes (?:no disposition|the disposition of (\+\d+)))", owes);
    add(R"((\w+) has (.+) to decide)", time_to_decide);
    add(R"re((\w+) is told "(.+)")re", told_why);
    add(R"re((\w+) is gone(?: "(.+)")?)re", agent_gone);
    add(R"((\w+) is (not )?muted)", agent_muted);
    add(R"((\w+) (hears an echo|hears no echo))", hears_echo);
    add(R"re((\w+) is refused "(.+)")re", refused);
    add(R"re(disposition "(.+?)" is saved for (\+\d+)(?: with notes "(.+)")?)re", saved);
    add(R"re(campaign "(.+)" is idle: "(.+)")re", idle);
    add(R"re(campaign "(.+)" is dialing)re", dialing);
    add(R"re(campaign "(.+)" shows (\d+) (.+))re", figures);
    add(R"(trunk (\w+) is shown (up|down))", trunk_shown);
    add(R"re(trunk (\w+) shows "(.*)")re", trunk_because);
    return table;
  }();
  return kTable;
}

}  // namespace

std::optional<std::string> say_expect(ScriptStage& stage, const std::string& phrase) {
  return say(phrases(), stage, phrase);
}

}  // namespace carillon::core
