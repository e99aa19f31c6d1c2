#include <fmt/format.h>

#include "core/script_phrase_table.h"
#include "core/script_phrases.h"

namespace carillon::core {
namespace {

using Gaps = const std::smatch&;

TrunkId trunk(ScriptStage& stage, const std::string& name) {
  const auto next = TrunkId{static_cast<int64_t>(stage.trunks.size()) + 1};
  const TrunkId id = stage.trunks.try_emplace(name, next).first->second;
  Trunk& record = stage.store.trunks[id];
  record.id = id;
  record.name = name;
  return id;
}

int64_t milliseconds(const std::string& text) { return parse_duration(text).value_or(0s).count(); }

int minutes(const std::string& clock) {
  return std::stoi(clock.substr(0, 2)) * 60 + std::stoi(clock.substr(3, 2));
}

/// Takes one setting off the front of `text`; false when it knows none.
bool take_setting(ScriptStage& stage, Campaign& campaign, std::string& text) {
  struct Setting {
    std::regex form;
    std::function<void(Campaign&, Gaps)> apply;
  };
  static const std::string kTime = R"((\d+ (?:ms|s|min|h)))";
  static const std::vector<Setting> kSettings{
      {std::regex("^preview"), [](Campaign& c, Gaps) { c.type = DialerType::kPreview; }},
      {std::regex("^auto"), [](Campaign& c, Gaps) { c.type = DialerType::kAuto; }},
      {std::regex("^broadcast"), [](Campaign& c, Gaps) { c.type = DialerType::kBroadcast; }},
      {std::regex("^off"), [](Campaign& c, Gaps) { c.active = false; }},
      {std::regex(R"(^multiplier ([\d.]+))"),
       [](Campaign& c, Gaps g) { c.outbound_multiplier = std::stod(g[1]); }},
      {std::regex("^ring timeout " + kTime),
       [](Campaign& c, Gaps g) { c.ring_timeout_ms = milliseconds(g[1]); }},
      {std::regex("^answer wait " + kTime),
       [](Campaign& c, Gaps g) { c.answer_wait_ms = milliseconds(g[1]); }},
      {std::regex("^wrap-up limit " + kTime),
       [](Campaign& c, Gaps g) { c.wrap_up_limit_ms = milliseconds(g[1]); }},
      {std::regex(R"(^channels (\d+))"), [](Campaign& c, Gaps g) { c.channels = std::stoi(g[1]); }},
      {std::regex(R"(^cps ([\d.]+))"), [](Campaign& c, Gaps g) { c.cps = std::stod(g[1]); }},
      {std::regex(R"(^attempts (\d+))"),
       [](Campaign& c, Gaps g) { c.max_attempts = std::stoi(g[1]); }},
      {std::regex(R"(^prefix (\d+))"), [](Campaign& c, Gaps g) { c.tech_prefix = g[1]; }},
      {std::regex(R"(^caller (\S+))"), [](Campaign& c, Gaps g) { c.caller_id = g[1]; }},
      {std::regex(R"(^window (\d\d:\d\d) to (\d\d:\d\d))"),
       [](Campaign& c, Gaps g) {
         c.window_from_min = minutes(g[1]);
         c.window_to_min = minutes(g[2]);
       }},
      {std::regex(R"re(^message "(.+?)")re"), [](Campaign& c, Gaps g) { c.drop_message = g[1]; }},
      {std::regex("^no source status"), [](Campaign& c, Gaps) { c.source_statuses.clear(); }},
      {std::regex("^no dispositions"), [](Campaign& c, Gaps) { c.dispositions.clear(); }},
      {std::regex("^no trunk"), [](Campaign& c, Gaps) { c.trunks.clear(); }},
      {std::regex("^no retries"), [](Campaign& c, Gaps) { c.retry_rules.clear(); }},
      {std::regex("^no recording"), [](Campaign& c, Gaps) { c.recording = false; }},
      {std::regex("^no transfer"), [](Campaign& c, Gaps) { c.transfer_allowed = false; }},
  };
  std::smatch gaps;
  static const std::regex kTrunks(R"(^over (\w+)(?: then (\w+))?)");
  if (std::regex_search(text, gaps, kTrunks)) {
    campaign.trunks = {trunk(stage, gaps[1])};
    if (gaps[2].matched) campaign.trunks.push_back(trunk(stage, gaps[2]));
    text = gaps.suffix();
    return true;
  }
  for (const Setting& setting : kSettings) {
    if (!std::regex_search(text, gaps, setting.form)) continue;
    setting.apply(campaign, gaps);
    text = gaps.suffix();
    return true;
  }
  return false;
}

std::string given_campaign(ScriptStage& stage, Gaps gaps) {
  const std::string name = gaps[1];
  const auto id = CampaignId{static_cast<int64_t>(stage.campaigns.size()) + 1};
  Campaign campaign;
  campaign.id = id;
  campaign.name = name;
  campaign.active = true;
  campaign.source_statuses = {"New"};
  campaign.caller_id = "+4930999";
  campaign.trunks = {trunk(stage, "Carrier")};
  std::string settings = gaps[2];
  while (!settings.empty()) {
    settings.erase(0, settings.find_first_not_of(" ,"));
    if (!settings.empty() && !take_setting(stage, campaign, settings)) {
      return fmt::format("I do not know the setting \"{}\".", settings);
    }
  }
  for (const auto& [agent_name, agent] : stage.agents) {
    // A manager need not be one of the campaign's agents.
    if (stage.store.agents[agent.id].role == Role::kAgent) campaign.agents.push_back(agent.id);
  }
  stage.campaigns[name] = id;
  stage.last_campaign = name;
  stage.store.campaigns[id] = campaign;
  return "";
}

std::string given_agent(ScriptStage& stage, Gaps gaps) {
  const std::string name = gaps[1];
  const auto id = UserId{static_cast<int64_t>(stage.agents.size()) + 1};
  stage.agents[name].id = id;
  User user;
  user.id = id;
  user.name = name;
  user.username = name;
  if (gaps[2].matched) user.sip_username = name;
  stage.store.agents[id] = user;
  for (auto& [campaign_id, campaign] : stage.store.campaigns) campaign.agents.push_back(id);
  return "";
}

std::string given_agents(ScriptStage& stage, Gaps gaps) {
  std::string names = gaps[1];
  static const std::regex kName(R"(\w+)");
  for (std::sregex_iterator it(names.begin(), names.end(), kName), end; it != end; ++it) {
    if (it->str() == "and") continue;
    std::smatch one;
    const std::string name = it->str();
    static const std::regex kWhole(R"((\w+)( with a desk phone)?)");
    std::regex_match(name, one, kWhole);
    given_agent(stage, one);
  }
  return "";
}

std::string given_manager(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    stage.store.agents[agent.id].role = Role::kSupervisor;
    return std::string{};
  });
}

