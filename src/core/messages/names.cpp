#include "core/messages/names.h"

#include <array>
#include <utility>

#include "base/assert.h"

namespace carillon {
namespace {

template <class Enum>
using Entry = std::pair<Enum, std::string_view>;

constexpr std::array<Entry<Role>, 3> kRoles{{{Role::kAdministrator, "administrator"},
                                             {Role::kSupervisor, "supervisor"},
                                             {Role::kAgent, "agent"}}};
constexpr std::array<Entry<LineKind>, 2> kLineKinds{
    {{LineKind::kWebRtc, "webrtc"}, {LineKind::kDeskPhone, "desk_phone"}}};
constexpr std::array<Entry<SipTransport>, 3> kSipTransports{
    {{SipTransport::kUdp, "udp"}, {SipTransport::kTcp, "tcp"}, {SipTransport::kTls, "tls"}}};
constexpr std::array<Entry<DialerType>, 3> kDialerTypes{{{DialerType::kPreview, "preview"},
                                                         {DialerType::kAuto, "auto"},
                                                         {DialerType::kBroadcast, "broadcast"}}};
constexpr std::array<Entry<Outcome>, 12> kOutcomes{
    {{Outcome::kInProgress, "in_progress"},
     {Outcome::kRinging, "ringing"},
     {Outcome::kConnected, "connected"},
     {Outcome::kAnswered, "answered"},
     {Outcome::kAgentUnavailable, "agent_unavailable"},
     {Outcome::kBusy, "busy"},
     {Outcome::kNoAnswer, "no_answer"},
     {Outcome::kRejected, "rejected"},
     {Outcome::kDropped, "dropped"},
     {Outcome::kMachine, "machine"},
     {Outcome::kConnectionError, "connection_error"},
     {Outcome::kError, "error"}}};

template <class Table, class Enum>
std::string_view find_name(const Table& table, Enum value) {
  for (const auto& [entry, name] : table) {
    if (entry == value) return name;
  }
  CARILLON_ASSERT(false, "an enumerated value without a name");
}

template <class Enum, class Table>
std::optional<Enum> find_value(const Table& table, std::string_view wanted) {
  for (const auto& [entry, name] : table) {
    if (name == wanted) return entry;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Role value) { return find_name(kRoles, value); }
std::string_view name_of(LineKind value) { return find_name(kLineKinds, value); }
std::string_view name_of(SipTransport value) { return find_name(kSipTransports, value); }
std::string_view name_of(DialerType value) { return find_name(kDialerTypes, value); }
std::string_view name_of(Outcome value) { return find_name(kOutcomes, value); }

template <>
std::optional<Role> from_name<Role>(std::string_view name) {
  return find_value<Role>(kRoles, name);
}
template <>
std::optional<LineKind> from_name<LineKind>(std::string_view name) {
  return find_value<LineKind>(kLineKinds, name);
}
template <>
std::optional<SipTransport> from_name<SipTransport>(std::string_view name) {
  return find_value<SipTransport>(kSipTransports, name);
}
template <>
std::optional<DialerType> from_name<DialerType>(std::string_view name) {
  return find_value<DialerType>(kDialerTypes, name);
}
template <>
std::optional<Outcome> from_name<Outcome>(std::string_view name) {
  return find_value<Outcome>(kOutcomes, name);
}

}  // namespace carillon
