#include "store/writer_loop.h"

#include <algorithm>
#include <thread>

#include <poll.h>

#include <fmt/format.h>

#include "base/log.h"
#include "store/migrations.h"
#include "store/phone_check.h"
#include "store/recovery.h"
#include "store/table.h"

namespace carillon::store {
namespace {

using Kind = DatabaseError::Kind;

constexpr size_t kJobsInGroup = 512;
/// A long import must not keep the calls of the same group waiting.
constexpr auto kLongestGroup = std::chrono::milliseconds(20);
constexpr auto kRetryStorage = std::chrono::milliseconds(1'000);
constexpr auto kFirstBackoff = std::chrono::milliseconds(100);
constexpr auto kLongestBackoff = std::chrono::milliseconds(5'000);
constexpr int kRetriesOfGroup = 20;
/// The core gives its claimed leads back on LeadsChanged: an import must not say it at each batch.
constexpr auto kLeadsChangedGap = std::chrono::milliseconds(1'000);
constexpr auto kNameFreedWithin = std::chrono::seconds(2);
/// How long stop() waits for a database that does not answer.
constexpr auto kPatienceAtStop = std::chrono::seconds(5);

WallTime wall_now() { return machine_now().wall; }

/// Errors that concern all of a group, not one job of it.
bool concerns_group(Kind kind) {
  return kind == Kind::kLost || kind == Kind::kRetry || kind == Kind::kStorage ||
         kind == Kind::kBusy;
}

uint64_t microseconds(WriterLoop::Clock::duration duration) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

}  // namespace

WriterLoop::WriterLoop(StoreConfig config, DatabaseAddress address, Hooks hooks)
    : config_(std::move(config)),
      address_(std::move(address)),
      hooks_(std::move(hooks)),
      outbox_(config_.webhook_data),
      runner_(config_.node, config_.lease, outbox_),
      inbox_(config_.inbox_capacity) {}

WriterLoop::~WriterLoop() { stop(); }

// ------------------------------------------------------------------------------- opening

Result<void> WriterLoop::start() {
  if (auto opened = open(); !opened) return opened;
  const WallTime now = machine_now().wall;
  const WallTime day_began =
      config_.day_began ? config_.day_began(now) : std::chrono::floor<std::chrono::days>(now);
  auto ready = read_ready(*database_, config_.node, day_began);
  if (!ready) return ready.error();
  for (const auto& campaign : ready->campaigns) hooks_.stats_dirty(campaign.id);
  hooks_.to_core(std::move(*ready));
  thread_ = std::thread([this] { run(); });
  return {};
}

Result<void> WriterLoop::open() {
  if (address_.kind == DatabaseKind::kSqlite) {
    auto lock = FileLock::take(address_.path + ".lock");
    if (!lock) return lock.error();
    lock_ = std::move(*lock);
  }
  auto database = Database::open(address_, Database::Access::kReadWrite);
  if (!database) return database.error();
  // PostgreSQL may notice only after a while that a killed server is gone, and systemd starts the
  // next at once.
  const auto patience_end = Clock::now() + config_.name_wait;
  auto named = take_name(**database);
  while (!named && named.error().code == ErrorCode::kConflict && Clock::now() < patience_end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    named = take_name(**database);
  }
  if (!named) return named;
  if (auto migrated = migrate(**database, embedded_migrations()); !migrated) return migrated;
  if (auto checked = check_phones(**database); !checked) return checked;
  if (auto recovered = recover(**database); !recovered) return recovered;
  database_ = std::move(*database);
  return {};
}

/// In a cluster each node has its own name, and only one process goes by it.
Result<void> WriterLoop::take_name(Database& db) {
  if (!db.is_postgresql()) return {};
  return guarded([&]() -> Result<void> {
    const auto rows = db.query(
        "SELECT CASE WHEN pg_try_advisory_lock(4701, hashtext(?)) THEN 1 "
        "ELSE 0 END",
        {config_.node});
    if (rows.front().front() == "1") return {};
    return Error{ErrorCode::kConflict,
                 fmt::format("Another Carillon named \"{}\" already works on this database. Stop "
                             "it, or give this one another --node name.",
                             config_.node),
                 "node"};
  });
}

Result<void> WriterLoop::recover(Database& db) {
  return guarded([&]() -> Result<void> {
    Transaction transaction(db);
    node_number(db, config_.node);
    const int64_t open_attempts = recover_node(db, config_.node, wall_now(), outbox_, untold_);
    group_number_ = db.number("SELECT last_commit FROM nodes WHERE name = ?", {config_.node});
    transaction.commit();
    if (open_attempts > 0) {
      spdlog::warn(
          "store: {} calls were open when the server stopped; they are ended with outcome "
          "error and their leads are not dialed again",
          open_attempts);
    }
    return {};
  });
}

void WriterLoop::change(Change change) {
  Job job(std::move(change));
  if (inbox_.try_push(std::move(job))) return;
  const auto& refused = std::get<Change>(job);
  if (!refused.committed) return;
  refused.committed(Error{ErrorCode::kUnavailable,
                          "The database is too slow for what is asked of it. Try again in a "
                          "moment.",
                          ""});
}

void WriterLoop::stop() {
  if (!thread_.joinable()) return;
  give_up_at_ = Clock::now() + kPatienceAtStop;
  stopping_ = true;
  inbox_.push(Change{});  // wakes the thread
  while (!ended_ && Clock::now() < give_up_at_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (!ended_) {
    std::lock_guard lock(database_mutex_);
    if (database_) database_->abort();
  }
  thread_.join();
}

// ------------------------------------------------------------------------------- the loop

void WriterLoop::run() {
  while (true) {
    wait();
    take_in();
    while (!pending_.empty() && ready_to_write()) {
      commit_group();
      take_in();
    }
    if (ready_to_write()) {
      keep_lease();
      tell_effects();
    }
    tell_leads_changed();
    if (stopping_ && (pending_.empty() || Clock::now() > give_up_at_)) break;
  }
  if (!pending_.empty()) {
    spdlog::error("store: stopped with {} commands that the database did not take",
                  pending_.size());
  }
  ended_ = true;
}

/// Until something arrives or is due.
void WriterLoop::wait() {
  auto due = std::chrono::milliseconds(1'000);
  const auto until = [&](Clock::time_point at) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now());
    due = std::clamp(left, std::chrono::milliseconds(0), due);
  };
  if (!pending_.empty() || !database_ || database_->lost()) until(retry_at_);
  for (const auto campaign : untold_.leads_changed) until(leads_changed_at_[campaign]);
  if (stopping_) due = std::min(due, std::chrono::milliseconds(20));
  pollfd readable{inbox_.fd(), POLLIN, 0};
  // New commands wait in the inbox while a retry is not due.
  const bool held_up = !pending_.empty() && Clock::now() < retry_at_;
  if (held_up) {
    std::this_thread::sleep_for(std::min(due, std::chrono::milliseconds(20)));
  } else {
    ::poll(&readable, 1, static_cast<int>(due.count()));
  }
}

void WriterLoop::take_in() {
  if (pending_.size() >= kJobsInGroup) return;
  inbox_.drain(drained_);
  const WallTime now = wall_now();
  for (auto& job : drained_) pending_.push_back({std::move(job), now});
  drained_.clear();
  waiting_ = pending_.size();
}

bool WriterLoop::ready_to_write() {
  if (Clock::now() < retry_at_) return false;
  if (database_ && !database_->lost()) return true;
  const bool gave_up = stopping_ && Clock::now() > give_up_at_;
  return !gave_up && reconnect();
}

bool WriterLoop::reconnect() {
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  retry_at_ = Clock::now() + backoff_;
  auto opened = Database::open(address_, Database::Access::kReadWrite);
  if (opened) {
    if (auto named = take_name(**opened); !named) opened = named.error();
  }
  if (!opened) {
    set_trouble(opened.error().message);
    return false;
  }
  const auto last = guarded([&]() -> Result<int64_t> {
    return (*opened)->number("SELECT last_commit FROM nodes WHERE name = ?", {config_.node});
  });
  if (!last) return false;
  {
    std::lock_guard lock(database_mutex_);
    database_ = std::move(*opened);
  }
  ++reconnects_;
  backoff_ = std::chrono::milliseconds(0);
  retry_at_ = {};
  set_trouble("");
  spdlog::info("store: connected again");
  if (in_doubt_ && in_doubt_->number == *last) {
    auto ran = std::move(*in_doubt_);
    in_doubt_.reset();
    after_commit(std::move(ran));
  }
  in_doubt_.reset();
  return true;
}

// ------------------------------------------------------------------------------- groups

void WriterLoop::commit_group() {
  std::optional<Ran> ran;
  bool careful = false;
  while (true) {
    try {
      Transaction transaction(*database_);
      ran = run_group(careful);
      const auto started = Clock::now();
      try {
        transaction.commit();
      } catch (const DatabaseError& error) {
        if (error.kind() == Kind::kLost) return on_lost(error, std::move(ran));
        throw;
      }
      const uint64_t took = microseconds(Clock::now() - started);
      ++commits_;
      commit_us_total_ += took;
      commit_us_max_ = std::max<uint64_t>(commit_us_max_, took);
      break;
    } catch (const DatabaseError& error) {
      ++failed_commits_;
      if (error.kind() == Kind::kLost) return on_lost(error, std::nullopt);
      const bool again = error.kind() == Kind::kRetry || error.kind() == Kind::kBusy;
      if (again && ++retries_ <= kRetriesOfGroup) continue;
      if (concerns_group(error.kind()) || careful) return refuse_group(error);
      spdlog::warn("store: a command failed, the group is run again one by one: {}", error.what());
      careful = true;
    }
  }
  retries_ = 0;
  group_number_ = ran->number;
  set_trouble("");
  after_commit(std::move(*ran));
}

WriterLoop::Ran WriterLoop::run_group(bool careful) {
  Ran ran;
  ran.number = group_number_ + 1;
  const auto deadline = Clock::now() + kLongestGroup;
  for (auto& pending : pending_) {
    run_job(pending, careful, ran);
    ++ran.jobs;
    if (ran.jobs >= kJobsInGroup || Clock::now() > deadline) break;
  }
  if (database_->is_postgresql()) {
    database_->execute("UPDATE nodes SET last_commit = ? WHERE name = ?",
                       {ran.number, config_.node});
  }
  return ran;
}

void WriterLoop::run_job(Pending& pending, bool careful, Ran& ran) {
  if (auto* change = std::get_if<Change>(&pending.job)) {
    run_change(*change, pending.at, ran);
  } else {
    run_command(std::get<StoreCommand>(pending.job), pending.at, careful, ran);
  }
}

void WriterLoop::run_command(const StoreCommand& command, WallTime at, bool careful, Ran& ran) {
  if (!careful) return runner_.run(*database_, command, at, ran.group);
  database_->run("SAVEPOINT job");
  try {
    Group own;
    runner_.run(*database_, command, at, own);
    database_->run("RELEASE SAVEPOINT job");
    for (auto& event : own.events) ran.group.events.push_back(std::move(event));
    ran.group.effects.add(std::move(own.effects));
  } catch (const DatabaseError& error) {
    if (concerns_group(error.kind())) throw;
    database_->run("ROLLBACK TO SAVEPOINT job");
    database_->run("RELEASE SAVEPOINT job");
    spdlog::error("store: command {} was refused: {}", command.index(), error.what());
    if (auto event = refusal(command, error.what())) ran.group.events.push_back(std::move(*event));
  }
}

void WriterLoop::run_change(Change& change, WallTime at, Ran& ran) {
  if (!change.work) return;
  database_->run("SAVEPOINT job");
  database_->forget_failure();
  Effects effects;
  Writer writer(*database_, outbox_, effects, change.actor, at);
  Result<void> result = change.work(writer);
  if (const auto& failure = database_->failure()) {
    if (concerns_group(failure->kind())) throw DatabaseError(*failure);
    if (result.ok()) result = failure->error();
  }
  if (!result.ok()) {
    database_->run("ROLLBACK TO SAVEPOINT job");
  } else {
    ran.group.effects.add(std::move(effects));
  }
  database_->run("RELEASE SAVEPOINT job");
  if (change.committed) ran.answers.emplace_back(change.committed, std::move(result));
}

void WriterLoop::after_commit(Ran ran) {
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(ran.jobs));
  waiting_ = pending_.size();
  commands_ += ran.jobs;
  last_group_size_ = ran.jobs;
  for (auto& event : ran.group.events) hooks_.to_core(std::move(event));
  untold_.add(std::move(ran.group.effects));
  tell_effects();
  for (auto& [committed, result] : ran.answers) committed(std::move(result));
}

// ------------------------------------------------------------------------------- trouble

void WriterLoop::on_lost(const DatabaseError& error, std::optional<Ran> in_doubt) {
  in_doubt_ = std::move(in_doubt);
  if (in_doubt_) group_number_ = in_doubt_->number;
  set_trouble(
      fmt::format("{} Carillon reconnects by itself; look at the database server.", error.what()));
}

/// Nothing can be written now. Who waits for an answer gets it; what nobody waits for is kept.
void WriterLoop::refuse_group(const DatabaseError& error) {
  set_trouble(error.what());
  retries_ = 0;
  retry_at_ = Clock::now() + kRetryStorage;
  std::deque<Pending> kept;
  auto refused = std::move(pending_);
  pending_.clear();
  for (auto& pending : refused) {
    if (auto* change = std::get_if<Change>(&pending.job)) {
      if (change->committed) change->committed(error.error());
      continue;
    }
    if (auto event = refusal(std::get<StoreCommand>(pending.job), error.what())) {
      hooks_.to_core(std::move(*event));
    } else {
      kept.push_back(std::move(pending));
    }
  }
  pending_ = std::move(kept);
  waiting_ = pending_.size();
}

void WriterLoop::set_trouble(std::string trouble) {
  std::lock_guard lock(trouble_mutex_);
  if (trouble == trouble_) return;
  if (!trouble.empty()) spdlog::error("store: {}", trouble);
  trouble_ = std::move(trouble);
}

std::string WriterLoop::trouble() const {
  std::lock_guard lock(trouble_mutex_);
  return trouble_;
}

// ------------------------------------------------------------------------------- telling

/// Reads what changed and tells the core and the API. When the connection has just gone, the rest
/// is told after the next connect.
void WriterLoop::tell_effects() {
  Reader reader(*database_);
  while (!untold_.campaigns_removed.empty()) {
    const auto id = *untold_.campaigns_removed.begin();
    hooks_.to_core(CampaignRemoved{id});
    untold_.campaigns_changed.erase(id);
    untold_.campaigns_removed.erase(id);
  }
  if (untold_.zone_sets_changed) {
    auto sets = reader.zone_sets();
    if (!sets) return;
    hooks_.to_core(ZoneSetsChanged{std::move(*sets)});
    untold_.zone_sets_changed = false;
  }
  if (untold_.trunks_changed) {
    auto trunks = reader.trunks_to_call_by();
    if (!trunks) return;
    hooks_.to_core(TrunksChanged{std::move(*trunks)});
    untold_.trunks_changed = false;
  }
  if (untold_.agents_changed) {
    auto agents = reader.active_people();
    if (!agents) return;
    hooks_.to_core(AgentsChanged{std::move(*agents)});
    untold_.agents_changed = false;
  }
  while (!untold_.campaigns_changed.empty()) {
    const auto id = *untold_.campaigns_changed.begin();
    auto campaign = reader.campaign(id);
    if (!campaign && database_->lost()) return;
    if (campaign) hooks_.to_core(CampaignChanged{std::move(*campaign)});
    untold_.campaigns_changed.erase(id);
  }
  while (!untold_.leads_edited.empty()) {
    const auto id = *untold_.leads_edited.begin();
    auto lead = reader.lead(id);
    if (!lead && database_->lost()) return;
    if (lead) hooks_.to_core(LeadEdited{std::make_shared<const Lead>(std::move(*lead))});
    untold_.leads_edited.erase(id);
  }
  tell_leads_changed();
  for (const auto id : untold_.stats_dirty) hooks_.stats_dirty(id);
  untold_.stats_dirty.clear();
  for (const auto& [kind, id] : untold_.records) hooks_.record_changed(kind, id);
  untold_.records.clear();
}

void WriterLoop::tell_leads_changed() {
  const auto now = Clock::now();
  std::erase_if(untold_.leads_changed, [&](CampaignId campaign) {
    auto& next = leads_changed_at_[campaign];
    if (now < next && !stopping_) return false;
    next = now + kLeadsChangedGap;
    hooks_.to_core(LeadsChanged{campaign});
    return true;
  });
}

// ------------------------------------------------------------------------------- clusters

/// Renews this node's reservations, and cleans up after nodes whose own have run out.
void WriterLoop::keep_lease() {
  if (!database_->is_postgresql() || Clock::now() < lease_kept_at_ + config_.lease / 3) return;
  lease_kept_at_ = Clock::now();
  const WallTime now = wall_now();
  const auto lease = std::chrono::duration_cast<Duration>(config_.lease);
  const auto kept = guarded([&]() -> Result<void> {
    Database& db = *database_;
    Transaction transaction(db);
    db.execute("UPDATE nodes SET seen_at = ? WHERE name = ?", {to_unix_ms(now), config_.node});
    db.execute("UPDATE leads SET reserved_until = ? WHERE reserved_by = ? AND reserved_until > 0",
               {to_unix_ms(now + lease), config_.node});
    for (const auto& row : db.query("SELECT name FROM nodes WHERE name <> ? AND seen_at > 0 AND "
                                    "seen_at < ? FOR UPDATE SKIP LOCKED",
                                    {config_.node, to_unix_ms(now - lease)})) {
      const int64_t open = recover_node(db, row.front(), now, outbox_, untold_);
      db.execute("UPDATE nodes SET seen_at = 0 WHERE name = ?", {row.front()});
      spdlog::warn("store: node {} is gone; {} open calls of it were ended", row.front(), open);
    }
    transaction.commit();
    return {};
  });
  if (!kept) spdlog::warn("store: the lease could not be renewed: {}", kept.error().message);
}

void WriterLoop::add_to(StoreCounters& counters) const {
  counters.commits = commits_;
  counters.commands = commands_;
  counters.commit_us_total = commit_us_total_;
  counters.commit_us_max = commit_us_max_;
  counters.last_group_size = last_group_size_;
  counters.failed_commits = failed_commits_;
  counters.reconnects = reconnects_;
  counters.queue_now = waiting_ + inbox_.size();
}

}  // namespace carillon::store
