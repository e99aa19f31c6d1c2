// Pages of leads, also of millions: by keyset along an index, without counting what nobody asked
// for.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "store/check.h"
#include "store/lead_filter.h"
#include "store/reader.h"

namespace carillon::store {
namespace {

/// Up to this many leads that match are sorted; more are met soon enough along the order's index.
constexpr int64_t kFew = 20'000;
/// Leads at either end of a leadset that are looked at for own columns.
constexpr int64_t kSample = 500;
constexpr int64_t kMostValues = 200;

struct Order {
  std::string key;  ///< what an index has right after the leadset; "id" for the order of arrival
  bool numeric = false;
  bool descending = false;

  bool by_id() const { return key == "id"; }
  const char* direction() const { return descending ? "DESC" : "ASC"; }
  const char* beyond() const { return descending ? "<" : ">"; }
  std::string text(const std::string& name) const {
    if (by_id()) return fmt::format(" ORDER BY id {}", direction());
    return fmt::format(" ORDER BY {0} {1}, id {1}", name, direction());
  }
};

Result<Order> read_order(const std::string& sort) {
  Order order;
  order.descending = sort.starts_with('-');
  const std::string column = sort.empty() ? "id" : sort.substr(order.descending ? 1 : 0);
  if (column == "id" || column == "phone" || column == "status") {
    order.key = column;
  } else if (column == "last_name" || column == "first_name") {
    order.key = fmt::format("lower({})", column);
  } else if (column == "last_called_at") {
    order.key = column;
    order.numeric = true;
  } else {
    return Error{ErrorCode::kInvalid,
                 fmt::format("Leads cannot be sorted by {}. They can be sorted by id, phone, "
                             "status, first_name, last_name and last_called_at.",
                             column),
                 "sort"};
  }
  return order;
}

/// The last lead of the page before: "<id>:<key>".
struct Cursor {
  int64_t id = 0;
  Value key;
};

Result<std::optional<Cursor>> read_cursor(const std::string& text, const Order& order) {
  if (text.empty()) return std::optional<Cursor>();
  const Error wrong{ErrorCode::kInvalid, "This is no place in the list. Take `next` of a page.",
                    "after"};
  const auto colon = text.find(':');
  Cursor cursor;
  const char* end = text.data() + std::min(colon, text.size());
  if (const auto read = std::from_chars(text.data(), end, cursor.id);
      colon == std::string::npos || read.ec != std::errc{} || read.ptr != end) {
    return wrong;
  }
  const std::string key = text.substr(colon + 1);
  cursor.key = order.numeric ? Value(to_number<int64_t>(key)) : Value(key);
  return std::optional(cursor);
}

void add_cursor(Where& where, const Order& order, const std::string& key, const Cursor& cursor) {
  if (order.by_id()) return where.add(fmt::format("id {} ?", order.beyond()), {cursor.id});
  where.add(fmt::format("({}, id) {} (?, ?)", key, order.beyond()), {cursor.key, cursor.id});
}

struct Place {
  LeadId id;
  std::string key;
};

std::vector<Place> read_places(const std::vector<Row>& rows) {
  std::vector<Place> places;
  for (const auto& row : rows) places.push_back({LeadId{to_number<int64_t>(row[0])}, row[1]});
  return places;
}

/// The ids with what they are sorted by.
std::string with_key(const LeadIdsQuery& match, const Order& order) {
  if (order.by_id()) return fmt::format("SELECT id, id AS sort_key FROM ({}) AS found", match.text);
  return fmt::format("SELECT id, {} AS sort_key FROM leads WHERE id IN ({})", order.key,
                     match.text);
}

/// The leads that match are few: they are sorted.
std::vector<Place> sorted_places(Database& db, const LeadIdsQuery& match, const Order& order,
                                 const std::optional<Cursor>& cursor, const LeadPageQuery& query) {
  Where where;
  if (cursor) add_cursor(where, order, "sort_key", *cursor);
  Values values = match.values;
  values.insert(values.end(), where.values.begin(), where.values.end());
  values.emplace_back(query.limit);
  values.emplace_back(query.offset);
  return read_places(
      db.query(fmt::format("WITH few AS MATERIALIZED ({}) "
                           "SELECT id, sort_key FROM few{}{} LIMIT ? OFFSET ?",
                           with_key(match, order), where.text, order.text("sort_key")),
               values));
}

int64_t count_of(Database& db, const LeadIdsQuery& match) {
  return db.number(fmt::format("SELECT count(*) FROM ({}) AS found", match.text), match.values);
}

std::vector<Place> places_where(Database& db, const Where& where, const Order& order, int64_t limit,
                                int64_t offset) {
  Values values = where.values;
  values.emplace_back(limit);
  values.emplace_back(offset);
  return read_places(db.query(fmt::format("SELECT id, {} FROM leads{}{} LIMIT ? OFFSET ?",
                                          order.key, where.text, order.text(order.key)),
                              values));
}

/// Along the index of the order. Behind a cursor come the rest of the leads with its key, then
/// those with the next keys: asked for in one condition, SQLite would begin at the first of the
/// same key, and a million leads may have the same status.
std::vector<Place> places_in_order(Database& db, const Where& match, const Order& order,
                                   const std::optional<Cursor>& cursor,
                                   const LeadPageQuery& query) {
  if (!cursor) return places_where(db, match, order, query.limit, query.offset);
  Where same = match, next = match;
  if (order.by_id()) {
    add_cursor(next, order, order.key, *cursor);
    return places_where(db, next, order, query.limit, query.offset);
  }
  same.add(fmt::format("{} = ? AND id {} ?", order.key, order.beyond()), {cursor->key, cursor->id});
  next.add(fmt::format("{} {} ?", order.key, order.beyond()), {cursor->key});
  auto places = places_where(db, same, order, query.limit, query.offset);
  int64_t offset = 0;
  if (places.empty() && query.offset > 0) {
    offset = query.offset -
             db.number(fmt::format("SELECT count(*) FROM leads{}", same.text), same.values);
  }
  const int64_t missing = query.limit - std::ssize(places);
  if (missing > 0) {
    const auto more = places_where(db, next, order, missing, offset);
    places.insert(places.end(), more.begin(), more.end());
  }
  return places;
}

std::vector<Lead> leads_at(Database& db, const std::vector<Place>& places) {
  std::vector<LeadId> ids;
  for (const auto& place : places) ids.push_back(place.id);
  std::map<LeadId, Lead> by_id;
  for (auto& lead :
       select<Lead>(db, "leads WHERE " + id_in_list(db), {id_list_parameter(db, ids)})) {
    by_id.emplace(lead.id, std::move(lead));
  }
  std::vector<Lead> leads;
  for (const auto id : ids) leads.push_back(std::move(by_id.at(id)));
  return leads;
}

/// Each value once, jumping along the index from one to the next.
std::vector<std::string> distinct(Database& db, const std::string& column,
                                  const std::string& condition, LeadsetId leadset) {
  const std::string next =
      fmt::format("SELECT min({0}) FROM leads WHERE leadset_id = ? AND {1}", column, condition);
  std::vector<std::string> values;
  for (auto& row : db.query(
           fmt::format("WITH RECURSIVE found (value) AS ({0} UNION ALL SELECT ({0} AND {1} > "
                       "found.value) FROM found WHERE found.value IS NOT NULL) SELECT value FROM "
                       "found WHERE value IS NOT NULL LIMIT ?",
                       next, column),
           {leadset.value, leadset.value, kMostValues})) {
    values.push_back(std::move(row.front()));
  }
  return values;
}

std::vector<std::string> own_columns(Database& db, LeadsetId leadset) {
  std::set<std::string> names;
  for (const char* direction : {"ASC", "DESC"}) {
    for (const auto& row : db.query(
             fmt::format("SELECT custom FROM leads WHERE leadset_id = ? ORDER BY id {} LIMIT ?",
                         direction),
             {leadset.value, kSample})) {
      std::map<std::string, std::string> custom;
      decode(row.front(), custom);
      for (const auto& [name, value] : custom) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace

Result<LeadPage> Reader::lead_page(const LeadFilter& filter, const LeadPageQuery& query) {
  return guarded([&]() -> Result<LeadPage> {
    if (auto good = check_page({query.offset, query.limit, {}, {}}); !good) return good.error();
    if (auto good = check_lead_filter(filter); !good) return good.error();
    const auto order = read_order(query.sort);
    if (!order) return order.error();
    const auto cursor = read_cursor(query.after, *order);
    if (!cursor) return cursor.error();

    LeadPage page;
    const auto match = matching_ids(db_, filter);
    bool few = false;
    if (has_indexed_condition(filter)) {
      const int64_t found = count_of(db_, matching_ids(db_, filter, kFew + 1));
      few = found <= kFew;
      if (few) page.total = found;
    }
    std::vector<Place> places;
    if (few) {
      places = sorted_places(db_, match, *order, *cursor, query);
    } else {
      // The indexes of status, outcome and disposition are in order of id themselves.
      const auto finding =
          order->by_id() && filter.search.empty() ? Finding::kByFilter : Finding::kByOrder;
      places = places_in_order(db_, lead_conditions(db_, filter, finding), *order, *cursor, query);
    }
    page.items = leads_at(db_, places);
    if (!places.empty()) {
      page.next = fmt::format("{}:{}", places.back().id, order->by_id() ? "" : places.back().key);
    }
    if (query.count && !page.total) {
      page.total = count_of(db_, match);
    }
    return page;
  });
}

Result<Page<Lead>> Reader::leads(const LeadFilter& filter, const ListQuery& query) {
  LeadFilter searched = filter;
  searched.search = query.search;
  auto found = lead_page(searched, {query.offset, query.limit, query.sort, {}, true});
  if (!found) return found.error();
  Page<Lead> page;
  page.items = std::move(found->items);
  page.total = *found->total;
  return page;
}

Result<int64_t> Reader::count_matching(const LeadFilter& filter) {
  return guarded([&]() -> Result<int64_t> {
    if (auto good = check_lead_filter(filter); !good) return good.error();
    return count_of(db_, matching_ids(db_, filter));
  });
}

Result<LeadValues> Reader::lead_values(LeadsetId leadset) {
  return guarded([&]() -> Result<LeadValues> {
    LeadValues values;
    values.statuses = distinct(db_, "status", "status <> ''", leadset);
    values.dispositions = distinct(db_, "last_disposition", "last_disposition <> ''", leadset);
    values.custom_columns = own_columns(db_, leadset);
    return values;
  });
}

}  // namespace carillon::store
