#include "store/database.h"

#include <atomic>
#include <charconv>
#include <deque>
#include <map>

#include <sys/socket.h>

#include <fmt/format.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#pragma GCC diagnostic pop

#include "store/utf8.h"

namespace carillon::store {
namespace {

constexpr size_t kStatementsKept = 400;
constexpr size_t kInsertsKept = 20;

/// `select ? from` becomes `select :p1 from`: SOCI's form on both databases.
std::string with_names(const std::string& sql) {
  std::string named;
  named.reserve(sql.size() + 32);
  int position = 0;
  for (const char c : sql) {
    if (c == '?') {
      named += fmt::format(":p{}", ++position);
    } else {
      named += c;
    }
  }
  return named;
}

std::string message_of(const soci::soci_error& error) { return error.get_error_message(); }

/// libpq ends its messages with line breaks.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

DatabaseError translate_sqlite(int code, const std::string& text) {
  using Kind = DatabaseError::Kind;
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT: return {Kind::kConflict, text};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Kind::kBusy,
              "The database is locked by another program. Close that program, then try again."};
    case SQLITE_FULL:
      return {Kind::kStorage,
              "The disk that holds the database is full. Free some space; nothing that was "
              "acknowledged is lost."};
    case SQLITE_IOERR:
      return {Kind::kStorage, fmt::format("The disk that holds the database failed ({}). Check "
                                          "that it has free space and that it is healthy.",
                                          text)};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {Kind::kStorage,
              fmt::format("The database cannot be written ({}). Give the user that runs Carillon "
                          "the right to write to the file and to its folder.",
                          text)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Kind::kStorage, fmt::format("The database file is damaged or is not a database ({}). "
                                          "Restore it from a backup.",
                                          text)};
    default: return {Kind::kOther, text};
  }
}

DatabaseError translate_postgresql(const std::string& state, const std::string& message,
                                   bool connected) {
  using Kind = DatabaseError::Kind;
  const std::string text = one_line(message);
  const auto starts = [&](std::string_view prefix) { return state.rfind(prefix, 0) == 0; };
  // Without a code the error is libpq's own: the connection broke.
  const bool no_code = state.find_first_not_of(' ') == std::string::npos;
  if (!connected || no_code || starts("08") || starts("57P")) {
    return {Kind::kLost, fmt::format("PostgreSQL does not answer ({}).", text)};
  }
  if (starts("23")) return {Kind::kConflict, text};
  if (starts("40") || state == "55P03") return {Kind::kRetry, text};
  if (starts("22021") || starts("22P05")) return {Kind::kInput, "The text is not valid UTF-8."};
  if (starts("53100")) {
    return {Kind::kStorage, "PostgreSQL's disk is full. Free some space on the database server."};
  }
  if (starts("53")) {
    return {Kind::kStorage,
            fmt::format("PostgreSQL is out of resources ({}). Look at the database server.", text)};
  }
  if (state == "25006" || state == "42501") {
    return {Kind::kStorage,
            fmt::format("PostgreSQL does not let Carillon write ({}). Give Carillon's database "
                        "user the right to write, and use the primary server.",
                        text)};
  }
  return {Kind::kOther, text};
}

/// Throws unless the statement went well. Frees the result.
void check_answer(PGconn* connection, PGresult* result) {
  const auto status = PQresultStatus(result);
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string code = state == nullptr ? "" : state;
  const std::string text = PQerrorMessage(connection);
  PQclear(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN) return;
  throw translate_postgresql(code, text, PQstatus(connection) == CONNECTION_OK);
}

/// One field of COPY's text format.
void append_copy_field(std::string& line, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    line += fmt::format("{}", *number);
    return;
  }
  if (const auto* real = std::get_if<double>(&value)) {
    line += fmt::format("{}", *real);
    return;
  }
  for (const char c : std::get<std::string>(value)) {
    switch (c) {
      case '\\': line += "\\\\"; break;
      case '\t': line += "\\t"; break;
      case '\n': line += "\\n"; break;
      case '\r': line += "\\r"; break;
      default: line += c;
    }
  }
}

const soci::backend_factory& backend_of(const DatabaseAddress& address) {
  if (address.kind == DatabaseKind::kSqlite) return *soci::factory_sqlite3();
  return *soci::factory_postgresql();
}

