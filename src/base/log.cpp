#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>

namespace carillon {

Result<void> init_log(const std::string& level) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") {
    return Error{ErrorCode::kInvalid,
                 "The log level '" + level + "' is unknown: use trace, debug, info, warn or error.",
                 "log_level"};
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("carillon"));
  spdlog::set_level(parsed);
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::flush_on(spdlog::level::warn);
  return {};
}

}  // namespace carillon
