#include "api/core_requests.h"

#include <utility>

#include "base/log.h"

namespace carillon::api {
namespace {

RequestDone refused(RequestId id, std::string sentence) {
  return {id, Error{ErrorCode::kUnavailable, std::move(sentence), {}}, {}};
}

void set_id(CoreRequest& request, RequestId id) {
  std::visit([id](auto& r) { r.request = id; }, request);
}

}  // namespace

CoreRequests::CoreRequests(std::shared_ptr<Loop> loop, std::function<bool(CoreRequest)> to_core,
                           Duration timeout)
    : loop_(std::move(loop)), to_core_(std::move(to_core)), timeout_(timeout) {}

Later<RequestDone> CoreRequests::ask(CoreRequest request) {
  const auto id = next_id();
  set_id(request, id);
  auto start = [this, id, request = std::move(request)](std::function<void(RequestDone)> resolve) {
    pending_->waiting[id] = std::move(resolve);
    if (!to_core_(request)) {
      pending_->resolve(refused(id, "The dialer is overloaded. Try again in a moment."));
      return;
    }
    loop_->after(timeout_, [pending = pending_, id] {
      pending->resolve(refused(id, "The dialer did not answer in time. Try again in a moment."));
    });
  };
  return Later<RequestDone>(loop_, std::move(start));
}

void CoreRequests::tell(CoreRequest request) {
  set_id(request, next_id());
  if (!to_core_(std::move(request))) {
    spdlog::warn("The core's inbox is full: an agent's presence was not reported.");
  }
}

void CoreRequests::done(RequestDone answer) { pending_->resolve(std::move(answer)); }

void CoreRequests::Pending::resolve(RequestDone answer) {
  const auto found = waiting.find(answer.request);
  if (found == waiting.end()) return;  // timed out before, or nobody waits
  auto resolve = std::move(found->second);
  waiting.erase(found);
  resolve(std::move(answer));
}

}  // namespace carillon::api
