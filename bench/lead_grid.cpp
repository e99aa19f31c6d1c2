// The list of leads in a leadset of millions, asked for over the API on SQLite.
//
//   lead_grid [LEADS]        default 5,000,000
//
// Each question is asked some times; printed are the first answer, from a cold cache, and the
// slowest of the others. Fails when one of the others takes more than 300 ms. Then the counts of
// leads, which run beside the writer: how long they take, and how long a small change takes
// meanwhile.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "api/server.h"
#include "api/testing/raw_client.h"
#include "base/log.h"
#include "store/database.h"
#include "store/store.h"

using namespace carillon;

namespace {

constexpr double kMostMs = 300;
constexpr int kTimes = 5;
constexpr int64_t kAtOnce = 20'000;
constexpr int64_t kLeadset = 1;

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}\n", result.error().message);
  std::exit(2);
}

// ------------------------------------------------------------------------------- the leads

constexpr const char* kFirstNames[] = {"Ann", "Ben",  "Cleo", "Maria", "Jonathan", "Elizabeth",
                                       "Wei", "Olga", "Tom",  "Sarah", "Ahmed"};
constexpr const char* kLastNames[] = {"Smith",    "Johnson", "Williams", "Brown", "Garcia",
                                      "Miller",   "Lee",     "Davis",    "Lopez", "Wilson",
                                      "Anderson", "Thomas",  "Moore"};
constexpr const char* kAreas[] = {"212", "312", "303", "415", "404",
                                  "512", "617", "713", "206", "801"};

