#include "store/rows.h"

#include "base/assert.h"

namespace carillon::store {

std::string_view to_string(RecordKind kind) {
  switch (kind) {
    case RecordKind::kUser: return "user";
    case RecordKind::kCampaign: return "campaign";
    case RecordKind::kScript: return "script";
    case RecordKind::kLeadset: return "leadset";
    case RecordKind::kLead: return "lead";
    case RecordKind::kLeadJob: return "lead_job";
    case RecordKind::kTrunk: return "trunk";
    case RecordKind::kSipProfile: return "sip_profile";
    case RecordKind::kToken: return "token";
    case RecordKind::kDnc: return "dnc";
    case RecordKind::kImport: return "import";
    case RecordKind::kSetting: return "setting";
    case RecordKind::kAttempt: return "attempt";
    case RecordKind::kWebhook: return "webhook";
    case RecordKind::kCallback: return "callback";
  }
  CARILLON_ASSERT(false, "unknown RecordKind");
}

std::string_view name_of(LeadJobAction action) {
  switch (action) {
    case LeadJobAction::kChange: return "change";
    case LeadJobAction::kDelete: return "delete";
    case LeadJobAction::kRecycle: return "recycle";
    case LeadJobAction::kUndo: return "undo";
  }
  CARILLON_ASSERT(false, "unknown LeadJobAction");
}

std::string_view name_of(LeadJobState state) {
  switch (state) {
    case LeadJobState::kRunning: return "running";
    case LeadJobState::kDone: return "done";
    case LeadJobState::kFailed: return "failed";
    case LeadJobState::kCancelled: return "cancelled";
  }
  CARILLON_ASSERT(false, "unknown LeadJobState");
}

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::kWaiting: return "waiting";
    case DeliveryState::kDelivered: return "delivered";
    case DeliveryState::kGivenUp: return "given_up";
  }
  CARILLON_ASSERT(false, "unknown DeliveryState");
}

}  // namespace carillon::store
