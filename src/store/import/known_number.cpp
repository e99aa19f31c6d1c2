#include "store/import/known_number.h"

#include <algorithm>
#include <array>
#include <string>

#include "store/import/number_table.h"

namespace carillon::store {
namespace {

using namespace number_table;

constexpr size_t kMostDigits = 20;  // E.164 has 15; prefixes come on top
constexpr size_t kMostCountryDigits = 3;

/// The digits of `text` without what people put in between; nothing when there is anything else.
std::optional<std::string_view> digits_of(std::string_view text,
                                          std::array<char, kMostDigits>& room) {
  size_t count = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (count == room.size()) return std::nullopt;
      room[count++] = c;
    } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')' && c != '/') {
      return std::nullopt;
    }
  }
  return std::string_view(room.data(), count);
}

uint16_t root_of(int country_calling_code) {
  const auto* end = kRoots + kRootCount;
  const auto* found =
      std::lower_bound(kRoots, end, country_calling_code,
                       [](const Root& root, int code) { return root.country_calling_code < code; });
  return found != end && found->country_calling_code == country_calling_code ? found->state : 0;
}

const Dialing* dialing_of(std::string_view region) {
  const auto* end = kDialing + kDialingCount;
  const auto* found = std::lower_bound(
      kDialing, end, region,
      [](const Dialing& dialing, std::string_view r) { return dialing.region < r; });
  return found != end && found->region == region ? found : nullptr;
}

uint8_t label_of(uint16_t state, std::string_view digits) {
  for (const char c : digits) {
    if (state == 0) return 0;
    state = kStates[state].next[c - '0'];
  }
  return kStates[state].label;
}

PhoneNumber number_of(int country_calling_code, std::string_view national, uint8_t label) {
  PhoneNumber number;
  number.e164 = "+" + std::to_string(country_calling_code);
  number.e164.append(national);
  number.country_calling_code = country_calling_code;
  number.geographical = (label & kGeographical) != 0;
  number.premium_rate = (label & kPremiumRate) != 0;
  return number;
}

std::optional<PhoneNumber> international(std::string_view digits) {
  int code = 0;
  // No calling code is the beginning of another (ITU-T E.164 annex D), so the first match is it.
  for (size_t n = 0; n < std::min(kMostCountryDigits, digits.size()); ++n) {
    code = code * 10 + (digits[n] - '0');
    const uint16_t root = root_of(code);
    if (root == 0) continue;
    const auto national = digits.substr(n + 1);
    const uint8_t label = label_of(root, national);
    if (label & kValid) return number_of(code, national, label);
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<PhoneNumber> national(std::string_view digits, const Dialing& dialing) {
  if (digits.starts_with(dialing.international)) return std::nullopt;
  const std::string_view prefix = dialing.national;
  if (!prefix.empty() && digits.starts_with(prefix)) {
    digits.remove_prefix(prefix.size());
  } else if (digits.starts_with(std::to_string(dialing.country_calling_code))) {
    return std::nullopt;  // may be an international number without its plus
  }
  const uint8_t label = label_of(root_of(dialing.country_calling_code), digits);
  if (!(label & kValid) || !(label & kMainRegion)) return std::nullopt;
  return number_of(dialing.country_calling_code, digits, label);
}

}  // namespace

std::optional<PhoneNumber> recognise_number(std::string_view text, std::string_view country) {
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  std::array<char, kMostDigits> room;
  const auto digits = digits_of(text, room);
  if (!digits) return std::nullopt;
  const Dialing* dialing = plus ? nullptr : dialing_of(country);
  if (!plus && dialing == nullptr) return std::nullopt;
  auto number = plus ? international(*digits) : national(*digits, *dialing);
  if (number && number->e164.size() > kLongestE164) return std::nullopt;
  return number;
}

}  // namespace carillon::store