std::string given_hand_dialing(ScriptStage& stage, Gaps gaps) {
  return with_agent(stage, gaps[1], [&](StagedAgent& agent) {
    HandDialing& rules = stage.store.agents[agent.id].hand_dialing.emplace();
    rules.pattern = gaps[2];
    if (gaps[3].matched) rules.channels = std::stoi(gaps[3]);
    if (gaps[4].matched) rules.cps = std::stod(gaps[4]);
    return std::string{};
  });
}

std::string given_trunk(ScriptStage& stage, Gaps gaps) {
  Trunk& record = stage.store.trunks[trunk(stage, gaps[1])];
  if (gaps[2].matched) record.channels = std::stoi(gaps[2]);
  if (gaps[3].matched) record.cps = std::stod(gaps[3]);
  if (gaps[4].matched) record.tech_prefix = gaps[4];
  if (gaps[5].matched) record.active = false;
  return "";
}

std::string add_lead(ScriptStage& stage, const std::string& phone, const std::string& zones,
                     const std::string& campaign) {
  const auto it = stage.campaigns.find(campaign.empty() ? stage.last_campaign : campaign);
  if (it == stage.campaigns.end()) return "Say a campaign before its leads.";
  Lead lead;
  lead.phone = phone;
  std::vector<std::string> names;
  static const std::regex kZone(R"([A-Za-z_]+(?:/[A-Za-z_]+)?)");
  for (std::sregex_iterator zone(zones.begin(), zones.end(), kZone), end; zone != end; ++zone) {
    if (zone->str() != "and" && zone->str() != "unknown") names.push_back(zone->str());
  }
  if (zones.empty()) names = {"UTC"};
  lead.zone_set = stage.store.zone_set(names);
  stage.store.add_lead(it->second, lead);
  return "";
}

std::string given_lead(ScriptStage& stage, Gaps gaps) {
  if (auto complaint = add_lead(stage, gaps[1], gaps[2], gaps[4]); !complaint.empty()) {
    return complaint;
  }
  if (gaps[3].matched) {
    stage.store.find_by_phone(gaps[1])->lead.called_count = std::stoi(gaps[3]);
  }
  return "";
}