std::string quoted(const char* value) {
  std::string out = "'";
  for (const char* c = value; *c != 0; ++c) {
    if (*c == '\'' || *c == '\\') out += '\\';
    out += *c;
  }
  return out + "'";
}

/// libpq's form, with what we need for noticing a dead server unless the address says otherwise.
std::string postgresql_connect_string(const std::string& url) {
  std::map<std::string, std::string> options{
      {"connect_timeout", "'5'"},  {"application_name", "'carillon'"},
      {"keepalives_idle", "'10'"}, {"keepalives_interval", "'5'"},
      {"keepalives_count", "'3'"}, {"tcp_user_timeout", "'20000'"}};
  char* problem = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), &problem);
  if (parsed == nullptr) {
    const std::string text = problem == nullptr ? "unreadable address" : problem;
    PQfreemem(problem);
    throw soci::soci_error(text);
  }
  for (const PQconninfoOption* option = parsed; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) options[option->keyword] = quoted(option->val);
  }
  PQconninfoFree(parsed);
  std::string out;
  for (const auto& [keyword, value] : options) out += fmt::format("{}={} ", keyword, value);
  return out;
}

std::string connect_string(const DatabaseAddress& address) {
  if (address.kind == DatabaseKind::kPostgresql) return postgresql_connect_string(address.url);
  return fmt::format("dbname=\"{}\"", address.path);
}

int sqlite_column_count(const soci::sqlite3_statement_backend& statement) {
  return sqlite_api::sqlite3_column_count(statement.stmt_);
}

void run_sqlite(sqlite_api::sqlite3* connection, const std::string& statements) {
  char* problem = nullptr;
  const int code =
      sqlite_api::sqlite3_exec(connection, statements.c_str(), nullptr, nullptr, &problem);
  if (code == SQLITE_OK) return;
  const std::string text = problem == nullptr ? "unknown" : problem;
  sqlite_api::sqlite3_free(problem);
  throw translate_sqlite(code, text);
}

}  // namespace

/// An INSERT that is kept prepared, with none of SOCI's copies in between: an import's rows go
/// through it, and nothing else is as many.
class SqliteInsert {
 public:
  SqliteInsert(sqlite_api::sqlite3* connection, const std::string& sql) : connection_(connection) {
    check(sqlite_api::sqlite3_prepare_v3(connection, sql.c_str(), static_cast<int>(sql.size()) + 1,
                                         SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
  }
  ~SqliteInsert() { sqlite_api::sqlite3_finalize(statement_); }
  SqliteInsert(const SqliteInsert&) = delete;
  SqliteInsert& operator=(const SqliteInsert&) = delete;

  void run(const Values& row) {
    // The texts live until the step is over.
    for (size_t i = 0; i < row.size(); ++i) check(bind(static_cast<int>(i) + 1, row[i]));
    const int code = sqlite_api::sqlite3_step(statement_);
    const std::string problem = code == SQLITE_DONE ? "" : sqlite_api::sqlite3_errmsg(connection_);
    sqlite_api::sqlite3_reset(statement_);
    if (code != SQLITE_DONE) throw translate_sqlite(code, problem);
  }

 private:
  int bind(int position, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      return sqlite_api::sqlite3_bind_text(statement_, position, text->data(),
                                           static_cast<int>(text->size()), nullptr);
    }
    if (const auto* number = std::get_if<int64_t>(&value)) {
      return sqlite_api::sqlite3_bind_int64(statement_, position, *number);
    }
    return sqlite_api::sqlite3_bind_double(statement_, position, std::get<double>(value));
  }
  void check(int code) {
    if (code != SQLITE_OK) {
      throw translate_sqlite(code, sqlite_api::sqlite3_errmsg(connection_));
    }
  }

  sqlite_api::sqlite3* connection_;
  sqlite_api::sqlite3_stmt* statement_ = nullptr;
};

namespace {

void check_text(const Values& values) {
  for (const auto& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && !is_storable_text(*text)) {
      throw DatabaseError(DatabaseError::Kind::kInput,
                          "The text is not valid UTF-8, or holds a zero byte. Save it as UTF-8 "
                          "and try again.");
    }
  }
}

}  // namespace

