// The schema and how a database is brought up to it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace carillon::store {

/// One numbered step of the schema.
struct Migration {
  int64_t version;
  std::string name;
  std::string sql;
};

/// Those of src/store/migrations, in order; made at build time.
const std::vector<Migration>& embedded_migrations();

/// Applies what the database does not have yet, each step in one transaction with its entry in
/// schema_version. kConflict, with a sentence, when the database is newer than `migrations`.
Result<void> migrate(Database& database, const std::vector<Migration>& migrations);

/// The SQL for one kind of database: the words in @...@ replaced.
std::string for_database(const std::string& sql, DatabaseKind kind);

}  // namespace carillon::store
