#include "store/store.h"

#include <atomic>
#include <future>

#include "base/log.h"
#include "store/lead_job_loop.h"
#include "store/long_change.h"
#include "store/maintenance.h"
#include "store/reader_pool.h"
#include "store/stats_loop.h"
#include "store/writer_loop.h"

namespace carillon::store {

class Store::Impl {
 public:
  Impl(const StoreConfig& config, const DatabaseAddress& address, const StoreSinks& sinks)
      : address_(address),
        webhook_data_(config.webhook_data),
        readers_(address),
        stats_(config, address,
               [sinks](CampaignId campaign, const LeadStats& stats) {
                 if (sinks.lead_stats) sinks.lead_stats(campaign, stats);
               }),
        maintenance_(config, address, [this](auto work) { return change_now(std::move(work)); }),
        lead_jobs_(address, [this](auto work) { return change_now(std::move(work)); }),
        writer_(config, address, hooks(sinks)) {}

  /// Maintenance and lead jobs may wait for the writer, so they end first.
  ~Impl() {
    stopping_ = true;
    lead_jobs_.stop();
    maintenance_.stop();
    writer_.stop();
    readers_.stop();
    stats_.stop();
  }

  Result<void> start(const StoreConfig& config) {
    if (auto started = writer_.start(); !started) return started;
    if (auto started = readers_.start(config.readers); !started) return started;
    if (auto started = stats_.start(); !started) return started;
    if (auto started = maintenance_.start(); !started) return started;
    return lead_jobs_.start();
  }

  Result<std::unique_ptr<LongChange>> begin_long_change(Actor actor) {
    if (address_.kind == DatabaseKind::kSqlite) return std::unique_ptr<LongChange>();
    return LongChange::begin(address_, webhook_data_, std::move(actor));
  }
  WriterLoop& writer() { return writer_; }
  ReaderPool& readers() { return readers_; }
  const StatsLoop& stats() const { return stats_; }

 private:
  WriterLoop::Hooks hooks(const StoreSinks& sinks) {
    return {.to_core =
                [sinks](StoreEvent event) {
                  if (sinks.to_core) sinks.to_core(std::move(event));
                },
            .record_changed =
                [this, sinks](RecordKind kind, int64_t id) {
                  if (kind == RecordKind::kLeadset || kind == RecordKind::kSetting) {
                    maintenance_.wake();
                  }
                  if (kind == RecordKind::kLeadJob) lead_jobs_.wake();
                  if (sinks.record_changed) sinks.record_changed(kind, id);
                },
            .stats_dirty = [this](CampaignId campaign) { stats_.mark(campaign); }};
  }

  /// `work` may still run after a stop: it owns what it uses.
  Result<void> change_now(std::function<Result<void>(Writer&)> work) {
    auto answer = std::make_shared<std::promise<Result<void>>>();
    auto answered = answer->get_future();
    writer_.change(
        {.actor = {}, .work = std::move(work), .committed = [answer](Result<void> result) {
           answer->set_value(std::move(result));
         }});
    while (answered.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
      if (stopping_) return Error{ErrorCode::kUnavailable, "The server is stopping.", ""};
    }
    return answered.get();
  }

  const DatabaseAddress address_;
  const WebhookData webhook_data_;
  std::atomic<bool> stopping_{false};
  ReaderPool readers_;
  StatsLoop stats_;
  Maintenance maintenance_;
  LeadJobLoop lead_jobs_;
  WriterLoop writer_;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreConfig& config, const StoreSinks& sinks) {
  const auto address = DatabaseAddress::parse(config.database);
  if (!address) return address.error();
  if (config.readers < 1 || config.readers > 16) {
    return Error{ErrorCode::kInvalid, "The number of database readers must be from 1 to 16.",
                 "readers"};
  }
  auto impl = std::make_unique<Impl>(config, *address, sinks);
  if (auto started = impl->start(config); !started) return started.error();
  spdlog::info("store: open on {}", address->shown());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

void Store::send(StoreCommand command) { impl_->writer().send(std::move(command)); }

void Store::change(Actor actor, std::function<Result<void>(Writer&)> work,
                   std::function<void(Result<void>)> committed) {
  impl_->writer().change({std::move(actor), std::move(work), std::move(committed)});
}

Result<std::unique_ptr<LongChange>> Store::begin_long_change(Actor actor) {
  return impl_->begin_long_change(std::move(actor));
}

void Store::read(std::function<void(Reader&)> work) { impl_->readers().read(std::move(work)); }

StoreCounters Store::counters() const {
  StoreCounters counters;
  impl_->writer().add_to(counters);
  counters.reads = impl_->readers().reads();
  counters.reads_queued_now = impl_->readers().waiting();
  counters.stats_recounts = impl_->stats().recounts();
  return counters;
}

std::string Store::trouble() const { return impl_->writer().trouble(); }

}  // namespace carillon::store
