// How fast leads are imported, next to the database's own import of the same file into a table with
// the same columns and indexes, in the same run.
//
//   import_bench sqlite|postgresql [ROWS] [DNC]     1,000,000 rows and 1,000,000 do-not-call
//   numbers
//
// The reference (`sqlite3 .import`, `psql \copy`) decodes no text and checks no number, no
// duplicate and no do-not-call list. Of the file's rows 2 % are on the list, 1 % come twice and 0.2
// % have no valid number. The latency is that of a small change (as a disposition is) which goes
// through the same writer while the import runs. Fails below 0.7 times the reference or above 300
// MB.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/log.h"
#include "store/database.h"
#include "store/import/import_jobs.h"
#include "store/import/sample_leads.h"
#include "store/testing/test_database.h"

namespace {

using namespace carillon;
using namespace carillon::store;
using Clock = std::chrono::steady_clock;

constexpr double kLeastRatio = 0.7;
constexpr int64_t kMostMegabytes = 300;
constexpr std::string_view kColumns =
    "phone, status, first_name, last_name, address1, city, state, postal_code, email, "
    "date_of_birth, vendor_lead_code, comments";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Numbers in the whole range of ten area codes, in no order, none twice.
std::string phone_of(int64_t i) {
  constexpr int kAreas[] = {212, 312, 303, 415, 404, 512, 617, 713, 206, 801};
  // A bijection of 0 to 7,999,999, so that no number comes twice in an area code.
  return fmt::format("+1{}{}", kAreas[i % 10], 2'000'000 + (i / 10 * 4'999'999) % 7'999'999);
}

constexpr bool is_invalid(int64_t row) { return row % 500 == 7; }
constexpr bool is_duplicate(int64_t row) { return row % 100 == 33; }
constexpr bool is_listed(int64_t row) { return row % 50 == 11; }

/// The number of each row; what comes twice is the row 13 before.
std::string phone_of_row(int64_t row) {
  if (is_invalid(row)) return "+1212555";
  return phone_of(is_duplicate(row) ? row - 13 : row);
}

void write_file(const std::filesystem::path& path, int64_t rows) {
  const auto people = sample_leads(1'000, 7);
  std::ofstream out(path);
  out << "phone,status,first_name,last_name,address1,city,state,postal_code,email,date_of_birth,"
         "vendor_lead_code,comments\n";
  for (int64_t i = 0; i < rows; ++i) {
    const auto& person = people[static_cast<size_t>(i) % people.size()];
    out << fmt::format("{},New,{},{},{},{},{},{},{},19{:02}-0{}-1{},V{},asked for an offer\n",
                       phone_of_row(i), person.first_name, person.last_name, person.address1,
                       person.city, person.state, person.postal_code, person.email, 50 + i % 50,
                       1 + i % 9, i % 10, i);
  }
}

/// The listed rows' numbers, and others that are in no file.
void fill_dnc(Database& db, int64_t rows, int64_t count) {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < rows && std::ssize(numbers) < count; ++i) {
    if (is_listed(i)) numbers.push_back(i);
  }
  for (int64_t i = rows + 1'000; std::ssize(numbers) < count; ++i) numbers.push_back(i);
  constexpr int64_t kAtOnce = 20'000;
  for (int64_t first = 0; first < count; first += kAtOnce) {
    std::vector<Values> batch;
    for (int64_t i = first; i < std::min(count, first + kAtOnce); ++i) {
      batch.push_back({phone_of(numbers[static_cast<size_t>(i)]), int64_t{0}, std::string("bench"),
                       int64_t{0}, int64_t{1'700'000'000'000}});
    }
    Transaction transaction(db);
    db.insert_rows("dnc", "phone, campaign_id, reason, added_by, created_at", batch);
    transaction.commit();
  }
}

// ------------------------------------------------------------------------------ references

/// CPU time tells more than the clock on a machine that does other work too.
struct Took {
  double seconds = 0;
  double cpu_seconds = 0;
};

double cpu_seconds(int whose) {
  rusage usage{};
  getrusage(whose, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Took timed(const std::string& command) {
  const auto start = Clock::now();
  const double cpu_before = cpu_seconds(RUSAGE_CHILDREN);
  if (std::system(command.c_str()) != 0) {
    fmt::print("failed: {}\n", command);
    std::exit(1);
  }
  return {seconds_since(start), cpu_seconds(RUSAGE_CHILDREN) - cpu_before};
}

/// The statements that make the indexes of a migrated database's leads.
std::vector<std::string> lead_indexes(const std::filesystem::path& path) {
  StoreConfig config;
  config.database = path.string();
  if (auto made = Store::open(config, {}); !made) {
    fmt::print("{}\n", made.error().message);
    std::exit(1);
  }
  auto database =
      Database::open(*DatabaseAddress::parse(path.string()), Database::Access::kReadOnly);
  std::vector<std::string> statements;
  for (auto& row : (*database)->query("SELECT sql FROM sqlite_master WHERE type = 'index' AND "
                                      "tbl_name = 'leads' AND sql <> ''")) {
    statements.push_back(std::move(row.front()));
  }
  return statements;
}

/// The file's columns come first, as .import wants them; it leaves the others NULL, which costs
/// less than their values. So that the indexes hold the same rows as ours, the two that are partial
/// by values of such columns, and hold every imported lead, are whole.
Took sqlite_reference(const std::filesystem::path& folder, const std::filesystem::path& csv) {
  const auto script = folder / "reference.sql";
  std::ofstream out(script);
  out << "PRAGMA journal_mode = WAL;\nCREATE TABLE leads (" << kColumns
      << ", id INTEGER PRIMARY KEY, leadset_id, import_id, phone_valid, dnc, title, "
         "middle_initial, gender, business, address2, address3, province, country_code, "
         "phone_code, alternative_phone, source_id, owner, security_phrase, time_zone, priority, "
         "zone_set_id, not_call_until, custom, called_count, last_called_at, last_outcome, "
         "last_disposition, finished, callback_due, callback_agent_id, reserved_by, "
         "reserved_until, created_at, modified_at);\n";
  for (auto index : lead_indexes(folder / "schema.db")) {
    if (index.find(" leads_lane ") != std::string::npos ||
        index.find(" leads_import ") != std::string::npos) {
      index.resize(index.find("WHERE"));
    }
    out << index << ";\n";
  }
  out << ".mode csv\n.import --skip 1 " << csv.string() << " leads\n";
  out.close();
  const auto database = folder / "reference.db";
  // The warnings say that the other columns are NULL.
  const auto took = timed(
      fmt::format("sqlite3 {} < {} > /dev/null 2> /dev/null", database.string(), script.string()));
  std::filesystem::remove(database);
  return took;
}

/// Our own schema in a database of its own, with defaults for what the file does not say.
Took postgresql_reference(const std::string& url, const std::filesystem::path& csv) {
  StoreConfig config;
  config.database = url;
  if (auto made = Store::open(config, {}); !made) {
    fmt::print("{}\n", made.error().message);
    std::exit(1);
  }
  auto database = Database::open(*DatabaseAddress::parse(url), Database::Access::kReadWrite);
  (*database)->run(
      "INSERT INTO leadsets (id, name, description, active) VALUES (1, 'Reference', '', 1); "
      "INSERT INTO zone_sets (id, zones) VALUES (1000, '[\"Reference\"]'); "
      "ALTER TABLE leads ALTER leadset_id SET DEFAULT 1; "
      "ALTER TABLE leads ALTER import_id SET DEFAULT 1; "
      "ALTER TABLE leads ALTER zone_set_id SET DEFAULT 1000; "
      "ALTER TABLE leads ALTER created_at SET DEFAULT 1; "
      "ALTER TABLE leads ALTER modified_at SET DEFAULT 1; CHECKPOINT");
  const Took took =
      timed(fmt::format("psql -q -d '{}' -c \"\\copy leads ({}) FROM '{}' WITH (FORMAT csv, "
                        "HEADER, FORCE_NOT_NULL ({}))\"",
                        url, kColumns, csv.string(), kColumns));
  (*database)->run("DROP TABLE leads; CHECKPOINT");
  return took;
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print("{}\n", result.error().message);
  std::exit(1);
}

LeadsetId make_leadset(Store& store) {
  const auto id = std::make_shared<LeadsetId>();
  std::promise<Result<void>> done;
  store.change(
      {},
      [id](Writer& writer) -> Result<void> {
        Leadset leadset;
        leadset.name = "Benchmark";
        auto made = writer.add_leadset(leadset);
        if (!made) return made.error();
        *id = *made;
        return {};
      },
      [&](Result<void> result) { done.set_value(std::move(result)); });
  if (auto result = done.get_future().get(); !result) std::exit(1);
  return *id;
}

std::string upload_file(ImportJobs& jobs, const std::filesystem::path& csv) {
  auto upload = must(jobs.upload("bench.csv"));
  std::ifstream in(csv, std::ios::binary);
  std::string piece(1 << 20, '\0');
  while (in.read(piece.data(), std::ssize(piece)) || in.gcount() > 0) {
    if (!upload->write(std::string_view(piece).substr(0, static_cast<size_t>(in.gcount())))) {
      std::exit(1);
    }
  }
  return must(upload->finish()).upload_id;
}

/// Times a small change every 20 ms until told to stop; milliseconds, sorted.
std::vector<double> watch_latency(Store& store, const std::atomic<bool>& stop) {
  std::vector<double> times;
  for (int64_t days = 1; !stop; days = days % 3'650 + 1) {
    const auto start = Clock::now();
    std::promise<void> done;
    store.change(
        {}, [days](Writer& writer) { return writer.save_settings({days, ""}); },
        [&](Result<void>) { done.set_value(); });
    done.get_future().wait();
    times.push_back(seconds_since(start) * 1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::ranges::sort(times);
  return times;
}

struct Ended {
  std::mutex mutex;
  std::condition_variable changed;
  Import import;
};

/// Peak memory of this process since `forget_peak()`, in MB.
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }
int64_t peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6) / 1024;
  }
  return 0;
}

/// In a process of its own, whose memory does not count.
void apart(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    std::_Exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) std::exit(1);
}

struct Measured {
  Took took;
  Import import;
  std::vector<double> latency;
  int64_t megabytes = 0;
};

Measured measure(const std::string& database, const std::filesystem::path& folder,
                 const std::filesystem::path& csv) {
  StoreConfig config;
  config.database = database;
  auto store = must(Store::open(config, {}));
  Ended ended;
  ImportConfig import_config;
  import_config.uploads = folder / "uploads";
  auto jobs = must(ImportJobs::start(*store, import_config, [&](const Import& import) {
    std::lock_guard lock(ended.mutex);
    ended.import = import;
    ended.changed.notify_all();
  }));
  ImportSpec spec;
  spec.leadset = make_leadset(*store);
  spec.upload_id = upload_file(*jobs, csv);
  spec.start_row = 1;
  spec.mapping = must(jobs->preview(spec.upload_id)).guessed_mapping;
  spec.country = "US";

  std::atomic<bool> stop{false};
  Measured measured;
  std::thread watcher([&] { measured.latency = watch_latency(*store, stop); });
  forget_peak();
  const double cpu_before = cpu_seconds(RUSAGE_SELF);
  const auto start = Clock::now();
  jobs->start_import({}, spec, [](Result<Import> started) { must(std::move(started)); });
  {
    std::unique_lock lock(ended.mutex);
    ended.changed.wait(
        lock, [&] { return ended.import.id && ended.import.state != ImportState::kRunning; });
  }
  measured.took = {seconds_since(start), cpu_seconds(RUSAGE_SELF) - cpu_before};
  measured.megabytes = peak_megabytes();
  stop = true;
  watcher.join();
  measured.import = ended.import;
  return measured;
}

/// Whether each row of the file became what it had to.
bool counts_right(const Import& import, int64_t rows) {
  int64_t invalid = 0, listed = 0, duplicates = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const bool repeated = is_duplicate(i) && !is_invalid(i) && !is_invalid(i - 13);
    if (is_invalid(i)) {
      ++invalid;
    } else if (is_listed(i) || (is_duplicate(i) && is_listed(i - 13))) {
      ++listed;
    } else if (repeated) {
      ++duplicates;
    }
  }
  return import.state == ImportState::kDone && import.rows == rows &&
         import.rejected == invalid + listed && import.duplicates == duplicates &&
         import.accepted == rows - invalid - listed - duplicates;
}

}  // namespace

