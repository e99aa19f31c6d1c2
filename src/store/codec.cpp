#include "store/codec.h"

#include <nlohmann/json.hpp>

namespace carillon::store {
namespace {

/// Text of ours is always valid UTF-8 by the time that it is kept; `replace` guards the audit log,
/// which also describes what is about to be refused.
std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json parse(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace

std::string_view name_of(ImportState value) {
  switch (value) {
    case ImportState::kRunning: return "running";
    case ImportState::kDone: return "done";
    case ImportState::kFailed: return "failed";
    case ImportState::kCancelled: return "cancelled";
  }
  CARILLON_ASSERT(false, "unknown ImportState");
}

std::optional<ImportState> import_state_from(std::string_view name) {
  for (const auto state :
       {ImportState::kRunning, ImportState::kDone, ImportState::kFailed, ImportState::kCancelled}) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

void decode(const std::string& text, LeadJobAction& out) {
  for (const auto action : {LeadJobAction::kChange, LeadJobAction::kDelete, LeadJobAction::kRecycle,
                            LeadJobAction::kUndo}) {
    if (name_of(action) == text) out = action;
  }
}

void decode(const std::string& text, LeadJobState& out) {
  for (const auto state : {LeadJobState::kRunning, LeadJobState::kDone, LeadJobState::kFailed,
                           LeadJobState::kCancelled}) {
    if (name_of(state) == text) out = state;
  }
}

void decode(const std::string& text, DeliveryState& out) {
  for (const auto state :
       {DeliveryState::kWaiting, DeliveryState::kDelivered, DeliveryState::kGivenUp}) {
    if (name_of(state) == text) out = state;
  }
}

Value encode(const std::vector<std::string>& list) { return dump(nlohmann::json(list)); }

Value encode(const std::vector<RetryRule>& rules) {
  auto json = nlohmann::json::array();
  for (const auto& rule : rules) {
    json.push_back({{"outcome", std::string(name_of(rule.outcome))}, {"after_s", rule.after_s}});
  }
  return dump(json);
}

Value encode(const std::vector<DispositionRule>& rules) {
  auto json = nlohmann::json::array();
  for (const auto& rule : rules) {
    json.push_back({{"name", rule.name},
                    {"final", rule.final},
                    {"recyclable", rule.recyclable},
                    {"callback", rule.callback},
                    {"do_not_call", rule.do_not_call},
                    {"sale", rule.sale}});
  }
  return dump(json);
}

Value encode(const std::map<std::string, std::string>& fields) {
  return dump(nlohmann::json(fields));
}

void decode(const std::string& text, std::vector<std::string>& out) {
  out.clear();
  for (const auto& item : parse(text)) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
}

void decode(const std::string& text, std::vector<RetryRule>& out) {
  out.clear();
  for (const auto& item : parse(text)) {
    if (!item.is_object()) continue;
    const auto outcome = from_name<Outcome>(item.value("outcome", ""));
    if (outcome) out.push_back({*outcome, item.value("after_s", int64_t{0})});
  }
}

void decode(const std::string& text, std::vector<DispositionRule>& out) {
  out.clear();
  for (const auto& item : parse(text)) {
    if (!item.is_object()) continue;
    out.push_back({.name = item.value("name", ""),
                   .final = item.value("final", false),
                   .recyclable = item.value("recyclable", false),
                   .callback = item.value("callback", false),
                   .do_not_call = item.value("do_not_call", false),
                   .sale = item.value("sale", false)});
  }
}

void decode(const std::string& text, std::map<std::string, std::string>& out) {
  out.clear();
  const auto json = parse(text);
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
}

}  // namespace carillon::store
