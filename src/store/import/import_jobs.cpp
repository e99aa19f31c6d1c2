#include "store/import/import_jobs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "store/import/import_plan.h"
#include "store/import/import_run.h"
#include "store/import/invalid.h"
#include "store/import/uploads.h"

namespace carillon::store {
namespace {

using namespace std::chrono_literals;

constexpr size_t kPreviewRows = 20;
constexpr size_t kHeadBytes = 64 * 1024;
constexpr auto kSweepGap = 10min;
constexpr size_t kMaxNameBytes = 255;

/// What is certainly no CSV, by its first bytes.
std::string_view other_format(std::string_view head) {
  if (head.starts_with("PK\x03\x04")) {
    return "This is an Excel or zip file. Save it as CSV in the spreadsheet and upload that.";
  }
  if (head.starts_with("\xD0\xCF\x11\xE0")) {
    return "This is an old Excel file. Save it as CSV in the spreadsheet and upload that.";
  }
  if (head.starts_with("%PDF")) return "This is a PDF file. Upload a CSV file.";
  return "";
}

/// The file's beginning as UTF-8.
Result<std::string> read_head(const std::filesystem::path& path, TextEncoding encoding) {
  std::string bytes(kHeadBytes, '\0');
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t n = file ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
  if (n < 0) {
    return Error{ErrorCode::kStorage,
                 fmt::format("The upload cannot be read: {}.", std::strerror(errno)), ""};
  }
  bytes.resize(static_cast<size_t>(n));
  std::string text;
  TextDecoder decoder(encoding);
  decoder.feed(bytes, text);
  return text;
}

Result<ImportPreview> make_preview(const Uploads& uploads, const std::string& id,
                                   const UploadFacts& facts, const CsvLimits& limits) {
  ImportPreview preview;
  preview.upload_id = id;
  preview.name = facts.name;
  preview.bytes = facts.bytes;
  preview.encoding = facts.encoding;
  preview.delimiter = facts.delimiter;
  const auto on_row = [&](const CsvRow& row) {
    auto& cells = preview.rows.emplace_back();
    for (const auto& field : row.fields) cells.emplace_back(field.substr(0, kMaxFieldBytes));
    preview.columns = std::max(preview.columns, static_cast<int>(cells.size()));
    return preview.rows.size() < kPreviewRows;
  };
  const auto read = read_csv_file(uploads.path(id), facts, limits, on_row, [](int64_t) {});
  if (!read) return read.error();
  if (preview.rows.empty()) return invalid("The file has no rows.", "file");
  const auto guess = guess_columns(preview.rows);
  preview.guessed_start_row = guess.has_heading ? 1 : 0;
  preview.guessed_mapping = guess.mapping;
  return preview;
}

}  // namespace

// --------------------------------------------------------------------------------- uploads

class Upload::Impl {
 public:
  Impl(const Uploads& uploads, const ImportConfig& config, const std::string& name)
      : uploads_(uploads), config_(config), id_(Uploads::new_id()) {
    facts_.name = name.substr(0, kMaxNameBytes);
  }
  ~Impl() {
    if (!finished_) uploads_.remove(id_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> open() {
    file_.reset(::open(uploads_.path(id_).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return file_ ? Result<void>{} : failed();
  }

  Result<void> write(std::string_view bytes) {
    if (facts_.bytes + std::ssize(bytes) > config_.max_file_bytes) {
      return Error{ErrorCode::kTooLarge,
                   fmt::format("The file is larger than {} MB. Split it and upload the parts.",
                               config_.max_file_bytes >> 20),
                   "file"};
    }
    if (head_.size() < kHeadBytes) head_.append(bytes.substr(0, kHeadBytes - head_.size()));
    detector_.feed(bytes);
    facts_.bytes += std::ssize(bytes);
    while (!bytes.empty()) {
      const ssize_t n = ::write(file_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failed();
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  Result<ImportPreview> finish() {
    if (const auto reason = other_format(head_); !reason.empty()) {
      return invalid(std::string(reason), "file");
    }
    if (::fdatasync(file_.get()) != 0) return failed().error();
    facts_.encoding = detector_.result();
    const auto text = read_head(uploads_.path(id_), facts_.encoding);
    if (!text) return text.error();
    facts_.delimiter = detect_delimiter(*text);
    auto preview = make_preview(uploads_, id_, facts_, config_.csv);
    if (!preview) return preview;
    if (auto saved = uploads_.save_facts(id_, facts_); !saved) return saved.error();
    finished_ = true;
    return preview;
  }

 private:
  static Result<void> failed() {
    return Error{ErrorCode::kStorage,
                 fmt::format("The upload cannot be kept: {}. Free some space on the server's disk.",
                             std::strerror(errno)),
                 ""};
  }

  const Uploads uploads_;
  const ImportConfig& config_;
  const std::string id_;
  UploadFacts facts_;
  UniqueFd file_;
  EncodingDetector detector_;
  std::string head_;
  bool finished_ = false;
};

Upload::Upload(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Upload::~Upload() = default;
Result<void> Upload::write(std::string_view bytes) { return impl_->write(bytes); }
Result<ImportPreview> Upload::finish() { return impl_->finish(); }

// --------------------------------------------------------------------------------- jobs

class ImportJobs::Impl : public std::enable_shared_from_this<ImportJobs::Impl> {
 public:
  Impl(Store& store, ImportConfig config, Progress progress)
      : store_(store),
        config_(std::move(config)),
        uploads_(config_.uploads),
        progress_(std::move(progress)) {}

  Result<void> start();
  void stop();
  void queue(Actor actor, ImportSpec spec, std::function<void(Result<Import>)> started);
  Result<void> cancel(ImportId id);
  std::optional<Import> running(ImportId id) const;

  const ImportConfig& config() const { return config_; }
  const Uploads& uploads() const { return uploads_; }

 private:
  using Task = std::shared_ptr<ImportTask>;

  void loop();
  void recover(const Import& import);
  Task next();
  void add(const Task& task);
  Result<void> reserve_place(const std::string& upload_id);
  void give_place_back(const std::string& upload_id);

  Store& store_;
  const ImportConfig config_;
  const Uploads uploads_;
  const Progress progress_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> waiting_;
  Task current_;
  std::vector<std::string> in_use_;  ///< uploads of waiting and running imports
  std::thread thread_;
};

/// Leftovers of a crash are asked for before anybody can start a new import: what runs then is one.
Result<void> ImportJobs::Impl::start() {
  if (auto prepared = uploads_.prepare(); !prepared) return prepared;
  const auto answer = std::make_shared<std::promise<Result<std::vector<Import>>>>();
  store_.read([answer](Reader& reader) { answer->set_value(reader.running_imports()); });
  auto leftovers = answer->get_future().get();
  if (!leftovers) return leftovers.error();
  thread_ = std::thread([this, imports = std::move(*leftovers)] {
    for (const Import& import : imports) recover(import);
    loop();
  });
  return {};
}

void ImportJobs::Impl::stop() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ImportJobs::Impl::loop() {
  while (const Task task = next()) {
    ImportRun(store_, config_, uploads_, *task, progress_, stop_).run();
    {
      std::lock_guard lock(mutex_);
      current_.reset();
    }
    give_place_back(task->record().file);
  }
}

/// The next task, or nothing when it is time to stop. Old uploads are swept while waiting.
ImportJobs::Impl::Task ImportJobs::Impl::next() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (stop_) return nullptr;
    if (!waiting_.empty()) {
      current_ = waiting_.front();
      waiting_.pop_front();
      return current_;
    }
    lock.unlock();
    uploads_.remove_older_than(config_.keep_uploads, [this] {
      std::lock_guard inner(mutex_);
      return in_use_;
    }());
    lock.lock();
    wake_.wait_for(lock, kSweepGap, [this] { return stop_ || !waiting_.empty(); });
  }
}

/// Ends what a crash interrupted. Another node's imports are its own business.
void ImportJobs::Impl::recover(const Import& import) {
  const auto options = read_options(import.options);
  if (options.node != config_.node || stop_) return;
  ImportTask task;
  task.spec.mode = options.mode;
  task.finishing = options.finishing;
  task.set_record(import);
  ImportRun run(store_, config_, uploads_, task, progress_, stop_);
  options.finishing ? run.run() : run.fail_after_crash();
}

Result<void> ImportJobs::Impl::reserve_place(const std::string& upload_id) {
  std::lock_guard lock(mutex_);
  if (std::ranges::find(in_use_, upload_id) != in_use_.end()) {
    return Error{ErrorCode::kConflict, "This file is being imported already.", "upload_id"};
  }
  if (in_use_.size() >= config_.max_queued) {
    return Error{ErrorCode::kUnavailable, "Too many imports wait. Try again when one has ended.",
                 ""};
  }
  in_use_.push_back(upload_id);
  return {};
}

void ImportJobs::Impl::give_place_back(const std::string& upload_id) {
  std::lock_guard lock(mutex_);
  std::erase(in_use_, upload_id);
}

void ImportJobs::Impl::queue(Actor actor, ImportSpec spec,
                             std::function<void(Result<Import>)> started) {
  if (auto plan = ImportPlan::make(spec); !plan) return started(plan.error());
  const auto facts = uploads_.facts(spec.upload_id);
  if (!facts) return started(facts.error());
  if (auto place = reserve_place(spec.upload_id); !place) return started(place.error());

  Import record;
  record.leadset = spec.leadset;
  record.created_by = actor.user;
  record.file = spec.upload_id;
  record.bytes_total = facts->bytes;
  record.options = options_json(spec, config_.node, false);
  const auto made = std::make_shared<Import>(record);
  const auto work = [made, record](Writer& writer) -> Result<void> {
    if (auto leadset = writer.leadset(record.leadset); !leadset) return leadset.error();
    const auto id = writer.add_import(record);
    if (!id) return id.error();
    *made = record;
    made->id = *id;
    made->created_at = writer.now();
    return {};
  };
  const auto task = std::make_shared<ImportTask>();
  task->actor = std::move(actor);
  task->spec = std::move(spec);
  store_.change(task->actor, work,
                [self = shared_from_this(), task, made,
                 started = std::move(started)](const Result<void>& committed) {
                  if (!committed) {
                    self->give_place_back(task->spec.upload_id);
                    return started(committed.error());
                  }
                  task->set_record(*made);
                  self->add(task);
                  started(*made);
                });
}

void ImportJobs::Impl::add(const Task& task) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(task);
  }
  wake_.notify_all();
}

Result<void> ImportJobs::Impl::cancel(ImportId id) {
  std::lock_guard lock(mutex_);
  for (const auto& task : waiting_) {
    if (task->record().id == id) {
      task->cancel = ImportTask::Cancel::kAsked;
      return {};
    }
  }
  auto possible = ImportTask::Cancel::kPossible;
  if (current_ && current_->record().id == id &&
      (current_->cancel.compare_exchange_strong(possible, ImportTask::Cancel::kAsked) ||
       possible == ImportTask::Cancel::kAsked)) {
    return {};
  }
  return Error{ErrorCode::kConflict,
               "This import has ended or is about to; it cannot be cancelled.", ""};
}

std::optional<Import> ImportJobs::Impl::running(ImportId id) const {
  std::lock_guard lock(mutex_);
  if (current_ && current_->record().id == id) return current_->record();
  for (const auto& task : waiting_) {
    if (task->record().id == id) return task->record();
  }
  return std::nullopt;
}

Result<std::unique_ptr<ImportJobs>> ImportJobs::start(Store& store, ImportConfig config,
                                                      Progress progress) {
  auto impl = std::make_shared<Impl>(store, std::move(config), std::move(progress));
  if (auto started = impl->start(); !started) return started.error();
  return std::unique_ptr<ImportJobs>(new ImportJobs(std::move(impl)));
}

ImportJobs::ImportJobs(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ImportJobs::~ImportJobs() { impl_->stop(); }

Result<std::unique_ptr<Upload>> ImportJobs::upload(const std::string& name) {
  auto impl = std::make_unique<Upload::Impl>(impl_->uploads(), impl_->config(), name);
  if (auto opened = impl->open(); !opened) return opened.error();
  return std::unique_ptr<Upload>(new Upload(std::move(impl)));
}

Result<ImportPreview> ImportJobs::preview(const std::string& upload_id) const {
  const auto facts = impl_->uploads().facts(upload_id);
  if (!facts) return facts.error();
  return make_preview(impl_->uploads(), upload_id, *facts, impl_->config().csv);
}

void ImportJobs::start_import(Actor actor, ImportSpec spec,
                              std::function<void(Result<Import>)> started) {
  impl_->queue(std::move(actor), std::move(spec), std::move(started));
}

Result<void> ImportJobs::cancel(ImportId id) { return impl_->cancel(id); }

std::optional<Import> ImportJobs::running(ImportId id) const { return impl_->running(id); }

}  // namespace carillon::store
