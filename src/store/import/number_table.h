// The generated automaton of valid telephone numbers (scripts/make_number_table.py).
#pragma once

#include <cstddef>
#include <cstdint>

namespace carillon::store::number_table {

constexpr uint8_t kValid = 1;         ///< the digits so far are a valid national number
constexpr uint8_t kGeographical = 2;  ///< and tied to a place
constexpr uint8_t kMainRegion = 4;    ///< and possible in the main region of its calling code
constexpr uint8_t kPremiumRate = 8;   ///< and charges whoever calls it

struct State {
  uint16_t next[10];  ///< by digit; 0: no valid number goes on like this
  uint8_t label;
};
/// Where the automaton starts for a country calling code.
struct Root {
  uint16_t country_calling_code;
  uint16_t state;
};
/// How people of a region write numbers, where that is plain.
struct Dialing {
  char region[3];
  uint16_t country_calling_code;
  char national[4];       ///< prefix of national numbers, empty: none
  char international[4];  ///< prefix of international numbers
};

extern const State kStates[];
extern const Root kRoots[];  ///< sorted
extern const size_t kRootCount;
extern const Dialing kDialing[];  ///< sorted by region
extern const size_t kDialingCount;

}  // namespace carillon::store::number_table
