// Changes of the store whose work makes a value.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "store/store.h"

namespace carillon::api {

/// Runs `work` (R(store::Writer&), R a Result) on the writer thread and calls resolve(R) there
/// after the commit.
template <class Work, class Resolve>
void change_then(store::Store& store, store::Actor actor, Work work, Resolve resolve) {
  using R = std::invoke_result_t<Work, store::Writer&>;
  auto result = std::make_shared<std::optional<R>>();
  store.change(
      std::move(actor),
      [work = std::move(work), result](store::Writer& writer) mutable -> Result<void> {
        // A group may be written anew after a failed commit: the last run counts.
        result->reset();
        result->emplace(work(writer));
        if (!(*result)->ok()) return (*result)->error();
        return {};
      },
      [result, resolve = std::move(resolve)](const Result<void>& committed) {
        if (!committed) return resolve(R(committed.error()));
        resolve(std::move(**result));
      });
}

}  // namespace carillon::api
