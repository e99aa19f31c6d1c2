#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace carillon {

void assertion_failed(const char* condition, const char* file, int line, std::string_view reason) {
  std::fprintf(stderr, "carillon: bug: %.*s (%s) at %s:%d\n", static_cast<int>(reason.size()),
               reason.data(), condition, file, line);
  std::abort();
}

}  // namespace carillon
