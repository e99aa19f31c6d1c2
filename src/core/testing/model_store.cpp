#include "core/testing/model_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace carillon::core::testing {
namespace {

/// A call-back that was promised by one agent waits so long for that agent.
constexpr Duration kPersonalCallback = 1h;

/// The answer to what the database could not do.
template <class Answer>
StoreEvent failed(Answer answer) {
  answer.error = "disk I/O error.";
  return answer;
}

}  // namespace

std::optional<StoreEvent> ModelStore::apply(const StoreCommand& command) {
  if (const auto* c = std::get_if<ClaimLeads>(&command)) return claim(*c);
  if (const auto* c = std::get_if<ClaimCallbacks>(&command)) return claim(*c);
  if (const auto* c = std::get_if<CommitAttempt>(&command)) return commit(*c);
  if (const auto* c = std::get_if<SaveDisposition>(&command)) return save(*c);
  if (const auto* c = std::get_if<FinishAttempt>(&command)) finish(*c);
  if (const auto* c = std::get_if<ReleaseLeads>(&command)) {
    for (const LeadId lead : c->leads) {
      const auto it = leads.find(lead);
      if (it == leads.end()) continue;  // deleted meanwhile
      if (!it->second.reserved) breaches.push_back(fmt::format("lead {} released twice", lead));
      it->second.reserved = false;
    }
  }
  if (const auto* c = std::get_if<UpdateAttempt>(&command)) {
    attempts[c->attempt.id].attempt = c->attempt;
  }
  if (const auto* c = std::get_if<SaveRecording>(&command)) recordings[c->attempt] = c->recording;
  if (const auto* c = std::get_if<NoteAttempt>(&command); c && c->kind == "recording") {
    recording_failures[c->attempt] = c->detail;
  }
  if (const auto* c = std::get_if<BeginAgentSession>(&command)) sessions[c->session] = std::nullopt;
  if (const auto* c = std::get_if<EndAgentSession>(&command)) sessions[c->session] = c->at;
  return std::nullopt;
}

bool ModelStore::is_dialable(const LeadRow& row, CampaignId id,
                             const std::vector<ZoneSetId>& open_zone_sets, WallTime now) const {
  const auto contains = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  const auto found = campaigns.find(id);
  if (found == campaigns.end() || !found->second.active) return false;
  const Campaign& campaign = found->second;
  const Lead& lead = row.lead;
  return row.campaign == campaign.id && !row.reserved && !row.do_not_call && !lead.finished &&
         contains(campaign.source_statuses, lead.status) &&
         lead.called_count < campaign.max_attempts &&
         (!lead.not_call_until || *lead.not_call_until <= now) &&
         contains(open_zone_sets, lead.zone_set);
}

StoreEvent ModelStore::claim(const ClaimLeads& command) {
  LeadsClaimed answer;
  answer.campaign = command.campaign;
  if (fail_claims) return failed(std::move(answer));
  for (auto& [id, row] : leads) {
    if (std::ssize(answer.leads) >= command.count) break;
    if (!is_dialable(row, command.campaign, command.open_zone_sets, command.now)) continue;
    const bool somebody_elses = row.callback_agent && row.callback_agent != command.preview_agent &&
                                row.lead.not_call_until &&
                                *row.lead.not_call_until > command.now - kPersonalCallback;
    if (somebody_elses) continue;
    if (row.callback_agent != command.preview_agent) row.callback_agent = {};
    row.reserved = true;
    answer.leads.push_back(std::make_shared<const Lead>(row.lead));
  }
  answer.exhausted = std::ssize(answer.leads) < command.count;
  return answer;
}

StoreEvent ModelStore::claim(const ClaimCallbacks& command) {
  CallbacksClaimed answer;
  answer.campaign = command.campaign;
  if (fail_claims) return failed(std::move(answer));
  for (const UserId agent : command.agents) {
    const auto due = std::find_if(leads.begin(), leads.end(), [&](const auto& entry) {
      const LeadRow& row = entry.second;
      return row.callback_agent == agent &&
             is_dialable(row, command.campaign, command.open_zone_sets, command.now);
    });
    if (due == leads.end()) continue;
    due->second.reserved = true;
    answer.callbacks.push_back({agent, std::make_shared<const Lead>(due->second.lead)});
  }
  return answer;
}

StoreEvent ModelStore::commit(const CommitAttempt& command) {
  const Attempt& attempt = command.attempt;
  if (refuse_attempts) return AttemptRefused{attempt.id, "database or disk is full."};
  if (forget_commits) return AttemptCommitted{attempt.id};
  if (attempts.contains(attempt.id)) {
    breaches.push_back(fmt::format("attempt {} was written twice", attempt.id));
  }
  attempts[attempt.id].attempt = attempt;
  LeadRow& row = leads.at(attempt.lead);
  if (!row.reserved) breaches.push_back(fmt::format("lead {} was not reserved", attempt.lead));
  ++row.lead.called_count;
  return AttemptCommitted{attempt.id};
}

