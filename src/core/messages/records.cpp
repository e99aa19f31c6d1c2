#include "core/messages/records.h"

namespace carillon {

bool is_dial_pattern(std::string_view text) {
  if (text.size() > 200) return false;
  bool ended = false;  // by a dot: only a comma may follow
  for (const char c : text) {
    if (c == ',') {
      ended = false;
    } else if (ended || std::string_view("0123456789XZN.").find(c) == std::string_view::npos) {
      return false;
    } else {
      ended = c == '.';
    }
  }
  return true;
}

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
