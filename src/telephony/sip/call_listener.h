// What a call tells its owner: plain words, no SIP stack.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carillon::telephony::sip {

/// How a call ended, as the dialog saw it. telephony/outcome.h makes an outcome of it.
struct CallEnd {
  enum class How {
    kRefused,          ///< a final response of 300 to 699
    kSilence,          ///< nothing at all came back within 64 * T1
    kTransportFailed,  ///< refused, unreachable, or the connection broke before anything came back
    kSignInFailed,     ///< the carrier did not take our user name and password
    kRingTimeout,      ///< nobody answered in time: our CANCEL
    kGivenUp,          ///< hang_up() before the answer
    kCrossed,          ///< a 200 crossed our CANCEL: ended with BYE at once
    kBadAnswer,        ///< answered with SDP that cannot be used
    kTheyHungUp,       ///< BYE of the peer after the answer
    kWeHungUp,         ///< hang_up() after the answer
    kSessionLost,      ///< a session timer ran out or the peer denied that it knows the call
  };
  How how = How::kRefused;
  int status = 0;      ///< of the final response, 0: none came from the peer
  std::string phrase;  ///< of the peer, printable ASCII
  bool rang = false;   ///< a provisional response above 100 came
  bool answered = false;
};

/// Hears one call. All on the SIP thread. call_ended() comes exactly once and last; the Call must
/// not be touched afterwards. The listener must not destroy itself in other call-backs.
class CallListener {
 public:
  virtual ~CallListener() = default;

  /// A provisional response above 100. `sdp` is empty unless it brought early media.
  virtual void call_progress(const std::string& call_id, std::string_view sdp) = 0;
  /// 200 OK. False when `sdp` cannot be used: the call is then ended (kBadAnswer).
  virtual bool call_answered(const std::string& call_id, std::string_view sdp) = 0;
  /// The peer's new offer (re-INVITE, UPDATE). Our answer; nullopt refuses it with 488.
  virtual std::optional<std::string> call_offered(std::string_view sdp) = 0;
  /// A re-INVITE without SDP wants an offer of ours; call_settled() brings the answer.
  virtual std::string call_wants_offer() = 0;
  /// The answer to an offer of ours within the call.
  virtual void call_settled(std::string_view sdp) = 0;
  /// INFO with a key press (application/dtmf-relay, application/dtmf).
  virtual void call_digit(char digit) = 0;
  virtual void call_ended(const CallEnd& end) = 0;
};

}  // namespace carillon::telephony::sip
