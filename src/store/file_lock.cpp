#include "store/file_lock.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>

#include <fmt/format.h>

namespace carillon::store {

Result<FileLock> FileLock::take(const std::string& path) {
  FileLock lock;
  lock.fd_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.fd_) {
    const int reason = errno;
    const char* advice = reason == ENOENT   ? "Make the folder first."
                         : reason == ENOSPC ? "The disk is full: free some space."
                                            : "Give the user that runs Carillon the right to write "
                                              "to this folder.";
    return Error{ErrorCode::kStorage,
                 fmt::format("{} cannot be written ({}). {}", path, std::strerror(reason), advice),
                 "database"};
  }
  if (::flock(lock.fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::kConflict,
                 fmt::format("Another Carillon already uses this database ({}). Stop it first, or "
                             "give this one a database of its own.",
                             path),
                 "database"};
  }
  return lock;
}

}  // namespace carillon::store
