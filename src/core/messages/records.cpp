#include "core/messages/records.h"

namespace carillon {

const std::vector<DispositionRule>& predefined_dispositions() {
  static const std::vector<DispositionRule> kRules{
      {.name = "DO NOT CALL", .final = true, .do_not_call = true},
      {.name = "NOT INTERESTED", .final = true},
      {.name = "SALE MADE", .final = true, .sale = true},
      {.name = "CALL TRANSFERRED", .final = true},
      {.name = "BUSY", .recyclable = true},
      {.name = "CALL BACK", .recyclable = true, .callback = true},
      {.name = "DISCONNECTED NUMBER", .final = true},
      {.name = "DECLINED SALE", .final = true, .recyclable = true},
      {.name = "WRONG DETAILS", .final = true},
  };
  return kRules;
}

}  // namespace carillon