// ------------------------------------------------------------------------------- address

Result<DatabaseAddress> DatabaseAddress::parse(const std::string& text) {
  DatabaseAddress address;
  if (text.rfind("postgresql://", 0) == 0 || text.rfind("postgres://", 0) == 0) {
    address.kind = DatabaseKind::kPostgresql;
    address.url = text;
    return address;
  }
  address.path = text.rfind("sqlite://", 0) == 0 ? text.substr(9) : text;
  if (address.path.empty()) {
    return Error{ErrorCode::kInvalid,
                 "No database is named. Give the path of a file, or postgresql://user@host/name.",
                 "database"};
  }
  if (address.path.find("://") != std::string::npos) {
    return Error{ErrorCode::kInvalid,
                 fmt::format("{} is no database that Carillon knows. Give the path of a file, or "
                             "postgresql://user@host/name.",
                             text),
                 "database"};
  }
  if (address.path.find_first_of("\"'") != std::string::npos) {
    return Error{ErrorCode::kInvalid, "The path of the database must not hold quotation marks.",
                 "database"};
  }
  return address;
}

std::string DatabaseAddress::shown() const {
  if (kind == DatabaseKind::kSqlite) return path;
  const size_t start = url.find("://") + 3;
  const size_t at = url.find('@', start);
  const size_t colon = url.find(':', start);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return url;
  return url.substr(0, colon) + ":***" + url.substr(at);
}

Error DatabaseError::error() const {
  switch (kind_) {
    case Kind::kConflict: return {ErrorCode::kConflict, what(), ""};
    case Kind::kInput: return {ErrorCode::kInvalid, what(), ""};
    case Kind::kLost:
    case Kind::kRetry:
    case Kind::kBusy: return {ErrorCode::kUnavailable, what(), ""};
    case Kind::kStorage: return {ErrorCode::kStorage, what(), ""};
    case Kind::kOther: return {ErrorCode::kInternal, what(), ""};
  }
  return {ErrorCode::kInternal, what(), ""};
}

// ------------------------------------------------------------------------------- statements

struct Database::Connection {
  explicit Connection(const DatabaseAddress& address)
      : session(backend_of(address), connect_string(address)) {
    if (address.kind == DatabaseKind::kPostgresql) socket = PQsocket(postgresql());
  }

  PGconn* postgresql() {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
  }
  sqlite_api::sqlite3* sqlite() {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
  }

  soci::session session;
  std::unordered_map<std::string, std::unique_ptr<SqliteInsert>> inserts;
  std::atomic<int> socket{-1};  ///< PostgreSQL's, for abort()
};

/// A prepared statement with room for its parameters and its answer. SOCI keeps the addresses of
/// both, hence the deques.
struct Database::Statement {
  Statement(Database& database, const std::string& sql, const Values& values)
      : statement(database.connection_->session) {
    statement.alloc();
    for (const auto& value : values) add_parameter(value);
    statement.prepare(with_names(sql));
    const int count = column_count(*database.connection_, database.kind());
    for (int i = 0; i < count; ++i) {
      statement.exchange(soci::into(columns.emplace_back(), indicators_.emplace_back()));
    }
    statement.define_and_bind();
  }

  bool takes(const Values& values) const {
    if (values.size() != kinds_.size()) return false;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i].index() != kinds_[i]) return false;
    }
    return true;
  }

  void set(const Values& values) {
    size_t integer = 0, real = 0, text = 0;
    for (const auto& value : values) {
      switch (value.index()) {
        case 0: integers_[integer++] = std::get<0>(value); break;
        case 1: reals_[real++] = std::get<1>(value); break;
        default: texts_[text++] = std::get<2>(value);
      }
    }
  }

  Row row() const {
    Row out;
    out.reserve(columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      out.push_back(indicators_[i] == soci::i_null ? std::string() : columns[i]);
    }
    return out;
  }

  soci::statement statement;
  std::deque<std::string> columns;

 private:
  void add_parameter(const Value& value) {
    kinds_.push_back(value.index());
    switch (value.index()) {
      case 0: statement.exchange(soci::use(integers_.emplace_back())); break;
      case 1: statement.exchange(soci::use(reals_.emplace_back())); break;
      default: statement.exchange(soci::use(texts_.emplace_back()));
    }
  }

  int column_count(Connection& connection, DatabaseKind kind) {
    auto* backend = statement.get_backend();
    if (kind == DatabaseKind::kSqlite) {
      return sqlite_column_count(*static_cast<soci::sqlite3_statement_backend*>(backend));
    }
    auto* postgresql = static_cast<soci::postgresql_statement_backend*>(backend);
    PGresult* described =
        PQdescribePrepared(connection.postgresql(), postgresql->statementName_.c_str());
    const int count = PQnfields(described);
    PQclear(described);
    return count;
  }

  std::vector<size_t> kinds_;  ///< which alternative of Value each parameter is
  std::deque<long long> integers_;
  std::deque<double> reals_;
  std::deque<std::string> texts_;
  std::deque<soci::indicator> indicators_;
};

