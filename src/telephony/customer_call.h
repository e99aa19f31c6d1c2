// CustomerCall: one attempt over one trunk, its SIP dialog and its audio leg together.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/messages/calls.h"
#include "telephony/rtp_leg.h"
#include "telephony/sip/trunk_set.h"

namespace carillon::telephony {

/// Purpose: carries out what the core wants of one call, and reports what becomes of it.
/// Owner: the Switchboard, on the SIP thread.
/// Lifetime: from PlaceCall to CallEnded. CallEnded is sent by the destructor and nowhere else, so
/// there is exactly one for each PlaceCall.
class CustomerCall final : public sip::CallListener {
 public:
  struct Owner {
    std::function<void(TelephonyEvent)> report;
    /// Asks to be destroyed once no call-back is on the stack any more.
    std::function<void(AttemptId)> remove;
  };

  CustomerCall(PlaceCall order, Owner owner);
  ~CustomerCall() override;

  /// Opens the leg and sends the INVITE. On failure the reason becomes the last word, and the call
  /// asks to be removed.
  void place(sip::UserAgent& agent, sip::TrunkSet& trunks, media::MediaPlane& plane, LegId leg,
             Duration session_interval);

  /// CANCEL or BYE. `by` and `reason`, when not empty, go into CallEnded of an answered call.
  void hang_up(EndedBy by, std::string reason = "");

  bool is_answered() const { return answered_; }
  bool is_held_by_peer() const { return leg_ && leg_->is_held_by_peer(); }
  LegId leg() const { return leg_id_; }

  void call_progress(const std::string& call_id, std::string_view sdp) override;
  bool call_answered(const std::string& call_id, std::string_view sdp) override;
  std::optional<std::string> call_offered(std::string_view sdp) override;
  std::string call_wants_offer() override;
  void call_settled(std::string_view sdp) override;
  void call_digit(char digit) override;
  void call_ended(const sip::CallEnd& end) override;

 private:
  void refuse(const Error& error);

  PlaceCall order_;
  Owner owner_;
  CallEnded last_word_;
  sip::TrunkSet* trunks_ = nullptr;
  sip::Call* call_ = nullptr;  ///< null before place() and after call_ended()
  uint32_t address_ = 0;
  LegId leg_id_;
  std::unique_ptr<RtpLeg> leg_;  ///< null when the call could not be placed
  bool answered_ = false;
  bool progress_reported_ = false;
  bool early_media_reported_ = false;
  EndedBy hung_up_by_ = EndedBy::kSystem;
  std::string hung_up_reason_;
};

}  // namespace carillon::telephony
