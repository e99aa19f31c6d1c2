// JSON: reading with limits, and a strict reader of objects.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace carillon::api {

using Json = nlohmann::json;

constexpr size_t kJsonLimit = 1 << 20;
constexpr int kJsonDepth = 16;

/// Parses one JSON text (RFC 8259) of at most kJsonLimit bytes and kJsonDepth levels. An object
/// that names a member twice is refused.
Result<Json> parse_json(std::string_view text);

/// On one line; what is not UTF-8 (a carrier's reason phrase) becomes U+FFFD.
std::string to_text(const Json& json);

/// Limits of a text. Lengths count bytes.
struct TextRule {
  size_t min = 0;
  size_t max = 200;
  bool lines = false;                         ///< line breaks and tabs are allowed
  bool (*valid)(std::string_view) = nullptr;  ///< more to check
  const char* wanted = "is not valid";        ///< how the sentence goes on when it fails
};

/// Reads the members of a JSON object into variables. A member that is absent leaves its variable
/// as it is, so the same code serves creating and changing. The first problem is kept; finish()
/// gives it, or complains about members that nobody asked for.
class ObjectReader {
 public:
  explicit ObjectReader(const Json& object, std::string path = {});

  bool has(const char* name) const;
  void require(std::initializer_list<const char*> names);

  void text(const char* name, std::string& out, const TextRule& rule = {});
  void boolean(const char* name, bool& out);
  void integer(const char* name, int64_t& out, int64_t min, int64_t max);
  void integer(const char* name, int& out, int min, int max);
  void number(const char* name, double& out, double min, double max);
  void time(const char* name, WallTime& out);
  /// null clears.
  void optional_time(const char* name, std::optional<WallTime>& out);
  void texts(const char* name, std::vector<std::string>& out, size_t max_items,
             const TextRule& rule);

  /// A reference; null clears when `nullable`.
  template <class Tag>
  void id(const char* name, Id<Tag>& out, bool nullable = true) {
    int64_t value = out.value;
    if (raw_id(name, value, nullable)) out = Id<Tag>{value};
  }
  template <class Tag>
  void ids(const char* name, std::vector<Id<Tag>>& out, size_t max_items) {
    const Json* array = take_array(name, max_items);
    if (!array) return;
    std::vector<Id<Tag>> result;
    for (const auto& item : *array) {
      if (!item.is_number_integer() || item.get<int64_t>() < 1) {
        return fail(name, "must hold ids, whole numbers from 1.");
      }
      result.emplace_back(item.get<int64_t>());
    }
    out = std::move(result);
  }
  /// `parse`: text to optional<E>.
  template <class E, class Parse>
  void enumeration(const char* name, E& out, Parse parse) {
    std::string value;
    const Json* member = take(name);
    if (!member) return;
    if (member->is_string()) {
      if (const auto parsed = parse(member->get_ref<const std::string&>())) {
        out = *parsed;
        return;
      }
    }
    fail(name, "is not one of the values that are possible here.");
  }

  /// The member as it is, for arrays and objects; null when absent.
  const Json* take(const char* name);
  const Json* take_array(const char* name, size_t max_items);
  const Json* take_object(const char* name, size_t max_members);

  /// `sentence` goes on after "The field <name> ".
  void fail(const char* name, const std::string& sentence);
  void fail(Error error);
  bool ok() const { return !error_; }
  Result<void> finish();

 private:
  bool raw_id(const char* name, int64_t& out, bool nullable);

  const Json& object_;
  std::string path_;  ///< of the object itself inside the body, "dispositions[2]."
  std::set<std::string, std::less<>> known_;
  std::optional<Error> error_;
};

}  // namespace carillon::api
