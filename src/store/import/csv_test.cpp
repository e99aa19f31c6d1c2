#include "store/import/csv.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace carillon::store {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
  int64_t line;
  std::vector<std::string> fields;
  std::string error;
  bool operator==(const Row&) const = default;
};

std::vector<Row> read_pieces(std::string_view text, size_t piece, char delimiter,
                             CsvLimits limits) {
  std::vector<Row> rows;
  CsvReader reader(delimiter, limits, [&](const CsvRow& row) {
    rows.push_back({row.line, {row.fields.begin(), row.fields.end()}, row.error});
    return true;
  });
  for (size_t i = 0; i < text.size(); i += piece) reader.feed(text.substr(i, piece));
  reader.finish();
  return rows;
}

/// Reads at once and in small pieces, which must not make a difference.
std::vector<Row> read(std::string_view text, char delimiter = ',', CsvLimits limits = {}) {
  const auto rows = read_pieces(text, text.size() + 1, delimiter, limits);
  for (const size_t piece : {1, 2, 7}) {
    EXPECT_EQ(read_pieces(text, piece, delimiter, limits), rows) << "in pieces of " << piece;
  }
  return rows;
}

TEST(Csv, RowsAndLineNumbersWithEveryLineEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const auto rows = read("a,b" + end + end + "c, d " + end + "e,\"f\"");
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0], (Row{1, {"a", "b"}, ""}));
    EXPECT_EQ(rows[1], (Row{3, {"c", "d"}, ""})) << "blank lines are no rows, but are counted";
    EXPECT_EQ(rows[2], (Row{4, {"e", "f"}, ""}));
  }
}

TEST(Csv, QuotesOverLines) {
  const auto rows = read("1,\"two\nlines, \"\"quoted\"\"\",3\n4,5,6\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], (Row{1, {"1", "two\nlines, \"quoted\"", "3"}, ""}));
  EXPECT_EQ(rows[1], (Row{3, {"4", "5", "6"}, ""}));
}

TEST(Csv, EmptyFieldsStay) {
  EXPECT_EQ(read("a,,c\n,\n")[0].fields, (std::vector<std::string>{"a", "", "c"}));
  EXPECT_EQ(read("a,,c\n,\n")[1].fields, (std::vector<std::string>{"", ""}));
}

TEST(Csv, QuoteThatIsNeverClosedCostsOneRow) {
  const auto rows = read("a,\"b\nc,d\ne,f\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].line, 1);
  EXPECT_EQ(rows[0].fields, std::vector<std::string>{"a,\"b"});
  EXPECT_THAT(rows[0].error, HasSubstr("line 1"));
  EXPECT_EQ(rows[1], (Row{2, {"c", "d"}, ""}));
  EXPECT_EQ(rows[2], (Row{3, {"e", "f"}, ""}));
}

TEST(Csv, OpenQuoteIsGivenUpAfterTheLineLimit) {
  std::string text = "a,\"b\n";
  for (int i = 2; i <= 20; ++i) text += std::to_string(i) + ",x\n";
  const auto rows = read(text, ',', {.max_row_lines = 5});
  ASSERT_EQ(rows.size(), 20u);
  EXPECT_FALSE(rows[0].error.empty());
  for (size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i], (Row{static_cast<int64_t>(i + 1), {std::to_string(i + 1), "x"}, ""}));
  }
}

TEST(Csv, LongLineIsReportedAndSkipped) {
  const auto rows = read("a,b\n" + std::string(500, 'x') + "\nc,d\n", ',', {.max_row_bytes = 100});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].line, 2);
  EXPECT_THAT(rows[1].error, HasSubstr("longer than 100 bytes"));
  EXPECT_EQ(rows[2], (Row{3, {"c", "d"}, ""}));
}

TEST(Csv, TooManyColumnsAndNulBytesMakeTheRowUnusable) {
  const auto rows = read("1,2,3\na,b\nx\0y,z\n"s, ',', {.max_columns = 2});
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].error, HasSubstr("3 columns"));
  EXPECT_EQ(rows[1].error, "");
  EXPECT_THAT(rows[2].error, HasSubstr("NUL"));
}

TEST(Csv, StopsWhenToldTo) {
  int seen = 0;
  CsvReader reader(',', {}, [&](const CsvRow&) { return ++seen < 2; });
  reader.feed("a\nb\nc\nd\n");
  reader.finish();
  EXPECT_EQ(seen, 2);
  EXPECT_TRUE(reader.stopped());
}

TEST(Csv, DelimiterDetection) {
  EXPECT_EQ(detect_delimiter("phone,name\n1,a\n"), ',');
  EXPECT_EQ(detect_delimiter("phone;name\n1;\"a, b\"\n"), ';');
  EXPECT_EQ(detect_delimiter("phone\tname\n1\ta, b\n"), '\t');
  EXPECT_EQ(detect_delimiter("phone|name|x\n1|a;b|c\n"), '|');
  EXPECT_EQ(detect_delimiter("phone;comment\n1;a, b, c, d\n2;e\n3;f, g\n"), ';');
  EXPECT_EQ(detect_delimiter("phone\n1\n"), ',');
  EXPECT_EQ(detect_delimiter(""), ',');
}

TEST(Csv, WrittenFieldsAreReadBack) {
  for (const std::string field : {"plain", "a,b", "a;b", "say \"hi\"", "two\nlines", ""}) {
    std::string line;
    append_csv_field(line, field);
    line += ",end\n";
    EXPECT_EQ(read(line)[0].fields[0], field);
  }
}

TEST(Csv, FormulasAreGuarded) {
  for (const std::string start : {"=", "+", "-", "@", "\t", "\r"}) {
    const std::string field = start + "cmd|' /C calc'!A0";
    std::string written;
    append_csv_field(written, field);
    EXPECT_TRUE(written.starts_with("\"'" + start)) << written;
    const auto rows = read(written + ",x\n");
    EXPECT_EQ(without_formula_guard(rows[0].fields[0]), field);
  }
  EXPECT_EQ(without_formula_guard("'quoted'"), "'quoted'");
  EXPECT_EQ(without_formula_guard("'"), "'");
}

// Property: whatever the bytes, every line with something on it is in exactly one row, lines go up,
// and pieces make no difference.
TEST(Csv, TenThousandMutatedFiles) {
  const unsigned seed = 20260101;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string original =
      "phone,first_name,comments\n+12125550123,Ann,\"likes \"\"tea\"\"\nand cake\"\n"
      "+442079460123;Ben|x\t,\"\"\r\n\r\n2125550199,Cleo,=1+1\n";
  for (int round = 0; round < 10'000; ++round) {
    std::string text = original;
    for (int changes = 1 + static_cast<int>(random() % 8); changes > 0; --changes) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.insert(at, 1, "\",\n\r\0;\t|"[random() % 8]); break;
        case 2: text.erase(at, random() % 5); break;
        case 3: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
      }
      if (text.empty()) text = "\n";
    }
    const CsvLimits limits{.max_row_bytes = 80, .max_row_lines = 3, .max_columns = 4};
    const auto rows = read_pieces(text, text.size(), ',', limits);
    ASSERT_EQ(read_pieces(text, 1 + random() % 9, ',', limits), rows) << "round " << round;
    int64_t last = 0;
    for (const auto& row : rows) {
      ASSERT_GT(row.line, last) << "round " << round;
      last = row.line;
      ASSERT_FALSE(row.fields.empty()) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace carillon::store
