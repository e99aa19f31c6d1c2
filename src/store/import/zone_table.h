// The generated table from number prefix to time zones (scripts/make_zone_table.py).
#pragma once

#include <cstddef>
#include <cstdint>

namespace carillon::store::zone_table {

struct Entry {
  uint32_t prefix;  ///< digits of the number from the country calling code on
  uint16_t list;    ///< index into kLists
};

extern const char* const kLists[];  ///< IANA names, separated by a space; [0] is empty: unknown
extern const size_t kListCount;
extern const Entry kEntries[];  ///< sorted by prefix
extern const size_t kEntryCount;
extern const size_t kLongestPrefix;  ///< digits

}  // namespace carillon::store::zone_table
