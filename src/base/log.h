// Logging: spdlog with one format. Secrets never go in: credentials have no formatter.
#pragma once

#include <string>

#include <spdlog/spdlog.h>

#include "base/result.h"

namespace carillon {

/// Sets the process-wide log to stderr. `level`: trace, debug, info, warn, error.
Result<void> init_log(const std::string& level);

}  // namespace carillon