void ModelStore::finish(const FinishAttempt& command) {
  AttemptRow& row = attempts[command.attempt.id];
  row.attempt = command.attempt;
  if (++row.finished > 1 || row.recovered) {
    breaches.push_back(fmt::format("attempt {} ended twice", command.attempt.id));
  }
  const auto lead = leads.find(command.fate.lead);
  if (lead == leads.end()) return;
  lead->second.reserved = false;
  lead->second.lead.last_outcome = command.attempt.outcome;
  const bool disposed = dispositions.contains(command.attempt.id);
  if (!command.fate.not_dialed && !disposed) lead->second.callback_agent = {};
  decide_fate(command.fate);
}

void ModelStore::decide_fate(const LeadFate& fate) {
  const auto it = leads.find(fate.lead);
  if (it == leads.end()) return;
  it->second.lead.finished = fate.finished;
  it->second.lead.not_call_until = fate.not_call_until;
  if (fate.not_dialed) --it->second.lead.called_count;
}

StoreEvent ModelStore::save(const SaveDisposition& command) {
  DispositionSaved answer{command.request, command.attempt, ""};
  if (fail_dispositions) return failed(std::move(answer));
  dispositions[command.attempt] = {command.rule.name, command.notes};
  if (const auto it = leads.find(command.lead); it != leads.end()) {
    it->second.lead.last_disposition = command.rule.name;
    if (command.rule.do_not_call) it->second.do_not_call = true;
    const bool own = command.rule.callback && command.callback_for_me;
    it->second.callback_agent = own ? command.agent : UserId{};
  }
  decide_fate(command.fate);
  return answer;
}

StoreReady ModelStore::recover(WallTime day_began) {
  for (auto& [id, row] : attempts) {
    if (row.finished > 0 || row.recovered) continue;
    row.recovered = true;
    row.attempt.outcome = Outcome::kError;
    if (const auto lead = leads.find(row.attempt.lead); lead != leads.end()) {
      lead->second.lead.finished = true;
    }
  }
  for (auto& [id, row] : leads) row.reserved = false;
  StoreReady ready;
  if (!attempts.empty()) ready.last_attempt = attempts.rbegin()->first;
  if (!sessions.empty()) ready.last_agent_session = sessions.rbegin()->first;
  for (const auto& [id, campaign] : campaigns) ready.campaigns.push_back(campaign);
  ready.trunks = trunk_list();
  ready.zone_sets = zone_sets();
  ready.agents = agent_list();
  ready.today = today(day_began);
  return ready;
}

std::vector<CampaignDay> ModelStore::today(WallTime day_began) const {
  std::map<CampaignId, CampaignDay> days;
  for (const auto& [id, row] : attempts) {
    const Attempt& attempt = row.attempt;
    if (!attempt.ended_at || *attempt.ended_at < day_began) continue;
    CampaignDay& day = days[attempt.campaign];
    day.campaign = attempt.campaign;
    if (attempt.outcome == Outcome::kAnswered) ++day.answered;
    if (attempt.outcome == Outcome::kDropped) ++day.dropped;
  }
  std::vector<CampaignDay> result;
  for (const auto& [campaign, day] : days) result.push_back(day);
  return result;
}

Lead& ModelStore::add_lead(CampaignId campaign, Lead lead) {
  lead.id = LeadId{static_cast<int64_t>(leads.size()) + 1};
  LeadRow& row = leads[lead.id];
  row.lead = std::move(lead);
  row.campaign = campaign;
  return row.lead;
}

ModelStore::LeadRow* ModelStore::find_by_phone(const std::string& phone) {
  for (auto& [id, row] : leads) {
    if (row.lead.phone == phone) return &row;
  }
  return nullptr;
}

ZoneSetId ModelStore::zone_set(const std::vector<std::string>& zones) {
  const auto next = ZoneSetId{static_cast<int64_t>(zone_set_ids_.size()) + 1};
  return zone_set_ids_.try_emplace(zones, next).first->second;
}

std::vector<ZoneSet> ModelStore::zone_sets() const {
  std::vector<ZoneSet> result;
  for (const auto& [zones, id] : zone_set_ids_) result.push_back({id, zones});
  return result;
}

std::vector<Trunk> ModelStore::trunk_list() const {
  std::vector<Trunk> result;
  for (const auto& [id, trunk] : trunks) result.push_back(trunk);
  return result;
}

std::vector<User> ModelStore::agent_list() const {
  std::vector<User> result;
  for (const auto& [id, user] : agents) {
    if (user.active) result.push_back(user);
  }
  return result;
}

}  // namespace carillon::core::testing
