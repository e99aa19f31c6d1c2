// Telephone numbers: from what people write to E.164.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace carillon::store {

/// "+" and 15 digits (ITU-T E.164, section 6).
constexpr size_t kLongestE164 = 16;

/// A valid number.
struct PhoneNumber {
  std::string e164;              ///< "+442079460123"
  int country_calling_code = 0;  ///< 44
  bool geographical = false;     ///< tied to a place: its prefix tells the region
  bool premium_rate = false;     ///< charges whoever calls it
};

/// Reads a number in international form ("+44 20 7946 0123", "0044...") or in the national form of
/// `default_country` (ISO 3166 alpha-2, "GB"; empty: only international numbers are understood).
/// Fails with kInvalid and a reason that a person can act upon. Any thread.
Result<PhoneNumber> parse_phone(std::string_view input, std::string_view default_country);

/// The same, of trimmed text, by libphonenumber alone: some 20 microseconds instead of a fraction
/// of one. parse_phone() comes here with all that is not plain.
Result<PhoneNumber> parse_phone_by_library(std::string_view text, std::string_view default_country);

/// parse_phone() for numbers that we are to call: fails for premium-rate numbers, too.
Result<PhoneNumber> parse_phone_to_call(std::string_view input, std::string_view default_country);

/// True for a two-letter code of a country that has a numbering plan, in upper case.
bool is_known_country(std::string_view country);

}  // namespace carillon::store
