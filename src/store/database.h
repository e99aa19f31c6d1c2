// Database: one connection to SQLite or PostgreSQL, over SOCI.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/result.h"

namespace carillon::store {

enum class DatabaseKind { kSqlite, kPostgresql };

/// Where a database is: read from StoreConfig::database.
struct DatabaseAddress {
  DatabaseKind kind = DatabaseKind::kSqlite;
  std::string path;  ///< SQLite: the file
  std::string url;   ///< PostgreSQL: as libpq takes it

  static Result<DatabaseAddress> parse(const std::string& text);
  /// For the log and for errors: without the password.
  std::string shown() const;
};

/// A statement that failed. Caught at the edge of Reader, Writer and the writer loop; nothing of
/// SOCI, SQLite or libpq leaves database.cpp.
class DatabaseError : public std::runtime_error {
 public:
  enum class Kind {
    kConflict,  ///< a unique or foreign key
    kRetry,     ///< deadlock or serialisation: the same work may pass the next time
    kLost,      ///< the connection is gone
    kInput,     ///< text that is not UTF-8, or holds a zero byte
    kStorage,   ///< disk full, read-only, damaged
    kBusy,      ///< somebody else holds the lock
    kOther,
  };
  DatabaseError(Kind kind, const std::string& sentence) : runtime_error(sentence), kind_(kind) {}
  Kind kind() const { return kind_; }
  Error error() const;

 private:
  Kind kind_;
};

/// One parameter of a statement.
using Value = std::variant<int64_t, double, std::string>;
using Values = std::vector<Value>;

/// One row of an answer, as text in the order of the columns; NULL is empty text.
using Row = std::vector<std::string>;

/// Owned and used by one thread, save for abort(). Statements are prepared once and kept.
///
/// Parameters are written `?` in the SQL, which therefore holds no other question mark.
class Database {
 public:
  enum class Access { kReadWrite, kReadOnly };

  /// Opens the connection; makes the SQLite file when it is missing and access is read-write.
  static Result<std::unique_ptr<Database>> open(const DatabaseAddress& address, Access access);
  ~Database();

  DatabaseKind kind() const { return address_.kind; }
  bool is_postgresql() const { return address_.kind == DatabaseKind::kPostgresql; }

  /// Runs a statement and gives its rows. Throws DatabaseError, as all below.
  std::vector<Row> query(const std::string& sql, const Values& values = {});
  /// Runs a statement and gives the number of rows that it changed.
  int64_t execute(const std::string& sql, const Values& values = {});
  /// Runs statements without parameters and without answers, which are not kept prepared. On
  /// PostgreSQL they travel together.
  void run(const std::string& statements);
  /// The single number that a query answers; 0 when there is no row.
  int64_t number(const std::string& sql, const Values& values = {});
  /// Writes many rows of one table: COPY on PostgreSQL, a prepared INSERT on SQLite.
  void insert_rows(const std::string& table, const std::string& columns,
                   const std::vector<Values>& rows);

  /// True once a statement met a broken connection; every later statement throws kLost.
  bool lost() const { return lost_; }

  /// The first statement that failed since forget_failure(): on PostgreSQL nothing after it counts,
  /// whatever the work made of the error.
  const std::optional<DatabaseError>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }

  /// Any thread: breaks the connection, so that a statement that hangs on it fails. PostgreSQL
  /// only.
  void abort();
  /// Any thread: the same, and on SQLite ends the statement that runs.
  void interrupt();

 private:
  struct Connection;
  struct Statement;

  explicit Database(DatabaseAddress address);
  void set_up(Access access);
  Statement& prepared(const std::string& sql, const Values& values);
  template <class Work>
  auto translated(const std::string& sql, Work&& work) -> decltype(work());
  [[noreturn]] void fail(const std::string& sql, const DatabaseError& error);
  void copy_in(const std::string& table, const std::string& columns,
               const std::vector<Values>& rows);

  const DatabaseAddress address_;
  std::unique_ptr<Connection> connection_;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
  bool lost_ = false;
  std::optional<DatabaseError> failure_;
};

/// A transaction that is rolled back unless commit() was called.
class Transaction {
 public:
  /// `read_only`: sees one consistent state (PostgreSQL: REPEATABLE READ).
  explicit Transaction(Database& database, bool read_only = false);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace carillon::store
