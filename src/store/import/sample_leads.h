// Sample leads: people who do not exist, at numbers that regulators keep free for fiction.
#pragma once

#include <cstdint>
#include <vector>

#include "core/messages/records.h"

namespace carillon::store {

/// `count` leads with different numbers, at most 4,000. The same seed gives the same people.
///
/// Numbers: +1 NPA 555 0100 to 0199 (ATIS-0300115), Ofcom's and the Bundesnetzagentur's numbers for
/// drama, ACMA's for creative works; all are valid by libphonenumber. They lie in Honolulu, the
/// continental USA, the United Kingdom, Germany and Australia in such shares that with a call
/// window of 8 to 21 o'clock local time a quarter of them can be dialed at every hour of the day,
/// in summer and in winter. They are for the sandbox carrier: nobody answers there in the real
/// world.
std::vector<Lead> sample_leads(int count, uint64_t seed);

}  // namespace carillon::store
