// From the end of a SIP dialog to the outcome of an attempt.
#pragma once

#include "core/messages/calls.h"
#include "telephony/sip/call_listener.h"

namespace carillon::telephony {

/// The verdict about a call that ended by itself or by hang_up().
///
/// How it ended                          | Outcome          | Next trunk | Why
/// ------------------------------------- | ---------------- | ---------- | ------------------------
/// answered, whoever hung up             | Answered         | no         |
/// 200 crossed our CANCEL                | Dropped          | no         | a person heard us hang
/// up ring timeout                          | No Answer        | no         | hung up by us before
/// the answer       | No Answer        | no         | silence, not even 100                 |
/// Connection Error | yes        | the trunk is dead refused, unreachable, connection lost |
/// Connection Error | yes        | the trunk is dead user name or password not taken       |
/// Connection Error | yes        | set-up of the trunk answered with unusable SDP            |
/// Error            | no         | BYE before the answer                 | No Answer        | no |
/// 486, 600                              | Busy             | no         | RFC 3261 21.4.24, 21.6.1
/// 408, 480, 487                         | No Answer        | no         | 21.4.9, 21.4.18, 21.4.25
/// 404, 410, 484, 485, 604               | Rejected         | no         | no such number
/// 401, 407                              | Connection Error | yes        | set-up of the trunk
/// 403, 603, 607, 608                    | Rejected         | no         | somebody said no
/// 3xx                                   | Rejected         | no         | never followed: toll
/// fraud 415, 488, 606                         | Error            | no         | no common codec
/// 503, 500, 502, 504 and other 5xx      | Connection Error | yes, unless it rang
/// other 4xx, 6xx                        | Rejected         | no         |
struct Verdict {
  Outcome outcome = Outcome::kError;
  bool try_next_trunk = false;
  EndedBy by = EndedBy::kCarrier;
  std::string reason;  ///< sentence for the call log
};
Verdict judge(const sip::CallEnd& end);

}  // namespace carillon::telephony
