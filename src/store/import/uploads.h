// Uploads: the folder of uploaded files that wait to be imported.
#pragma once

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "store/import/csv.h"
#include "store/import/text_encoding.h"

namespace carillon::store {

/// What is known of an upload once all of it is there; kept beside the file.
struct UploadFacts {
  std::string name;  ///< as the client called it, only shown
  int64_t bytes = 0;
  TextEncoding encoding = TextEncoding::kUtf8;
  char delimiter = ',';
};

/// The first rows of a file, cut in cells.
using Rows = std::vector<std::vector<std::string>>;

/// The folder. File names are random, so that nobody guesses or overwrites another's upload. Any
/// thread: it holds nothing but the path.
class Uploads {
 public:
  explicit Uploads(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes the folder, readable for the own user only.
  Result<void> prepare() const;
  /// A new random id: 32 hexadecimal digits.
  static std::string new_id();
  /// kNotFound for what is no id or is not there (any more): ids come from outside.
  Result<UploadFacts> facts(const std::string& id) const;
  Result<void> save_facts(const std::string& id, const UploadFacts& facts) const;
  std::filesystem::path path(const std::string& id) const { return folder_ / (id + ".csv"); }
  void remove(const std::string& id) const;
  /// Removes files that are older than `age` and not among `in_use`.
  void remove_older_than(std::chrono::seconds age, const std::vector<std::string>& in_use) const;

 private:
  std::filesystem::path folder_;
};

/// Reads a file in pieces and hands its rows to `on_row`. `progress` hears how many bytes are read;
/// false from either stops.
Result<void> read_csv_file(const std::filesystem::path& path, const UploadFacts& facts,
                           const CsvLimits& limits, CsvReader::OnRow on_row,
                           const std::function<void(int64_t)>& progress);

}  // namespace carillon::store
