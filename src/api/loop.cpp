#include "api/loop.h"

#include <atomic>
#include <unordered_set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace carillon::api {

namespace {
constexpr Duration kTurn = 500ms;
}

struct Loop::Impl {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  boost::asio::steady_timer turn{context};
  std::unordered_set<std::shared_ptr<boost::asio::steady_timer>> delayed;
  std::atomic<bool> stopped{false};
  std::atomic<int64_t> last_turn_ms{0};

  void tick() {
    last_turn_ms = machine_now().steady.time_since_epoch().count();
    turn.expires_after(kTurn);
    turn.async_wait([this](const boost::system::error_code& error) {
      if (!error) tick();
    });
  }
};

Loop::Loop() : impl_(std::make_unique<Impl>()) { impl_->tick(); }
Loop::~Loop() = default;

void Loop::post(std::function<void()> work) {
  if (impl_->stopped) return;
  boost::asio::post(impl_->context, [impl = impl_.get(), work = std::move(work)] {
    if (!impl->stopped) work();
  });
}

void Loop::after(Duration delay, std::function<void()> work) {
  auto timer = std::make_shared<boost::asio::steady_timer>(impl_->context, delay);
  impl_->delayed.insert(timer);
  timer->async_wait(
      [impl = impl_.get(), timer, work = std::move(work)](const boost::system::error_code& error) {
        impl->delayed.erase(timer);
        if (!error && !impl->stopped) work();
      });
}

void Loop::run() {
  impl_->context.run();
  // What was cancelled comes to its end, and work that is dropped lets go of what it holds: this
  // loop too, which would else keep itself.
  for (const auto& timer : impl_->delayed) timer->cancel();
  impl_->context.restart();
  impl_->context.poll();
}

void Loop::stop() {
  impl_->stopped = true;
  impl_->context.stop();
}

SteadyTime Loop::last_turn() const { return SteadyTime{Duration{impl_->last_turn_ms.load()}}; }

boost::asio::io_context& Loop::context() { return impl_->context; }

}  // namespace carillon::api
