// OnBoth: a test that runs on SQLite and on PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include "store/testing/test_store.h"

namespace carillon::store::testing {

class OnBoth : public ::testing::TestWithParam<DatabaseKind> {
 protected:
  TestDatabase database{GetParam()};
};

inline std::string database_name(const ::testing::TestParamInfo<DatabaseKind>& info) {
  return info.param == DatabaseKind::kSqlite ? "Sqlite" : "Postgresql";
}

}  // namespace carillon::store::testing

#define CARILLON_ON_BOTH(Suite)                                                             \
  INSTANTIATE_TEST_SUITE_P(Databases, Suite,                                                \
                           ::testing::Values(::carillon::store::DatabaseKind::kSqlite,      \
                                             ::carillon::store::DatabaseKind::kPostgresql), \
                           ::carillon::store::testing::database_name)
