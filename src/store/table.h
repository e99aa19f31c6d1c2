// Table: SELECT, INSERT, UPDATE and paging over the column lists of columns.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/codec.h"
#include "store/columns.h"
#include "store/database.h"

namespace carillon::store {

/// Runs the body of a public function of Reader or Writer: the module's edge, where a DatabaseError
/// becomes an Error.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const DatabaseError& error) {
    return error.error();
  }
}

/// `id, name, ...`
template <class Record>
const std::string& column_list() {
  static const std::string kList = [] {
    std::string list;
    for_columns(Record{}, [&](const char* column, const auto&) {
      if (!list.empty()) list += ", ";
      list += column;
    });
    return list;
  }();
  return kList;
}

template <class Record>
Record read_row(const Row& row) {
  Record record;
  size_t i = 0;
  for_columns(record, [&](const char*, auto& field) { decode(row.at(i++), field); });
  return record;
}

template <class Record>
std::vector<Record> read_rows(const std::vector<Row>& rows) {
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const auto& row : rows) records.push_back(read_row<Record>(row));
  return records;
}

/// `rest` is what follows FROM: table, WHERE, ORDER BY, LIMIT.
template <class Record>
std::vector<Record> select(Database& db, const std::string& rest, const Values& values = {}) {
  return read_rows<Record>(
      db.query(fmt::format("SELECT {} FROM {}", column_list<Record>(), rest), values));
}

/// The one record, or kNotFound: "There is no {what} with ...".
template <class Record>
Result<Record> select_one(Database& db, const std::string& rest, const Values& values,
                          const std::string& what) {
  auto records = select<Record>(db, rest, values);
  if (records.empty()) {
    return Error{ErrorCode::kNotFound, fmt::format("There is no such {}.", what), ""};
  }
  return std::move(records.front());
}

/// Columns and values collected from a record, for INSERT and UPDATE.
struct Assignments {
  std::string columns, marks, sets;
  Values values;

  void add(const std::string& column, Value value) {
    const char* comma = values.empty() ? "" : ", ";
    columns += comma + column;
    marks += std::string(comma) + "?";
    sets += comma + column + " = ?";
    values.push_back(std::move(value));
  }
};

/// All columns but `id`.
template <class Record>
Assignments assignments(const Record& record) {
  Assignments out;
  for_columns(record, [&](const char* column, const auto& field) {
    if (std::string_view(column) != "id") out.add(column, encode(field));
  });
  return out;
}

/// Inserts and gives the new id.
inline int64_t insert(Database& db, const std::string& table, const Assignments& row) {
  return db.number(
      fmt::format("INSERT INTO {} ({}) VALUES ({}) RETURNING id", table, row.columns, row.marks),
      row.values);
}

inline int64_t update(Database& db, const std::string& table, Assignments row, int64_t id) {
  row.values.emplace_back(id);
  return db.execute(fmt::format("UPDATE {} SET {} WHERE id = ?", table, row.sets), row.values);
}

/// Conditions joined by AND, with their values.
struct Where {
  std::string text;
  Values values;

  void add(const std::string& condition, Values more = {}) {
    text += (text.empty() ? " WHERE " : " AND ") + condition;
    for (auto& value : more) values.push_back(std::move(value));
  }
};

/// A to Z in lower case, as lower() of both databases does on columns that are compared by bytes.
std::string lowered(std::string text);

/// `text%` for LIKE, where `text` holds no wildcard of its own. The escape character is !.
std::string like_escaped(const std::string& text);

/// Contains, without regard to case: for lists that are small (names of campaigns, users, ...).
void add_search(Where& where, const std::string& search, const std::vector<std::string>& columns);

/// Begins with `prefix`, in an index on `column`.
void add_prefix(Where& where, const std::string& column, const std::string& prefix);

/// ` ORDER BY ...` for `query.sort`, which must be one of `allowed`; the first of `allowed` when
/// none is asked for. `id` breaks ties.
Result<std::string> order_by(const ListQuery& query, const std::vector<std::string>& allowed,
                             const std::string& tie = "id");

/// kInvalid when offset or limit are out of range.
Result<void> check_page(const ListQuery& query);

/// One page of `table` under `where`, in the order that `query.sort` asks for.
template <class Record>
Result<Page<Record>> select_page(Database& db, const std::string& table, const Where& where,
                                 const ListQuery& query, const std::vector<std::string>& sorts,
                                 const std::string& tie = "id") {
  if (auto checked = check_page(query); !checked) return checked.error();
  const auto order = order_by(query, sorts, tie);
  if (!order) return order.error();
  Page<Record> page;
  page.total = db.number(fmt::format("SELECT count(*) FROM {}{}", table, where.text), where.values);
  Values values = where.values;
  values.emplace_back(query.limit);
  values.emplace_back(query.offset);
  page.items =
      select<Record>(db, fmt::format("{}{}{} LIMIT ? OFFSET ?", table, where.text, *order), values);
  return page;
}

/// `1, 2, 3` for IN (...): numbers need no parameters.
template <class Ids>
std::string id_list(const Ids& ids) {
  std::string list;
  for (const auto& id : ids) list += fmt::format("{}{}", list.empty() ? "" : ", ", id);
  return list;
}

/// `?, ?, ?`
std::string marks(size_t count);

}  // namespace carillon::store
