// DncImports: files of do-not-call numbers on their way into a list.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace carillon::store {

struct DncImportSpec {
  std::string upload_id;
  CampaignId campaign;    ///< 0: the system-wide list
  int64_t start_row = 0;  ///< first row of numbers, from 0
  int column = 0;         ///< of the number, from 0
  std::string country;    ///< of national numbers, ISO 3166 alpha-2; empty: none
  std::string reason;     ///< kept with each number
};

/// Owns one thread, which reads one file after the other and lists its numbers some hundred in each
/// change, so that calls get through in between. Each row counts as accepted, rejected (with line
/// and reason, to be downloaded) or duplicate. What was listed stays when an upload is cancelled or
/// broken off: a number too many on a do-not-call list does no harm. Any thread may call the
/// functions. Lifetime: made after the Store and destroyed before it.
class DncImports {
 public:
  /// Called on the import thread, at most 4 times a second, and at the end.
  using Progress = std::function<void(const DncImport&)>;

  /// `uploads`: the folder that ImportJobs writes uploads into.
  static std::unique_ptr<DncImports> start(Store& store, std::filesystem::path uploads,
                                           Progress progress);
  ~DncImports();
  DncImports(const DncImports&) = delete;
  DncImports& operator=(const DncImports&) = delete;

  /// Queues the file. `started` hears its record, or the error: kInvalid names the field.
  void start_import(Actor actor, DncImportSpec spec,
                    std::function<void(Result<DncImport>)> started);
  /// kConflict: it has ended.
  Result<void> cancel(ImportId id);
  /// With its figures as they are now, while it waits or runs.
  std::optional<DncImport> running(ImportId id) const;

 private:
  class Impl;
  explicit DncImports(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  ///< shared with changes that are under way in the store
};

/// The next piece of the report of rejected rows, as rejected_csv() of the leads.
Result<std::string> dnc_rejected_csv(Reader& reader, ImportId id, int64_t& after_row,
                                     int64_t limit);

/// The next piece of a list as CSV; `after` is moved on. `is_first`: with the heading.
Result<std::string> dnc_csv(Reader& reader, std::optional<CampaignId> list, DncEntry& after,
                            bool is_first, int64_t limit);

}  // namespace carillon::store
