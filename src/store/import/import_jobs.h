// ImportJobs: from an uploaded file to leads in a leadset.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/import/csv.h"
#include "store/import/lead_fields.h"
#include "store/import/text_encoding.h"
#include "store/rows.h"
#include "store/store.h"

namespace carillon::store {

struct ImportConfig {
  std::filesystem::path uploads;  ///< folder of the uploaded files, made when missing
  int64_t max_file_bytes = 1LL << 30;
  CsvLimits csv;
  std::string node = "main";  ///< as StoreConfig::node: only own imports are cleaned up at start
  /// Chunks of rows grow and shrink towards this time on the writer thread, so that the commits of
  /// attempts get through in between.
  std::chrono::milliseconds chunk_time{50};
  size_t chunk_rows_max = 4'000;
  size_t max_report_rows = 100'000;  ///< rejected rows that are kept with their content
  std::chrono::hours keep_uploads{24};
  size_t max_queued = 16;  ///< imports that wait for the one that runs
};

/// What the browser shows before an import is started.
struct ImportPreview {
  std::string upload_id;
  std::string name;  ///< as the client called the file
  int64_t bytes = 0;
  TextEncoding encoding = TextEncoding::kUtf8;
  char delimiter = ',';
  int columns = 0;
  std::vector<std::vector<std::string>> rows;  ///< the first 20
  int64_t guessed_start_row = 0;               ///< 1 when the first row looks like a heading
  std::map<int, std::string> guessed_mapping;  ///< column from 0 to lead field
};

enum class ImportMode {
  kAppend,
  kReplace,  ///< the leadset's other leads go when all rows are in, save those in a call; when no
             ///< row could be imported they stay, and the import has failed
};
enum class Duplicates { kAllow, kLeadset, kCampaign, kEverywhere };

struct ImportSpec {
  LeadsetId leadset;
  std::string upload_id;
  int64_t start_row = 0;               ///< first row of data, from 0; blank lines are no rows
  std::map<int, std::string> mapping;  ///< column from 0 to a lead field or "custom:<name>"
  std::string status_for_all;          ///< used where the row has none
  ImportMode mode = ImportMode::kAppend;
  Duplicates duplicates = Duplicates::kLeadset;
  std::string country;    ///< of national numbers, ISO 3166 alpha-2; empty: none
  bool keep_dnc = false;  ///< import numbers on a do-not-call list too; they are not dialed anyway
};

/// One file on its way in. Written by one thread at a time; removed again unless finished.
class Upload {
 public:
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  /// kTooLarge over the limit, kStorage when the disk is full.
  Result<void> write(std::string_view bytes);
  /// Makes the file durable and looks at its beginning. kInvalid when it is no CSV.
  Result<ImportPreview> finish();

 private:
  friend class ImportJobs;
  class Impl;
  explicit Upload(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Owns the uploads folder and the import thread, which runs one import after the other.
///
/// Rows go in by chunks through Store::change; they belong to the import and are not dialed before
/// it is done, so a cancelled or failed import leaves nothing behind. Each row counts as accepted,
/// rejected or duplicate: rows = accepted + rejected + duplicates. A number on a do-not-call list
/// is rejected unless the spec keeps it. An import that a crash interrupted is marked failed at the
/// next start and its rows are removed. Any thread may call the functions. Lifetime: made after the
/// Store and destroyed before it; an import under way then ends like after a crash.
class ImportJobs {
 public:
  /// Called on the import thread, at most 4 times a second for one import, and when it ends.
  using Progress = std::function<void(const Import&)>;

  static Result<std::unique_ptr<ImportJobs>> start(Store& store, ImportConfig config,
                                                   Progress progress);
  ~ImportJobs();
  ImportJobs(const ImportJobs&) = delete;
  ImportJobs& operator=(const ImportJobs&) = delete;

  /// Begins an upload. `name` is only shown.
  Result<std::unique_ptr<Upload>> upload(const std::string& name);
  /// The preview of an upload that is still there.
  Result<ImportPreview> preview(const std::string& upload_id) const;

  /// Checks the spec and queues the import. `started` is called with its record (or the error) when
  /// the record is durable: on the store's writer thread, or at once on this one for a spec that
  /// is wrong. kInvalid names the field, kNotFound: no such upload, kUnavailable: too many wait.
  void start_import(Actor actor, ImportSpec spec, std::function<void(Result<Import>)> started);

  /// Asks an import to stop; its end is reported as progress with state cancelled. kConflict when
  /// it has ended or is past the point of return.
  Result<void> cancel(ImportId id);

  /// An import that waits or runs, with its figures as they are now; the database knows the others.
  std::optional<Import> running(ImportId id) const;

 private:
  class Impl;
  explicit ImportJobs(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  ///< shared with changes that are under way in the store
};

/// The next piece of an import's report of rows that did not go in (line, reason, original row):
/// at most `limit` rows after line `after_row`, which is moved on. The heading comes with the first
/// piece (after_row 0); an empty answer is the end. Cells are safe to open in a spreadsheet.
Result<std::string> rejected_csv(Reader& reader, ImportId id, int64_t& after_row, int64_t limit);
/// The same of rows that were read already.
std::string report_csv(const std::vector<RejectedRow>& rows, int64_t& after_row);

}  // namespace carillon::store
