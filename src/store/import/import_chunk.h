// ImportChunk: some rows of a file on their way into the database.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/import/csv.h"
#include "store/import/import_jobs.h"
#include "store/import/import_plan.h"
#include "store/import/lead_rows.h"
#include "store/import/phone_set.h"
#include "store/reader.h"
#include "store/writer.h"

namespace carillon::store {

/// Where a phone counts as a duplicate, in the store's words.
DuplicateScope store_scope(Duplicates duplicates);

/// What one import knows of those who write beside it. Shared with the writer thread.
struct ImportWatch {
  std::atomic<int64_t> last_lead{0};  ///< when a chunk of ours was committed last
  std::atomic<bool> company{false};   ///< others have added leads meanwhile
};

/// Judged on the import thread by what a reader found, so that calls, which wait for the writer, do
/// not wait for look-ups. Between the two somebody may add a lead or a do-not-call number: the
/// writer notices that and looks again. Moves through the threads, with one at a time.
///
///   add(), reject() -> judge() -> write() on the writer thread, perhaps more than once
class ImportChunk {
 public:
  /// What holds for all chunks of an import.
  struct Terms {
    LeadsetId leadset;
    ImportId import;
    Duplicates duplicates = Duplicates::kAllow;
    bool replace = false;
    bool check_dnc = true;
    LeadState state = LeadState::kStaged;
  };
  struct Source {
    int64_t line = 0;
    std::string content;
    ZoneListIndex zones = 0;
    bool own_zone = false;
  };
  /// What write() did.
  struct Written {
    int64_t accepted = 0, duplicates = 0, refused = 0, reported = 0;
    LeadId last_lead;
    std::chrono::steady_clock::duration time{};
  };
  /// What a reader found about the chunk's numbers.
  struct Findings {
    std::unordered_set<std::string> known, listed;
    ImportMarks marks;
  };

  /// `rows`: how many it takes, unless they are so long that they take too much memory.
  explicit ImportChunk(size_t rows);

  void add(const CsvRow& row, PlannedLead planned);
  /// `content` is kept for the report when `keep` says so.
  void reject(const CsvRow& row, std::string reason, bool keep);

  int64_t count() const { return count_; }
  bool is_full() const;
  int64_t rejected() const { return static_cast<int64_t>(rejected_.size()); }
  std::vector<Lead>& leads() { return leads_; }
  const std::vector<Source>& sources() const { return sources_; }

  /// On a reader thread.
  Result<Findings> look_up(Reader& reader, const Terms& terms) const;
  /// Decides which leads go in. `met`: the numbers of the import's earlier rows.
  void judge(const Terms& terms, Findings findings, PhoneSet& met);
  /// How many rows of the report may still be kept.
  void set_report_room(int64_t rows) { report_room_ = rows; }

  /// On the writer thread, inside the change; again when the transaction has to be.
  Result<void> write(Writer& writer, ImportWatch& watch);
  const Written& written() const { return written_; }

 private:
  enum class Verdict { kAccept, kDuplicate, kDoNotCall };
  struct Judgement {
    std::vector<Verdict> verdicts;  ///< of leads_, one for one
    std::unordered_set<std::string> listed;
  };

  static Result<Findings> find(Reader& reader, const Terms& terms,
                               const std::vector<std::string>& phones, bool knows_all);
  void refuse(size_t lead, Verdict verdict, std::vector<RejectedRow>& report,
              Written& counts) const;
  LeadRows rows_of(const Judgement& judgement) const;
  Result<bool> must_look_again(Writer& writer, ImportWatch& watch) const;
  Result<Judgement> look_again(Writer& writer) const;
  Result<void> insert(Writer& writer, const LeadRows& rows, const std::vector<RejectedRow>& report,
                      Written& counts) const;

  const size_t rows_wanted_;
  size_t bytes_ = 0;  ///< of the rows' content that is kept
  std::vector<Lead> leads_;
  std::vector<Source> sources_;  ///< of `leads_`, one for one
  std::vector<RejectedRow> rejected_;
  int64_t refused_ = 0;  ///< as rejected_, with those that are too many for the report
  int64_t count_ = 0;    ///< rows of the file that the chunk stands for
  int64_t report_room_ = 0;

  // Of judge():
  Terms terms_;
  Judgement judgement_;
  ImportMarks marks_;
  bool knows_all_ = true;
  LeadRows rows_;
  std::vector<RejectedRow> report_;
  Written judged_;

  Written written_;
};

}  // namespace carillon::store
