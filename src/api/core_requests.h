// CoreRequests: what people ask of the core, matched with its answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "api/task.h"
#include "core/messages/live.h"

namespace carillon::api {

/// Gives each request its id and waits for its RequestDone, at most `timeout`. Loop: http.
class CoreRequests {
 public:
  CoreRequests(std::shared_ptr<Loop> loop, std::function<bool(CoreRequest)> to_core,
               Duration timeout);

  /// The core's answer; kUnavailable when its inbox is full or it stays silent.
  Later<RequestDone> ask(CoreRequest request);
  /// For requests whose answer does not matter (presence).
  void tell(CoreRequest request);
  void done(RequestDone answer);

  /// Also for the telephony's requests: unique in this process.
  RequestId next_id() { return RequestId{++last_id_}; }
  size_t pending() const { return pending_->waiting.size(); }

 private:
  struct Pending {
    std::unordered_map<RequestId, std::function<void(RequestDone)>> waiting;
    void resolve(RequestDone answer);
  };

  const std::shared_ptr<Loop> loop_;
  const std::function<bool(CoreRequest)> to_core_;
  const Duration timeout_;
  const std::shared_ptr<Pending> pending_ = std::make_shared<Pending>();
  int64_t last_id_ = 0;
};

}  // namespace carillon::api
