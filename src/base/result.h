// Result<T>: the answer of an operation that may fail in an expected way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace carillon {

/// The closed list of expected failures. The API maps each to one HTTP status.
enum class ErrorCode {
  kInvalid,       ///< the input breaks a rule; `field` says which input (422)
  kUnauthorized,  ///< nobody is signed in, or the credentials are wrong (401)
  kForbidden,     ///< signed in, but without the right (403)
  kNotFound,      ///< no such thing (404)
  kConflict,      ///< the thing is in a state that does not allow this (409)
  kTooLarge,      ///< more input than the limit allows (413)
  kRateLimited,   ///< too many requests, try later (429)
  kUnavailable,   ///< a part that is needed is down or full, try later (503)
  kStorage,       ///< the database or the disk failed (507)
  kInternal,      ///< a failure that nobody outside can act upon (500)
};

/// The stable name of a code, as the API and the log show it.
std::string_view to_string(ErrorCode code);

/// An expected failure. `message` is a sentence for a person: what happened and what to do.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string field;  ///< name of the input that is wrong, empty when it is no single input
};

/// A value or an Error. Reading the wrong one is a bug and asserts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CARILLON_ASSERT(ok(), "value() of a failed Result");
    return *std::get_if<0>(&content_);
  }
  const T& value() const& {
    CARILLON_ASSERT(ok(), "value() of a failed Result");
    return *std::get_if<0>(&content_);
  }
  T&& value() && {
    CARILLON_ASSERT(ok(), "value() of a failed Result");
    return std::move(*std::get_if<0>(&content_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    CARILLON_ASSERT(!ok(), "error() of a successful Result");
    return *std::get_if<1>(&content_);
  }

 private:
  std::variant<T, Error> content_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CARILLON_ASSERT(!ok(), "error() of a successful Result");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace carillon
