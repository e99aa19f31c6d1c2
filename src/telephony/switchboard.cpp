#include "telephony/switchboard.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace carillon::telephony {

Switchboard::Switchboard(Parts parts, Sinks sinks)
    : parts_(parts), sinks_(std::move(sinks)), removal_(parts.loop) {}

Switchboard::~Switchboard() {
  stopping_ = true;
  lines_.clear();
  calls_.clear();  // each says its last word
  side_calls_.clear();
}

void Switchboard::handle(TelephonyCommand command) {
  std::visit([this](auto& each) { on(each); }, command);
}

void Switchboard::handle(media::MediaEvent event) {
  std::visit([this](auto& each) { on(each); }, event);
}

// ------------------------------------------------------------------------------- calls

void Switchboard::on(PlaceCall& command) {
  const auto attempt = command.attempt;
  if (calls_.contains(attempt)) {
    // The core never does this. A second call of one attempt would break "never dialed twice", and
    // its CallEnded would be taken for that of the first.
    spdlog::error("Attempt {} was placed twice: the second order is passed over", attempt);
    return;
  }
  ++totals_.calls_placed;
  auto& call = calls_[attempt];
  call = std::make_unique<CustomerCall>(
      std::move(command),
      CustomerCall::Owner{[this](TelephonyEvent event) { report(std::move(event)); },
                          [this](AttemptId which) { remove(which); }});
  if (stopping_) return remove(attempt);
  call->place(parts_.trunk_agent, parts_.trunks, parts_.plane, next_leg(attempt),
              parts_.session_interval);
}

void Switchboard::on(EndCall& command) {
  if (auto* call = call_of(command.attempt)) call->hang_up(EndedBy::kSystem);
}

void Switchboard::on(ConnectCall& command) {
  auto* call = answered_call_of(command.attempt);
  auto* line = line_of(command.session);
  if (call == nullptr || line == nullptr)
    return;  // one of them ended while the order was on its way
  parts_.plane.stop_playing(call->leg());
  parts_.plane.hold(call->leg(), false);
  parts_.plane.connect(line->leg(), call->leg());
  if (command.record) {
    parts_.plane.start_recording(command.attempt, call->leg(), command.recording);
  }
}

void Switchboard::on(DisconnectCall& command) {
  auto* call = answered_call_of(command.attempt);
  if (call == nullptr) return;
  parts_.plane.disconnect(call->leg());
  parts_.plane.hold(call->leg(), true);
}

void Switchboard::on(HoldCall& command) {
  if (auto* call = answered_call_of(command.attempt)) parts_.plane.hold(call->leg(), command.on);
}

void Switchboard::on(PlayAndEnd& command) {
  auto* call = answered_call_of(command.attempt);
  if (call == nullptr) return;
  parts_.plane.stop_recording(command.attempt);
  parts_.plane.disconnect(call->leg());
  parts_.plane.hold(call->leg(), false);
  parts_.plane.say(call->leg(), command.text, command.prompt);  // PlaybackDone ends the call
}

void Switchboard::on(SendDigits& command) {
  if (auto* call = answered_call_of(command.attempt)) {
    parts_.plane.send_digits(call->leg(), command.digits);
  }
}

// ----------------------------------------------------------------------------- side calls

void Switchboard::on(PlaceSideCall& command) {
  const auto id = command.call;
  PlaceCall order;
  order.trunk = command.trunk;
  order.number = std::move(command.number);
  order.caller_id = std::move(command.caller_id);
  order.ring_timeout_ms = command.ring_timeout_ms;
  auto& call = side_calls_[id];
  call = std::make_unique<CustomerCall>(
      std::move(order),
      CustomerCall::Owner{[this, id](const TelephonyEvent& event) { report_of(id, event); },
                          [this, id](AttemptId) { remove(id); }});
  if (stopping_) return remove(id);
  call->place(parts_.trunk_agent, parts_.trunks, parts_.plane, next_leg(id),
              parts_.session_interval);
}

void Switchboard::on(EndSideCall& command) {
  if (auto* call = call_of(command.call)) call->hang_up(EndedBy::kSystem);
}

/// A side call says what a customer's call says, in words of its own.
void Switchboard::report_of(SideCallId call, const TelephonyEvent& event) {
  if (std::holds_alternative<CallAnswered>(event)) {
    sinks_.to_core(SideCallAnswered{call});
  } else if (const auto* ended = std::get_if<CallEnded>(&event)) {
    sinks_.to_core(SideCallEnded{call, ended->outcome, ended->reason});
  }
}

