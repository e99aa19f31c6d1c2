// How fast leads are imported, next to `sqlite3 .import` of the same file in the same run.
//
//   import_bench [ROWS]        default 200,000; needs sqlite3 on the PATH
//
// The reference reads the file into a table with the same columns and indexes as the leads have,
// without checking a number, a duplicate or a do-not-call list. The latency is that of a small
// change (as a disposition is) which goes through the same writer while the import runs.
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

#include <fmt/format.h>

#include "store/import/import_jobs.h"
#include "store/import/sample_leads.h"

namespace {

using namespace carillon;
using namespace carillon::store;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Names as in the sample, numbers in the whole range of some area codes, in no order.
void write_file(const std::filesystem::path& path, int rows) {
  const auto people = sample_leads(1'000, 7);
  const int areas[] = {212, 312, 303, 415, 404, 512, 617, 713, 206, 801};
  std::ofstream out(path);
  out << "phone,first_name,last_name,address1,city,postal_code,email,vendor_lead_code\n";
  for (int64_t i = 0; i < rows; ++i) {
    const auto& person = people[static_cast<size_t>(i) % people.size()];
    // A bijection of 0 to 7,999,999, so that no number comes twice in an area code.
    const int64_t line = 2'000'000 + (i / 10 * 4'999'999) % 7'999'999;
    out << fmt::format("+1{}{},{},{},{},{},{},{},V{}\n", areas[i % 10], line, person.first_name,
                       person.last_name, person.address1, person.city, person.postal_code,
                       person.email, i);
  }
}

double reference(const std::filesystem::path& folder, const std::filesystem::path& csv,
                 bool indexes) {
  const auto script = folder / "reference.sql";
  std::ofstream out(script);
  out << "PRAGMA journal_mode = WAL;\n"
         "CREATE TABLE leads (phone TEXT, first_name TEXT, last_name TEXT, address1 TEXT, city "
         "TEXT, postal_code TEXT, email TEXT, vendor_lead_code TEXT, id INTEGER PRIMARY KEY, "
         "leadset_id INTEGER DEFAULT 1, import_id INTEGER DEFAULT 1, zone_set_id INTEGER DEFAULT "
         "1, status TEXT DEFAULT 'New', priority INTEGER DEFAULT 0, called_count INTEGER DEFAULT "
         "0);\n"
         "CREATE VIEW file AS SELECT phone, first_name, last_name, address1, city, postal_code, "
         "email, vendor_lead_code FROM leads;\n"
         "CREATE TRIGGER file_row INSTEAD OF INSERT ON file BEGIN INSERT INTO leads (phone, "
         "first_name, last_name, address1, city, postal_code, email, vendor_lead_code) VALUES "
         "(new.phone, new.first_name, new.last_name, new.address1, new.city, new.postal_code, "
         "new.email, new.vendor_lead_code); END;\n";
  if (indexes) {
    out << "CREATE INDEX leads_lane ON leads (leadset_id, zone_set_id, status, priority DESC, "
           "called_count, id);\n"
           "CREATE INDEX leads_phone ON leads (phone);\n"
           "CREATE INDEX leads_import ON leads (import_id);\n"
           "CREATE INDEX leads_leadset ON leads (leadset_id, id);\n";
  }
  out << ".mode csv\n.import --skip 1 " << csv.string() << " file\n";
  out.close();
  const auto database = folder / (indexes ? "reference-indexed.db" : "reference.db");
  const auto start = Clock::now();
  const int code = std::system(
      fmt::format("sqlite3 {} < {} > /dev/null", database.string(), script.string()).c_str());
  if (code != 0) fmt::print("sqlite3 failed: {}\n", code);
  return seconds_since(start);
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
  while (!stop) {
    const auto start = Clock::now();
    std::promise<void> done;
    store.change(
        {}, [](Writer& writer) { return writer.set_setting("bench", "x"); },
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

}  // namespace

int main(int count, char** arguments) {
  const int rows = count > 1 ? std::atoi(arguments[1]) : 200'000;
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("import-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto csv = folder / "leads.csv";
  write_file(csv, rows);

  const double plain_s = reference(folder, csv, false);
  const double indexed_s = reference(folder, csv, true);

  StoreConfig config;
  config.database = (folder / "carillon.db").string();
  auto store = must(Store::open(config, {}));
  const auto leadset = make_leadset(*store);
  Ended ended;
  ImportConfig import_config;
  import_config.uploads = folder / "uploads";
  auto jobs = must(ImportJobs::start(*store, import_config, [&](const Import& import) {
    std::lock_guard lock(ended.mutex);
    ended.import = import;
    ended.changed.notify_all();
  }));
  const auto start_upload = Clock::now();
  ImportSpec spec;
  spec.upload_id = upload_file(*jobs, csv);
  const double upload_s = seconds_since(start_upload);
  spec.leadset = leadset;
  spec.start_row = 1;
  const auto preview = must(jobs->preview(spec.upload_id));
  spec.mapping = preview.guessed_mapping;
  spec.status_for_all = "New";
  spec.country = "US";

  std::atomic<bool> stop{false};
  std::vector<double> latency;
  std::thread watcher([&] { latency = watch_latency(*store, stop); });
  const auto start = Clock::now();
  jobs->start_import({}, spec, [](Result<Import> started) { must(std::move(started)); });
  {
    std::unique_lock lock(ended.mutex);
    ended.changed.wait(
        lock, [&] { return ended.import.id && ended.import.state != ImportState::kRunning; });
  }
  const double import_s = seconds_since(start);
  stop = true;
  watcher.join();
  const auto rate = [&](double s) { return rows / s; };
  fmt::print("rows {}, accepted {}, rejected {}, duplicates {}\n", rows, ended.import.accepted,
             ended.import.rejected, ended.import.duplicates);
  fmt::print("sqlite3 .import, no indexes     {:8.0f} rows/s\n", rate(plain_s));
  fmt::print("sqlite3 .import, same indexes   {:8.0f} rows/s\n", rate(indexed_s));
  fmt::print("upload with preview             {:8.2f} s\n", upload_s);
  fmt::print(
      "import                          {:8.0f} rows/s, {:.2f} x .import with indexes, "
      "{:.2f} x without\n",
      rate(import_s), indexed_s / import_s, plain_s / import_s);
  fmt::print("a small change meanwhile        median {:.1f} ms, 99 % {:.1f} ms, worst {:.1f} ms\n",
             latency[latency.size() / 2], latency[latency.size() * 99 / 100], latency.back());
  jobs.reset();
  store.reset();
  std::filesystem::remove_all(folder);
  return ended.import.accepted == rows ? 0 : 1;
}
