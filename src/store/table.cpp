#include "store/table.h"

#include <algorithm>

namespace carillon::store {

std::string lowered(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string like_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out;
}

void add_search(Where& where, const std::string& search, const std::vector<std::string>& columns) {
  if (search.empty()) return;
  const std::string pattern = "%" + lowered(like_escaped(search)) + "%";
  std::string condition;
  Values values;
  for (const auto& column : columns) {
    if (!condition.empty()) condition += " OR ";
    condition += fmt::format("lower({}) LIKE ? ESCAPE '!'", column);
    values.emplace_back(pattern);
  }
  where.add("(" + condition + ")", std::move(values));
}

void add_prefix(Where& where, const std::string& column, const std::string& prefix) {
  // U+10FFFF sorts after every character that a name holds, bytewise.
  where.add(fmt::format("{} >= ? AND {} < ?", column, column),
            {prefix, prefix + "\xF4\x8F\xBF\xBF"});
}

Result<std::string> order_by(const ListQuery& query, const std::vector<std::string>& allowed,
                             const std::string& tie) {
  const bool descending = !query.sort.empty() && query.sort.front() == '-';
  std::string column = query.sort.substr(descending ? 1 : 0);
  if (column.empty()) column = allowed.front();
  if (std::find(allowed.begin(), allowed.end(), column) == allowed.end()) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("This list cannot be sorted by {}. It can be sorted by {}.", column,
                             fmt::join(allowed, ", ")),
                 "sort"};
  }
  const char* direction = descending ? "DESC" : "ASC";
  if (column == tie) return fmt::format(" ORDER BY {} {}", column, direction);
  return fmt::format(" ORDER BY {} {}, {} {}", column, direction, tie, direction);
}

Result<void> check_page(const ListQuery& query) {
  if (query.limit < 1 || query.limit > 1000) {
    return Error{ErrorCode::kInvalid, "The limit must be from 1 to 1000.", "limit"};
  }
  if (query.offset < 0) {
    return Error{ErrorCode::kInvalid, "The offset must not be negative.", "offset"};
  }
  return {};
}

std::string marks(size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += i == 0 ? "?" : ", ?";
  return out;
}

}  // namespace carillon::store
