#include "trace.h"

#include <fmt/format.h>

#include "core/agent_state.h"

namespace carillon::simulator {
namespace {

std::string target(const TransferTarget& to) {
  if (to.any_manager) return "a manager";
  return to.number.empty() ? fmt::format("agent {}", to.colleague) : to.number;
}

struct Words {
  std::string operator()(const core::Tick&) const { return "tick"; }
  template <class... T>
  std::string operator()(const std::variant<T...>& nested) const {
    return std::visit(*this, nested);
  }

  // Store events.
  std::string operator()(const StoreReady&) const { return "store ready"; }
  std::string operator()(const LeadsClaimed& m) const {
    return fmt::format("{} leads claimed for campaign {}{} {}", m.leads.size(), m.campaign,
                       m.exhausted ? ", exhausted" : "", m.error);
  }
  std::string operator()(const CallbacksClaimed& m) const {
    return fmt::format("{} call-backs claimed for campaign {} {}", m.callbacks.size(), m.campaign,
                       m.error);
  }
  std::string operator()(const AttemptCommitted& m) const {
    return fmt::format("attempt {} is on disk", m.attempt);
  }
  std::string operator()(const AttemptRefused& m) const {
    return fmt::format("attempt {} refused: {}", m.attempt, m.reason);
  }
  std::string operator()(const DispositionSaved& m) const {
    return fmt::format("disposition of attempt {} saved {}", m.attempt, m.error);
  }
  std::string operator()(const CampaignChanged& m) const {
    return fmt::format("campaign {} changed, active {} multiplier {}", m.campaign.id,
                       m.campaign.active, m.campaign.outbound_multiplier);
  }
  std::string operator()(const CampaignRemoved& m) const {
    return fmt::format("campaign {} removed", m.campaign);
  }
  std::string operator()(const TrunksChanged&) const { return "trunks changed"; }
  std::string operator()(const AgentsChanged&) const { return "agents changed"; }
  std::string operator()(const ZoneSetsChanged&) const { return "zone sets changed"; }
  std::string operator()(const LeadsChanged& m) const {
    return fmt::format("leads of campaign {} changed", m.campaign);
  }

  // Telephony events.
  std::string operator()(const CallProgress& m) const {
    return fmt::format("attempt {} rings", m.attempt);
  }
  std::string operator()(const CallAnswered& m) const {
    return fmt::format("attempt {} answered", m.attempt);
  }
  std::string operator()(const CallEnded& m) const {
    return fmt::format("attempt {} ended, outcome {}{}", m.attempt, static_cast<int>(m.outcome),
                       m.try_next_trunk ? ", try the next trunk" : "");
  }
  std::string operator()(const AgentLineUp& m) const {
    return fmt::format("line of session {} up", m.session);
  }
  std::string operator()(const AgentLineDown& m) const {
    return fmt::format("line of session {} down", m.session);
  }
  std::string operator()(const TrunkStateChanged& m) const {
    return fmt::format("trunk {} {}", m.trunk, m.up ? "up" : "down");
  }

  std::string operator()(const SideCallAnswered& m) const {
    return fmt::format("side call {} answered", m.call);
  }
  std::string operator()(const SideCallEnded& m) const {
    return fmt::format("side call {} ended", m.call);
  }

  // Requests.
  std::string operator()(const OpenAgentSession& m) const {
    return fmt::format("[{}] agent {} logs in to campaign {}", m.request, m.agent, m.campaign);
  }
  std::string operator()(const CloseAgentSession& m) const {
    return fmt::format("[{}] session {} logs out", m.request, m.session);
  }
  std::string operator()(const SetAgentReady& m) const {
    return fmt::format("[{}] session {} {}", m.request, m.session, m.ready ? "ready" : "pause");
  }
  std::string operator()(const AgentPresence& m) const {
    return fmt::format("[{}] session {} browser {}", m.request, m.session,
                       m.present ? "there" : "gone");
  }
  std::string operator()(const AgentHangUp& m) const {
    return fmt::format("[{}] session {} hangs up", m.request, m.session);
  }
  std::string operator()(const EndLiveCall& m) const {
    return fmt::format("[{}] a supervisor ends attempt {}", m.request, m.attempt);
  }
  std::string operator()(const AgentEcho& m) const {
    return fmt::format("[{}] session {} {} an echo test", m.request, m.session,
                       m.on ? "begins" : "stops");
  }
  std::string operator()(const AgentPark& m) const {
    return fmt::format("[{}] session {} parks", m.request, m.session);
  }
  std::string operator()(const AgentRetrieve& m) const {
    return fmt::format("[{}] session {} retrieves attempt {}", m.request, m.session, m.attempt);
  }
  std::string operator()(const AgentTransfer& m) const {
    return fmt::format("[{}] session {} transfers to {}", m.request, m.session, target(m.to));
  }
  std::string operator()(const AgentConsult& m) const {
    return fmt::format("[{}] session {} consults {}", m.request, m.session, target(m.to));
  }
  std::string operator()(const AgentConsultStep& m) const {
    return fmt::format("[{}] session {} goes on with step {}", m.request, m.session,
                       static_cast<int>(m.step));
  }
  std::string operator()(const PreviewDecision& m) const {
    return fmt::format("[{}] session {} {}", m.request, m.session, m.dial ? "dials" : "skips");
  }
  std::string operator()(const NextPreview& m) const {
    return fmt::format("[{}] session {} asks for a lead", m.request, m.session);
  }
  std::string operator()(const SubmitDisposition& m) const {
    return fmt::format("[{}] session {} sets {} for attempt {}", m.request, m.session,
                       m.disposition, m.attempt);
  }

