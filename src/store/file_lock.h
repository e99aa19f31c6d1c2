// FileLock: keeps a second server off a SQLite database.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace carillon::store {

/// An advisory lock on a file, held until destruction or the end of the process, however it ends.
class FileLock {
 public:
  FileLock() = default;
  /// Makes the file when it is missing. kConflict when somebody else holds it.
  static Result<FileLock> take(const std::string& path);

 private:
  UniqueFd fd_;
};

}  // namespace carillon::store
