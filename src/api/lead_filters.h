// What requests say about which leads they mean.
#pragma once

#include "api/http_types.h"
#include "api/json.h"
#include "store/rows.h"

namespace carillon::api {

/// search, status, outcome, disposition, finished and where[column] of a query.
Result<store::LeadFilter> lead_filter(const Request& request, LeadsetId leadset);
/// after, count, offset, limit and sort of a query.
Result<store::LeadPageQuery> lead_page_query(const Request& request);

/// A change or deletion of many leads.
struct LeadJobRequest {
  store::LeadJobAction action = store::LeadJobAction::kChange;
  store::LeadTargets targets;
  store::LeadAssignment set;
};
Result<void> read_lead_job(const Json& json, LeadsetId leadset, LeadJobRequest& request);
Result<void> read_recycle(const Json& json, store::RecycleChoice& choice);

Json to_json(const store::LeadJob& job);
Json to_json(const store::RecycleGroup& group);
Json to_json(const store::LeadsetActivity& activity);

}  // namespace carillon::api
