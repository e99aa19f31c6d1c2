// Time zones by telephone number: where may the person be whom we are about to call?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/import/phone.h"

namespace carillon::store {

/// One of the zone lists of the built-in table. 0: unknown. Stable only within one build.
using ZoneListIndex = int;

/// The zone list of a valid number. A number that is not tied to a place (mobile in most countries,
/// toll-free) may be anywhere in its country, so it gets all zones of the country.
ZoneListIndex zone_list_of(const PhoneNumber& number);

/// How many lists the table has; every ZoneListIndex is below.
int zone_list_count();

/// IANA names of a list, sorted; empty for 0.
const std::vector<std::string>& zones_of(ZoneListIndex list);

/// True for the name of a time zone that this machine's tz database has, e.g. "Europe/London".
bool is_time_zone(std::string_view name);

}  // namespace carillon::store
