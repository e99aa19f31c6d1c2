#include "store/lead_filter.h"

#include <algorithm>
#include <set>

#include "store/check.h"

namespace carillon::store {
namespace {

constexpr std::string_view kOwn = "custom:";
constexpr size_t kMostText = 200;

/// Digits and a plus of what may be written with spaces and hyphens; empty when it is no phone.
std::string phone_prefix(const std::string& search) {
  std::string compact;
  std::copy_if(search.begin(), search.end(), std::back_inserter(compact),
               [](char c) { return c != ' ' && c != '-' && c != '(' && c != ')'; });
  if (compact.empty() || compact.find_first_not_of("+0123456789") != std::string::npos) return {};
  return compact.front() == '+' ? compact : "+" + compact;
}

bool is_name_search(const std::string& search) {
  return !search.empty() && phone_prefix(search).empty() && search.find('@') == std::string::npos;
}

/// The conditions that name a lead by "Ann", "Lee" or "Ann Lee", each with its parameters.
std::vector<Where> name_conditions(const std::string& search, const std::string& plus) {
  const std::string text = lowered(search);
  std::vector<Where> any(2);
  add_prefix(any[0], plus + "lower(last_name)", text);
  add_prefix(any[1], plus + "lower(first_name)", text);
  const auto space = text.find(' ');
  if (space == std::string::npos || space == 0) return any;
  auto& both = any.emplace_back();
  both.add(plus + "lower(first_name) = ?", {text.substr(0, space)});
  add_prefix(both, plus + "lower(last_name)", text.substr(space + 1));
  return any;
}

/// Without the word WHERE.
std::string bare(const Where& where) {
  return where.text.substr(std::string_view(" WHERE ").size());
}

/// The ids of the leads that are named so, out of the indexes over names alone.
LeadIdsQuery named_leads(const LeadFilter& filter, const std::string& limit) {
  LeadIdsQuery query;
  for (const auto& one : name_conditions(filter.search, "")) {
    query.text += fmt::format(
        "{}SELECT id FROM (SELECT id FROM leads WHERE leadset_id = ? AND {}{}) AS named",
        query.text.empty() ? "" : " UNION ", bare(one), limit);
    query.values.emplace_back(filter.leadset.value);
    query.values.insert(query.values.end(), one.values.begin(), one.values.end());
  }
  return query;
}

void add_name_search(Where& where, const LeadFilter& filter, Finding finding,
                     const std::string& plus) {
  if (finding == Finding::kByFilter) {
    auto named = named_leads(filter, "");
    return where.add("id IN (" + named.text + ")", std::move(named.values));
  }
  std::string text;
  Values values;
  for (const auto& one : name_conditions(filter.search, plus)) {
    text += fmt::format("{}({})", text.empty() ? "" : " OR ", bare(one));
    values.insert(values.end(), one.values.begin(), one.values.end());
  }
  where.add("(" + text + ")", std::move(values));
}

void add_search(Where& where, const LeadFilter& filter, Finding finding, const std::string& plus) {
  if (filter.search.empty()) return;
  if (const auto phone = phone_prefix(filter.search); !phone.empty()) {
    add_prefix(where, plus + "phone", phone);
  } else if (filter.search.find('@') != std::string::npos) {
    add_prefix(where, "lower(email)", lowered(filter.search));
  } else {
    add_name_search(where, filter, finding, plus);
  }
}

void add_own_column(const Database& db, Where& where, const std::string& name,
                    const std::string& value) {
  where.add(db.is_postgresql()
                ? "lower(CAST(custom AS json) ->> CAST(? AS text)) LIKE ? ESCAPE '!'"
                : "EXISTS (SELECT 1 FROM json_each(leads.custom) AS own WHERE own.key = ? AND "
                  "lower(own.value) LIKE ? ESCAPE '!')",
            {name, lowered(like_escaped(value)) + "%"});
}

void add_column(Where& where, const std::string& column, const std::string& value,
                const std::string& plus) {
  if (column == "phone") {
    const auto phone = phone_prefix(value);
    return add_prefix(where, plus + "phone", phone.empty() ? value : phone);
  }
  // In the same words as the indexes over names.
  add_prefix(where, fmt::format("{}lower({})", plus, column), lowered(value));
}

}  // namespace

Where lead_conditions(const Database& db, const LeadFilter& filter, Finding finding) {
  // A plus keeps SQLite from the index of a column; PostgreSQL has statistics to go by.
  const std::string plus = finding == Finding::kByOrder && !db.is_postgresql() ? "+" : "";
  Where where;
  // Names are found inside the leadset, and nothing else is to be looked through for them.
  if (finding != Finding::kByFilter || !is_name_search(filter.search)) {
    where.add("leadset_id = ?", {filter.leadset.value});
  }
  if (!filter.status.empty()) where.add(plus + "status = ?", {filter.status});
  if (!filter.last_disposition.empty()) {
    where.add(fmt::format("{}last_disposition = ? AND last_disposition <> ''", plus),
              {filter.last_disposition});
  }
  if (filter.last_outcome) {
    where.add(fmt::format("{}last_outcome = ? AND called_count > 0", plus),
              {encode(*filter.last_outcome)});
  }
  if (filter.finished) where.add("finished = ?", {encode(*filter.finished)});
  add_search(where, filter, finding, plus);
  for (const auto& [field, value] : filter.where) {
    if (const auto own = own_column(field); !own.empty()) {
      add_own_column(db, where, own, value);
    } else {
      add_column(where, field, value, plus);
    }
  }
  return where;
}

LeadIdsQuery matching_ids(const Database& db, const LeadFilter& filter,
                          std::optional<int64_t> most) {
  const std::string limit = most ? fmt::format(" LIMIT {}", *most) : "";

  const bool only_search = filter.status.empty() && filter.last_disposition.empty() &&
                           !filter.last_outcome && !filter.finished && filter.where.empty();
  if (only_search && is_name_search(filter.search)) return named_leads(filter, limit);
  auto where = lead_conditions(db, filter, Finding::kByFilter);
  return {"SELECT id FROM leads" + where.text + limit, std::move(where.values)};
}

Result<void> check_lead_filter(const LeadFilter& filter) {
  Check check;
  check.text(filter.search, "search", kMostText)
      .text(filter.status, "status", 64)
      .text(filter.last_disposition, "disposition", kMostText)
      .that(filter.where.size() <= LeadFilter::kMostConditions, "where",
            fmt::format("At most {} columns can be filtered by at once.",
                        LeadFilter::kMostConditions));
  for (const auto& [field, value] : filter.where) {
    const auto own = own_column(field);
    check.that(
        own.empty() ? is_lead_text_column(field) : own.size() <= 100, "where",
        fmt::format("Leads cannot be filtered by {}: there is no such column of texts.", field));
    check.that(!value.empty() && value.size() <= kMostText, "where",
               fmt::format("Filter {} by a text of 1 to {} bytes.", field, kMostText));
  }
  return check.result();
}

bool has_indexed_condition(const LeadFilter& filter) {
  const bool search = !filter.search.empty() && filter.search.find('@') == std::string::npos;
  return search || !filter.status.empty() || !filter.last_disposition.empty() ||
         filter.last_outcome || filter.where.contains("phone") ||
         filter.where.contains("last_name") || filter.where.contains("first_name") ||
         filter.where.contains("status");
}

bool is_lead_text_column(const std::string& column) {
  static const std::set<std::string> kColumns = [] {
    std::set<std::string> columns;
    for_contact_columns(Lead{}, [&](const char* name, const auto& field) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::string>) {
        columns.insert(name);
      }
    });
    return columns;
  }();
  return kColumns.contains(column);
}

std::string own_column(const std::string& field) {
  return field.starts_with(kOwn) ? field.substr(kOwn.size()) : std::string();
}

std::string id_in_list(const Database& db) {
  return db.is_postgresql() ? "id = ANY (CAST(? AS BIGINT[]))"
                            : "id IN (SELECT value FROM json_each(?))";
}

std::string id_list_parameter(const Database& db, const std::vector<LeadId>& ids) {
  return db.is_postgresql() ? "{" + id_list(ids) + "}" : "[" + id_list(ids) + "]";
}

}  // namespace carillon::store