int main(int count, char** arguments) {
  const bool postgresql = count > 1 && std::string_view(arguments[1]) == "postgresql";
  const int64_t rows = count > 2 ? std::atoll(arguments[2]) : 1'000'000;
  const int64_t dnc = count > 3 ? std::atoll(arguments[3]) : 1'000'000;
  spdlog::set_level(spdlog::level::warn);
  const testing::TemporaryFolder temporary;
  const auto& folder = temporary.path();
  const auto csv = folder / "leads.csv";
  apart([&] { write_file(csv, rows); });

  auto* server = postgresql ? &testing::PostgresqlServer::instance() : nullptr;
  const Took reference = postgresql ? postgresql_reference(server->new_database(), csv)
                                    : sqlite_reference(folder, csv);
  const std::string database =
      postgresql ? server->new_database() : (folder / "carillon.db").string();
  apart([&] {
    StoreConfig config;
    config.database = database;
    must(Store::open(config, {}));
    auto db = must(Database::open(*DatabaseAddress::parse(database), Database::Access::kReadWrite));
    fill_dnc(*db, rows, dnc);
    if (postgresql) db->run("ANALYZE dnc; CHECKPOINT");
  });

  const auto measured = measure(database, folder, csv);
  const auto& import = measured.import;
  const auto& latency = measured.latency;
  const double ratio = reference.seconds / measured.took.seconds;
  const auto rate = [&](double s) { return static_cast<double>(rows) / s; };
  fmt::print(
      "{} rows of 12 columns, {} do-not-call numbers: accepted {}, rejected {}, duplicates {}{}\n",
      rows, dnc, import.accepted, import.rejected, import.duplicates,
      counts_right(import, rows) ? "" : " WRONG");
  // PostgreSQL's own CPU time is not ours.
  const auto cpu = [&](const Took& took) {
    return postgresql ? std::string()
                      : fmt::format(", {:.1f} us CPU a row",
                                    took.cpu_seconds * 1e6 / static_cast<double>(rows));
  };
  fmt::print("{:30}  {:8.0f} rows/s{}\n",
             postgresql ? "psql \\copy, same indexes" : "sqlite3 .import, same indexes",
             rate(reference.seconds), cpu(reference));
  fmt::print(
      "{:30}  {:8.0f} rows/s{}, {:.2f} x the reference (at least {:.1f}), peak memory {} MB (at "
      "most {})\n",
      "import", rate(measured.took.seconds), cpu(measured.took), ratio, kLeastRatio,
      measured.megabytes, kMostMegabytes);
  fmt::print("a small change meanwhile        median {:.1f} ms, 99 % {:.1f} ms, worst {:.1f} ms\n",
             latency[latency.size() / 2], latency[latency.size() * 99 / 100], latency.back());
  return counts_right(import, rows) && ratio >= kLeastRatio && measured.megabytes <= kMostMegabytes
             ? 0
             : 1;
}
