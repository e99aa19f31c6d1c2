#include "api/json.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace carillon::api {
namespace {

Error malformed(const std::string& why) {
  return {ErrorCode::kInvalid, "The body is not valid JSON: " + why + ".", "body"};
}

bool too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (text.size() > kJsonLimit) {
    return Error{ErrorCode::kTooLarge, "The body is larger than 1 MiB.", "body"};
  }
  if (too_deep(text)) {
    return malformed(fmt::format("it is nested deeper than {} levels", kJsonDepth));
  }
  std::vector<std::set<std::string>> names;
  std::string twice;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& name = value.get_ref<const std::string&>();
      if (!names.back().insert(name).second) twice = name;
    }
    return true;
  };
  Json json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (json.is_discarded()) return malformed("it cannot be read to its end");
  if (!twice.empty()) {
    return Error{ErrorCode::kInvalid, "The field " + twice + " is given twice.", twice};
  }
  return json;
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ObjectReader::ObjectReader(const Json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object_.is_object()) {
    error_ = Error{ErrorCode::kInvalid, "A JSON object is expected here.",
                   path_.empty() ? "body" : path_.substr(0, path_.size() - 1)};
  }
}

bool ObjectReader::has(const char* name) const {
  return object_.is_object() && object_.contains(name);
}

void ObjectReader::require(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (ok() && !has(name)) fail(name, "is missing.");
  }
}

const Json* ObjectReader::take(const char* name) {
  known_.insert(name);
  if (!ok() || !has(name)) return nullptr;
  return &object_[name];
}

void ObjectReader::fail(const char* name, const std::string& sentence) {
  fail(
      {ErrorCode::kInvalid, fmt::format("The field {}{} {}", path_, name, sentence), path_ + name});
}

void ObjectReader::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

void ObjectReader::text(const char* name, std::string& out, const TextRule& rule) {
  const Json* member = take(name);
  if (!member) return;
  if (!member->is_string()) return fail(name, "must be a text.");
  const auto& value = member->get_ref<const std::string&>();
  if (value.size() < rule.min) {
    return fail(name, rule.min == 1 ? std::string("must not be empty.")
                                    : fmt::format("must have at least {} characters.", rule.min));
  }
  if (value.size() > rule.max) {
    return fail(name, fmt::format("must have at most {} characters.", rule.max));
  }
  for (const char c : value) {
    const bool line_character = c == '\n' || c == '\r' || c == '\t';
    if (is_control(c) && !(rule.lines && line_character)) {
      return fail(name, "must not contain control characters.");
    }
  }
  if (rule.valid && !rule.valid(value)) return fail(name, std::string(rule.wanted) + ".");
  out = value;
}

void ObjectReader::boolean(const char* name, bool& out) {
  const Json* member = take(name);
  if (!member) return;
  if (!member->is_boolean()) return fail(name, "must be true or false.");
  out = member->get<bool>();
}

void ObjectReader::integer(const char* name, int64_t& out, int64_t min, int64_t max) {
  const Json* member = take(name);
  if (!member) return;
  const bool fits =
      member->is_number_integer() &&
      !(member->is_number_unsigned() &&
        member->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
  if (!fits) return fail(name, "must be a whole number.");
  const auto value = member->get<int64_t>();
  if (value < min || value > max) {
    return fail(name, fmt::format("must be from {} to {}.", min, max));
  }
  out = value;
}

void ObjectReader::integer(const char* name, int& out, int min, int max) {
  int64_t value = out;
  integer(name, value, min, max);
  if (ok()) out = static_cast<int>(value);
}

void ObjectReader::number(const char* name, double& out, double min, double max) {
  const Json* member = take(name);
  if (!member) return;
  if (!member->is_number()) return fail(name, "must be a number.");
  const auto value = member->get<double>();
  if (!std::isfinite(value) || value < min || value > max) {
    return fail(name, fmt::format("must be from {} to {}.", min, max));
  }
  out = value;
}

namespace {
constexpr int64_t kYear9999 = 253'402'300'799'999;
}

void ObjectReader::time(const char* name, WallTime& out) {
  int64_t ms = to_unix_ms(out);
  integer(name, ms, 0, kYear9999);
  if (ok()) out = from_unix_ms(ms);
}

void ObjectReader::optional_time(const char* name, std::optional<WallTime>& out) {
  const Json* member = take(name);
  if (!member) return;
  if (member->is_null()) {
    out.reset();
    return;
  }
  WallTime value{};
  time(name, value);
  if (ok()) out = value;
}

void ObjectReader::texts(const char* name, std::vector<std::string>& out, size_t max_items,
                         const TextRule& rule) {
  const Json* array = take_array(name, max_items);
  if (!array) return;
  std::vector<std::string> result;
  for (size_t i = 0; i < array->size(); ++i) {
    // Each item is read as the member of an object of its own, to share the rules of text().
    const Json item{{"item", (*array)[i]}};
    ObjectReader reader(item);
    std::string value;
    reader.text("item", value, rule);
    if (!reader.ok()) {
      return fail(name, fmt::format("has an item that cannot be used (number {}).", i + 1));
    }
    result.push_back(std::move(value));
  }
  out = std::move(result);
}

bool ObjectReader::raw_id(const char* name, int64_t& out, bool nullable) {
  const Json* member = take(name);
  if (!member) return false;
  if (nullable && member->is_null()) {
    out = 0;
    return true;
  }
  const auto before = out;
  integer(name, out, 1, std::numeric_limits<int64_t>::max());
  if (!ok()) out = before;
  return ok();
}

const Json* ObjectReader::take_array(const char* name, size_t max_items) {
  const Json* member = take(name);
  if (!member) return nullptr;
  if (!member->is_array()) {
    fail(name, "must be a list.");
    return nullptr;
  }
  if (member->size() > max_items) {
    fail(name, fmt::format("must have at most {} items.", max_items));
    return nullptr;
  }
  return member;
}

const Json* ObjectReader::take_object(const char* name, size_t max_members) {
  const Json* member = take(name);
  if (!member) return nullptr;
  if (!member->is_object()) {
    fail(name, "must be an object.");
    return nullptr;
  }
  if (member->size() > max_members) {
    fail(name, fmt::format("must have at most {} members.", max_members));
    return nullptr;
  }
  return member;
}

Result<void> ObjectReader::finish() {
  if (error_) return *error_;
  for (const auto& member : object_.items()) {
    if (!known_.contains(member.key())) {
      return Error{ErrorCode::kInvalid,
                   fmt::format("There is no field {}{} here.", path_, member.key()),
                   path_ + member.key()};
    }
  }
  return {};
}

}  // namespace carillon::api
