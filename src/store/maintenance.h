// Maintenance: what is done now and then, beside everything else.
#pragma once

#include <functional>

#include "store/background_thread.h"
#include "store/reader_pool.h"
#include "store/store.h"

namespace carillon::store {

/// One thread with its own connection, that changes the database through the writer only.
///
/// - at start: recordings that a crash left unfinished (`*.part`) or unknown to the call log are
///   completed and made known; files of calls that the database does not have are logged, and go
///   when recordings of their age do;
/// - hourly: recordings of this node that are older than the setting `recordings_keep_days` (0:
/// kept) are deleted, the
///   file first, then its mark in the call log;
/// - when a leadset was removed, and at start: its leads are deleted, some hundred at a time;
/// - hourly: deliveries of webhooks that ended a week ago, and those of removed webhooks.
///
/// Owned by Store, from start() to stop().
class Maintenance {
 public:
  /// Runs a change and waits until it is committed.
  using ChangeNow = std::function<Result<void>(std::function<Result<void>(Writer&)>)>;

  Maintenance(const StoreConfig& config, DatabaseAddress address, ChangeNow change);
  ~Maintenance() { stop(); }

  Result<void> start();
  void stop() {
    thread_.stop([this] { connection_.abort(); });
  }
  /// Any thread: a leadset was removed, or a setting has changed.
  void wake() { thread_.wake(); }

 private:
  void run();
  void complete_unfinished_recordings();
  void adopt_recordings();
  void adopt(const std::vector<AttemptId>& found, std::vector<AttemptId>& strangers);
  void judge_strangers(const std::vector<AttemptId>& strangers);
  Settings settings();
  void remove_old_recordings();
  void remove_leads_of_removed_leadsets();
  void remove_old_deliveries();
  void until_none(const std::function<Result<int64_t>(Writer&)>& remove_some);

  const std::filesystem::path recordings_;
  const std::string node_;
  const ChangeNow change_;
  ReadConnection connection_;
  std::filesystem::file_time_type began_;
  BackgroundThread thread_;
};

}  // namespace carillon::store
