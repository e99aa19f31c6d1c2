// Databases for tests: SQLite in a temporary folder, PostgreSQL started from Debian's package.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/database.h"

namespace carillon::store::testing {

/// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A PostgreSQL server of this process, on a Unix socket in a temporary folder. It runs as the user
/// postgres when the tests run as root, and ends with this process.
class PostgresqlServer {
 public:
  /// The one of this process, started at the first call. Throws with a sentence when the package
  /// postgresql-15 is missing: the tests must fail, not pass by.
  static PostgresqlServer& instance();
  ~PostgresqlServer();

  /// The address of a new, empty database.
  std::string new_database();
  /// Stops (SIGSTOP) and continues every process of the server.
  void freeze();
  void thaw();
  /// Ends the server as a crash would (SIGQUIT), and starts it again.
  void crash();
  void start();
  /// Cuts all connections.
  void disconnect_all();

 private:
  PostgresqlServer();
  void signal_all(int signal);
  std::string url(const std::string& database) const;

  TemporaryFolder folder_;
  int pid_ = -1;
  int databases_ = 0;
};

/// An empty database of a kind, for one test.
class TestDatabase {
 public:
  explicit TestDatabase(DatabaseKind kind);
  /// For StoreConfig::database.
  const std::string& address() const { return address_; }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  std::string address_;
};

}  // namespace carillon::store::testing