std::string given_leads(ScriptStage& stage, Gaps gaps) {
  const int count = std::stoi(gaps[1]);
  for (int i = 1; i <= count; ++i) {
    const auto phone = fmt::format("+1555{:04}", stage.store.leads.size() + 1);
    if (auto complaint = add_lead(stage, phone, gaps[2], gaps[3]); !complaint.empty()) {
      return complaint;
    }
  }
  return "";
}

std::string given_wall(ScriptStage& stage, Gaps gaps) {
  std::array<int, 6> part{};
  for (size_t i = 0; i < part.size(); ++i) {
    part[i] = gaps[i + 1].matched ? std::stoi(gaps[i + 1]) : 0;
  }
  const auto day = std::chrono::year{part[0]} / part[1] / part[2];
  stage.wall = std::chrono::sys_days{day} + std::chrono::hours{part[3]} +
               std::chrono::minutes{part[4]} + std::chrono::seconds{part[5]};
  return "";
}

std::string given_retry(ScriptStage& stage, Gaps gaps) {
  static const std::map<std::string, Outcome> kOutcomes{
      {"Busy", Outcome::kBusy},         {"No Answer", Outcome::kNoAnswer},
      {"Rejected", Outcome::kRejected}, {"Dropped", Outcome::kDropped},
      {"Machine", Outcome::kMachine},   {"Answered", Outcome::kAnswered}};
  const auto outcome = kOutcomes.find(gaps[1]);
  if (outcome == kOutcomes.end()) return "No such outcome.";
  return with_campaign(stage, stage.last_campaign, [&](Campaign& campaign) {
    std::erase_if(campaign.retry_rules,
                  [&](const RetryRule& rule) { return rule.outcome == outcome->second; });
    campaign.retry_rules.push_back({outcome->second, milliseconds(gaps[2]) / 1000});
    return std::string{};
  });
}

const PhraseTable& phrases() {
  static const PhraseTable kTable{
      {std::regex(R"re(campaign "(.+?)"(.*))re"), given_campaign},
      {std::regex(R"(agent (\w+)( with a desk phone)?)"), given_agent},
      {std::regex(R"(agents (.+))"), given_agents},
      {std::regex(R"((\w+) is a manager)"), given_manager},
      {std::regex(R"((\w+) may call (\S+)(?: channels (\d+))?(?: cps ([\d.]+))?)"),
       given_hand_dialing},
      {std::regex(R"(trunk (\w+)(?: channels (\d+))?(?: cps ([\d.]+))?(?: prefix (\d+))?( off)?)"),
       given_trunk},
      {std::regex(
           R"re(lead (\+\d+)(?: in (?:zones? )?(unknown zone|[\w/ ]+?))?(?: called (\d+) times)?(?: of "(.+)")?)re"),
       given_lead},
      {std::regex(R"re((\d+) leads(?: in (?:zones? )?([\w/ ]+?))?(?: of "(.+)")?)re"), given_leads},
      {std::regex(R"(the wall clock is (\d+)-(\d+)-(\d+) (\d+):(\d+)(?::(\d+))?)"), given_wall},
      {std::regex(R"(retry of ([\w ]+) after (.+))"), given_retry},
      {std::regex("lines do not come up by themselves"),
       [](ScriptStage& stage, Gaps) {
         stage.lines_come_up = false;
         return std::string{};
       }},
      {std::regex("the end of a call is not confirmed"),
       [](ScriptStage& stage, Gaps) {
         stage.ends_are_confirmed = false;
         return std::string{};
       }},
  };
  return kTable;
}

}  // namespace

std::optional<std::string> say_given(ScriptStage& stage, const std::string& phrase) {
  return say(phrases(), stage, phrase);
}

std::optional<Duration> parse_duration(const std::string& text) {
  static const std::regex kForm(R"((\d+) (ms|s|min|h))");
  std::smatch gaps;
  if (!std::regex_match(text, gaps, kForm)) return std::nullopt;
  const int64_t number = std::stoll(gaps[1]);
  if (gaps[2] == "ms") return Duration{number};
  if (gaps[2] == "s") return std::chrono::seconds{number};
  if (gaps[2] == "min") return std::chrono::minutes{number};
  return std::chrono::hours{number};
}

}  // namespace carillon::core