  // Commands.
  std::string operator()(const PlaceCall& m) const {
    return fmt::format("place attempt {} to {} over trunk {}", m.attempt, m.number, m.trunk);
  }
  std::string operator()(const EndCall& m) const {
    return fmt::format("end attempt {}", m.attempt);
  }
  std::string operator()(const ConnectCall& m) const {
    return fmt::format("connect attempt {} to session {}", m.attempt, m.session);
  }
  std::string operator()(const DisconnectCall& m) const {
    return fmt::format("put attempt {} aside", m.attempt);
  }
  std::string operator()(const PlaceSideCall& m) const {
    return fmt::format("place side call {}", m.call);
  }
  std::string operator()(const EndSideCall& m) const {
    return fmt::format("end side call {}", m.call);
  }
  std::string operator()(const JoinParties& m) const {
    std::string text = "join";
    for (const Party& party : m.parties) {
      std::visit([&](const auto& id) { text += fmt::format(" {}", id); }, party);
    }
    return text;
  }
  std::string operator()(const PlayAndEnd& m) const {
    return fmt::format("play {} to attempt {}", m.prompt, m.attempt);
  }
  std::string operator()(const OpenAgentLine& m) const {
    return fmt::format("open line of session {}", m.session);
  }
  std::string operator()(const CloseAgentLine& m) const {
    return fmt::format("close line of session {}", m.session);
  }
  std::string operator()(const ClaimLeads& m) const {
    return fmt::format("claim {} leads of campaign {}", m.count, m.campaign);
  }
  std::string operator()(const ClaimCallbacks& m) const {
    return fmt::format("claim call-backs of {} agents of campaign {}", m.agents.size(), m.campaign);
  }
  std::string operator()(const ReleaseLeads& m) const {
    std::string list;
    for (const LeadId lead : m.leads) list += fmt::format(" {}", lead);
    return "release leads" + list;
  }
  std::string operator()(const CommitAttempt& m) const {
    return fmt::format("write attempt {} of lead {}", m.attempt.id, m.attempt.lead);
  }
  std::string operator()(const FinishAttempt& m) const {
    return fmt::format("finish attempt {} with outcome {}", m.attempt.id,
                       static_cast<int>(m.attempt.outcome));
  }
  std::string operator()(const SaveDisposition& m) const {
    return fmt::format("save {} for attempt {}", m.rule.name, m.attempt);
  }
  std::string operator()(const AgentLive& m) const {
    return fmt::format("session {} is {} {} attempt {}", m.session, core::to_string(m.state),
                       m.pause_reason, m.attempt);
  }
  std::string operator()(const AgentGone& m) const {
    return fmt::format("session {} is gone: {}", m.session, m.reason);
  }
  std::string operator()(const RequestDone& m) const {
    return fmt::format("[{}] {}", m.request, m.result ? "done" : m.result.error().message);
  }
  std::string operator()(const CampaignLive& m) const {
    return fmt::format("campaign {}: {} agents, {} waiting; {} dialing, {} ringing {}", m.campaign,
                       m.agents_logged_in, m.agents_waiting, m.calls_dialing, m.calls_ringing,
                       m.idle_reason);
  }

  /// Everything else is of no use in a trace.
  template <class T>
  std::string operator()(const T&) const {
    return "";
  }
};

}  // namespace

std::string describe(const core::CoreEvent& event) { return std::visit(Words{}, event); }
std::string describe(const core::CoreCommand& command) { return std::visit(Words{}, command); }

}  // namespace carillon::simulator
