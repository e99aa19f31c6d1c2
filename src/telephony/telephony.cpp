#include "telephony/telephony.h"

namespace carillon::telephony {

class Telephony::Impl {};

Telephony::Telephony(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Telephony::~Telephony() = default;

Result<std::unique_ptr<Telephony>> Telephony::start(TelephonyConfig, Sinks) {
  return Error{ErrorCode::kUnavailable, "The telephony is not part of this build yet.", ""};
}
void Telephony::send(TelephonyCommand) {}
TelephonyCounters Telephony::counters() const { return {}; }
int Telephony::trunk_port() const { return 0; }
int Telephony::trunk_tls_port() const { return 0; }
int Telephony::phone_port() const { return 0; }
int Telephony::phone_tls_port() const { return 0; }
void Telephony::drain_and_stop() {}

}  // namespace carillon::telephony