void Switchboard::on(JoinParties& command) {
  std::vector<LegId> legs;
  for (const auto& party : command.parties) {
    const auto leg = leg_of(party);
    if (!leg) continue;  // it ended while the order was on its way
    if (!std::holds_alternative<AgentSessionId>(party)) {
      parts_.plane.stop_playing(*leg);
      parts_.plane.hold(*leg, false);
    }
    legs.push_back(*leg);
  }
  parts_.plane.join(legs);
}

// ------------------------------------------------------------------------------- lines

void Switchboard::on(OpenAgentLine& command) {
  if (stopping_ || lines_.contains(command.session)) return;
  const auto session = command.session;
  auto& line = lines_[session];
  line = std::make_unique<AgentLine>(std::move(command), parts_.plane, next_leg(session),
                                     [this](TelephonyEvent event) { report(std::move(event)); });
  line->open(parts_.phone_agent, parts_.registrar, parts_.session_interval);
}

void Switchboard::on(CloseAgentLine& command) {
  const auto found = lines_.find(command.session);
  if (found == lines_.end()) return;
  legs_.erase(found->second->leg());
  lines_.erase(found);
}

void Switchboard::on(MuteAgent& command) {
  if (auto* line = line_of(command.session)) parts_.plane.mute(line->leg(), command.on);
}

void Switchboard::on(EchoAgent& command) {
  if (auto* line = line_of(command.session)) parts_.plane.echo(line->leg(), command.on);
}

void Switchboard::on(AgentOffer& command) {
  auto* line = line_of(command.session);
  const auto taken =
      line != nullptr
          ? line->offer(command)
          : Result<void>(Error{ErrorCode::kNotFound, "The session has ended: sign in again.", ""});
  if (!taken) sinks_.to_api(AgentAnswer{command.request, "", taken.error().message});
}

void Switchboard::on(SetTrunks& command) { parts_.trunks.set(command.trunks); }

void Switchboard::on(SetPhones& command) {
  if (parts_.registrar != nullptr) parts_.registrar->set(std::move(command.phones));
}

// ------------------------------------------------------------------------------- media

void Switchboard::on(media::OfferAnswered& event) {
  sinks_.to_api(AgentAnswer{event.request, std::move(event.sdp), std::move(event.error)});
}

void Switchboard::on(media::LineUp& event) {
  if (auto* line = line_of(event.leg)) line->line_up();
}

void Switchboard::on(media::LineDown& event) {
  if (auto* line = line_of(event.leg)) line->line_down(event.reason);
}

void Switchboard::on(media::Digit& event) {
  if (auto* call = call_of(event.leg)) call->call_digit(event.digit);
}

void Switchboard::on(media::FirstPacket&) {}

