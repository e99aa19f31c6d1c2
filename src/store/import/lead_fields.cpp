#include "store/import/lead_fields.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "store/import/invalid.h"
#include "store/import/zones.h"

namespace carillon::store {
namespace {

struct TextField {
  const char* name;
  std::string Lead::* member;
};

constexpr TextField kTextFields[] = {
    {"status", &Lead::status},
    {"title", &Lead::title},
    {"first_name", &Lead::first_name},
    {"middle_initial", &Lead::middle_initial},
    {"last_name", &Lead::last_name},
    {"gender", &Lead::gender},
    {"date_of_birth", &Lead::date_of_birth},
    {"business", &Lead::business},
    {"address1", &Lead::address1},
    {"address2", &Lead::address2},
    {"address3", &Lead::address3},
    {"city", &Lead::city},
    {"state", &Lead::state},
    {"province", &Lead::province},
    {"postal_code", &Lead::postal_code},
    {"country_code", &Lead::country_code},
    {"phone_code", &Lead::phone_code},
    {"alternative_phone", &Lead::alternative_phone},
    {"email", &Lead::email},
    {"comments", &Lead::comments},
    {"vendor_lead_code", &Lead::vendor_lead_code},
    {"source_id", &Lead::source_id},
    {"owner", &Lead::owner},
    {"security_phrase", &Lead::security_phrase},
};

constexpr size_t kMaxCustomNameBytes = 64;
constexpr int64_t kMaxPriority = 1'000'000;

bool is_control(char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }

std::optional<int64_t> to_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A number of `digits` digits at the start of `text`, which is then removed from it.
std::optional<int> take_digits(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto part = text.substr(0, digits);
  if (part.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<int>(*to_integer(part));
}

bool take_one_of(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// "14:30", "14:30:59", each with an optional Z; seconds since midnight.
std::optional<std::chrono::seconds> parse_time_of_day(std::string_view text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_one_of(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (take_one_of(text, ":")) {
    const auto s = take_digits(text, 2);
    if (!s || *s > 59) return std::nullopt;
    second = *s;
  }
  take_one_of(text, "Z");
  if (!text.empty()) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(second);
}

}  // namespace

std::optional<WallTime> parse_file_time(std::string_view text) {
  if (const auto number = to_integer(text)) {
    // Seconds reach the year 5138 before they have the size of today's milliseconds.
    constexpr int64_t kSmallestMs = 100'000'000'000;
    if (*number < 100'000'000 || *number > 100 * kSmallestMs) return std::nullopt;
    return from_unix_ms(*number < kSmallestMs ? *number * 1000 : *number);
  }
  const auto year = take_digits(text, 4);
  if (!year || !take_one_of(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_one_of(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  WallTime time = std::chrono::sys_days{date};
  if (text.empty()) return time;
  if (!take_one_of(text, "T ")) return std::nullopt;
  const auto of_day = parse_time_of_day(text);
  if (!of_day) return std::nullopt;
  return time + *of_day;
}

const std::vector<std::string>& lead_field_names() {
  static const auto kNames = [] {
    std::vector<std::string> all{"phone"};
    for (const auto& field : kTextFields) all.emplace_back(field.name);
    for (const char* other : {"priority", "not_call_until", "time_zone"}) all.emplace_back(other);
    return all;
  }();
  return kNames;
}

Result<LeadColumn> LeadColumn::find(std::string_view target) {
  LeadColumn column;
  column.name_ = target;
  if (target.starts_with(kCustomPrefix)) {
    column.kind_ = Kind::kCustom;
    column.name_ = target.substr(kCustomPrefix.size());
    if (column.name_.empty() || column.name_.size() > kMaxCustomNameBytes) {
      return invalid("a custom column needs a name of 1 to 64 characters", "mapping");
    }
    return column;
  }
  for (const auto& [name, kind] : {std::pair{"phone", Kind::kPhone},
                                   {"priority", Kind::kPriority},
                                   {"not_call_until", Kind::kNotCallUntil},
                                   {"time_zone", Kind::kTimeZone}}) {
    if (target == name) {
      column.kind_ = kind;
      return column;
    }
  }
  for (const auto& field : kTextFields) {
    if (target == field.name) {
      column.text_ = field.member;
      return column;
    }
  }
  return invalid(fmt::format("'{}' is no lead field; use one of the list or custom:<name>", target),
                 "mapping");
}

Result<void> LeadColumn::set(Lead& lead, std::string_view cell) const {
  if (cell.size() > kMaxFieldBytes) {
    return invalid(fmt::format("{} is longer than {} bytes", name_, kMaxFieldBytes), name_);
  }
  switch (kind_) {
    case Kind::kText:
      if (is_status() && cell.size() > kMaxStatusBytes) {
        return invalid("the status is longer than 64 bytes", name_);
      }
      if (is_status() && std::ranges::any_of(cell, is_control)) {
        return invalid("the status has line breaks or other control characters", name_);
      }
      (lead.*text_).assign(cell);
      return {};
    case Kind::kPhone: lead.phone.assign(cell); return {};
    case Kind::kPriority: {
      const auto value = to_integer(cell);
      if (!value || *value < -kMaxPriority || *value > kMaxPriority) {
        return invalid("the priority is not a whole number between -1,000,000 and 1,000,000",
                       name_);
      }
      lead.priority = static_cast<int>(*value);
      return {};
    }
    case Kind::kNotCallUntil: {
      lead.not_call_until = parse_file_time(cell);
      if (!lead.not_call_until) {
        return invalid("not_call_until is not a time like 2026-03-01 14:30 (UTC)", name_);
      }
      return {};
    }
    case Kind::kTimeZone:
      // Other systems put offsets here, which say nothing about summer time: only a zone's name
      // decides the call window, anything else is kept as text.
      lead.time_zone.assign(cell);
      return {};
    case Kind::kCustom: lead.custom[name_].assign(cell); return {};
  }
  return {};
}

}  // namespace carillon::store
