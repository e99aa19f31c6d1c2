// Loop: the http thread's event loop, as seen by code that does not know Asio.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace boost::asio {
class io_context;
}

namespace carillon::api {

/// One thread's loop. post() may be called by any thread, the rest on the loop only. Work that is
/// posted after stop() is dropped. Lifetime: shared with whoever may still post.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void post(std::function<void()> work);
  /// Runs `work` once after `delay`.
  void after(Duration delay, std::function<void()> work);

  /// Runs on the calling thread until stop().
  void run();
  /// Any thread. Work that waits is not run any more.
  void stop();
  /// When the loop last turned; for /healthz.
  SteadyTime last_turn() const;

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace carillon::api
