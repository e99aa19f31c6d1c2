// From the end of a SIP dialog to the outcome of an attempt.
#pragma once

#include "core/messages/calls.h"
#include "telephony/sip/call_listener.h"

namespace carillon::telephony {

/// The verdict about a call that ended by itself or by hang_up().
///
/// | How it ended                 | Outcome          | Next trunk     | Why                      |
/// | ---------------------------- | ---------------- | -------------- | ------------------------ |
/// | answered, whoever hung up    | Answered         | no             |                          |
/// | 200 crossed our CANCEL       | Dropped          | no             | a person heard us go     |
/// | answered with unusable SDP   | Dropped, doubt   | no             | a person heard nothing   |
/// | ring timeout, given up by us | No Answer        | no             |                          |
/// | BYE before the answer        | No Answer        | no             |                          |
/// | silence, not even 100        | Connection Error | yes            | the trunk is dead        |
/// | unreachable, connection lost | Connection Error | unless it rang | the trunk is dead        |
/// | 401, 407, password not taken | Connection Error | yes            | set-up of the trunk      |
/// | 402                          | Connection Error | unless it rang | no credit                |
/// | 403                          | Rejected, doubt  | unless it rang | number, or account       |
/// | 415, 488, 606                | Error, doubt     | unless it rang | no common codec          |
/// | 486, 600                     | Busy             | no             | RFC 3261 21.4.24, 21.6.1 |
/// | 408, 480, 487                | No Answer        | no             | 21.4.9, 21.4.18, 21.4.25 |
/// | 404, 410, 484, 485, 604      | Rejected         | no             | no such number           |
/// | 603, 607, 608                | Rejected         | no             | somebody said no         |
/// | 3xx                          | Rejected         | no             | never followed: fraud    |
/// | 5xx                          | Connection Error | unless it rang |                          |
/// | other 4xx, 6xx               | Rejected         | no             |                          |
///
/// Doubt: one alone may be about the number. Of many in a row the trunk is to blame (TrunkLine).
struct Verdict {
  Outcome outcome = Outcome::kError;
  bool try_next_trunk = false;
  EndedBy by = EndedBy::kCarrier;
  std::string reason;         ///< sentence for the call log
  std::string trunk_doubt{};  ///< CallEnded::trunk_doubt
};
Verdict judge(const sip::CallEnd& end);

}  // namespace carillon::telephony
