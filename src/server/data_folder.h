// The data folder: everything that a node keeps on its own disk.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "base/unique_fd.h"

namespace carillon::server {

/// Folders of one node. The top one is made with mode 0700, as recordings and keys are in it; one
/// process at a time may use it, which an open lock file proves.
struct DataFolder {
  std::filesystem::path top, recordings, prompts, uploads, tls;
  std::filesystem::path database;  ///< of SQLite
  UniqueFd lock;

  static Result<DataFolder> open(const std::filesystem::path& path);
};

}  // namespace carillon::server
