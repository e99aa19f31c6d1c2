#include "store/import/import_run.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/log.h"

namespace carillon::store {
namespace {

using namespace std::chrono_literals;

constexpr size_t kFirstChunkRows = 2'000;
constexpr size_t kSmallestChunkRows = 2'000;  ///< fewer cost more in commits than in rows
constexpr size_t kChunksUnderWay = 2;         ///< one is written while the next is read
constexpr auto kReportGap = 250ms;
constexpr auto kStopPoll = 200ms;
constexpr auto kRetryGap = 2s;
constexpr int64_t kRemoveAtOnce = 500;
constexpr int64_t kReleaseAtOnce = 2'000;
constexpr const char* kWaits =
    "Another server is importing there. This import waits, so that no number comes in twice, and "
    "goes on by itself.";

}  // namespace

std::string options_json(const ImportSpec& spec, const std::string& node, bool finishing) {
  nlohmann::json mapping = nlohmann::json::object();
  for (const auto& [column, field] : spec.mapping) mapping[std::to_string(column)] = field;
  const char* const duplicates[] = {"none", "leadset", "campaign", "everywhere"};
  return nlohmann::json{{"node", node},
                        {"finishing", finishing},
                        {"start_row", spec.start_row},
                        {"mapping", mapping},
                        {"status_for_all", spec.status_for_all},
                        {"mode", spec.mode == ImportMode::kReplace ? "replace" : "append"},
                        {"duplicates", duplicates[static_cast<int>(spec.duplicates)]},
                        {"country", spec.country},
                        {"keep_dnc", spec.keep_dnc}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ImportOptions read_options(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  ImportOptions options;
  if (!json.is_object()) return options;
  if (const auto node = json.find("node"); node != json.end() && node->is_string()) {
    options.node = *node;
  }
  if (const auto r = json.find("finishing"); r != json.end() && r->is_boolean()) {
    options.finishing = *r;
  }
  if (const auto m = json.find("mode"); m != json.end() && *m == "replace") {
    options.mode = ImportMode::kReplace;
  }
  return options;
}

/// The chunks that were sent and not yet collected. Shared with the writer thread.
struct ImportRun::Window {
  std::mutex mutex;
  std::condition_variable changed;
  size_t under_way = 0;
  std::vector<std::shared_ptr<ImportChunk>> written;
  std::optional<Error> failure;

  /// False when `stop` came first.
  template <class Predicate>
  bool wait(const std::atomic<bool>& stop, Predicate predicate) {
    std::unique_lock lock(mutex);
    while (!predicate()) {
      if (stop) return false;
      changed.wait_for(lock, kStopPoll);
    }
    return true;
  }
};

/// What this thread waits for. Shared with the thread that answers.
struct ImportRun::Waiting {
  Window window;
  std::optional<Result<void>> result;

  void answer(Result<void> answered) {
    std::lock_guard lock(window.mutex);
    result = std::move(answered);
    window.changed.notify_all();
  }
  Result<void> wait(const std::atomic<bool>& stop) {
    if (!window.wait(stop, [&] { return result.has_value(); })) {
      return Error{ErrorCode::kUnavailable, "The server is stopping.", ""};
    }
    return *result;
  }
};

ImportRun::ImportRun(Store& store, const ImportConfig& config, const Uploads& uploads,
                     ImportTask& task, const ImportJobs::Progress& progress,
                     const std::atomic<bool>& stop)
    : store_(store),
      config_(config),
      uploads_(uploads),
      task_(task),
      progress_(progress),
      stop_(stop),
      record_(task.record()),
      window_(std::make_shared<Window>()),
      watch_(std::make_shared<ImportWatch>()),
      chunk_rows_(std::min(kFirstChunkRows, config.chunk_rows_max)),
      chunk_(std::make_unique<ImportChunk>(chunk_rows_)),
      zone_set_of_list_(static_cast<size_t>(zone_list_count())) {}

ImportRun::~ImportRun() = default;

void ImportRun::run() {
  if (!task_.finishing) {
    auto plan = ImportPlan::make(task_.spec);
    if (!plan) return undo(ImportState::kFailed, plan.error().message);
    const auto read = read_rows(*plan);
    if (!read) return undo(ImportState::kFailed, read.error().message);
    if (*read == ReadEnd::kStopped) return;
    if (*read == ReadEnd::kComplete && task_.spec.mode == ImportMode::kReplace &&
        record_.accepted == 0) {
      return undo(
          ImportState::kFailed,
          "None of the rows could be imported, so the leadset's leads were kept. The report "
          "of rejected rows says why.");
    }
    auto possible = ImportTask::Cancel::kPossible;
    if (!task_.cancel.compare_exchange_strong(possible, ImportTask::Cancel::kTooLate)) {
      return undo(ImportState::kCancelled, "");
    }
    if (auto begun = begin_finishing(); !begun) {
      return undo(ImportState::kFailed, begun.error().message);
    }
  }
  // Past the point of return: all rows are in, so go on until they can be dialed.
  while (true) {
    const auto finished = finish();
    if (stop_) return;
    if (finished) break;
    log_failure(finished.error());
  }
  end(ImportState::kDone, "");
}

void ImportRun::fail_after_crash() {
  undo(ImportState::kFailed,
       "The server stopped during this import. Nothing of it was kept; start it again.");
}

bool ImportRun::stopped_or_cancelled() const {
  return stop_ || task_.cancel == ImportTask::Cancel::kAsked;
}

// --------------------------------------------------------------------------------- reading

Result<ImportRun::ReadEnd> ImportRun::read_rows(const ImportPlan& plan) {
  const auto facts = uploads_.facts(record_.file);
  if (!facts) return facts.error();
  if (auto found = find_campaign(); !found) return found.error();
  if (auto taken = take_turn(); !taken) return taken.error();
  if (stop_) return ReadEnd::kStopped;
  if (stopped_or_cancelled()) return ReadEnd::kCancelled;
  if (auto begun = begin_rows(); !begun) return begun.error();
  if (auto watching = begin_watch(); !watching) return watching.error();
  std::optional<Error> failure;
  const auto on_row = [&](const CsvRow& row) {
    if (row_index_++ < task_.spec.start_row) return true;
    take_row(plan, row);
    std::lock_guard lock(window_->mutex);
    failure = window_->failure;
    return !failure && !stopped_or_cancelled();
  };
  const auto read = read_csv_file(uploads_.path(record_.file), *facts, config_.csv, on_row,
                                  [&](int64_t bytes) { record_.bytes_done = bytes; });
  if (!read) failure = read.error();
  if (!failure && !stopped_or_cancelled()) send_chunk();
  const bool all_written =
      window_->wait(stop_, [&] { return window_->under_way == 0 || window_->failure; });
  collect();
  if (failure) return *failure;
  if (window_->failure) return *window_->failure;
  if (!all_written || stop_) return ReadEnd::kStopped;
  if (task_.cancel == ImportTask::Cancel::kAsked) return ReadEnd::kCancelled;
  report(true);
  return ReadEnd::kComplete;
}

Result<void> ImportRun::find_campaign() {
  const auto leadset = std::make_shared<Leadset>();
  auto found = read([leadset, id = record_.leadset](Reader& reader) -> Result<void> {
    auto answer = reader.leadset(id);
    if (!answer) return answer.error();
    *leadset = std::move(*answer);
    return {};
  });
  campaign_ = leadset->campaign;
  return found;
}

/// Comes back when it is this import's turn, or when that does not matter any more.
Result<void> ImportRun::take_turn() {
  if (task_.spec.duplicates == Duplicates::kAllow) return {};
  auto begun = store_.begin_long_change(task_.actor);
  if (!begun) return begun.error();
  turn_ = std::move(*begun);
  if (!turn_) return {};
  while (!stopped_or_cancelled()) {
    const auto taken = has_turn();
    if (!taken) return taken.error();
    if (*taken) break;
    record_.error = kWaits;
    report(false);
    std::this_thread::sleep_for(kStopPoll);
  }
  if (!record_.error.empty()) {
    record_.error.clear();
    report(true);
  }
  return {};
}

/// Takes the turn, or asks whether it is still held: it is lost with the connection.
Result<bool> ImportRun::has_turn() {
  const auto taken = std::make_shared<bool>(false);
  const auto waiting = std::make_shared<Waiting>();
  turn_->run(
      [taken, scope = store_scope(task_.spec.duplicates), leadset = record_.leadset,
       campaign = campaign_](Writer& writer) -> Result<void> {
        const auto answer = writer.take_import_turn(scope, leadset, campaign);
        if (!answer) return answer.error();
        *taken = *answer;
        return {};
      },
      [waiting](Result<void> done) { waiting->answer(std::move(done)); });
  if (auto asked = waiting->wait(stop_); !asked) return asked.error();
  return *taken;
}

Result<void> ImportRun::begin_rows() {
  if (task_.spec.mode != ImportMode::kAppend) return {};
  auto begun = store_.begin_long_change(task_.actor);
  if (!begun) return begun.error();
  long_ = std::move(*begun);
  if (long_) chunk_rows_ = config_.chunk_rows_max;  // nobody waits behind them
  return {};
}

/// From here on leads of others are noticed.
Result<void> ImportRun::begin_watch() {
  const auto watch = watch_;
  return read([watch](Reader& reader) -> Result<void> {
    const auto marks = reader.import_marks();
    if (!marks) return marks.error();
    watch->last_lead = marks->last_lead.value;
    return {};
  });
}

void ImportRun::take_row(const ImportPlan& plan, const CsvRow& row) {
  const bool keep =
      reported_rejects_ + chunk_->rejected() < static_cast<int64_t>(config_.max_report_rows);
  if (!row.error.empty()) {
    chunk_->reject(row, row.error, keep);
  } else if (auto planned = plan.lead_of(row); !planned) {
    chunk_->reject(row, planned.error().message, keep);
  } else {
    chunk_->add(row, std::move(*planned));
  }
  if (chunk_->is_full()) send_chunk();
}

/// Judges the chunk and hands it to the writer thread, once there is room in the window.
void ImportRun::send_chunk() {
  if (chunk_->count() == 0) return;
  const auto judged = judge_chunk();
  if (!judged) {
    std::lock_guard lock(window_->mutex);
    if (!window_->failure) window_->failure = judged.error();
    return;
  }
  const auto& chunk = *judged;
  const bool room = window_->wait(
      stop_, [&] { return window_->under_way < kChunksUnderWay || window_->failure; });
  collect();
  if (!room) return;
  chunk->set_report_room(
      std::max<int64_t>(static_cast<int64_t>(config_.max_report_rows) - reported_rejects_, 0));
  {
    std::lock_guard lock(window_->mutex);
    ++window_->under_way;
  }
  write([chunk, watch = watch_](Writer& writer) { return chunk->write(writer, *watch); },
        [chunk, watch = watch_, window = window_](const Result<void>& committed) {
          if (committed) watch->last_lead = chunk->written().last_lead.value;
          std::lock_guard lock(window->mutex);
          --window->under_way;
          if (committed) {
            window->written.push_back(chunk);
          } else if (!window->failure) {
            window->failure = committed.error();
          }
          window->changed.notify_all();
        });
}

void ImportRun::write(LongChange::Work work, LongChange::Done done) {
  if (long_) return long_->run(std::move(work), std::move(done));
  store_.change(task_.actor, std::move(work), std::move(done));
}

Result<std::shared_ptr<ImportChunk>> ImportRun::judge_chunk() {
  if (auto resolved = resolve_zones(*chunk_); !resolved) return resolved.error();
  const ImportChunk::Terms terms{.leadset = record_.leadset,
                                 .import = record_.id,
                                 .duplicates = task_.spec.duplicates,
                                 .replace = task_.spec.mode == ImportMode::kReplace,
                                 .check_dnc = !task_.spec.keep_dnc,
                                 .state = long_ ? LeadState::kDialable : LeadState::kStaged};
  // Shared, as this thread does not wait for the reader when the process ends.
  const std::shared_ptr<ImportChunk> chunk = std::move(chunk_);
  chunk_ = std::make_unique<ImportChunk>(chunk_rows_);
  const auto findings = std::make_shared<ImportChunk::Findings>();
  auto found = read([chunk, findings, terms](Reader& reader) -> Result<void> {
    auto answer = chunk->look_up(reader, terms);
    if (!answer) return answer.error();
    *findings = std::move(*answer);
    return {};
  });
  if (!found) return found.error();
  chunk->judge(terms, std::move(*findings), met_);
  return chunk;
}

/// Gives every lead of the chunk the id of its zone set; new sets get theirs in a change before.
Result<void> ImportRun::resolve_zones(ImportChunk& chunk) {
  std::vector<ZoneListIndex> lists;
  std::vector<std::string> zones;
  for (size_t i = 0; i < chunk.leads().size(); ++i) {
    const auto& source = chunk.sources()[i];
    if (source.own_zone) {
      const auto& zone = chunk.leads()[i].time_zone;
      if (!zone_set_of_zone_.contains(zone)) zones.push_back(zone);
    } else if (!zone_set_of_list_[static_cast<size_t>(source.zones)]) {
      lists.push_back(source.zones);
    }
  }
  std::ranges::sort(lists);
  lists.erase(std::ranges::unique(lists).begin(), lists.end());
  if (!lists.empty() || !zones.empty()) {
    struct Found {
      std::map<ZoneListIndex, ZoneSetId> by_list;
      std::map<std::string, ZoneSetId> by_zone;
    };
    const auto found = std::make_shared<Found>();
    auto made = change([found, lists, zones](Writer& writer) -> Result<void> {
      for (const auto list : lists) {
        auto id = writer.zone_set(zones_of(list));
        if (!id) return id.error();
        found->by_list[list] = *id;
      }
      for (const auto& zone : zones) {
        auto id = writer.zone_set({zone});
        if (!id) return id.error();
        found->by_zone[zone] = *id;
      }
      return {};
    });
    if (!made) return made;
    for (const auto& [list, id] : found->by_list) zone_set_of_list_[static_cast<size_t>(list)] = id;
    zone_set_of_zone_.merge(found->by_zone);
  }
  for (size_t i = 0; i < chunk.leads().size(); ++i) {
    const auto& source = chunk.sources()[i];
    chunk.leads()[i].zone_set = source.own_zone
                                    ? zone_set_of_zone_.at(chunk.leads()[i].time_zone)
                                    : zone_set_of_list_[static_cast<size_t>(source.zones)];
  }
  return {};
}

/// Counts what is durable, and lets the chunks grow or shrink towards the time that they may take.
void ImportRun::collect() {
  std::vector<std::shared_ptr<ImportChunk>> written;
  {
    std::lock_guard lock(window_->mutex);
    written.swap(window_->written);
  }
  for (const auto& chunk : written) {
    record_.rows += chunk->count();
    record_.accepted += chunk->written().accepted;
    record_.duplicates += chunk->written().duplicates;
    record_.rejected += chunk->written().refused;
    reported_rejects_ += chunk->written().reported;
    if (long_) continue;
    if (chunk->written().time > config_.chunk_time) {
      chunk_rows_ = std::max(chunk_rows_ / 2, std::min(kSmallestChunkRows, config_.chunk_rows_max));
    } else if (chunk->written().time < config_.chunk_time / 2) {
      chunk_rows_ = std::min(chunk_rows_ * 3 / 2, config_.chunk_rows_max);
    }
  }
  report(false);
}

void ImportRun::report(bool now) {
  task_.set_record(record_);
  const auto time = Clock::now();
  if (!now && time - last_report_ < kReportGap) return;
  last_report_ = time;
  if (progress_) progress_(record_);
}

// --------------------------------------------------------------------------------- endings

/// Makes it durable that the import is complete: from now on a restart finishes it.
Result<void> ImportRun::begin_finishing() {
  if (turn_) {
    if (const auto held = has_turn(); !held) return held.error();
  }
  record_.options = options_json(task_.spec, config_.node, true);
  const auto save = [record = record_](Writer& writer) { return writer.save_import(record); };
  auto saved = long_ ? commit_rows(save) : change(save);
  if (saved) task_.finishing = true;
  return saved;
}

Result<void> ImportRun::commit_rows(const LongChange::Work& save) {
  const auto waiting = std::make_shared<Waiting>();
  long_->commit(
      [save, record = record_, campaign = campaign_](Writer& writer) -> Result<void> {
        if (auto settled = writer.settle_import(record, campaign); !settled) return settled;
        return save(writer);
      },
      [waiting](Result<void> committed) { waiting->answer(std::move(committed)); });
  auto committed = waiting->wait(stop_);
  if (committed) {
    released_to_ = LeadId{std::numeric_limits<int64_t>::max()};
    long_.reset();
  }
  return committed;
}

/// The old leads go before the new ones can be dialed, so that nobody is called for both.
Result<void> ImportRun::finish() {
  if (task_.spec.mode == ImportMode::kReplace) {
    auto removed = in_steps([record = record_](Writer& writer) {
      return writer.remove_leads(record.leadset, record.id, kRemoveAtOnce);
    });
    if (!removed) return removed;
  }
  struct Step {
    LeadId reached;
    int64_t count = 0;
  };
  Step last{.reached = released_to_};
  do {
    const auto step = std::make_shared<Step>();
    auto released = change([step, from = last.reached, id = record_.id](Writer& writer) {
      step->reached = from;
      auto count = writer.release_leads(id, step->reached, kReleaseAtOnce);
      if (!count) return Result<void>(count.error());
      step->count = *count;
      return Result<void>();
    });
    if (!released) return released;
    last = *step;
  } while (last.count > 0);
  return {};
}

Result<void> ImportRun::remove_own_leads() {
  return in_steps([id = record_.id](Writer& writer) {
    return writer.remove_leads_of_import(id, kRemoveAtOnce);
  });
}

/// Repeats a step, a change each, until it has nothing left to do.
Result<void> ImportRun::in_steps(const std::function<Result<int64_t>(Writer&)>& step) {
  const auto done_now = std::make_shared<int64_t>(0);
  do {
    auto done = change([done_now, step](Writer& writer) -> Result<void> {
      auto count = step(writer);
      if (!count) return count.error();
      *done_now = *count;
      return {};
    });
    if (!done) return done;
  } while (*done_now > 0);
  return {};
}

/// Takes back what went in, then says so. A database that fails now is tried again until it works
/// or the process ends: the next start does the same.
void ImportRun::undo(ImportState state, std::string error) {
  task_.cancel = ImportTask::Cancel::kTooLate;
  long_.reset();
  window_->wait(stop_, [&] { return window_->under_way == 0; });
  while (!stop_) {
    const auto removed = remove_own_leads();
    if (removed) break;
    log_failure(removed.error());
  }
  if (stop_) return;
  record_.accepted = 0;
  end(state, std::move(error));
}

void ImportRun::end(ImportState state, std::string error) {
  record_.state = state;
  record_.error = std::move(error);
  while (!stop_) {
    const auto saved = change([record = record_](Writer& writer) {
      Import ended = record;
      ended.ended_at = writer.now();
      return writer.save_import(ended);
    });
    if (saved) break;
    log_failure(saved.error());
  }
  if (stop_) return;
  record_.ended_at = machine_now().wall;
  uploads_.remove(record_.file);
  report(true);
}

void ImportRun::log_failure(const Error& error) {
  spdlog::warn("import {}: {} Trying again.", record_.id, error.message);
  const auto until = Clock::now() + kRetryGap;
  while (!stop_ && Clock::now() < until) std::this_thread::sleep_for(kStopPoll);
}

/// A question to the store that this thread waits for. kUnavailable when the process ends first.
Result<void> ImportRun::read(std::function<Result<void>(Reader&)> work) {
  const auto waiting = std::make_shared<Waiting>();
  store_.read([waiting, work = std::move(work)](Reader& reader) { waiting->answer(work(reader)); });
  return waiting->wait(stop_);
}

/// A change of the store that this thread waits for. kUnavailable when the process ends first.
Result<void> ImportRun::change(std::function<Result<void>(Writer&)> work) {
  const auto waiting = std::make_shared<Waiting>();
  store_.change(task_.actor, std::move(work),
                [waiting](Result<void> committed) { waiting->answer(std::move(committed)); });
  return waiting->wait(stop_);
}

}  // namespace carillon::store
