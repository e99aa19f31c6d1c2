#include "store/maintenance.h"

#include <system_error>

#include "base/clock.h"
#include "base/log.h"

namespace carillon::store {
namespace {

namespace fs = std::filesystem;

constexpr auto kEvery = std::chrono::hours(1);
constexpr int64_t kRecordingsAtOnce = 200;
constexpr int64_t kLeadsAtOnce = 500;
constexpr int64_t kDeliveriesAtOnce = 500;
constexpr auto kDeliveriesKept = std::chrono::days(7);
constexpr int64_t kMsPerDay = 86'400'000;

/// The file of a recording, or an empty path when the name would lead out of the folder.
fs::path recording_file(const fs::path& folder, const std::string& name) {
  const fs::path relative = fs::path(name).lexically_normal();
  if (name.empty() || relative.is_absolute() || *relative.begin() == "..") return {};
  return folder / relative;
}

}  // namespace

Maintenance::Maintenance(const StoreConfig& config, DatabaseAddress address, ChangeNow change)
    : recordings_(config.recordings),
      node_(config.node),
      change_(std::move(change)),
      connection_(std::move(address)) {}

Result<void> Maintenance::start() {
  if (auto opened = connection_.open(); !opened) return opened;
  // Before the first call can be recorded.
  remove_unfinished_recordings();
  thread_.start([this] { run(); });
  return {};
}

void Maintenance::run() {
  while (!thread_.stopping()) {
    remove_leads_of_removed_leadsets();
    remove_old_recordings();
    remove_old_deliveries();
    thread_.pause(kEvery);
  }
}

void Maintenance::remove_unfinished_recordings() {
  if (recordings_.empty()) return;
  std::error_code problem;
  int removed = 0;
  for (fs::recursive_directory_iterator at(recordings_, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (at->path().extension() != ".part") continue;
    std::error_code unimportant;
    removed += fs::remove(at->path(), unimportant) ? 1 : 0;
  }
  if (removed > 0) spdlog::info("store: {} unfinished recordings removed", removed);
}

void Maintenance::remove_old_recordings() {
  if (recordings_.empty()) return;
  while (!thread_.stopping()) {
    std::vector<Attempt> old;
    connection_.run([&](Reader& reader) {
      const auto settings = reader.settings();
      if (!settings || settings->recordings_keep_days == 0) return;
      const Duration kept(settings->recordings_keep_days * kMsPerDay);
      auto found = reader.recordings_before(node_, machine_now().wall - kept, kRecordingsAtOnce);
      if (found) old = std::move(*found);
    });
    if (old.empty()) return;
    for (const auto& attempt : old) {
      std::error_code unimportant;
      const auto file = recording_file(recordings_, attempt.recording);
      if (!file.empty()) fs::remove(file, unimportant);
    }
    const auto marked = change_([old](Writer& writer) -> Result<void> {
      for (const auto& attempt : old) {
        if (auto done = writer.forget_recording(attempt.id); !done) return done;
      }
      return {};
    });
    if (!marked) return;
    spdlog::info("store: {} recordings were older than is kept and are removed", old.size());
  }
}

/// Leads that are in a call stay until the next time.
void Maintenance::remove_leads_of_removed_leadsets() {
  std::vector<LeadsetId> removed;
  connection_.run([&](Reader& reader) {
    auto found = reader.removed_leadsets_with_leads();
    if (found) removed = std::move(*found);
  });
  for (const auto leadset : removed) {
    until_none(
        [leadset](Writer& writer) { return writer.remove_leads(leadset, {}, kLeadsAtOnce); });
  }
}

/// Those of webhooks; the call log keeps what they told of.
void Maintenance::remove_old_deliveries() {
  const auto before = machine_now().wall - std::chrono::duration_cast<Duration>(kDeliveriesKept);
  until_none(
      [before](Writer& writer) { return writer.forget_deliveries(before, kDeliveriesAtOnce); });
}

/// Runs a removal again and again, each a change of its own, so that calls get through in between.
void Maintenance::until_none(const std::function<Result<int64_t>(Writer&)>& remove_some) {
  auto gone = std::make_shared<int64_t>(1);
  while (*gone > 0 && !thread_.stopping()) {
    const auto done = change_([gone, remove_some](Writer& writer) -> Result<void> {
      const auto count = remove_some(writer);
      if (!count) return count.error();
      *gone = *count;
      return {};
    });
    if (!done) return;
  }
}

}  // namespace carillon::store