// ------------------------------------------------------------------------------- connection

Database::Database(DatabaseAddress address) : address_(std::move(address)) {}

/// Closing a prepared statement asks the server, which may not answer any more: the connection is
/// cut first. Nothing is under way by then.
Database::~Database() {
  abort();
  statements_.clear();
  connection_.reset();
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseAddress& address, Access access) {
  std::unique_ptr<Database> database(new Database(address));
  try {
    database->connection_ = std::make_unique<Connection>(address);
    database->set_up(access);
    return database;
  } catch (const soci::soci_error& error) {
    if (address.kind == DatabaseKind::kPostgresql) {
      return Error{ErrorCode::kUnavailable,
                   fmt::format("PostgreSQL at {} cannot be reached: {}. Check that it runs, and "
                               "the address, name and password in --database.",
                               address.shown(), one_line(message_of(error))),
                   "database"};
    }
    return Error{ErrorCode::kStorage,
                 fmt::format("The database {} cannot be opened ({}). Check that its folder exists "
                             "and that the user that runs Carillon may write to it.",
                             address.path, one_line(message_of(error))),
                 "database"};
  } catch (const DatabaseError& error) {
    Error plain = error.error();
    plain.field = "database";
    return plain;
  }
}

void Database::set_up(Access access) {
  const bool read_only = access == Access::kReadOnly;
  if (is_postgresql()) {
    run("SET client_min_messages = warning; SET lock_timeout = '15s'; "
        "SET synchronous_commit = on; SET client_encoding = 'UTF8'");
    if (read_only) run("SET default_transaction_read_only = on");
    return;
  }
  run("PRAGMA busy_timeout = 10000");
  // WAL lets readers go on while the writer commits; FULL makes each commit survive a power loss.
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
  run("PRAGMA temp_store = MEMORY");
  run("PRAGMA cache_size = -65536");
  // Pages that many commits change are copied to the database once: an import touches most of them.
  run("PRAGMA wal_autocheckpoint = 16000");
  if (read_only) run("PRAGMA query_only = ON");
}

