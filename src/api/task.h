// Task<T>: a coroutine that runs on the http loop, and how it waits for other threads.
//
// Handlers are Tasks and not Asio coroutines, so that they compile without Asio and can be driven
// by tests.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "api/loop.h"
#include "base/assert.h"

namespace carillon::api {

/// A lazy coroutine: starts when awaited (or given to run()), resumes its awaiter at its end.
/// Owner: whoever holds the Task; it must live until the coroutine has ended.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::exception_ptr error;
    std::coroutine_handle<> continuation = std::noop_coroutine();

    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        return self.promise().continuation;
      }
      void await_resume() noexcept {}
    };

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_value(T v) { value.emplace(std::move(v)); }
    void unhandled_exception() { error = std::current_exception(); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  T await_resume() {
    auto& promise = handle_.promise();
    if (promise.error) std::rethrow_exception(promise.error);
    return std::move(*promise.value);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

/// Waits for a callback. `start` is called once, on the loop, with a function that any thread may
/// call with the answer; the coroutine then resumes on the loop. Calls after the first are ignored.
/// When the loop has stopped meanwhile, the coroutine is not resumed.
template <class T>
class [[nodiscard]] Later {
 public:
  using Resolve = std::function<void(T)>;

  Later(std::shared_ptr<Loop> loop, std::function<void(Resolve)> start)
      : state_(std::make_shared<State>()), start_(std::move(start)) {
    state_->loop = std::move(loop);
  }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    state_->awaiter = awaiter;
    // `this` lives in the coroutine's frame, which may be resumed and gone before start returns.
    auto start = std::move(start_);
    start([state = state_](T value) { resolve(state, std::move(value)); });
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  struct State {
    std::shared_ptr<Loop> loop;
    std::coroutine_handle<> awaiter;
    std::optional<T> value;  // written on the loop only
  };

  static void resolve(const std::shared_ptr<State>& state, T value) {
    // std::function wants a copyable target.
    auto carried = std::make_shared<T>(std::move(value));
    state->loop->post([state, carried] {
      if (state->value) return;
      state->value.emplace(std::move(*carried));
      state->awaiter.resume();
    });
  }

  std::shared_ptr<State> state_;
  std::function<void(Resolve)> start_;
};

namespace internal {
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
}  // namespace internal

/// Runs a task whose end nobody awaits; `done` is called on the loop with its value, or with
/// nothing when it threw.
template <class T>
internal::Detached run(Task<T> task, std::function<void(std::optional<T>)> done) {
  std::optional<T> value;
  try {
    value.emplace(co_await task);
  } catch (...) {
    value.reset();
  }
  done(std::move(value));
}

}  // namespace carillon::api
