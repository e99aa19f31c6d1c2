#include "store/check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace carillon::store {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Check& Check::that(bool holds, const std::string& field, const std::string& sentence) {
  if (broken_.ok() && !holds) broken_ = Error{ErrorCode::kInvalid, sentence, field};
  return *this;
}

Check& Check::name(const std::string& value, const std::string& field, size_t most) {
  that(!value.empty(), field, fmt::format("Enter a {}.", field));
  that(value.size() <= most, field,
       fmt::format("The {} is too long: at most {} bytes.", field, most));
  return that(std::none_of(value.begin(), value.end(), is_control), field,
              fmt::format("The {} must be one line without control characters.", field));
}

Check& Check::text(const std::string& value, const std::string& field, size_t most) {
  return that(value.size() <= most, field,
              fmt::format("The text in {} is too long: at most {} bytes.", field, most));
}

Check& Check::range(double value, double least, double most, const std::string& field,
                    const std::string& what) {
  return that(value >= least && value <= most, field,
              fmt::format("{} must be from {} to {}.", what, least, most));
}

Check& Check::phone_like(const std::string& value, const std::string& field,
                         const std::string& what) {
  const size_t start = !value.empty() && value.front() == '+' ? 1 : 0;
  const bool digits =
      std::all_of(value.begin() + static_cast<std::ptrdiff_t>(start), value.end(), is_digit);
  return that(
      value.empty() || (digits && value.size() > start && value.size() <= 20), field,
      fmt::format("{} must be digits with an optional + in front, at most 20 characters.", what));
}

Check& Check::codecs(const std::vector<std::string>& codecs) {
  const std::set<std::string> known{"PCMU", "PCMA"};
  const std::set<std::string> given(codecs.begin(), codecs.end());
  const bool all_known = std::all_of(given.begin(), given.end(),
                                     [&](const auto& codec) { return known.count(codec) > 0; });
  return that(!codecs.empty() && all_known && given.size() == codecs.size(), "codecs",
              "Choose PCMU, PCMA or both as codecs.");
}

Result<void> Check::result() const { return broken_; }

bool is_e164(const std::string& phone) {
  return phone.size() >= 8 && phone.size() <= 16 && phone[0] == '+' && phone[1] != '0' &&
         std::all_of(phone.begin() + 1, phone.end(), is_digit);
}

}  // namespace carillon::store
