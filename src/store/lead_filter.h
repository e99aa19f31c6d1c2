// LeadFilter as SQL.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/table.h"

namespace carillon::store {

/// How the rows are found: SQLite plans without knowing what a table holds, so it is told.
enum class Finding {
  kByFilter,  ///< by the index of what is asked for
  kByOrder,   ///< along the index of the order, looking at each row
  kById,      ///< the ids are given; the conditions are checked again
};

/// The conditions on the table `leads`, which must not have another name in the statement.
Where lead_conditions(const Database& db, const LeadFilter& filter, Finding finding);

/// A SELECT of the ids of leads.
struct LeadIdsQuery {
  std::string text;
  Values values;
};

/// The leads that match, each once; out of indexes alone where they know enough. `most`: when more
/// match, it may answer only some of them, but no fewer than `most`.
LeadIdsQuery matching_ids(const Database& db, const LeadFilter& filter,
                          std::optional<int64_t> most = {});

/// The leads that a job of Data Recycle is about (recycle.cpp).
Where recycle_conditions(const LeadJob& job);

/// kInvalid when the filter names what is no column, or too much.
Result<void> check_lead_filter(const LeadFilter& filter);

/// True when an index knows the leads that match.
bool has_indexed_condition(const LeadFilter& filter);

/// True for a column of texts that people may write.
bool is_lead_text_column(const std::string& column);

/// The name of an own column in "custom:<name>"; empty when `field` is none.
std::string own_column(const std::string& field);

/// `id` is one of a list that travels as one parameter.
std::string id_in_list(const Database& db);
std::string id_list_parameter(const Database& db, const std::vector<LeadId>& ids);

}  // namespace carillon::store
