// ImportPlan: how one row of a file becomes a lead.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/import/csv.h"
#include "store/import/import_jobs.h"
#include "store/import/lead_fields.h"
#include "store/import/zones.h"

namespace carillon::store {

/// A row that became a lead, still without its zone set's id.
struct PlannedLead {
  Lead lead;
  ZoneListIndex zones = 0;
  bool own_zone = false;  ///< lead.time_zone names the zone: the number's do not matter
};

/// A checked ImportSpec, made for reading many rows. One thread at a time.
class ImportPlan {
 public:
  /// kInvalid with the field that is wrong.
  static Result<ImportPlan> make(const ImportSpec& spec);

  /// The lead of a row, or why there is none, as a sentence for the report.
  Result<PlannedLead> lead_of(const CsvRow& row) const;

 private:
  std::vector<std::pair<size_t, LeadColumn>> columns_;
  std::string status_for_all_;
  std::string country_;
  LeadsetId leadset_;
};

}  // namespace carillon::store