/// A fifth has been called; the rest is new.
store::Values lead_row(int64_t i) {
  // Scrambled, so that no order is that of arrival.
  const int64_t mixed = (i * 7'368'787) % 9'999'991;
  const bool called = i % 5 == 0;
  const std::string last =
      fmt::format("{}{}", kLastNames[mixed % std::ssize(kLastNames)], mixed % 5'000);
  const std::string first = kFirstNames[mixed % std::ssize(kFirstNames)];
  return {kLeadset,
          fmt::format("+1{}{:07}", kAreas[mixed % 10], mixed % 8'000'000 + 2'000'000),
          std::string(mixed % 10 < 7   ? "New"
                      : mixed % 10 < 9 ? "Ready"
                                       : "Archived"),
          first,
          last,
          fmt::format("{} Main Street", mixed % 9'000),
          std::string("Springfield"),
          fmt::format("{}.{}@example.com", first, last),
          int64_t{1 + mixed % 4},
          int64_t{called ? 1 : 0},
          called ? 1'760'000'000'000 + mixed * 1'000 : int64_t{0},
          std::string(!called          ? ""
                      : mixed % 3 == 0 ? "no_answer"
                                       : "answered"),
          std::string(!called || mixed % 3 == 0 ? "" : "NOT INTERESTED"),
          int64_t{called && mixed % 3 != 0 ? 1 : 0},
          int64_t{1'750'000'000'000},
          int64_t{1'750'000'000'000}};
}

/// Straight into the table; the indexes are made at the end, sorted, which is much faster.
void make_leads(const std::string& database, int64_t count) {
  auto db = must(store::Database::open(must(store::DatabaseAddress::parse(database)),
                                       store::Database::Access::kReadWrite));
  db->run(
      "INSERT INTO campaigns (id, name, type, active, notes, caller_id, source_statuses, "
      "outbound_multiplier, tech_prefix, channels, cps, ring_timeout_ms, answer_wait_ms, "
      "wrap_up_limit_ms, window_from_min, window_to_min, max_attempts, retry_rules, recording, "
      "transfer_allowed, dispositions) VALUES (1, 'Bench', 'auto', 1, '', '', '[\"New\"]', 1, '', "
      "0, 1, 30000, 2000, 30000, 480, 1260, 3, '[]', 0, 0, '[]');"
      "INSERT INTO leadsets (id, name, description, campaign_id, active) VALUES (1, 'Bench', '', "
      "1, "
      "1);"
      "INSERT OR IGNORE INTO zone_sets (id, zones) VALUES (1, '[\"America/New_York\"]'), (2, "
      "'[\"America/Chicago\"]'), (3, '[\"America/Denver\"]'), (4, '[\"America/Phoenix\"]')");
  const auto indexes = db->query(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'leads' "
      "AND sql <> ''");
  for (const auto& index : indexes) db->run("DROP INDEX " + index[0]);
  for (int64_t first = 0; first < count; first += kAtOnce) {
    std::vector<store::Values> rows;
    for (int64_t i = first; i < std::min(count, first + kAtOnce); ++i) rows.push_back(lead_row(i));
    store::Transaction transaction(*db);
    db->insert_rows("leads",
                    "leadset_id, phone, status, first_name, last_name, address1, city, email, "
                    "zone_set_id, called_count, last_called_at, last_outcome, last_disposition, "
                    "finished, created_at, modified_at",
                    rows);
    transaction.commit();
  }
  for (const auto& index : indexes) db->run(index[1]);
  db->run("PRAGMA wal_checkpoint(TRUNCATE)");
}

// ------------------------------------------------------------------------------- questions

struct Question {
  std::string name;
  std::string parameters;
};

const std::vector<Question>& questions() {
  static const std::vector<Question> kAll{
      {"first page", ""},
      {"first page, the newest first", "&sort=-id"},
      {"sorted by last name", "&sort=last_name"},
      {"sorted by last name, descending", "&sort=-last_name"},
      {"sorted by phone", "&sort=phone"},
      {"sorted by last call, the latest first", "&sort=-last_called_at"},
      {"status Ready", "&status=Ready"},
      {"status Archived by last name", "&status=Archived&sort=last_name"},
      {"phone begins with +1212", "&search=%2B1212"},
      {"phone begins with +1212345", "&search=%2B1212345"},
      {"last name begins with \"smi\"", "&search=smi"},
      {"last name begins with \"lee4\", by phone", "&search=lee4&sort=phone"},
  };
  return kAll;
}

class Asker {
 public:
  Asker(int port, std::string cookie) : port_(port), cookie_(std::move(cookie)) {}

  api::testing::Answer ask(const std::string& target) const {
    auto answer = api::testing::ask(port_, "GET", target, cookie_);
    if (answer.status != 200) {
      fmt::print(stderr, "{}: {} {}\n", target, answer.status, answer.body);
      std::exit(2);
    }
    return answer;
  }

  /// Prints the times. False when it takes too long.
  bool measure(const std::string& name, const std::string& target) const {
    std::vector<double> times;
    size_t items = 0;
    for (int i = 0; i <= kTimes; ++i) {
      const auto start = Clock::now();
      const auto answer = ask(target);
      times.push_back(milliseconds_since(start));
      items = answer.json()["items"].size();
    }
    const double slowest = *std::max_element(times.begin() + 1, times.end());
    fmt::print("{:42} {:4} leads, first {:7.1f} ms, then at most {:7.1f} ms{}\n", name, items,
               times.front(), slowest, slowest > kMostMs ? "  TOO SLOW" : "");
    return slowest <= kMostMs;
  }

 private:
  const int port_;
  const std::string cookie_;
};

bool ask_all(const Asker& asker, int64_t leads) {
  const auto list = fmt::format("/api/v1/leadsets/{}/leads?limit=100&count=false", kLeadset);
  bool fast = true;
  for (const auto& [name, parameters] : questions()) {
    fast = asker.measure(name, list + parameters) && fast;
  }
  for (const std::string sort : {"id", "last_name"}) {
    const auto middle = fmt::format("{}&sort={}", list, sort);
    // The page after a place deep in the list, as scrolling gets there.
    const auto jumped = asker.ask(fmt::format("{}&offset={}", middle, leads / 10));
    const auto next = jumped.json().value("next", std::string());
    const auto name = fmt::format("lead {} by {}", leads / 10, sort);
    fast = asker.measure(name, fmt::format("{}&offset={}", middle, leads / 10)) && fast;
    if (next.empty()) continue;
    fast = asker.measure("  the page after it", middle + "&after=" + next) && fast;
  }
  return fast;
}

/// A small change, as a disposition is, while somebody counts.
void measure_counts(const Asker& asker, store::Store& store) {
  std::atomic<bool> stop{false};
  double slowest = 0;
  std::thread changes([&] {
    for (int64_t days = 1; !stop; days = days % 3'650 + 1) {
      const auto start = Clock::now();
      std::promise<void> done;
      store.change(
          {}, [days](store::Writer& writer) { return writer.save_settings({days, ""}); },
          [&](Result<void>) { done.set_value(); });
      done.get_future().wait();
      slowest = std::max(slowest, milliseconds_since(start));
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  const auto start = Clock::now();
  asker.ask(fmt::format("/api/v1/leadsets/{}/stats", kLeadset));
  const double took = milliseconds_since(start);
  stop = true;
  changes.join();
  fmt::print(
      "counts of all leads by reason: {:.0f} ms beside the writer; a small change meanwhile at "
      "most {:.1f} ms\n",
      took, slowest);
}

}  // namespace

int main(int count, char** arguments) {
  const int64_t leads = count > 1 ? std::atoll(arguments[1]) : 5'000'000;
  spdlog::set_level(spdlog::level::warn);
  auto name = (std::filesystem::temp_directory_path() / "carillon-grid-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 2;
  const std::filesystem::path folder = name;
  store::StoreConfig store_config;
  store_config.database = folder / "carillon.db";
  const store::StoreSinks sinks{[](StoreEvent) {}, [](auto, auto) {}, [](auto, const auto&) {}};
  must(store::Store::open(store_config, sinks));
  const auto started = Clock::now();
  make_leads(store_config.database, leads);
  fmt::print("{} leads made in {:.0f} s, {} MB\n", leads, milliseconds_since(started) / 1e3,
             std::filesystem::file_size(store_config.database) >> 20);

  bool fast = false;
  {
    auto store = must(store::Store::open(store_config, sinks));
    api::ApiConfig config;
    config.bind_address = "127.0.0.1";
    config.https_port = -1;
    config.http_port = 0;
    config.setup_code = "code";
    auto server = must(api::Server::start(config, {.store = *store,
                                                   .to_core = [](CoreRequest) { return true; },
                                                   .to_telephony = [](TelephonyCommand) {}}));
    const int port = server->http_port();
    const auto set_up = api::testing::ask(
        port, "POST", "/api/v1/setup", "Content-Type: application/json\r\n",
        R"({"setup_code":"code","username":"a","name":"A","password":"0123456789","domain":"x"})");
    const auto cookie = set_up.header("set-cookie");
    const Asker asker(port, fmt::format("Cookie: {}\r\n", cookie.substr(0, cookie.find(';'))));
    fast = ask_all(asker, leads);
    measure_counts(asker, *store);
  }
  std::filesystem::remove_all(folder);
  return fast ? 0 : 1;
}
