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
    case RecordKind::kTrunk: return "trunk";
    case RecordKind::kSipProfile: return "sip_profile";
    case RecordKind::kToken: return "token";
    case RecordKind::kDnc: return "dnc";
    case RecordKind::kImport: return "import";
    case RecordKind::kSetting: return "setting";
    case RecordKind::kAttempt: return "attempt";
  }
  CARILLON_ASSERT(false, "unknown RecordKind");
}

}  // namespace carillon::store
