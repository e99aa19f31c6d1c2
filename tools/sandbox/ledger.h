// Ledger: one line in a file for each call that reached a customer.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace carillon::sandbox {

/// Purpose: evidence of who was called, which survives a kill of either side. A line is
/// `unix_ms number call_id`, written with one append before the call is answered in any way.
/// Owning loop: the SIP thread.
class Ledger {
 public:
  Ledger() = default;  ///< writes nothing
  static Result<Ledger> open(const std::string& path);
  void write(std::string_view number, std::string_view call_id);

 private:
  UniqueFd file_;
};

}  // namespace carillon::sandbox
