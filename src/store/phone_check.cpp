#include "store/phone_check.h"

#include "base/log.h"
#include "store/import/phone.h"
#include "store/reader.h"
#include "store/table.h"

namespace carillon::store {
namespace {

constexpr int64_t kLeadsAtOnce = 5'000;

struct Batch {
  bool last = false;
  int64_t refused = 0;
};

Batch check_batch(Database& db) {
  Transaction transaction(db);
  // Nodes that start at once take turns.
  const auto range = db.query(std::string("SELECT after_id, up_to_id FROM unchecked_phones") +
                              (db.is_postgresql() ? " FOR UPDATE" : ""));
  if (range.empty()) return {.last = true};
  const auto rows =
      db.query("SELECT id, phone FROM leads WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
               {to_number<int64_t>(range[0][0]), to_number<int64_t>(range[0][1]), kLeadsAtOnce});
  std::vector<int64_t> refused;
  for (const auto& row : rows) {
    if (!parse_phone_to_call(row[1], {})) refused.push_back(to_number<int64_t>(row[0]));
  }
  if (!refused.empty()) {
    db.execute("UPDATE leads SET phone_valid = 0 WHERE id IN (" + id_list(refused) + ")");
  }
  const Batch batch{.last = std::ssize(rows) < kLeadsAtOnce, .refused = std::ssize(refused)};
  if (batch.last) {
    db.execute("DELETE FROM unchecked_phones");
  } else {
    db.execute("UPDATE unchecked_phones SET after_id = ?", {to_number<int64_t>(rows.back()[0])});
  }
  transaction.commit();
  return batch;
}

}  // namespace

Result<void> check_phones(Database& db) {
  return guarded([&]() -> Result<void> {
    int64_t refused = 0;
    Batch batch;
    while (!batch.last) {
      batch = check_batch(db);
      refused += batch.refused;
    }
    if (refused > 0) {
      spdlog::warn(
          "store: {} leads have premium-rate or other numbers that are not to be called, and are "
          "not dialed any more",
          refused);
    }
    return {};
  });
}

}  // namespace carillon::store
