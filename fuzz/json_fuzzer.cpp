// What browsers and programs send as JSON: the first byte chooses the reader, the rest is the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/json_records.h"

using namespace carillon;
using namespace carillon::api;

namespace {

/// A record that was read must be written so that it is read again, as the same.
template <class Record, class Read>
void round_trip(const Json& json, Read read) {
  for (const bool is_new : {true, false}) {
    Record record;
    if (!read(json, is_new, record).ok()) continue;
    auto written = to_json(record);
    const auto again = parse_json(to_text(written));
    if (!again) std::abort();
    for (const char* kept_by_us : {"id", "has_password", "called_count", "last_called_at",
                                   "last_outcome", "last_disposition", "finished", "created_at",
                                   "modified_at", "leadset_id", "last_seen_at"}) {
      written.erase(kept_by_us);
    }
    Record copy = record;
    if (!read(written, false, copy).ok()) {
      // A fresh record may lack what is required of a new one, nothing else.
      if (is_new) std::abort();
      continue;
    }
    if (to_json(copy) != to_json(record)) std::abort();
  }
}

template <class Request, class Read>
void take(const Json& json, Read read) {
  Request request;
  (void)read(json, request).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data + 1)),
                              size - 1);
  const auto json = parse_json(text);
  if (!json) return 0;
  switch (data[0] % 20) {
    case 0: round_trip<Campaign>(*json, read_campaign); break;
    case 1: round_trip<Script>(*json, read_script); break;
    case 2: round_trip<Leadset>(*json, read_leadset); break;
    case 3: round_trip<Trunk>(*json, read_trunk); break;
    case 4: round_trip<SipProfile>(*json, read_sip_profile); break;
    case 5:
      round_trip<Lead>(*json, [](const Json& j, bool is_new, Lead& lead) {
        return read_lead(j, is_new, false, lead);
      });
      break;
    case 6:
      round_trip<User>(*json, [](const Json& j, bool is_new, User& user) {
        UserSecrets secrets;
        return read_user(j, is_new, user, secrets);
      });
      break;
    case 7: take<store::Token>(*json, read_token); break;
    case 8: take<store::DncEntry>(*json, read_dnc); break;
    case 9: take<store::ImportSpec>(*json, read_import); break;
    case 10: take<SignInRequest>(*json, read_sign_in); break;
    case 11: take<SetupRequest>(*json, read_setup); break;
    case 12: take<PasswordRequest>(*json, read_password); break;
    case 13: take<OpenAgentSession>(*json, read_agent_session); break;
    case 14: take<SetAgentReady>(*json, read_agent_status); break;
    case 15: take<bool>(*json, read_switch); break;
    case 16: take<AgentDigits>(*json, read_digits); break;
    case 17: take<PreviewDecision>(*json, read_preview); break;
    case 18: take<SubmitDisposition>(*json, read_disposition); break;
    default: take<LineOffer>(*json, read_line_offer); break;
  }
  return 0;
}
