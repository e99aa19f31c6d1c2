#include "store/import/dnc_imports.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "store/import/csv.h"
#include "store/import/import_jobs.h"
#include "store/import/invalid.h"
#include "store/import/phone.h"
#include "store/import/uploads.h"

namespace carillon::store {
namespace {

using namespace std::chrono_literals;

constexpr size_t kNumbersAtOnce = 500;  // in one change: calls wait behind it
constexpr int64_t kReportRows = 100'000;
constexpr size_t kMostQueued = 8;
constexpr size_t kShownBytes = 200;  // of a rejected row
constexpr auto kProgressGap = 250ms;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The row again as CSV whose cells are safe in a spreadsheet.
std::string shown(const CsvRow& row) {
  std::string text;
  for (const auto& field : row.fields) {
    if (!text.empty()) text += ',';
    append_csv_field(text, field.substr(0, kShownBytes));
    if (text.size() > kShownBytes) break;
  }
  return text;
}

}  // namespace

class DncImports::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Store& store, std::filesystem::path uploads, Progress progress)
      : store_(store), uploads_(std::move(uploads)), progress_(std::move(progress)) {}

  void begin() {
    store_.change(
        {},
        [](Writer& writer) {
          return writer.fail_running_dnc_imports(
              "The server was stopped. Upload the file again: numbers that are listed already are "
              "passed over.");
        },
        [](const Result<void>& done) {
          if (!done) spdlog::warn("Uploads that broke off: {}", done.error().message);
        });
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    woken_.notify_all();
    thread_.join();
  }

  void start_import(Actor actor, DncImportSpec spec,
                    std::function<void(Result<DncImport>)> started) {
    auto facts = uploads_.facts(spec.upload_id);
    if (!facts) return started(Error{facts.error().code, facts.error().message, "upload_id"});
    if (!spec.country.empty() && !is_known_country(spec.country)) {
      return started(
          invalid("There is no country with this code: write two letters, as in GB.", "country"));
    }
    {
      std::lock_guard lock(mutex_);
      if (queue_.size() >= kMostQueued) {
        return started(Error{ErrorCode::kUnavailable,
                             "Too many uploads wait already. Try again in a moment.", ""});
      }
    }
    auto import = std::make_shared<DncImport>();
    import->campaign = spec.campaign;
    import->created_by = actor.user;
    import->name = facts->name;
    import->bytes_total = facts->bytes;
    auto add = [import](Writer& writer) -> Result<void> {
      const auto id = writer.add_dnc_import(*import);
      if (!id) return id.error();
      auto made = writer.dnc_import(*id);
      if (!made) return made.error();
      *import = std::move(*made);
      return {};
    };
    auto self = shared_from_this();
    store_.change(actor, std::move(add),
                  [self, import, actor, spec = std::move(spec), facts = *facts,
                   started = std::move(started)](const Result<void>& done) mutable {
                    if (!done) return started(done.error());
                    self->queue({*import, std::move(spec), std::move(facts), std::move(actor)});
                    started(*import);
                  });
  }

  Result<void> cancel(ImportId id) {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(queue_.begin(), queue_.end(),
                                    [id](const auto& each) { return each->import.id == id; });
    if (found == queue_.end()) {
      return Error{ErrorCode::kConflict, "This upload has ended already.", ""};
    }
    (*found)->cancelled = true;
    return {};
  }

  std::optional<DncImport> running(ImportId id) const {
    std::lock_guard lock(mutex_);
    for (const auto& each : queue_) {
      if (each->import.id == id) return each->import;
    }
    return std::nullopt;
  }

 private:
  struct Job {
    DncImport import;
    DncImportSpec spec;
    UploadFacts facts;
    Actor actor;
    bool cancelled = false;
  };
  /// What one batch holds.
  struct Batch {
    std::vector<std::string> phones;
    std::vector<RejectedRow> rejected;
    bool full() const { return phones.size() + rejected.size() >= kNumbersAtOnce; }
  };

  void queue(Job job) {
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(std::make_shared<Job>(std::move(job)));
    }
    woken_.notify_one();
  }

  void run() {
    while (true) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock lock(mutex_);
        woken_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        job = queue_.front();
      }
      work_on(*job);
      std::lock_guard lock(mutex_);
      queue_.pop_front();
    }
  }

  void work_on(Job& job) {
    DncImport import = job.import;
    const auto end = read_all(job, import);
    if (stopping()) return;  // marked failed at the next start
    import.state = end ? (cancelled(job) ? ImportState::kCancelled : ImportState::kDone)
                       : ImportState::kFailed;
    if (!end) import.error = end.error().message;
    import.ended_at = machine_now().wall;
    const auto saved =
        change(job.actor, [import](Writer& writer) { return writer.save_dnc_import(import); });
    if (!saved) spdlog::warn("The upload {}: {}", import.id, saved.error().message);
    publish(job, import);
    uploads_.remove(job.spec.upload_id);
  }

  Result<void> read_all(Job& job, DncImport& import) {
    Batch batch;
    Result<void> trouble;
    int64_t row_number = 0;
    const auto on_row = [&](const CsvRow& row) {
      if (row_number++ < job.spec.start_row) return true;
      take(job.spec, row, import, batch);
      if (batch.full()) trouble = flush(job, import, batch);
      return trouble.ok() && !cancelled(job) && !stopping();
    };
    auto told = std::chrono::steady_clock::now();
    const auto on_bytes = [&](int64_t bytes) {
      import.bytes_done = bytes;
      if (std::chrono::steady_clock::now() - told < kProgressGap) return;
      told = std::chrono::steady_clock::now();
      publish(job, import);
    };
    const auto read =
        read_csv_file(uploads_.path(job.spec.upload_id), job.facts, {}, on_row, on_bytes);
    if (!read) return read;
    if (!trouble) return trouble;
    return flush(job, import, batch);
  }

  static void take(const DncImportSpec& spec, const CsvRow& row, DncImport& import, Batch& batch) {
    ++import.rows;
    const auto column = static_cast<size_t>(spec.column);
    const auto field = column < row.fields.size()
                           ? trimmed(without_formula_guard(row.fields[column]))
                           : std::string_view{};
    std::string reason = row.error;
    if (reason.empty() && field.empty()) reason = "There is no number in this row.";
    if (reason.empty()) {
      auto number = parse_phone(field, spec.country);
      if (number) return batch.phones.push_back(std::move(number->e164));
      reason = number.error().message;
    }
    if (++import.rejected <= kReportRows) {
      batch.rejected.push_back({row.line, std::move(reason), shown(row)});
    }
  }

  Result<void> flush(Job& job, DncImport& import, Batch& batch) {
    DncEntry entry;
    entry.campaign = job.spec.campaign;
    entry.reason = job.spec.reason;
    entry.added_by = job.import.created_by;
    auto added = std::make_shared<int64_t>(0);
    const auto done =
        change(job.actor, [&batch, entry, added, id = import.id](Writer& writer) -> Result<void> {
          const auto count = writer.add_dnc_numbers(batch.phones, entry);
          if (!count) return count.error();
          *added = *count;
          return writer.add_dnc_rejected_rows(id, batch.rejected);
        });
    if (!done) return done;
    import.accepted += *added;
    import.duplicates += std::ssize(batch.phones) - *added;
    batch = {};
    return {};
  }

  /// Waits for the commit.
  Result<void> change(const Actor& actor, std::function<Result<void>(Writer&)> work) {
    std::promise<Result<void>> done;
    auto result = done.get_future();
    store_.change(actor, std::move(work),
                  [&done](Result<void> committed) { done.set_value(std::move(committed)); });
    return result.get();
  }

  void publish(Job& job, const DncImport& import) {
    {
      std::lock_guard lock(mutex_);
      job.import = import;
    }
    progress_(import);
  }
  bool stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
  }
  bool cancelled(const Job& job) const {
    std::lock_guard lock(mutex_);
    return job.cancelled;
  }

  Store& store_;
  const Uploads uploads_;
  const Progress progress_;
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::shared_ptr<Job>> queue_;  ///< the first is under way
  bool stopping_ = false;
  std::thread thread_;
};

