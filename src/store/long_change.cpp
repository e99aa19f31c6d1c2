#include "store/long_change.h"

#include <utility>

#include "store/table.h"

namespace carillon::store {

Result<std::unique_ptr<LongChange>> LongChange::begin(const DatabaseAddress& address,
                                                      WebhookData webhook_data, Actor actor) {
  auto database = Database::open(address, Database::Access::kReadWrite);
  if (!database) return database.error();
  std::unique_ptr<LongChange> change(
      new LongChange(std::move(*database), std::move(webhook_data), std::move(actor)));
  const auto begun = guarded([&]() -> Result<void> {
    change->transaction_.emplace(*change->database_);
    return {};
  });
  if (!begun) return begun.error();
  change->thread_ = std::thread([raw = change.get()] { raw->work_off(); });
  return change;
}

LongChange::LongChange(std::unique_ptr<Database> database, WebhookData webhook_data, Actor actor)
    : database_(std::move(database)),
      outbox_(std::move(webhook_data)),
      writer_(*database_, outbox_, effects_, std::move(actor), machine_now().wall) {}

LongChange::~LongChange() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  database_->abort();
  thread_.join();
}

void LongChange::push(Job job) {
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
}

std::optional<LongChange::Job> LongChange::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
  if (jobs_.empty()) return std::nullopt;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  if (stopping_ && !failure_) {
    failure_ = Error{ErrorCode::kUnavailable, "The change was broken off.", ""};
  }
  return job;
}

void LongChange::work_off() {
  while (auto job = next()) {
    Result<void> result = failure_ ? Result<void>(*failure_) : perform(*job);
    if (!result) failure_ = result.error();
    job->done(std::move(result));
  }
  transaction_.reset();
}

Result<void> LongChange::perform(const Job& job) {
  if (!transaction_) return Error{ErrorCode::kConflict, "The change has ended.", ""};
  return guarded([&]() -> Result<void> {
    if (auto done = job.work(writer_); !done) return done;
    // The work may have passed over a statement that failed; the transaction has not.
    if (const auto& failure = database_->failure()) return failure->error();
    if (!job.commits) return {};
    transaction_->commit();
    transaction_.reset();
    return {};
  });
}

}  // namespace carillon::store
