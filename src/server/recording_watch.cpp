#include "server/recording_watch.h"

#include "base/log.h"

namespace carillon::server {
namespace {

constexpr Duration kForgottenAfter = 10min;

}  // namespace

void RecordingWatch::note(const RecordingFinished& event, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (!event.disk_failed) {
    if (event.error.empty()) trouble_.clear();
    return;
  }
  ++failed_;
  failed_at_ = now;
  trouble_ = event.error;
  spdlog::error("Attempt {}: {}", event.attempt, event.error);
}

uint64_t RecordingWatch::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::string RecordingWatch::trouble(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return now - failed_at_ < kForgottenAfter ? trouble_ : "";
}

}  // namespace carillon::server
