// TestStore: an open store whose events and answers a test can wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/store.h"
#include "store/testing/test_database.h"

namespace carillon::store::testing {

constexpr auto kPatience = std::chrono::seconds(120);

class TestStore {
 public:
  explicit TestStore(const std::string& address,
                     const std::function<void(StoreConfig&)>& adjust = {});

  Store& store() { return *store_; }
  void close() { store_.reset(); }

  /// Takes the oldest event of this kind, waiting for it. Others stay.
  template <class Event>
  Event expect() {
    std::unique_lock lock(mutex_);
    Event found;
    const bool came = arrived_.wait_for(lock, kPatience, [&] { return take(found); });
    if (!came) throw std::runtime_error("the store did not report what was expected");
    return found;
  }
  template <class Event>
  bool has() {
    std::lock_guard lock(mutex_);
    for (const auto& event : events_) {
      if (std::holds_alternative<Event>(event)) return true;
    }
    return false;
  }
  void clear_events() {
    std::lock_guard lock(mutex_);
    events_.clear();
  }

  /// Runs a change and waits for its commit.
  Result<void> change(std::function<Result<void>(Writer&)> work);
  /// The same for work that makes a value; throws with the message when it fails.
  template <class Work>
  auto make(Work work) {
    using Value = std::remove_cvref_t<decltype(*work(std::declval<Writer&>()))>;
    auto made = std::make_shared<Value>();
    const auto done = change([made, work](Writer& writer) -> Result<void> {
      auto result = work(writer);
      if (!result) return result.error();
      *made = *result;
      return {};
    });
    if (!done) throw std::runtime_error(done.error().message);
    return *made;
  }
  /// Asks a reader; throws with the message when it fails.
  template <class Question>
  auto ask(Question question) {
    using Answer = std::remove_cvref_t<decltype(question(std::declval<Reader&>()))>;
    std::promise<Answer> promise;
    store_->read([&](Reader& reader) { promise.set_value(question(reader)); });
    Answer answer = promise.get_future().get();
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }

  StoreReady ready;
  std::mutex notes_mutex;
  std::vector<std::pair<RecordKind, int64_t>> records;
  std::map<CampaignId, LeadStats> stats;

 private:
  template <class Event>
  bool take(Event& found) {
    for (auto at = events_.begin(); at != events_.end(); ++at) {
      if (auto* event = std::get_if<Event>(&*at)) {
        found = std::move(*event);
        events_.erase(at);
        return true;
      }
    }
    return false;
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<StoreEvent> events_;
  std::unique_ptr<Store> store_;
};

/// A campaign "C", switched on, with status New as source, one leadset "L" and leads +49301000000
/// and on.
struct SampleCampaign {
  CampaignId campaign;
  LeadsetId leadset;
  ZoneSetId zone;
  std::vector<LeadId> leads;
};
SampleCampaign make_campaign(TestStore& store, int leads, const std::string& name = "C");

Lead sample_lead(int number);

/// Claims, waiting for the answer.
std::vector<std::shared_ptr<const Lead>> claim(TestStore& store, const SampleCampaign& sample,
                                               int count, WallTime now, UserId agent = {});
/// An attempt at a claimed lead, as the core makes it.
Attempt attempt_at(int64_t id, const Lead& lead, CampaignId campaign, WallTime at);

/// Webhooks are told the id of the call.
void tell_calls_by_id(StoreConfig& config);

/// Waits for a condition.
bool eventually(const std::function<bool()>& condition);

inline WallTime at_ms(int64_t ms) { return from_unix_ms(ms); }

}  // namespace carillon::store::testing
