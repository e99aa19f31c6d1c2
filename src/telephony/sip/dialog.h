// Dialog: whoever owns a handle of nua and hears its events.
#pragma once

struct nua_handle_s;

namespace carillon::telephony::sip {

struct Event;

/// Owner: the SIP thread. The handle is destroyed with the Dialog: no event comes afterwards.
class Dialog {
 public:
  Dialog() = default;
  virtual ~Dialog();
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  virtual void on_event(const Event& event) = 0;

 protected:
  nua_handle_s* handle_ = nullptr;
};

}  // namespace carillon::telephony::sip
