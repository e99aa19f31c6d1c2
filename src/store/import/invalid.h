// What the import room answers to input that breaks a rule.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace carillon::store {

/// `message` is a sentence for a person, `field` names the input that is wrong.
inline Error invalid(std::string message, std::string field) {
  return Error{ErrorCode::kInvalid, std::move(message), std::move(field)};
}

}  // namespace carillon::store
