// How values of records become parameters and columns, and back.
#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.h"
#include "base/ids.h"
#include "core/messages/names.h"
#include "store/database.h"
#include "store/rows.h"

namespace carillon::store {

std::string_view name_of(ImportState value);
std::optional<ImportState> import_state_from(std::string_view name);

// ---- to the database

inline Value encode(int64_t value) { return value; }
inline Value encode(int value) { return int64_t{value}; }
inline Value encode(bool value) { return int64_t{value ? 1 : 0}; }
inline Value encode(double value) { return value; }
inline Value encode(const std::string& value) { return value; }
inline Value encode(WallTime value) { return to_unix_ms(value); }
inline Value encode(const std::optional<WallTime>& value) {
  return value ? to_unix_ms(*value) : int64_t{0};
}
template <class Tag>
Value encode(Id<Tag> id) {
  return id.value;
}
template <class Enum>
  requires std::is_enum_v<Enum>
Value encode(Enum value) {
  return std::string(name_of(value));
}
/// Lists and maps are JSON text.
Value encode(const std::vector<std::string>& list);
Value encode(const std::vector<RetryRule>& rules);
Value encode(const std::vector<DispositionRule>& rules);
Value encode(const std::map<std::string, std::string>& fields);

// ---- from the database

template <class Number>
Number to_number(const std::string& text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

inline void decode(const std::string& text, int64_t& out) { out = to_number<int64_t>(text); }
inline void decode(const std::string& text, int& out) { out = to_number<int>(text); }
inline void decode(const std::string& text, bool& out) { out = text == "1"; }
inline void decode(const std::string& text, double& out) { out = to_number<double>(text); }
inline void decode(const std::string& text, std::string& out) { out = text; }
inline void decode(const std::string& text, WallTime& out) {
  out = from_unix_ms(to_number<int64_t>(text));
}
inline void decode(const std::string& text, std::optional<WallTime>& out) {
  const auto ms = to_number<int64_t>(text);
  out = ms == 0 ? std::nullopt : std::optional(from_unix_ms(ms));
}
template <class Tag>
void decode(const std::string& text, Id<Tag>& out) {
  out.value = to_number<int64_t>(text);
}
template <class Enum>
  requires std::is_enum_v<Enum>
void decode(const std::string& text, Enum& out) {
  if (const auto value = from_name<Enum>(text)) out = *value;
}
inline void decode(const std::string& text, ImportState& out) {
  if (const auto value = import_state_from(text)) out = *value;
}
void decode(const std::string& text, LeadJobAction& out);
void decode(const std::string& text, LeadJobState& out);
void decode(const std::string& text, DeliveryState& out);
void decode(const std::string& text, std::vector<std::string>& out);
void decode(const std::string& text, std::vector<RetryRule>& out);
void decode(const std::string& text, std::vector<DispositionRule>& out);
void decode(const std::string& text, std::map<std::string, std::string>& out);

}  // namespace carillon::store
