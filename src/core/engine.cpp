#include "core/engine.h"

#include <utility>

namespace carillon::core {

class Engine::Impl {
 public:
  Impl(EngineOptions options, const TimeZones& zones)
      : options_(std::move(options)), zones_(zones) {}

  EngineOptions options_;
  const TimeZones& zones_;
};

Engine::Engine(EngineOptions options, const TimeZones& zones)
    : impl_(std::make_unique<Impl>(std::move(options), zones)) {}
Engine::~Engine() = default;

void Engine::step(const CoreEvent& event, Now, std::vector<CoreCommand>& out) {
  if (const auto* request = std::get_if<CoreRequest>(&event)) {
    const RequestId id = std::visit([](const auto& r) { return r.request; }, *request);
    out.push_back(
        RequestDone{id, Error{ErrorCode::kUnavailable, "The server is starting.", ""}, {}});
  }
}

std::optional<SteadyTime> Engine::next_deadline() const { return std::nullopt; }

}  // namespace carillon::core
