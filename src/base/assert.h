// Assertions that stay on in production: a broken invariant stops the process, and a restart is
// safe because every attempt is on disk before its INVITE leaves.
#pragma once

#include <string_view>

namespace carillon {

/// Writes the place and the reason to stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line,
                                   std::string_view reason);

}  // namespace carillon

#define CARILLON_ASSERT(condition, reason) \
  (static_cast<bool>(condition)            \
       ? static_cast<void>(0)              \
       : ::carillon::assertion_failed(#condition, __FILE__, __LINE__, (reason)))
