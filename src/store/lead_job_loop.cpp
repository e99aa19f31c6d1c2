#include "store/lead_job_loop.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/log.h"

namespace carillon::store {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Of the writer, for one batch: half of what a group of commits may take.
constexpr auto kBatchTime = 10ms;
constexpr int64_t kSmallestBatch = 50;
constexpr int64_t kLargestBatch = 4'000;
constexpr auto kTurn = 1s;  ///< of one job while others wait
constexpr auto kRetryGap = 1s;
constexpr auto kIdle = 1h;
constexpr auto kUndoFor = std::chrono::days(7);
constexpr int64_t kForgetAtOnce = 1'000;

}  // namespace

Result<void> LeadJobLoop::start() {
  if (auto opened = connection_.open(); !opened) return opened;
  thread_.start([this] { run(); });
  return {};
}

void LeadJobLoop::run() {
  while (!thread_.stopping()) {
    const auto jobs = running_jobs();
    for (const auto& job : jobs) work_on(job);
    if (!jobs.empty()) continue;
    forget_old_recycles();
    thread_.pause(kIdle);
  }
}

std::vector<LeadJob> LeadJobLoop::running_jobs() {
  std::vector<LeadJob> jobs;
  connection_.run([&](Reader& reader) {
    if (auto found = reader.running_lead_jobs()) jobs = std::move(*found);
  });
  return jobs;
}

void LeadJobLoop::work_on(LeadJob job) {
  const auto turn_ends = Clock::now() + kTurn;
  while (!thread_.stopping() && Clock::now() < turn_ends && step(job)) {
  }
}

bool LeadJobLoop::step(LeadJob& job) {
  Result<std::vector<LeadId>> leads = std::vector<LeadId>();
  connection_.run(
      [&](Reader& reader) { leads = reader.next_of_lead_job(job, job.cursor, batch_); });
  if (!leads && leads.error().code == ErrorCode::kUnavailable) {
    thread_.pause(kRetryGap);
    return false;
  }
  if (!leads) {
    if (thread_.stopping()) return false;
    spdlog::error("store: lead job {} failed: {}", job.id, leads.error().message);
    [[maybe_unused]] const auto failed =
        change_([id = job.id, sentence = leads.error().message](Writer& writer) {
          return writer.fail_lead_job(id, sentence);
        });
    return false;
  }
  const bool last = std::ssize(*leads) < batch_;
  struct Answer {
    bool moved = false;
    Clock::duration took{};
  };
  const auto answer = std::make_shared<Answer>();
  const auto done = change_([answer, job, leads = *leads, last](Writer& writer) -> Result<void> {
    const auto started = Clock::now();
    const auto moved = writer.advance_lead_job(job, leads, last);
    if (!moved) return moved.error();
    *answer = {*moved, Clock::now() - started};
    return {};
  });
  if (!done) {
    thread_.pause(kRetryGap);
    return false;
  }
  if (answer->took > kBatchTime) batch_ = std::max(kSmallestBatch, batch_ / 2);
  if (answer->took < kBatchTime / 2) batch_ = std::min(kLargestBatch, batch_ + batch_ / 4);
  if (!answer->moved || last) return false;
  job.cursor = leads->back();
  return true;
}

void LeadJobLoop::forget_old_recycles() {
  std::vector<LeadJobId> old;
  connection_.run([&](Reader& reader) {
    const auto before = machine_now().wall - std::chrono::duration_cast<Duration>(kUndoFor);
    if (auto found = reader.recycles_to_forget(before)) old = std::move(*found);
  });
  for (const auto id : old) {
    auto gone = std::make_shared<int64_t>(1);
    while (*gone > 0 && !thread_.stopping()) {
      const auto done = change_([gone, id](Writer& writer) -> Result<void> {
        const auto count = writer.forget_recycle(id, kForgetAtOnce);
        if (!count) return count.error();
        *gone = *count;
        return {};
      });
      if (!done) return;
    }
  }
}

}  // namespace carillon::store
