// CSV: a streaming reader with exact line numbers, delimiter detection, and a writer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::store {

struct CsvLimits {
  size_t max_row_bytes = 64 * 1024;  ///< of one row, over all its lines
  int max_row_lines = 100;           ///< of one row, inside quotes
  size_t max_columns = 256;
};

/// One row of a CSV file. The views live until the callback returns.
struct CsvRow {
  int64_t line = 0;  ///< number of its first line in the file, from 1
  std::vector<std::string_view>
      fields;         ///< UTF-8; of a broken row: its first line, or as far as read
  std::string error;  ///< empty, or why the row cannot be used, a sentence
};

/// Reads CSV (RFC 4180 and its relatives: any delimiter, CR, LF or CRLF, quotes over lines, blank
/// lines skipped) that is fed in pieces of UTF-8. A row that breaks a limit, whose quotes are never
/// closed or that has NUL bytes is reported with its error, and reading goes on at the next line.
/// One thread.
class CsvReader {
 public:
  /// Called for every row; false stops the reading.
  using OnRow = std::function<bool(const CsvRow&)>;

  CsvReader(char delimiter, CsvLimits limits, OnRow on_row);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  void feed(std::string_view text);
  void finish();
  /// The callback said stop.
  bool stopped() const { return stopped_; }

 private:
  struct Parser;  // libcsv

  void take_line(std::string_view line);
  void parse_line(std::string_view line);
  void emit();
  void fail_row(std::string reason, std::string_view last_line);
  void report_broken(std::string_view text, std::string reason);

  const CsvLimits limits_;
  const OnRow on_row_;
  std::unique_ptr<Parser> parser_;
  std::string pending_;    ///< a line whose end has not come yet
  int64_t line_ = 0;       ///< lines taken so far
  int64_t row_line_ = 0;   ///< first line of the row under way
  bool row_open_ = false;  ///< the row goes on in the next line
  int row_lines_ = 0;
  std::string row_text_;  ///< the lines of the open row, to read them again if it is never closed
  std::string values_;    ///< the fields of the row, one after the other
  std::vector<size_t> ends_;
  size_t columns_ = 0;
  bool row_done_ = false;
  CsvRow row_;
  bool stopped_ = false;
};

/// The delimiter (comma, semicolon, tab or pipe) under which the first rows of `text` agree best on
/// a number of columns; comma when there is nothing to tell by.
char detect_delimiter(std::string_view text);

/// Appends one field, quoted where needed. What a spreadsheet would take for a formula (a leading
/// = + - @, tab or CR) gets an apostrophe in front.
void append_csv_field(std::string& out, std::string_view field);

/// Undoes the apostrophe of append_csv_field().
std::string_view without_formula_guard(std::string_view field);

}  // namespace carillon::store
