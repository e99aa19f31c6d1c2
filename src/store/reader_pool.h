// ReaderPool: threads that answer questions beside the writer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/database.h"
#include "store/reader.h"

namespace carillon::store {

/// A connection that only reads and comes back by itself. Owned by one thread.
class ReadConnection {
 public:
  explicit ReadConnection(DatabaseAddress address) : address_(std::move(address)) {}
  Result<void> open();
  /// Runs `work` on one consistent state. While the database is away the Reader's functions answer
  /// kUnavailable.
  void run(const std::function<void(Reader&)>& work);
  /// Any thread: ends the question that runs or hangs; it is answered with an error.
  void abort();

 private:
  const DatabaseAddress address_;
  std::mutex mutex_;  ///< guards the pointer, for abort()
  std::unique_ptr<Database> database_;
};

/// Some threads, each with its own connection, that take work from one queue in order. Owned by
/// Store, from start() to stop().
class ReaderPool {
 public:
  explicit ReaderPool(DatabaseAddress address) : address_(std::move(address)) {}
  ~ReaderPool() { stop(); }

  Result<void> start(int threads);
  /// Answers what waits, then ends the threads. Gives up on a database that does not answer.
  void stop();
  void read(std::function<void(Reader&)> work);
  uint64_t reads() const { return reads_; }
  size_t waiting() const;

 private:
  void run(ReadConnection& connection);

  const DatabaseAddress address_;
  std::deque<ReadConnection> connections_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void(Reader&)>> waiting_;
  bool stopping_ = false;
  std::atomic<int> running_{0};
  std::atomic<uint64_t> reads_{0};
};

}  // namespace carillon::store
