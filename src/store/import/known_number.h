// Telephone numbers in the usual forms, recognised in well under a microsecond.
#pragma once

#include <optional>
#include <string_view>

#include "store/import/phone.h"

namespace carillon::store {

/// The number when it is valid and written plainly (+ and digits, or the national form of
/// `country`, with blanks, dashes, dots, slashes or brackets in between), by an automaton made out
/// of libphonenumber's own patterns. Nothing means: ask the library. What it gives is what the
/// library gives (phone_test.cpp compares them). Any thread.
std::optional<PhoneNumber> recognise_number(std::string_view text, std::string_view country);

}  // namespace carillon::store
