// The stable names of enumerated values, the same in SQL, the API and the log.
#pragma once

#include <optional>
#include <string_view>

#include "core/messages/records.h"

namespace carillon {

std::string_view name_of(Role value);
std::string_view name_of(LineKind value);
std::string_view name_of(SipTransport value);
std::string_view name_of(DialerType value);
std::string_view name_of(Outcome value);

/// The value of a name; nothing when there is no such name. For Role, LineKind, SipTransport,
/// DialerType and Outcome.
template <class Enum>
std::optional<Enum> from_name(std::string_view name);

}  // namespace carillon