DncImports::DncImports(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
DncImports::~DncImports() { impl_->stop(); }

std::unique_ptr<DncImports> DncImports::start(Store& store, std::filesystem::path uploads,
                                              Progress progress) {
  auto impl = std::make_shared<Impl>(store, std::move(uploads), std::move(progress));
  impl->begin();
  return std::unique_ptr<DncImports>(new DncImports(std::move(impl)));
}

void DncImports::start_import(Actor actor, DncImportSpec spec,
                              std::function<void(Result<DncImport>)> started) {
  impl_->start_import(std::move(actor), std::move(spec), std::move(started));
}
Result<void> DncImports::cancel(ImportId id) { return impl_->cancel(id); }
std::optional<DncImport> DncImports::running(ImportId id) const { return impl_->running(id); }

Result<std::string> dnc_rejected_csv(Reader& reader, ImportId id, int64_t& after_row,
                                     int64_t limit) {
  const auto rows = reader.dnc_rejected_rows(id, after_row, limit);
  if (!rows) return rows.error();
  return report_csv(*rows, after_row);
}

Result<std::string> dnc_csv(Reader& reader, std::optional<CampaignId> list, DncEntry& after,
                            bool is_first, int64_t limit) {
  const auto entries = reader.dnc_after(after, list, limit);
  if (!entries) return entries.error();
  std::string csv;
  if (is_first) csv = "phone,campaign_id,reason,created_at\r\n";
  for (const auto& entry : *entries) {
    csv += entry.phone;  // + and digits: what a spreadsheet makes of it is the number
    csv += entry.campaign ? fmt::format(",{},", entry.campaign.value) : ",,";
    append_csv_field(csv, entry.reason);
    csv += fmt::format(",{}\r\n", to_unix_ms(entry.created_at));
    after = entry;
  }
  return csv;
}

}  // namespace carillon::store
