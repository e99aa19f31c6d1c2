#include "store/reader_pool.h"

#include <chrono>

namespace carillon::store {
namespace {

constexpr auto kPatienceAtStop = std::chrono::seconds(5);

}  // namespace

Result<void> ReadConnection::open() {
  auto opened = Database::open(address_, Database::Access::kReadOnly);
  if (!opened) return opened.error();
  std::lock_guard lock(mutex_);
  database_ = std::move(*opened);
  return {};
}

void ReadConnection::abort() {
  std::lock_guard lock(mutex_);
  if (database_) database_->interrupt();
}

void ReadConnection::run(const std::function<void(Reader&)>& work) {
  if (database_->lost()) {
    // While this fails the old connection stays, whose every answer is kUnavailable.
    [[maybe_unused]] const auto opened = open();
  }
  Reader reader(*database_);
  try {
    Transaction transaction(*database_, true);
    work(reader);
  } catch (const DatabaseError&) {
    // BEGIN failed: the connection is gone, and the work is told so by each of its questions.
    work(reader);
  }
}

Result<void> ReaderPool::start(int threads) {
  for (int i = 0; i < threads; ++i) {
    auto& connection = connections_.emplace_back(address_);
    if (auto opened = connection.open(); !opened) return opened;
  }
  running_ = threads;
  for (auto& connection : connections_) {
    threads_.emplace_back([this, &connection] {
      run(connection);
      --running_;
    });
  }
  return {};
}

void ReaderPool::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  const auto deadline = std::chrono::steady_clock::now() + kPatienceAtStop;
  while (running_ > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (running_ > 0) {
    for (auto& connection : connections_) connection.abort();
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void ReaderPool::read(std::function<void(Reader&)> work) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  arrived_.notify_one();
}

size_t ReaderPool::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

void ReaderPool::run(ReadConnection& connection) {
  while (true) {
    std::function<void(Reader&)> work;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    connection.run(work);
    ++reads_;
  }
}

}  // namespace carillon::store
