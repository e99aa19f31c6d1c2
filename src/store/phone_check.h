// Phone check: leads that were stored when numbers of more kinds were taken than now.
#pragma once

#include "base/result.h"
#include "store/database.h"

namespace carillon::store {

/// Looks at the numbers that the table unchecked_phones names, in transactions of some thousand
/// leads each, and marks those that are not to be called (phone_valid 0): parse_phone_to_call()
/// refuses them today, as it does for new leads. It is done before the first claim, so that none of
/// them is dialed. A million leads take some seconds, once; a start that is broken off goes on with
/// the next.
Result<void> check_phones(Database& db);

}  // namespace carillon::store
