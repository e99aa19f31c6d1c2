// AgentLine: the one audio leg that an agent session keeps open, browser or desk phone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/messages/calls.h"
#include "telephony/rtp_leg.h"
#include "telephony/sip/registrar.h"

namespace carillon::telephony {

/// Purpose: opens the line, reports when it carries audio and when it breaks.
/// Owner: the Switchboard, on the SIP thread. Lifetime: from OpenAgentLine to CloseAgentLine.
///
/// | Kind       | Event                     | Reported                              |
/// | ---------- | ------------------------- | ------------------------------------- |
/// | browser    | ICE and DTLS are done     | AgentLineUp                           |
/// | browser    | path lost                 | AgentLineDown; AgentLineUp when healed|
/// | desk phone | not signed in             | AgentLineDown, final                  |
/// | desk phone | answered                  | AgentLineUp                           |
/// | desk phone | busy, no answer, hung up  | AgentLineDown, final                  |
class AgentLine final : public sip::CallListener {
 public:
  AgentLine(OpenAgentLine order, media::MediaPlane& plane, LegId leg,
            std::function<void(TelephonyEvent)> report);
  ~AgentLine() override;

  /// `phones` and `registrar` are null when desk phones are switched off.
  void open(sip::UserAgent* phones, sip::Registrar* registrar, Duration session_interval);
  /// The browser's offer; the answer comes from the media plane. An error for a desk phone.
  Result<void> offer(const AgentOffer& offer);

  void line_up();
  void line_down(const std::string& reason);
  /// The desk phone sends no audio any more.
  void went_silent();

  AgentSessionId session() const { return order_.session; }
  LegId leg() const { return leg_id_; }

  void call_progress(const std::string& call_id, std::string_view sdp) override;
  bool call_answered(const std::string& call_id, std::string_view sdp) override;
  std::optional<std::string> call_offered(std::string_view sdp) override;
  std::string call_wants_offer() override;
  void call_settled(std::string_view sdp) override;
  void call_digit(char digit) override;
  void call_ended(const sip::CallEnd& end) override;

 private:
  void give_up(std::string reason);

  OpenAgentLine order_;
  media::MediaPlane& plane_;
  LegId leg_id_;
  std::function<void(TelephonyEvent)> report_;
  std::unique_ptr<RtpLeg> rtp_;  ///< desk phone only
  sip::Call* call_ = nullptr;    ///< desk phone only
};

}  // namespace carillon::telephony
