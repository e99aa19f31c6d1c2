// Metrics: what the rooms counted, in Prometheus' words.
#pragma once

#include <vector>

#include "api/server.h"
#include "server/core_loop.h"
#include "store/store.h"
#include "telephony/telephony.h"

namespace carillon::server {

/// Everything for /metrics besides the API's own.
std::vector<api::Metric> gather_metrics(const CoreCounters& core,
                                        const telephony::TelephonyCounters& telephony,
                                        const store::StoreCounters& store,
                                        uint64_t recordings_failed);

}  // namespace carillon::server
