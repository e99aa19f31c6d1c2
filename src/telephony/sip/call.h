// Call: one outgoing INVITE dialog, to a customer over a trunk or to a desk phone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "telephony/sip/call_listener.h"
#include "telephony/sip/dialog.h"
#include "telephony/sip/event_loop.h"

namespace carillon::telephony::sip {

class UserAgent;

/// Everything an INVITE needs. Addresses are numeric: nothing is looked up on the SIP thread.
struct CallSpec {
  std::string request_uri;  ///< sip:number@host:port
  std::string route;        ///< where the packets go: sip:host;maddr=192.0.2.1;transport=udp
  std::string from;         ///< name-addr
  std::string to;           ///< name-addr
  std::string contact;      ///< name-addr of ours
  std::string identity;     ///< P-Asserted-Identity (RFC 3325), name-addr; empty: none
  std::string username;     ///< for 401 and 407; empty: challenges end the call
  std::string password;
  std::string sdp;
  bool session_timers = false;
  Duration session_interval = 1800s;
  Duration ring_timeout = 30s;
};

/// Figures that calls count up.
struct CallCounters {
  uint64_t crossed = 0;     ///< 200 after our CANCEL
  uint64_t challenges = 0;  ///< 401 and 407 answered
  uint64_t refused = 0;     ///< requests within calls that we do not take (REFER, SUBSCRIBE, ...)
};

/// Purpose: one outgoing dialog from INVITE to the end of its BYE.
/// Owner: its UserAgent, on the SIP thread. It lives on after call_ended() until the last
/// transaction is over, then asks the UserAgent to let it go.
///
/// | State      | Event                          | Next       | Action                            |
/// | ---------- | ------------------------------ | ---------- | --------------------------------- |
/// | Inviting   | 101 to 199                     | Inviting   | call_progress                     |
/// | Inviting   | 401, 407 with credentials left | Inviting   | INVITE again with digest          |
/// | Inviting   | 200                            | Talking    | call_answered (ACK is the stack's)|
/// | Inviting   | 200 with unusable SDP          | Closing    | BYE, call_ended                   |
/// | Inviting   | 300 to 699, silence, transport | Gone       | call_ended                        |
/// | Inviting   | ring timeout, hang_up()        | Cancelling | CANCEL (after a provisional)      |
/// | Cancelling | 487 or any other final         | Gone       | call_ended                        |
/// | Cancelling | 200 (RFC 3261 section 9.1)     | Closing    | BYE, call_ended (kCrossed)        |
/// | Cancelling | 64 * T1 without a final        | Gone       | call_ended                        |
/// | Talking    | re-INVITE, UPDATE              | Talking    | call_offered, 200 or 488          |
/// | Talking    | BYE                            | Gone       | 200, call_ended (kTheyHungUp)     |
/// | Talking    | hang_up()                      | Closing    | BYE, call_ended (kWeHungUp)       |
/// | Talking    | session timer, 408, 481        | Gone       | BYE, call_ended (kSessionLost)    |
/// | Closing    | final response to BYE          | Gone       |                                   |
class Call final : public Dialog {
 public:
  Call(EventLoop& loop, UserAgent& agent, CallSpec spec, CallListener& listener);
  ~Call() override;

  /// CANCEL or BYE, whatever the state asks for. Nothing when the call is already ending.
  void hang_up();

  /// hang_up() without call_ended(): the listener goes now. The call must not be touched
  /// afterwards.
  void abandon();

  bool is_answered() const { return state_ == State::kTalking; }

  void on_event(const Event& event) override;

 private:
  enum class State { kInviting, kCancelling, kTalking, kClosing, kGone };

  void invite();
  void on_invite_response(const Event& event);
  void on_answer(const Event& event);
  void on_answer_in_call(const Event& event);
  void refresh();
  void on_offer(const Event& event);
  void on_ack(const Event& event);
  void on_info(const Event& event);
  void on_bye_response(const Event& event);
  void refuse(const Event& event, int status, const char* phrase);
  bool authenticate(const Event& event);
  void cancel(CallEnd::How why);
  void close(const CallEnd& end);
  void report(const CallEnd& end);
  void let_go();
  CallEnd end_with(CallEnd::How how) const;

  EventLoop& loop_;
  UserAgent& agent_;
  CallSpec spec_;
  CallListener* listener_;  ///< null once call_ended() was called
  State state_ = State::kInviting;
  CallEnd::How cancelled_why_ = CallEnd::How::kGivenUp;
  bool rang_ = false;
  bool heard_ = false;  ///< anything came from the peer, even 100
  bool answered_ = false;
  bool offer_is_out_ = false;  ///< our offer went out in a 200, its answer comes in the ACK
  int challenges_ = 0;         ///< of the transaction under way
  std::string last_realm_;     ///< that we answered
  Deadline deadline_;          ///< ring timeout, later the end of waiting for the peer
};

}  // namespace carillon::telephony::sip
