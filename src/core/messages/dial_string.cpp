#include "core/messages/dial_string.h"

namespace carillon {
namespace {

constexpr size_t kLongestNumber = 64;

/// One + may lead.
bool only_has(std::string_view text, std::string_view characters) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.find_first_not_of(characters) == std::string_view::npos;
}

}  // namespace

bool is_dialable(std::string_view number) {
  return !number.empty() && number.size() <= kLongestNumber &&
         only_has(number, "0123456789*#ABCDabcd");
}

bool is_tech_prefix(std::string_view prefix) {
  return prefix.size() <= kLongestTechPrefix && only_has(prefix, "0123456789*#");
}

}  // namespace carillon
