// Lead fields by name, and what columns of a file may be mapped to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/messages/records.h"

namespace carillon::store {

/// The longest status of a lead, in bytes.
constexpr size_t kMaxStatusBytes = 64;

constexpr std::string_view kCustomPrefix = "custom:";
constexpr size_t kMaxFieldBytes = 4'000;

/// Where a column's cells go: a setter that was looked up once, not for every row.
class LeadColumn {
 public:
  /// `target`: a name of lead_field_names() or "custom:<name>"; kInvalid otherwise.
  static Result<LeadColumn> find(std::string_view target);

  bool is_phone() const { return kind_ == Kind::kPhone; }
  bool is_status() const { return text_ == &Lead::status; }

  /// Puts a cell into the lead. `cell` is trimmed UTF-8 and not empty. A phone is kept as written:
  /// the importer parses it. kInvalid with the reason when the field does not take this value.
  Result<void> set(Lead& lead, std::string_view cell) const;

 private:
  enum class Kind { kText, kPhone, kPriority, kNotCallUntil, kTimeZone, kCustom };
  Kind kind_ = Kind::kText;
  std::string Lead::* text_ = nullptr;
  std::string name_;
};

/// Every field that a column can be mapped to, besides "custom:<name>".
const std::vector<std::string>& lead_field_names();

/// Time as people write it in files: "2026-03-01", "2026-03-01 14:30[:00]" (also with T and Z),
/// taken as UTC, or Unix seconds or milliseconds.
std::optional<WallTime> parse_file_time(std::string_view text);

/// Guesses which column is which from the heading (English, German, VICIdial's names) or, without
/// one, from cells that look like phone numbers or e-mail addresses.
struct ColumnGuess {
  bool has_heading = false;
  std::map<int, std::string> mapping;  ///< column from 0 to field
};
ColumnGuess guess_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace carillon::store
