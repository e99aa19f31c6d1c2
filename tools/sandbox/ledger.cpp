#include "sandbox/ledger.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"

namespace carillon::sandbox {

Result<Ledger> Ledger::open(const std::string& path) {
  Ledger ledger;
  ledger.file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!ledger.file_) {
    return Error{ErrorCode::kStorage,
                 fmt::format("The call ledger {} cannot be written: {}. Choose another file.", path,
                             std::strerror(errno)),
                 "ledger"};
  }
  return ledger;
}

void Ledger::write(std::string_view number, std::string_view call_id) {
  if (!file_) return;
  const auto line = fmt::format("{} {} {}\n", to_unix_ms(machine_now().wall), number, call_id);
  if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    spdlog::error("Call ledger: {}", std::strerror(errno));
  }
}

}  // namespace carillon::sandbox
