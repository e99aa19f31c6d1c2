// Switchboard: carries out the core's commands on calls and lines.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/messages/calls.h"
#include "telephony/agent_line.h"
#include "telephony/customer_call.h"
#include "telephony/media/media_plane.h"
#include "telephony/telephony.h"

namespace carillon::telephony {

/// Purpose: owns the calls and the lines, joins SIP and media, reports to the core.
/// Owner: the SIP thread. Lifetime: within that of its parts.
class Switchboard {
 public:
  struct Parts {
    sip::EventLoop& loop;
    sip::UserAgent& trunk_agent;
    sip::TrunkSet& trunks;
    sip::UserAgent* phone_agent = nullptr;  ///< null: no desk phones
    sip::Registrar* registrar = nullptr;
    media::MediaPlane& plane;
    Duration session_interval;
  };
  Switchboard(Parts parts, Sinks sinks);
  ~Switchboard();
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  void handle(TelephonyCommand command);
  void handle(media::MediaEvent event);

  /// Hangs everything up; no command is taken afterwards.
  void hang_up_all();
  bool is_idle() const;

  TelephonyCounters counters() const;

 private:
  using LegOwner = Party;

  void on(PlaceCall& command);
  void on(EndCall& command);
  void on(ConnectCall& command);
  void on(DisconnectCall& command);
  void on(HoldCall& command);
  void on(PlayAndEnd& command);
  void on(SendDigits& command);
  void on(PlaceSideCall& command);
  void on(EndSideCall& command);
  void on(JoinParties& command);
  void on(OpenAgentLine& command);
  void on(CloseAgentLine& command);
  void on(MuteAgent& command);
  void on(EchoAgent& command);
  void on(AgentOffer& command);
  void on(SetTrunks& command);
  void on(SetPhones& command);

  void on(media::OfferAnswered& event);
  void on(media::LineUp& event);
  void on(media::LineDown& event);
  void on(media::Digit& event);
  void on(media::FirstPacket& event);
  void on(media::MediaTimeout& event);
  void on(media::PlaybackDone& event);
  void on(media::RecordingFinished& event);

  CustomerCall* call_of(AttemptId attempt);
  CustomerCall* answered_call_of(AttemptId attempt);
  CustomerCall* call_of(SideCallId call);
  AgentLine* line_of(AgentSessionId session);
  std::optional<LegId> leg_of(const Party& party);
  CustomerCall* call_of(LegId leg);
  AgentLine* line_of(LegId leg);
  LegId next_leg(LegOwner owner);
  void report(TelephonyEvent event);
  void report_of(SideCallId call, const TelephonyEvent& event);
  void remove(Party call);
  bool report_test(const TelephonyEvent& event);
  void remove_ended();

  Parts parts_;
  Sinks sinks_;
  std::map<AttemptId, std::unique_ptr<CustomerCall>> calls_;
  std::map<SideCallId, std::unique_ptr<CustomerCall>> side_calls_;
  std::map<AgentSessionId, std::unique_ptr<AgentLine>> lines_;
  std::map<LegId, LegOwner> legs_;
  std::vector<Party> ended_;  ///< calls waiting for their removal
  sip::Deadline removal_;
  int64_t last_leg_ = 0;
  bool stopping_ = false;
  TelephonyCounters totals_;
};

}  // namespace carillon::telephony
