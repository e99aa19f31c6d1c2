#include "store/import/csv.h"

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <utility>

#include <csv.h>
#include <fmt/format.h>

namespace carillon::store {
namespace {

constexpr size_t kDelimiterSampleRows = 50;
constexpr std::string_view kFormulaStarts = "=+-@\t\r";

bool needs_quotes(char c) {
  switch (c) {
    case '"':
    case ',':
    case ';':
    case '\t':
    case '|':
    case '\r':
    case '\n': return true;
    default: return false;
  }
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

/// Length of the first line of `text` with its end (LF, CRLF or CR); 0 when the end has not come.
/// A CR at the very end of a piece may be half of a CRLF, so it waits, unless `last`.
size_t line_length(std::string_view text, bool last) {
  // Twice a search for one byte is much faster than one for either of two.
  const size_t line_feed = text.find('\n');
  const size_t end = std::min(line_feed, text.substr(0, line_feed).find('\r'));
  if (end == std::string_view::npos) return 0;
  if (text[end] == '\n') return end + 1;
  if (end + 1 == text.size()) return last ? end + 1 : 0;
  return text[end + 1] == '\n' ? end + 2 : end + 1;
}

}  // namespace

struct CsvReader::Parser {
  csv_parser lib;

  explicit Parser(char delimiter) {
    if (csv_init(&lib, 0) != 0) throw std::bad_alloc();
    csv_set_delim(&lib, static_cast<unsigned char>(delimiter));
  }
  ~Parser() { csv_free(&lib); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Forgets a row half-read.
  void reset() { csv_fini(&lib, nullptr, nullptr, nullptr); }
};

CsvReader::CsvReader(char delimiter, CsvLimits limits, OnRow on_row)
    : limits_(limits), on_row_(std::move(on_row)), parser_(std::make_unique<Parser>(delimiter)) {}

CsvReader::~CsvReader() = default;

void CsvReader::feed(std::string_view text) {
  while (!stopped_ && !text.empty()) {
    if (!pending_.empty() && pending_.back() == '\r') {
      // Now it shows whether that CR was half of a CRLF.
      const size_t take = text.front() == '\n' ? 1 : 0;
      pending_.append(text.substr(0, take));
      text.remove_prefix(take);
      take_line(std::exchange(pending_, {}));
      continue;
    }
    const size_t length = line_length(text, false);
    if (length == 0) {
      // A line without an end in sight is kept as far as the limit, one byte over shows the excess.
      const size_t room =
          limits_.max_row_bytes + 1 - std::min(pending_.size(), limits_.max_row_bytes + 1);
      pending_.append(text.substr(0, room));
      if (text.back() == '\r' && pending_.back() != '\r') pending_.push_back('\r');
      return;
    }
    if (pending_.empty()) {
      take_line(text.substr(0, length));
    } else {
      pending_.append(text.substr(0, length));
      take_line(std::exchange(pending_, {}));
    }
    text.remove_prefix(length);
  }
}

void CsvReader::finish() {
  if (!stopped_ && !pending_.empty()) {
    std::string line = std::exchange(pending_, {});
    if (line.back() != '\r') line.push_back('\n');
    take_line(line);
  }
  while (!stopped_ && row_open_) fail_row("", {});
}

void CsvReader::take_line(std::string_view line) {
  if (stopped_) return;
  ++line_;
  if (!row_open_) {
    if (line.size() <= limits_.max_row_bytes && is_blank(line)) return;
    row_line_ = line_;
    row_lines_ = 0;
    row_text_.clear();
  }
  ++row_lines_;
  if (row_text_.size() + line.size() > limits_.max_row_bytes ||
      row_lines_ > limits_.max_row_lines) {
    fail_row(row_lines_ == 1 ? fmt::format("the row is longer than {} bytes", limits_.max_row_bytes)
                             : "",
             line);
    return;
  }
  parse_line(line);
  if (row_done_) {
    row_open_ = false;
    emit();
  } else {
    row_open_ = true;
    row_text_.append(line);
  }
}

void CsvReader::parse_line(std::string_view line) {
  if (row_lines_ == 1) {
    values_.clear();
    ends_.clear();
    columns_ = 0;
  }
  row_done_ = false;
  const auto on_field = [](void* text, size_t size, void* self_pointer) {
    auto& self = *static_cast<CsvReader*>(self_pointer);
    if (++self.columns_ > self.limits_.max_columns) return;
    self.values_.append(static_cast<const char*>(text), size);
    self.ends_.push_back(self.values_.size());
  };
  const auto on_end = [](int, void* self_pointer) {
    static_cast<CsvReader*>(self_pointer)->row_done_ = true;
  };
  if (csv_parse(&parser_->lib, line.data(), line.size(), on_field, on_end, this) != line.size()) {
    throw std::bad_alloc();  // the only failure that is left in lenient mode
  }
}

void CsvReader::emit() {
  row_.line = row_line_;
  row_.error.clear();
  row_.fields.clear();
  size_t begin = 0;
  for (const size_t end : ends_) {
    row_.fields.push_back(std::string_view(values_).substr(begin, end - begin));
    begin = end;
  }
  if (columns_ > limits_.max_columns) {
    row_.error =
        fmt::format("the row has {} columns, at most {} are read", columns_, limits_.max_columns);
  } else if (values_.find('\0') != std::string::npos) {
    row_.error = "the row has NUL bytes, which no text has";
  }
  if (!on_row_(row_)) stopped_ = true;
}

/// Gives up the row under way: its first line is reported, the others are read anew, so that one
/// wrong quote costs one row. Each line is read at most max_row_lines times.
void CsvReader::fail_row(std::string reason, std::string_view last_line) {
  parser_->reset();
  std::string text = std::exchange(row_text_, {});
  text.append(last_line);
  const int64_t first = row_line_;
  row_open_ = false;
  if (reason.empty()) {
    reason = fmt::format("a quote that opens in line {} is not closed within {} lines or {} bytes",
                         first, limits_.max_row_lines, limits_.max_row_bytes);
  }
  const size_t first_length = line_length(text, true);
  const std::string_view all = text;
  line_ = first;
  report_broken(without_line_end(all.substr(0, first_length)), std::move(reason));
  std::string_view rest = all.substr(first_length);
  while (!stopped_ && !rest.empty()) {
    const size_t length = line_length(rest, true);
    take_line(rest.substr(0, length));
    rest.remove_prefix(length);
  }
}

void CsvReader::report_broken(std::string_view text, std::string reason) {
  row_.line = line_;
  row_.fields.assign(1, text.substr(0, limits_.max_row_bytes));
  row_.error = std::move(reason);
  if (!on_row_(row_)) stopped_ = true;
}

char detect_delimiter(std::string_view text) {
  char best = ',';
  double best_score = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    std::map<size_t, int> rows_with_columns;
    int rows = 0;
    CsvReader reader(candidate, {}, [&](const CsvRow& row) {
      if (row.error.empty()) ++rows_with_columns[row.fields.size()];
      return ++rows < static_cast<int>(kDelimiterSampleRows);
    });
    reader.feed(text);
    reader.finish();
    double score = 0;
    for (const auto& [columns, count] : rows_with_columns) {
      // Agreement counts most, then how many columns come out of it.
      const double agreement = static_cast<double>(count) / rows;
      if (columns > 1)
        score = std::max(score, agreement * agreement * static_cast<double>(columns));
    }
    if (score > best_score) best = candidate, best_score = score;
  }
  return best;
}

void append_csv_field(std::string& out, std::string_view field) {
  const bool formula =
      !field.empty() && kFormulaStarts.find(field.front()) != std::string_view::npos;
  if (!formula && std::ranges::none_of(field, needs_quotes)) {
    out.append(field);
    return;
  }
  out.push_back('"');
  if (formula) out.push_back('\'');
  for (const char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

std::string_view without_formula_guard(std::string_view field) {
  if (field.size() > 1 && field[0] == '\'' &&
      kFormulaStarts.find(field[1]) != std::string_view::npos) {
    field.remove_prefix(1);
  }
  return field;
}

}  // namespace carillon::store
