// Sofia-SIP's headers with our types as its magic pointers. Included by .cpp files of this folder
// only: nothing of Sofia leaks past it.
#pragma once

#include <string_view>

namespace carillon::telephony::sip {
class EventLoop;
class UserAgent;
class Dialog;
}  // namespace carillon::telephony::sip

#define SU_ROOT_MAGIC_T ::carillon::telephony::sip::EventLoop
#define NUA_MAGIC_T ::carillon::telephony::sip::UserAgent
#define NUA_HMAGIC_T ::carillon::telephony::sip::Dialog

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/nua.h>
#include <sofia-sip/nua_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tag_io.h>
#include <sofia-sip/su_wait.h>
#include <sofia-sip/tport_tag.h>

namespace carillon::telephony::sip {

/// One event of nua, as handed to a Dialog. The pointers live as long as the call-back.
struct Event {
  nua_event_t type;
  int status;
  const char* phrase;
  nua_handle_t* handle;
  const sip_t* message;  ///< null for events of the stack itself
  tagi_t* tags;
};

/// The body of a message, empty when there is none.
std::string_view body_of(const sip_t* message);

/// True for a final response that the stack made up itself: a timeout or a transport failure.
bool made_by_stack(const sip_t* message);

}  // namespace carillon::telephony::sip
