// What the audit log says about a change.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "store/table.h"

namespace carillon::store {

inline bool is_secret(std::string_view column) {
  return column == "password" || column == "secret" || column == "previous_secret" ||
         column == "token_hash" || column == "csrf_token";
}

inline nlohmann::json to_json(const Value& value) {
  return std::visit([](const auto& plain) { return nlohmann::json(plain); }, value);
}

/// The columns that differ, as JSON: {"name": ["before", "after"]}; of secrets only that they do.
template <class Record>
std::string difference(const Record& before, const Record& after) {
  auto changes = nlohmann::json::object();
  std::vector<Value> old;
  for_columns(before, [&](const char*, const auto& field) { old.push_back(encode(field)); });
  size_t i = 0;
  for_columns(after, [&](const char* column, const auto& field) {
    const Value now = encode(field);
    const Value& then = old[i++];
    if (now == then) return;
    changes[column] = is_secret(column) ? nlohmann::json("changed")
                                        : nlohmann::json::array({to_json(then), to_json(now)});
  });
  return changes.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace carillon::store
