#include "store/import/phone.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "store/import/invalid.h"
#include "store/import/known_number.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <phonenumbers/phonenumberutil.h>
#pragma GCC diagnostic pop

namespace carillon::store {
namespace {

namespace lib = i18n::phonenumbers;
using lib::PhoneNumberUtil;

constexpr size_t kLongestInput = 64;

const PhoneNumberUtil& util() {
  static const PhoneNumberUtil& instance = *PhoneNumberUtil::GetInstance();
  return instance;
}

Error invalid_phone(std::string message) { return invalid(std::move(message), "phone"); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Spreadsheets turn long numbers into 4.42079E+11, and the digits are gone for good.
bool is_scientific(std::string_view text) {
  const auto e = text.find_first_of("eE");
  if (e == std::string_view::npos || e == 0 || e + 2 >= text.size()) return false;
  const auto of = [](std::string_view part, std::string_view allowed) {
    return part.find_first_not_of(allowed) == std::string_view::npos;
  };
  return of(text.substr(0, e), "0123456789.,") && (text[e + 1] == '+' || text[e + 1] == '-') &&
         of(text.substr(e + 2), "0123456789");
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// What can be refused without asking the library, which takes some microseconds a number.
Result<void> reject_early(std::string_view text, std::string_view default_country) {
  if (text.empty()) return invalid_phone("the phone number is missing");
  if (text.size() > kLongestInput) return invalid_phone("this is too long for a phone number");
  if (is_scientific(text)) {
    return invalid_phone(
        "the spreadsheet wrote the phone number in scientific notation and lost digits: format "
        "the column as text and export it again");
  }
  if (std::count_if(text.begin(), text.end(), is_digit) < 4 &&
      std::none_of(text.begin(), text.end(), [](char c) { return c & 0x80; })) {
    return invalid_phone("this is not a phone number");
  }
  if (!default_country.empty() && !is_known_country(default_country)) {
    return invalid_phone(fmt::format("'{}' is not a known country code", default_country));
  }
  return {};
}

Error parse_failure(PhoneNumberUtil::ErrorType type, bool has_country) {
  switch (type) {
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return invalid_phone(has_country
                               ? "no country has this calling code"
                               : "the number has no country code and no default country is set");
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return invalid_phone("the phone number is too short");
    case PhoneNumberUtil::TOO_LONG_NSN: return invalid_phone("the phone number is too long");
    case PhoneNumberUtil::NOT_A_NUMBER:
    case PhoneNumberUtil::NO_PARSING_ERROR: break;
  }
  return invalid_phone("this is not a phone number");
}

Error not_valid(const lib::PhoneNumber& number) {
  switch (util().IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::TOO_SHORT:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return invalid_phone("the phone number is too short for its country");
    case PhoneNumberUtil::TOO_LONG:
      return invalid_phone("the phone number is too long for its country");
    case PhoneNumberUtil::INVALID_LENGTH:
      return invalid_phone("the phone number has a wrong number of digits for its country");
    default: return invalid_phone("no such phone number exists in its country's numbering plan");
  }
}

}  // namespace

Result<PhoneNumber> parse_phone(std::string_view input, std::string_view default_country) {
  std::string_view text = trim(input);
  if (!text.empty() && text.front() == '\'') text.remove_prefix(1);  // how Excel marks text
  if (auto known = recognise_number(text, default_country)) return std::move(*known);
  return parse_phone_by_library(text, default_country);
}

Result<PhoneNumber> parse_phone_by_library(std::string_view text,
                                           std::string_view default_country) {
  if (auto early = reject_early(text, default_country); !early) return early.error();

  std::string written(text);
  if (default_country.empty() && text.starts_with("00")) written = "+" + written.substr(2);
  lib::PhoneNumber number;
  const std::string region = default_country.empty() ? "ZZ" : std::string(default_country);
  const auto failure = util().Parse(written, region, &number);
  if (failure != PhoneNumberUtil::NO_PARSING_ERROR) {
    return parse_failure(failure, !default_country.empty() || written.starts_with('+'));
  }
  if (number.has_extension()) {
    return invalid_phone("the number has an extension, which cannot be dialed");
  }
  const auto type = util().GetNumberType(number);
  if (type == PhoneNumberUtil::UNKNOWN) return not_valid(number);

  PhoneNumber result;
  util().Format(number, PhoneNumberUtil::E164, &result.e164);
  // The library knows numbering plans that go beyond what can be dialed from abroad.
  if (result.e164.size() > kLongestE164) return invalid_phone("the phone number is too long");
  result.country_calling_code = number.country_code();
  result.geographical = util().IsNumberGeographical(type, number.country_code());
  result.premium_rate = type == PhoneNumberUtil::PREMIUM_RATE;
  return result;
}

Result<PhoneNumber> parse_phone_to_call(std::string_view input, std::string_view default_country) {
  auto number = parse_phone(input, default_country);
  if (number && number->premium_rate) {
    return invalid_phone("this is a premium-rate number, which charges whoever calls it");
  }
  return number;
}

bool is_known_country(std::string_view country) {
  static const auto kKnown = [] {
    std::set<std::string> regions;
    util().GetSupportedRegions(&regions);
    return std::set<std::string, std::less<>>(regions.begin(), regions.end());
  }();
  return kKnown.contains(country);
}

}  // namespace carillon::store
