// Fuzzes what an uploaded file goes through before it is stored: encoding, delimiter, rows,
// columns, phone numbers. The first byte chooses how the file is cut into pieces and which limits
// hold.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "store/import/csv.h"
#include "store/import/lead_fields.h"
#include "store/import/phone.h"
#include "store/import/text_encoding.h"
#include "store/import/zones.h"

namespace {

using namespace carillon;
using namespace carillon::store;

std::string decoded(std::string_view bytes, TextEncoding encoding, size_t piece) {
  TextDecoder decoder(encoding);
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += piece) decoder.feed(bytes.substr(i, piece), text);
  decoder.finish(text);
  return text;
}

/// Every line is in one row at most, and lines go up.
std::vector<std::vector<std::string>> rows_of(std::string_view text, char delimiter, size_t piece,
                                              const CsvLimits& limits) {
  std::vector<std::vector<std::string>> rows;
  int64_t last = 0;
  CsvReader reader(delimiter, limits, [&](const CsvRow& row) {
    CARILLON_ASSERT(row.line > last, "rows out of order");
    CARILLON_ASSERT(!row.fields.empty(), "a row without a field");
    CARILLON_ASSERT(row.fields.size() <= limits.max_columns, "more columns than the limit");
    last = row.line;
    rows.emplace_back(row.fields.begin(), row.fields.end());
    return true;
  });
  for (size_t i = 0; i < text.size(); i += piece) reader.feed(text.substr(i, piece));
  reader.finish();
  return rows;
}

void make_leads(const std::vector<std::vector<std::string>>& rows) {
  const auto guess = guess_columns(rows);
  for (const auto& row : rows) {
    Lead lead;
    for (const auto& [column, field] : guess.mapping) {
      const auto setter = LeadColumn::find(field);
      CARILLON_ASSERT(setter.ok(), "a guessed field that does not exist");
      if (static_cast<size_t>(column) >= row.size()) continue;
      static_cast<void>(setter->set(lead, without_formula_guard(row[static_cast<size_t>(column)])));
    }
    const auto phone = parse_phone(lead.phone, "GB");
    if (!phone) continue;
    CARILLON_ASSERT(phone->e164.size() >= 4 && phone->e164.size() <= 16, "E.164 has 15 digits");
    zones_of(zone_list_of(*phone));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = data[0] % 16 == 15 ? 4096 : 1 + data[0] % 16;
  const CsvLimits limits =
      data[0] & 0x80 ? CsvLimits{.max_row_bytes = 60, .max_row_lines = 3, .max_columns = 4}
                     : CsvLimits{};
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);

  EncodingDetector detector;
  detector.feed(bytes);
  const std::string text = decoded(bytes, detector.result(), piece);
  CARILLON_ASSERT(text == decoded(bytes, detector.result(), bytes.size() + 1),
                  "pieces change what is decoded");
  const char delimiter = detect_delimiter(text);
  const auto rows = rows_of(text, delimiter, piece, limits);
  CARILLON_ASSERT(rows == rows_of(text, delimiter, text.size() + 1, limits),
                  "pieces change what is read");
  make_leads(rows);
  return 0;
}
