#include "store/maintenance.h"

#include <charconv>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/wave_file.h"

namespace carillon::store {
namespace {

namespace fs = std::filesystem;

constexpr auto kEvery = std::chrono::hours(1);
constexpr int64_t kRecordingsAtOnce = 200;
constexpr size_t kFilesAtOnce = 200;
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

/// As the core names them.
std::string recording_name(AttemptId attempt) { return fmt::format("attempt-{}.wav", attempt); }

/// Whose recording a file is by its name; 0: nobody's.
AttemptId attempt_of(const std::string& name) {
  constexpr std::string_view kBefore = "attempt-";
  AttemptId attempt;
  if (!name.starts_with(kBefore)) return attempt;
  std::from_chars(name.data() + kBefore.size(), name.data() + name.size(), attempt.value);
  return name == recording_name(attempt) ? attempt : AttemptId{};
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
  complete_unfinished_recordings();
  began_ = fs::file_time_type::clock::now();
  thread_.start([this] { run(); });
  return {};
}

void Maintenance::run() {
  adopt_recordings();
  while (!thread_.stopping()) {
    remove_leads_of_removed_leadsets();
    remove_old_recordings();
    remove_old_deliveries();
    thread_.pause(kEvery);
  }
}

/// Nobody else writes in this folder: it is locked by its one server.
void Maintenance::complete_unfinished_recordings() {
  if (recordings_.empty()) return;
  std::vector<fs::path> parts;
  std::error_code problem;
  for (fs::recursive_directory_iterator at(recordings_, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (at->path().extension() == ".part") parts.push_back(at->path());
  }
  for (const auto& part : parts) {
    const auto length = mend_wave(part);
    std::error_code failed;
    if (length) {
      auto whole = part;
      fs::rename(part, whole.replace_extension(), failed);
    } else if (length.error().code == ErrorCode::kInvalid) {
      fs::remove(part, failed);
    } else {
      spdlog::warn("store: an unfinished recording stays: {}", length.error().message);
    }
    if (failed) spdlog::warn("store: {} stays: {}", part.string(), failed.message());
  }
  if (!parts.empty()) {
    spdlog::info("store: {} recordings were under way when the server was killed", parts.size());
  }
}

/// Those that were complete, or are now, but whose call does not know of them.
void Maintenance::adopt_recordings() {
  if (recordings_.empty()) return;
  std::vector<AttemptId> found, strangers;
  std::error_code problem;
  for (fs::directory_iterator at(recordings_, problem), end;
       !problem && at != end && !thread_.stopping(); at.increment(problem)) {
    const auto attempt = attempt_of(at->path().filename().string());
    std::error_code unknown;
    // Younger ones are of calls since: they are being written down.
    if (!attempt || at->last_write_time(unknown) > began_ || unknown) continue;
    found.push_back(attempt);
    if (found.size() == kFilesAtOnce) adopt(std::exchange(found, {}), strangers);
  }
  adopt(found, strangers);
  judge_strangers(strangers);
}

void Maintenance::adopt(const std::vector<AttemptId>& found, std::vector<AttemptId>& strangers) {
  std::optional<std::map<AttemptId, std::string>> known;
  connection_.run([&](Reader& reader) {
    auto recordings = reader.recordings_of(found);
    if (recordings) known = std::move(*recordings);
  });
  if (!known) return;  // the next start tries again
  for (const AttemptId attempt : found) {
    const auto row = known->find(attempt);
    if (row == known->end()) {
      strangers.push_back(attempt);
    } else if (row->second.empty()) {
      const auto name = recording_name(attempt);
      const auto length = mend_wave(recordings_ / name);
      if (!length) continue;
      const auto adopted = change_([attempt, name, length = *length](Writer& writer) {
        return writer.adopt_recording(attempt, name, length);
      });
      if (adopted) spdlog::info("store: the recording {} is in the call log now", name);
    }
  }
}

/// Another database, or an older copy of it, was put beside these files: nobody can reach them, and
/// nobody may have meant to delete them.
void Maintenance::judge_strangers(const std::vector<AttemptId>& strangers) {
  if (strangers.empty()) return;
  const int64_t days = settings().recordings_keep_days;
  const auto oldest_kept = began_ - std::chrono::hours(24) * days;
  size_t stay = 0;
  for (const AttemptId attempt : strangers) {
    const auto file = recordings_ / recording_name(attempt);
    std::error_code unknown;
    if (days == 0 || fs::last_write_time(file, unknown) > oldest_kept || unknown) {
      ++stay;
      continue;
    }
    spdlog::warn(
        "store: {} is removed: it is older than is kept, and its call is not in the "
        "database",
        file.string());
    fs::remove(file, unknown);
  }
  if (stay == 0) return;
  spdlog::warn(
      "store: {} recordings in {} are of calls that are not in the database. Restore the "
      "database that they belong to, or delete them.",
      stay, recordings_.string());
}

Settings Maintenance::settings() {
  Settings settings;
  connection_.run([&](Reader& reader) {
    auto found = reader.settings();
    if (found) settings = std::move(*found);
  });
  return settings;
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
