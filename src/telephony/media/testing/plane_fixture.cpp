#include "telephony/media/testing/plane_fixture.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include <unistd.h>

#include "base/assert.h"

namespace carillon::media::testing {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "carillon-media-XXXXXX").string();
  CARILLON_ASSERT(mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void EventLog::add(MediaEvent event) {
  {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  changed_.notify_all();
}

bool eventually(const std::function<bool()>& condition, Duration timeout) {
  const SteadyTime until = machine_now().steady + timeout;
  while (!condition()) {
    if (machine_now().steady > until) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

MediaConfig loopback_config(const TemporaryFolder& folder) {
  MediaConfig config;
  config.bind_address = "127.0.0.1";
  config.agent_port_first = 0;
  // Below the ephemeral ports; each process begins elsewhere, and taken ports are passed over.
  config.rtp_port_min = static_cast<uint16_t>(10000 + (getpid() % 100) * 100);
  config.rtp_port_max = 31999;
  config.recordings = folder.path() / "recordings";
  config.prompts = folder.path() / "prompts";
  return config;
}

void open_leg(MediaPlane& plane, LegId leg, RtpPeer& peer) {
  const auto endpoint = plane.open_rtp_leg(leg);
  CARILLON_ASSERT(endpoint.ok(), "no RTP ports for the test");
  plane.set_remote(leg, peer.remote());
  peer.send_to(*endpoint);
}

bool negotiate(MediaPlane& plane, EventLog& events, LegId leg, Browser& browser) {
  static std::atomic<int64_t> last_request{0};
  const RequestId request{++last_request};
  plane.offer(leg, request, browser.connection(), browser.offer());
  const auto answered =
      events.wait_for<OfferAnswered>([&](const auto& e) { return e.request == request; });
  if (!answered || answered->sdp.empty()) return false;
  browser.accept(answered->sdp);
  return true;
}

}  // namespace carillon::media::testing
