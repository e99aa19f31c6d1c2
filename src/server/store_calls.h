// The store's questions and changes for code that may wait: start-up and the demo.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "base/result.h"
#include "store/store.h"

namespace carillon::server {

/// Store::read, waiting for the answer.
template <class T>
Result<T> read_now(store::Store& store, std::function<Result<T>(store::Reader&)> question) {
  auto answer = std::make_shared<std::promise<Result<T>>>();
  auto future = answer->get_future();
  store.read([answer, question = std::move(question)](store::Reader& reader) {
    answer->set_value(question(reader));
  });
  return future.get();
}

/// Store::change as the system, waiting until it is durable.
inline Result<void> change_now(store::Store& store,
                               std::function<Result<void>(store::Writer&)> work) {
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  store.change(store::Actor{}, std::move(work),
               [answer](Result<void> result) { answer->set_value(std::move(result)); });
  return future.get();
}

}  // namespace carillon::server