// A BYE that was lost: RTP stops, and nobody says so.
void Switchboard::on(media::MediaTimeout& event) {
  if (auto* line = line_of(event.leg)) return line->went_silent();
  auto* call = call_of(event.leg);
  if (call == nullptr || !call->is_answered() || call->is_held_by_peer()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(event.silent_for).count();
  call->hang_up(
      EndedBy::kSystem,
      fmt::format("No audio came from the carrier for {} seconds: the call was ended.", seconds));
}

void Switchboard::on(media::PlaybackDone& event) {
  if (!event.error.empty()) spdlog::warn("Prompt {}: {}", event.prompt, event.error);
  if (auto* call = call_of(event.leg)) call->hang_up(EndedBy::kSystem);
}

void Switchboard::on(media::RecordingFinished& event) {
  report(RecordingFinished{event.attempt, std::move(event.file), event.duration.count(),
                           std::move(event.error), event.disk_failed});
}

// ------------------------------------------------------------------------------- the rest

CustomerCall* Switchboard::call_of(AttemptId attempt) {
  const auto found = calls_.find(attempt);
  return found == calls_.end() ? nullptr : found->second.get();
}

CustomerCall* Switchboard::answered_call_of(AttemptId attempt) {
  auto* call = call_of(attempt);
  return call != nullptr && call->is_answered() ? call : nullptr;
}

CustomerCall* Switchboard::call_of(SideCallId call) {
  const auto found = side_calls_.find(call);
  return found == side_calls_.end() ? nullptr : found->second.get();
}

std::optional<LegId> Switchboard::leg_of(const Party& party) {
  if (const auto* session = std::get_if<AgentSessionId>(&party)) {
    const auto* line = line_of(*session);
    return line != nullptr ? std::optional(line->leg()) : std::nullopt;
  }
  const auto* attempt = std::get_if<AttemptId>(&party);
  const auto* call = attempt != nullptr ? call_of(*attempt) : call_of(std::get<SideCallId>(party));
  const bool there = call != nullptr && call->is_answered();
  return there ? std::optional(call->leg()) : std::nullopt;
}

AgentLine* Switchboard::line_of(AgentSessionId session) {
  const auto found = lines_.find(session);
  return found == lines_.end() ? nullptr : found->second.get();
}

CustomerCall* Switchboard::call_of(LegId leg) {
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return nullptr;
  if (const auto* attempt = std::get_if<AttemptId>(&found->second)) return call_of(*attempt);
  if (const auto* side = std::get_if<SideCallId>(&found->second)) return call_of(*side);
  return nullptr;
}

AgentLine* Switchboard::line_of(LegId leg) {
  const auto found = legs_.find(leg);
  if (found == legs_.end() || !std::holds_alternative<AgentSessionId>(found->second)) {
    return nullptr;
  }
  return line_of(std::get<AgentSessionId>(found->second));
}

LegId Switchboard::next_leg(LegOwner owner) {
  const LegId leg{++last_leg_};
  legs_.emplace(leg, owner);
  return leg;
}

/// True: the event is of a test call, and nobody else's.
bool Switchboard::report_test(const TelephonyEvent& event) {
  const bool is_test = std::visit(
      [](const auto& each) {
        if constexpr (requires { each.attempt; }) return each.attempt < AttemptId{0};
        return false;
      },
      event);
  if (is_test && sinks_.to_tests) sinks_.to_tests(event);
  return is_test;
}

void Switchboard::report(TelephonyEvent event) {
  if (report_test(event)) return;
  if (std::holds_alternative<CallAnswered>(event)) ++totals_.calls_answered;
  if (const auto* ended = std::get_if<CallEnded>(&event)) ++totals_.calls_ended[ended->outcome];
  sinks_.to_core(std::move(event));
}

// Deferred: the call asks for it from within its own functions.
void Switchboard::remove(Party call) {
  ended_.push_back(call);
  removal_.set(Duration{0}, [this] { remove_ended(); });
}

void Switchboard::remove_ended() {
  const auto remove_from = [this](auto& calls, auto id) {
    const auto found = calls.find(id);
    if (found == calls.end()) return;
    legs_.erase(found->second->leg());
    calls.erase(found);
  };
  for (const auto& party : std::exchange(ended_, {})) {
    if (const auto* attempt = std::get_if<AttemptId>(&party)) remove_from(calls_, *attempt);
    if (const auto* side = std::get_if<SideCallId>(&party)) remove_from(side_calls_, *side);
  }
}

void Switchboard::hang_up_all() {
  stopping_ = true;
  lines_.clear();
  for (auto& [attempt, call] : calls_) {
    call->hang_up(EndedBy::kSystem, "The server was stopped.");
  }
  for (auto& [id, call] : side_calls_) call->hang_up(EndedBy::kSystem);
}

bool Switchboard::is_idle() const {
  return calls_.empty() && side_calls_.empty() && lines_.empty();
}

TelephonyCounters Switchboard::counters() const {
  TelephonyCounters out = totals_;
  out.calls_active = calls_.size();
  out.agent_lines = lines_.size();
  for (auto* agent : {&parts_.trunk_agent, parts_.phone_agent}) {
    if (agent == nullptr) continue;
    const auto& calls = agent->call_counters();
    out.answers_crossed_cancel += calls.crossed;
    out.auth_challenges += calls.challenges;
    out.requests_refused += agent->requests_refused() + calls.refused;
    out.inbound_refused += agent->inbound_refused();
    out.strangers_dropped += agent->strangers_dropped();
    (agent == &parts_.trunk_agent ? out.trunk_flood_dropped : out.phone_flood_dropped) =
        agent->flood_dropped();
  }
  if (parts_.registrar != nullptr) {
    out.phones_registered = parts_.registrar->registered();
    out.sign_ins_failed = parts_.registrar->sign_ins_failed();
    out.phones_wrong_transport = parts_.registrar->wrong_transport();
    out.phones_gone_silent = parts_.registrar->gone_silent();
  }
  const auto media = parts_.plane.counters();
  out.media_packets_received = media.packets_in;
  out.media_packets_dropped =
      media.dropped_stranger + media.dropped_malformed + media.dropped_srtp + media.dropped_stun;
  return out;
}

}  // namespace carillon::telephony
