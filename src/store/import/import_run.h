// ImportRun: one import, from the first row to its end.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/import/import_chunk.h"
#include "store/import/import_jobs.h"
#include "store/import/import_plan.h"
#include "store/import/phone_set.h"
#include "store/import/uploads.h"
#include "store/long_change.h"
#include "store/store.h"

namespace carillon::store {

/// An import that waits or runs. Shared by the import thread and those who ask for it.
struct ImportTask {
  enum class Cancel { kPossible, kAsked, kTooLate };

  Actor actor;
  ImportSpec spec;
  bool finishing = false;  ///< all rows are in: what is left is to let them be dialed
  std::atomic<Cancel> cancel{Cancel::kPossible};

  Import record() const {
    std::lock_guard lock(mutex_);
    return record_;
  }
  void set_record(const Import& record) {
    std::lock_guard lock(mutex_);
    record_ = record;
  }

 private:
  mutable std::mutex mutex_;
  Import record_;
};

/// The JSON in Import::options: what the importer must know again after a restart.
std::string options_json(const ImportSpec& spec, const std::string& node, bool finishing);
struct ImportOptions {
  std::string node;
  ImportMode mode = ImportMode::kAppend;
  bool finishing = false;
};
ImportOptions read_options(const std::string& json);

/// Runs one import on the import thread.
///
///   state     | event                       | next      | action
///   ----------|-----------------------------|-----------|------------------------------------------
///   reading   | another node imports there  | reading   | says so and waits for its turn
///   reading   | end of file                 | finishing | the point of no return is made durable
///   reading   | cancelled                   | cancelled | its leads are removed
///   reading   | file or database fails      | failed    | its leads are removed
///   finishing | all leads are released      | done      | replace: the leadset's other leads were
///             |                             |           | removed before (those in a call stay)
///   any       | crash or stop               | unchanged | the next start goes on: reading becomes
///             |                             |           | failed, finishing is carried on
///
/// On SQLite, and when old leads are replaced, rows go in by chunks through the store's writer, as
/// staged leads. Rows that PostgreSQL only has to add are one LongChange: written once, seen by
/// nobody before the point of no return. A number that a person adds in that time may be in the
/// leadset twice; other imports are kept out by turns (Writer::take_import_turn).
class ImportRun {
 public:
  using Clock = std::chrono::steady_clock;

  /// `stop` becomes true when the process ends; run() then returns soon.
  ImportRun(Store& store, const ImportConfig& config, const Uploads& uploads, ImportTask& task,
            const ImportJobs::Progress& progress, const std::atomic<bool>& stop);

  ~ImportRun();

  void run();
  /// For an import that a crash interrupted while it was reading.
  void fail_after_crash();

 private:
  struct Window;
  struct Waiting;
  enum class ReadEnd { kComplete, kCancelled, kStopped };

  Result<ReadEnd> read_rows(const ImportPlan& plan);
  Result<void> find_campaign();
  Result<void> take_turn();
  Result<bool> has_turn();
  Result<void> begin_rows();
  Result<void> begin_watch();
  void take_row(const ImportPlan& plan, const CsvRow& row);
  void send_chunk();
  void write(LongChange::Work work, LongChange::Done done);
  Result<std::shared_ptr<ImportChunk>> judge_chunk();
  Result<void> resolve_zones(ImportChunk& chunk);
  void collect();
  void report(bool now);
  bool stopped_or_cancelled() const;

  Result<void> begin_finishing();
  Result<void> commit_rows(const LongChange::Work& save);
  Result<void> finish();
  Result<void> remove_own_leads();
  Result<void> in_steps(const std::function<Result<int64_t>(Writer&)>& step);
  void end(ImportState state, std::string error);
  void undo(ImportState state, std::string error);
  void log_failure(const Error& error);
  Result<void> read(std::function<Result<void>(Reader&)> work);
  Result<void> change(std::function<Result<void>(Writer&)> work);

  Store& store_;
  const ImportConfig& config_;
  const Uploads& uploads_;
  ImportTask& task_;
  const ImportJobs::Progress& progress_;
  const std::atomic<bool>& stop_;
  Import record_;

  std::unique_ptr<LongChange> long_;  ///< null: by chunks through the store
  std::unique_ptr<LongChange> turn_;  ///< holds the turn; null: none is needed
  CampaignId campaign_;               ///< of the leadset, when the import began
  LeadId released_to_;                ///< none of the import's leads up to here is staged
  std::shared_ptr<Window> window_;
  const std::shared_ptr<ImportWatch> watch_;
  PhoneSet met_;
  size_t chunk_rows_;
  std::unique_ptr<ImportChunk> chunk_;
  int64_t row_index_ = 0;  ///< rows met in the file, with those before start_row
  int64_t reported_rejects_ = 0;
  std::vector<ZoneSetId> zone_set_of_list_;  ///< 0: not asked for yet
  std::map<std::string, ZoneSetId> zone_set_of_zone_;
  Clock::time_point last_report_{};
};

}  // namespace carillon::store
