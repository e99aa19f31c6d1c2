#include "store/import/import_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "store/import/invalid.h"
#include "store/import/lead_fields.h"
#include "store/import/phone.h"

namespace carillon::store {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

Result<ImportPlan> ImportPlan::make(const ImportSpec& spec) {
  ImportPlan plan;
  bool has_phone = false, has_status = !spec.status_for_all.empty();
  for (const auto& [index, target] : spec.mapping) {
    if (index < 0) return invalid("columns are counted from 0", "mapping");
    auto column = LeadColumn::find(target);
    if (!column) return column.error();
    has_phone = has_phone || column->is_phone();
    has_status = has_status || column->is_status();
    plan.columns_.emplace_back(static_cast<size_t>(index), std::move(*column));
  }
  if (!has_phone) return invalid("Choose the column that holds the phone number.", "mapping");
  if (!has_status) {
    return invalid("Choose the column that holds the status, or one status for all leads.",
                   "status_for_all");
  }
  if (spec.status_for_all.size() > kMaxStatusBytes) {
    return invalid("The status is longer than 64 bytes.", "status_for_all");
  }
  if (spec.start_row < 0) return invalid("Rows are counted from 0.", "start_row");
  if (!spec.country.empty() && !is_known_country(spec.country)) {
    return invalid(fmt::format("'{}' is no country code like US or GB.", spec.country), "country");
  }
  plan.status_for_all_ = spec.status_for_all;
  plan.country_ = spec.country;
  plan.leadset_ = spec.leadset;
  return plan;
}

Result<PlannedLead> ImportPlan::lead_of(const CsvRow& row) const {
  PlannedLead planned;
  Lead& lead = planned.lead;
  lead.leadset = leadset_;
  lead.status.clear();
  for (const auto& [index, column] : columns_) {
    if (index >= row.fields.size()) continue;
    const auto cell = trim(without_formula_guard(row.fields[index]));
    if (cell.empty()) continue;
    if (auto set = column.set(lead, cell); !set) return set.error();
  }
  if (lead.status.empty()) lead.status = status_for_all_;
  if (lead.status.empty()) return invalid("the status is missing", "status");

  auto phone = parse_phone_to_call(lead.phone, country_);
  if (!phone) return phone.error();
  planned.zones = zone_list_of(*phone);
  planned.own_zone = is_time_zone(lead.time_zone);
  lead.phone = std::move(phone->e164);
  return planned;
}

}  // namespace carillon::store
