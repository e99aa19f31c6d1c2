// LeadRows: leads on their way into the table, as the rows that the database gets.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "store/database.h"
#include "store/rows.h"

namespace carillon::store {

/// Made on the import thread, so that the writer thread only has to insert. Only the columns in
/// which one of the leads has something; the others get their defaults.
struct LeadRows {
  std::string columns;
  std::vector<Values> rows;
};

/// A lead of an import, checked, with its zone set.
struct ImportedLead {
  const Lead* lead = nullptr;
  bool on_dnc = false;
};

/// Staged leads are not dialed before Writer::release_leads().
enum class LeadState { kDialable, kStaged };

LeadRows lead_rows(ImportId import, const std::vector<ImportedLead>& leads, LeadState state,
                   WallTime now);

}  // namespace carillon::store