void Database::abort() {
  const int socket = connection_ ? connection_->socket.load() : -1;
  if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

void Database::interrupt() {
  if (is_postgresql()) return abort();
  if (connection_) sqlite_api::sqlite3_interrupt(connection_->sqlite());
}

// ------------------------------------------------------------------------------- running

template <class Work>
auto Database::translated(const std::string& sql, Work&& work) -> decltype(work()) {
  if (lost_) fail(sql, {DatabaseError::Kind::kLost, "PostgreSQL does not answer."});
  const auto connected = [&] {
    return !is_postgresql() || PQstatus(connection_->postgresql()) == CONNECTION_OK;
  };
  try {
    return work();
  } catch (const soci::sqlite3_soci_error& error) {
    fail(sql, translate_sqlite(error.result(), message_of(error)));
  } catch (const soci::postgresql_soci_error& error) {
    fail(sql, translate_postgresql(error.sqlstate(), message_of(error), connected()));
  } catch (const soci::soci_error& error) {
    fail(sql, {connected() ? DatabaseError::Kind::kOther : DatabaseError::Kind::kLost,
               message_of(error)});
  } catch (const DatabaseError& error) {
    fail(sql, error);
  }
}

void Database::fail(const std::string& sql, const DatabaseError& error) {
  statements_.erase(sql);
  if (error.kind() == DatabaseError::Kind::kLost) {
    lost_ = true;
    // libpq has closed the socket: its number may already be another connection's.
    if (connection_) connection_->socket = -1;
  }
  if (!failure_) failure_ = error;
  throw DatabaseError(error);
}

Database::Statement& Database::prepared(const std::string& sql, const Values& values) {
  const auto found = statements_.find(sql);
  if (found != statements_.end() && found->second->takes(values)) return *found->second;
  if (found != statements_.end()) statements_.erase(found);
  if (statements_.size() >= kStatementsKept) statements_.clear();
  auto made = std::make_unique<Statement>(*this, sql, values);
  return *statements_.emplace(sql, std::move(made)).first->second;
}

std::vector<Row> Database::query(const std::string& sql, const Values& values) {
  return translated(sql, [&] {
    check_text(values);
    Statement& ready = prepared(sql, values);
    ready.set(values);
    std::vector<Row> rows;
    for (bool got = ready.statement.execute(true); got; got = ready.statement.fetch()) {
      rows.push_back(ready.row());
    }
    return rows;
  });
}

int64_t Database::execute(const std::string& sql, const Values& values) {
  return translated(sql, [&]() -> int64_t {
    check_text(values);
    Statement& ready = prepared(sql, values);
    CARILLON_ASSERT(ready.columns.empty(), "execute() of a statement that answers rows");
    ready.set(values);
    ready.statement.execute(true);
    return ready.statement.get_affected_rows();
  });
}

int64_t Database::number(const std::string& sql, const Values& values) {
  const auto rows = query(sql, values);
  if (rows.empty()) return 0;
  const std::string& text = rows.front().at(0);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void Database::run(const std::string& statements) {
  translated(statements, [&] {
    if (is_postgresql()) {
      check_answer(connection_->postgresql(),
                   PQexec(connection_->postgresql(), statements.c_str()));
      return;
    }
    run_sqlite(connection_->sqlite(), statements);
  });
}

// ------------------------------------------------------------------------------- many rows

void Database::insert_rows(const std::string& table, const std::string& columns,
                           const std::vector<Values>& rows) {
  if (rows.empty()) return;
  if (is_postgresql()) return copy_in(table, columns, rows);
  std::string marks = "?";
  for (size_t i = 1; i < rows.front().size(); ++i) marks += ", ?";
  const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, marks);
  translated(sql, [&] {
    auto& inserts = connection_->inserts;
    if (inserts.size() >= kInsertsKept && !inserts.contains(sql)) inserts.clear();
    auto& insert = inserts[sql];
    if (!insert) insert = std::make_unique<SqliteInsert>(connection_->sqlite(), sql);
    for (const auto& row : rows) {
      check_text(row);
      insert->run(row);
    }
  });
}

void Database::copy_in(const std::string& table, const std::string& columns,
                       const std::vector<Values>& rows) {
  std::string lines;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) lines += '\t';
      append_copy_field(lines, row[i]);
    }
    lines += '\n';
  }
  const std::string sql = fmt::format("COPY {} ({}) FROM STDIN", table, columns);
  translated(sql, [&] {
    for (const auto& row : rows) check_text(row);
    PGconn* connection = connection_->postgresql();
    check_answer(connection, PQexec(connection, sql.c_str()));
    PQputCopyData(connection, lines.data(), static_cast<int>(lines.size()));
    PQputCopyEnd(connection, nullptr);
    PGresult* ended = PQgetResult(connection);
    while (PGresult* more = PQgetResult(connection)) PQclear(more);
    check_answer(connection, ended);
  });
}

// ------------------------------------------------------------------------------- transactions

Transaction::Transaction(Database& database, bool read_only) : database_(database) {
  if (!database_.is_postgresql()) {
    database_.run(read_only ? "BEGIN" : "BEGIN IMMEDIATE");
  } else {
    database_.run(read_only ? "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                            : "BEGIN");
  }
}

Transaction::~Transaction() {
  if (!open_ || database_.lost()) return;
  try {
    database_.run("ROLLBACK");
  } catch (const DatabaseError&) {
    // SQLite has already rolled back by itself, or the connection has just gone: both undo it.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace carillon::store
