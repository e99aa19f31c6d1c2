// Store: the durable memory of Carillon, on SQLite or PostgreSQL.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "core/messages/storage.h"
#include "store/reader.h"
#include "store/rows.h"
#include "store/writer.h"

namespace carillon::store {

struct StoreConfig {
  /// Path of the SQLite file (made when missing), or `postgresql://user@host/name`.
  std::string database;
  /// Folder of the recordings; empty: no retention task.
  std::filesystem::path recordings;
  /// Name of this node, unique among the nodes that share a PostgreSQL database.
  std::string node = "main";
  /// How long open() waits for a process of this name that was just killed to let go of PostgreSQL.
  std::chrono::milliseconds name_wait{10'000};
  int readers = 3;                             ///< connections for Store::read, 1 to 16
  size_t inbox_capacity = 65'536;              ///< where change() starts to refuse
  std::chrono::seconds lease{300};             ///< of claimed leads, for clusters
  std::chrono::milliseconds stats_gap{1'000};  ///< at least this between recounts of one campaign
  /// Decides the reason "window" of lead statistics; the server supplies it from the time zones.
  ZoneOpen zone_open;
  /// When the day of a moment began, for the figures of today; not given: at midnight UTC.
  std::function<WallTime(WallTime)> day_began;
  /// Writes the data of webhooks' events; the API supplies it. Called on the writer thread.
  WebhookData webhook_data;
};

/// Where the store reports. Called on the store's own threads: push to an inbox and return.
struct StoreSinks {
  std::function<void(StoreEvent)> to_core;
  std::function<void(RecordKind, int64_t id)> record_changed;
  std::function<void(CampaignId, const LeadStats&)> lead_stats;
};

/// For /metrics. Sums since start, except where "now" is said.
struct StoreCounters {
  uint64_t commits = 0;          ///< transactions of the writer
  uint64_t commands = 0;         ///< commands and changes in them
  uint64_t commit_us_total = 0;  ///< time spent in COMMIT
  uint64_t commit_us_max = 0;
  uint64_t last_group_size = 0;
  uint64_t failed_commits = 0;
  uint64_t reconnects = 0;
  uint64_t queue_now = 0;  ///< commands and changes that wait
  uint64_t reads = 0;
  uint64_t reads_queued_now = 0;
  uint64_t stats_recounts = 0;
};

class LongChange;

/// Owns the writer thread (group commits, in the order of arrival), a pool of reader threads, a
/// statistics thread and a maintenance thread, each with its own connection.
///
/// What the writer acknowledged (an event, a `committed` callback without error) survives kill -9
/// and power loss. While PostgreSQL is away, commands wait in order and are written when it is
/// back. Any thread may call the functions below. Lifetime: from open() to the destructor, which
/// commits what was sent before, then stops the threads; the sinks must live longer.
class Store {
 public:
  /// Opens or makes the database, brings its schema up to date, ends what a crash left open, and
  /// reports StoreReady as the first event. The error is a sentence that says what to do.
  static Result<std::unique_ptr<Store>> open(const StoreConfig& config, const StoreSinks& sinks);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// From the core. Each command is made durable and answered by its event, in order.
  void send(StoreCommand command);

  /// Runs `work` on the writer thread inside a savepoint of the group's transaction; an error of
  /// the work undoes it. When the group must be run again (a lost connection, a deadlock) the work
  /// is too: let it set what it captured anew each time. Keep it short (an import: some hundred
  /// leads at a time), as calls wait behind it. `committed` is called on the writer thread after
  /// the commit, with the work's error, or why the commit failed. When too much already waits:
  /// kUnavailable, at once, on the calling thread. What the work made (an id) is handed over by
  /// captured shared state.
  void change(Actor actor, std::function<Result<void>(Writer&)> work,
              std::function<void(Result<void>)> committed);

  /// Begins a change that may take minutes, beside the writer. Null on SQLite, which has one
  /// writer.
  Result<std::unique_ptr<LongChange>> begin_long_change(Actor actor);

  /// Runs `work` on a reader thread, seeing one consistent state. The work hands its own result on.
  void read(std::function<void(Reader&)> work);

  StoreCounters counters() const;

  /// Empty while the database answers; else a sentence for /healthz and the administrator.
  std::string trouble() const;

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::store
