// Places calls through the telephony and prints what one costs: the load of bench/run_calls.
//
// The carrier is another program (SIPp's uas). Each call is answered, held for a while and ended by
// us. Prints one line of JSON: CPU and memory of this process only.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "telephony/telephony.h"

namespace {

using namespace carillon;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

double rss_mb() {
  long total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / 1e6;
}

/// Ends each call some time after its answer, and counts how calls ended.
class Load {
 public:
  explicit Load(std::chrono::milliseconds hold) : hold_(hold) {}

  void on(const TelephonyEvent& event) {
    if (const auto* answered = std::get_if<CallAnswered>(&event)) {
      std::lock_guard lock(mutex_);
      due_.emplace(Clock::now() + hold_, answered->attempt);
    } else if (const auto* ended = std::get_if<CallEnded>(&event)) {
      ++(ended->outcome == Outcome::kAnswered ? good : lost);
      if (ended->outcome != Outcome::kAnswered) std::fprintf(stderr, "%s\n", ended->reason.c_str());
    } else if (const auto* trunk = std::get_if<TrunkStateChanged>(&event)) {
      trunk_is_up = trunk->up;
    }
  }
  void hang_up_due(telephony::Telephony& telephony) {
    std::lock_guard lock(mutex_);
    const auto end = due_.upper_bound(Clock::now());
    for (auto each = due_.begin(); each != end; ++each) telephony.send(EndCall{each->second});
    due_.erase(due_.begin(), end);
  }

  std::atomic<long> good{0}, lost{0};
  std::atomic<bool> trunk_is_up{false};

 private:
  std::chrono::milliseconds hold_;
  std::mutex mutex_;
  std::multimap<Clock::time_point, AttemptId> due_;
};

int run(int port, double rate, double seconds, int hold_ms) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("sip-calls-{}", getpid());
  telephony::TelephonyConfig config;
  config.bind_address = "127.0.0.1";
  config.trunk_port = config.agent_port = 0;
  config.phones_enabled = false;
  config.rtp_port_min = 20'000;
  config.rtp_port_max = 59'998;
  config.recordings_directory = (folder / "recordings").string();
  config.prompts_directory = (folder / "prompts").string();
  config.media_timeout = std::chrono::minutes(10);  // SIPp's uas sends no audio
  Load load{std::chrono::milliseconds(hold_ms)};
  auto started = telephony::Telephony::start(
      config, {[&load](TelephonyEvent event) { load.on(event); }, [](AgentAnswer) {}});
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().message.c_str());
    return 1;
  }
  auto& telephony = **started;
  Trunk trunk;
  trunk.id = TrunkId{1};
  trunk.host = "127.0.0.1";
  trunk.port = port;
  trunk.options_ping = false;
  telephony.send(SetTrunks{{trunk}});
  while (!load.trunk_is_up) std::this_thread::sleep_for(std::chrono::milliseconds(1));

  const long total = static_cast<long>(rate * seconds);
  const double idle_rss = rss_mb();
  double peak_rss = idle_rss;
  auto next_look = Clock::now();
  const double cpu_before = cpu_seconds();
  const auto began = Clock::now();
  const auto give_up =
      began + std::chrono::milliseconds(static_cast<long>(seconds * 1000) + hold_ms + 60'000);
  for (long placed = 0; load.good + load.lost < total && Clock::now() < give_up;) {
    const std::chrono::duration<double> elapsed = Clock::now() - began;
    for (; placed < total && static_cast<double>(placed) <= rate * elapsed.count(); ++placed) {
      PlaceCall call;
      call.attempt = AttemptId{placed + 1};
      call.trunk = trunk.id;
      call.number = fmt::format("49301{:07}", placed);
      call.caller_id = "+493099999";
      telephony.send(std::move(call));
    }
    load.hang_up_due(telephony);
    if (Clock::now() >= next_look) {
      peak_rss = std::max(peak_rss, rss_mb());
      next_look = Clock::now() + std::chrono::milliseconds(200);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const double cpu = cpu_seconds() - cpu_before;
  const long missing = total - load.good - load.lost;
  fmt::print(
      "{{\"calls\": {}, \"good\": {}, \"lost\": {}, \"cpu_ms_per_call\": {:.3f}, "
      "\"rss_idle_mb\": {:.1f}, \"rss_peak_mb\": {:.1f}}}\n",
      total, load.good.load(), load.lost + missing, 1000 * cpu / static_cast<double>(total),
      idle_rss, peak_rss);
  telephony.drain_and_stop();
  std::filesystem::remove_all(folder);
  return load.good == total ? 0 : 2;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "usage: sip_calls CARRIER_PORT CALLS_A_SECOND SECONDS HOLD_MS\n");
    return 1;
  }
  return run(std::atoi(words[1]), std::atof(words[2]), std::atof(words[3]), std::atoi(words[4]));
}
