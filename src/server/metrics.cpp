#include "server/metrics.h"

#include <cstdio>

#include <unistd.h>

#include "core/messages/names.h"

namespace carillon::server {
namespace {

class Gathering {
 public:
  template <class Number>
  void counter(const char* name, const char* help, Number value,
               std::map<std::string, std::string> labels = {}) {
    metrics_.push_back({name, help, true, std::move(labels), static_cast<double>(value)});
  }
  template <class Number>
  void gauge(const char* name, const char* help, Number value) {
    metrics_.push_back({name, help, false, {}, static_cast<double>(value)});
  }
  std::vector<api::Metric> take() { return std::move(metrics_); }

 private:
  std::vector<api::Metric> metrics_;
};

constexpr double kSecondsPerMicrosecond = 1e-6;

void add_core(Gathering& all, const CoreCounters& core) {
  all.counter("carillon_core_events_total", "Events that the core took", core.events);
  all.counter("carillon_core_commands_total", "Commands that the core gave", core.commands);
  all.counter("carillon_core_busy_seconds_total", "Time that the core's thread worked",
              static_cast<double>(core.busy_us) * kSecondsPerMicrosecond);
  all.gauge("carillon_core_longest_batch_seconds", "Longest time without looking at the inbox",
            static_cast<double>(core.longest_batch_us) * kSecondsPerMicrosecond);
  all.gauge("carillon_core_inbox", "Messages that wait for the core", core.inbox_now);
  all.gauge("carillon_agent_sessions", "Agents who are logged in to a campaign",
            core.agent_sessions_now);
  all.gauge("carillon_calls", "Calls from dialing to their end", core.calls_now);
}

void add_telephony(Gathering& all, const telephony::TelephonyCounters& t) {
  all.counter("carillon_calls_placed_total", "Calls whose INVITE left", t.calls_placed);
  all.counter("carillon_calls_answered_total", "Calls that were answered", t.calls_answered);
  for (const auto& [outcome, count] : t.calls_ended) {
    all.counter("carillon_calls_ended_total", "Calls that ended, by outcome", count,
                {{"outcome", std::string(name_of(outcome))}});
  }
  all.gauge("carillon_sip_calls", "SIP calls to customers that have not ended", t.calls_active);
  all.gauge("carillon_agent_lines", "Agents' open lines", t.agent_lines);
  all.gauge("carillon_phones_registered", "Desk phones that are registered", t.phones_registered);
  all.counter("carillon_phone_sign_ins_failed_total", "REGISTER with wrong credentials",
              t.sign_ins_failed);
  all.counter("carillon_phone_wrong_transport_total",
              "REGISTER over a transport that the SIP profile does not allow",
              t.phones_wrong_transport);
  all.counter("carillon_phones_gone_silent_total",
              "Registrations that ended because the phone did not answer OPTIONS",
              t.phones_gone_silent);
  all.counter("carillon_sip_requests_refused_total", "SIP requests from outside of our calls",
              t.requests_refused);
  all.counter("carillon_inbound_calls_refused_total", "Calls from carriers, not taken",
              t.inbound_refused);
  all.counter("carillon_answers_crossed_cancel_total", "Answers that crossed our CANCEL",
              t.answers_crossed_cancel);
  all.counter("carillon_sip_challenges_total", "Carriers' challenges that were answered",
              t.auth_challenges);
  all.counter("carillon_sip_strangers_dropped_total", "Packets dropped at the SIP sockets",
              t.strangers_dropped);
  for (const auto& [from, count] :
       {std::pair("phones", t.phone_flood_dropped), std::pair("trunks", t.trunk_flood_dropped)}) {
    all.counter("carillon_sip_flood_dropped_total",
                "SIP datagrams and connections that were too many", count, {{"from", from}});
  }
  all.counter("carillon_media_packets_received_total", "RTP packets taken",
              t.media_packets_received);
  all.counter("carillon_media_packets_dropped_total", "RTP packets from strangers, or malformed",
              t.media_packets_dropped);
}

void add_store(Gathering& all, const store::StoreCounters& s) {
  all.counter("carillon_store_commits_total", "Transactions of the writer", s.commits);
  all.counter("carillon_store_commands_total", "Commands and changes in them", s.commands);
  all.counter("carillon_store_commit_seconds_total", "Time spent in COMMIT",
              static_cast<double>(s.commit_us_total) * kSecondsPerMicrosecond);
  all.gauge("carillon_store_longest_commit_seconds", "The longest COMMIT",
            static_cast<double>(s.commit_us_max) * kSecondsPerMicrosecond);
  all.counter("carillon_store_failed_commits_total", "Transactions that failed", s.failed_commits);
  all.counter("carillon_store_reconnects_total", "Times the database came back", s.reconnects);
  all.gauge("carillon_store_queue", "Commands and changes that wait", s.queue_now);
  all.counter("carillon_store_reads_total", "Questions to the database", s.reads);
  all.gauge("carillon_store_reads_queued", "Questions that wait", s.reads_queued_now);
  all.counter("carillon_store_stats_recounts_total", "Recounts of lead statistics",
              s.stats_recounts);
}

void add_process(Gathering& all) {
  long total_pages = 0;
  long resident_pages = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%ld %ld", &total_pages, &resident_pages) != 2) resident_pages = 0;
    std::fclose(file);
  }
  all.gauge("process_resident_memory_bytes", "Memory of the process",
            resident_pages * ::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<api::Metric> gather_metrics(const CoreCounters& core,
                                        const telephony::TelephonyCounters& telephony,
                                        const store::StoreCounters& store,
                                        uint64_t recordings_failed) {
  Gathering all;
  all.counter("carillon_recordings_failed_total",
              "Recordings that the disk did not take, or not as a whole", recordings_failed);
  add_core(all, core);
  add_telephony(all, telephony);
  add_store(all, store);
  add_process(all);
  return all.take();
}

}  // namespace carillon::server
