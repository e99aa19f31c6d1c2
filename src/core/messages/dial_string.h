// What may be dialed, one rule for whoever stores it and whoever sends it.
#pragma once

#include <string_view>

namespace carillon {

constexpr size_t kLongestTechPrefix = 32;

/// The user part of a telephone number (RFC 3261 section 25.1, telephone-subscriber): 1 to 64 of
/// 0-9, *, #, A-D, and + in the first place only. Nothing that could end the URI or the header.
bool is_dialable(std::string_view number);

/// What may stand before the digits of a number, so that both together are dialable: at most
/// kLongestTechPrefix of 0-9, * and #, and + in the first place only. Empty is none.
bool is_tech_prefix(std::string_view prefix);

/// For whoever wrote another.
constexpr const char* kTechPrefixRule =
    "The tech prefix holds at most 32 of 0-9, * and #; a + may only be its first character.";

}  // namespace carillon
