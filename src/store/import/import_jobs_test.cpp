#include "store/import/import_jobs.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <random>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/import/import_chunk.h"
#include "store/import/import_plan.h"
#include "store/import/import_run.h"
#include "store/import/lead_rows.h"
#include "store/long_change.h"
#include "store/testing/test_store.h"

namespace carillon::store {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr auto kDeadline = 60s;

/// A valid number for each n below 10,000,000.
std::string phone(int n) { return "+1212" + std::to_string(2'000'000 + n); }

/// `rows` rows with a heading; the numbers begin with the n-th.
std::string file_of(int rows, int n = 0) {
  std::string text = "phone,first_name\n";
  for (int i = 0; i < rows; ++i) text += phone(n + i) + ",Ann\n";
  return text;
}

/// What the import thread said, to wait for.
class Reports {
 public:
  void add(const Import& import) {
    std::lock_guard lock(mutex_);
    all_.push_back(import);
    changed_.notify_all();
  }
  Import wait(const std::function<bool(const Import&)>& wanted) {
    std::unique_lock lock(mutex_);
    Import found;
    const bool came = changed_.wait_for(lock, kDeadline, [&] {
      const auto place = std::ranges::find_if(all_, wanted);
      if (place != all_.end()) found = *place;
      return place != all_.end();
    });
    EXPECT_TRUE(came) << "the import did not get there";
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Import> all_;
};

class ImportJobsTest : public ::testing::TestWithParam<DatabaseKind> {
 protected:
  void SetUp() override {
    open();
    leadset_ = add_leadset("Customers", add_campaign("Spring"));
  }

  void open() {
    store_ = std::make_unique<testing::TestStore>(database_.address());
    ImportConfig config = config_;
    config.uploads = database_.folder() / "uploads";
    reports_ = std::make_shared<Reports>();
    auto jobs = ImportJobs::start(store_->store(), config,
                                  [r = reports_](const Import& import) { r->add(import); });
    ASSERT_TRUE(jobs.ok()) << jobs.error().message;
    jobs_ = std::move(*jobs);
  }
  void close() {
    jobs_.reset();
    store_.reset();
  }

  template <class T>
  T changed(std::function<Result<T>(Writer&)> work) {
    return store_->make(std::move(work));
  }
  template <class T>
  T read(std::function<Result<T>(Reader&)> question) {
    return store_->ask(std::move(question));
  }

  CampaignId add_campaign(const std::string& name) {
    return changed<CampaignId>([&](Writer& writer) {
      Campaign campaign;
      campaign.name = name;
      campaign.source_statuses = {"New"};
      campaign.active = true;
      return writer.add_campaign(campaign);
    });
  }
  LeadsetId add_leadset(const std::string& name, CampaignId campaign) {
    return changed<LeadsetId>([&](Writer& writer) {
      Leadset leadset;
      leadset.name = name;
      leadset.campaign = campaign;
      return writer.add_leadset(leadset);
    });
  }
  CampaignId campaign_of(LeadsetId leadset) {
    return read<Leadset>([&](Reader& reader) { return reader.leadset(leadset); }).campaign;
  }

  ImportPreview upload(std::string_view text) {
    auto upload = jobs_->upload("leads.csv");
    EXPECT_TRUE(upload.ok());
    EXPECT_TRUE((*upload)->write(text).ok());
    auto preview = (*upload)->finish();
    EXPECT_TRUE(preview.ok()) << preview.error().message;
    return *preview;
  }

  /// The spec that a user gets who accepts what is guessed.
  ImportSpec spec(const ImportPreview& preview) {
    ImportSpec spec;
    spec.leadset = leadset_;
    spec.upload_id = preview.upload_id;
    spec.start_row = preview.guessed_start_row;
    spec.mapping = preview.guessed_mapping;
    spec.status_for_all = "New";
    spec.country = "US";
    return spec;
  }

  Result<Import> start(const ImportSpec& spec) {
    const auto answer = std::make_shared<std::promise<Result<Import>>>();
    jobs_->start_import({}, spec, [answer](Result<Import> r) { answer->set_value(std::move(r)); });
    return answer->get_future().get();
  }
  Import wait_for_end(ImportId id) {
    reports_->wait([id](const Import& import) {
      return import.id == id && import.state != ImportState::kRunning;
    });
    return read<Import>([&](Reader& reader) { return reader.import(id); });
  }
  Import run(const ImportSpec& spec) {
    const auto started = start(spec);
    EXPECT_TRUE(started.ok()) << started.error().message;
    if (!started) return {};
    const Import ended = wait_for_end(started->id);
    EXPECT_EQ(ended.rows, ended.accepted + ended.rejected + ended.duplicates);
    return ended;
  }
  Import import_text(std::string_view text) { return run(spec(upload(text))); }

  std::vector<Lead> leads(LeadsetId leadset = {}) {
    std::vector<Lead> all;
    while (true) {
      const auto page = read<Page<Lead>>([&](Reader& reader) {
        return reader.leads({.leadset = leadset ? leadset : leadset_,
                             .status = {},
                             .last_disposition = {},
                             .finished = {}},
                            {.offset = std::ssize(all), .limit = 1000, .search = {}, .sort = "id"});
      });
      if (page.items.empty()) return all;
      all.insert(all.end(), page.items.begin(), page.items.end());
    }
  }
  std::set<std::string> phones(LeadsetId leadset = {}) {
    std::set<std::string> all;
    for (const auto& lead : leads(leadset)) all.insert(lead.phone);
    return all;
  }
  /// The leads that a campaign's claim gets now.
  std::set<std::string> claimable(int count = 5'000) {
    ClaimLeads claim;
    claim.campaign = campaign_of(leadset_);
    claim.count = count;
    claim.now = machine_now().wall;
    for (const auto& set : read<std::vector<ZoneSet>>([](Reader& r) { return r.zone_sets(); })) {
      claim.open_zone_sets.push_back(set.id);
    }
    store_->store().send(claim);
    std::set<std::string> phones;
    for (const auto& lead : store_->expect<LeadsClaimed>().leads) phones.insert(lead->phone);
    return phones;
  }

  std::string report(ImportId id) {
    std::string all;
    int64_t after = 0;
    while (true) {
      auto piece =
          read<std::string>([&](Reader& reader) { return rejected_csv(reader, id, after, 2); });
      if (piece.empty()) return all;
      all += piece;
    }
  }

  ImportConfig config_;
  testing::TestDatabase database_{GetParam()};
  std::unique_ptr<testing::TestStore> store_;
  std::shared_ptr<Reports> reports_;
  std::unique_ptr<ImportJobs> jobs_;
  LeadsetId leadset_;
};

INSTANTIATE_TEST_SUITE_P(Databases, ImportJobsTest,
                         ::testing::Values(DatabaseKind::kSqlite, DatabaseKind::kPostgresql),
                         [](const auto& database) {
                           return database.param == DatabaseKind::kSqlite ? "Sqlite" : "Postgresql";
                         });

TEST_P(ImportJobsTest, PreviewShowsWhatTheFileIs) {
  const auto preview = upload("Telefon;Vorname;Ort\n030 23125001;J\xFCrgen;K\xF6ln\n");
  EXPECT_EQ(preview.encoding, TextEncoding::kWindows1252);
  EXPECT_EQ(preview.delimiter, ';');
  EXPECT_EQ(preview.columns, 3);
  EXPECT_EQ(preview.guessed_start_row, 1);
  EXPECT_EQ(preview.rows.at(1), (std::vector<std::string>{"030 23125001", "Jürgen", "Köln"}));
  EXPECT_THAT(preview.guessed_mapping,
              ElementsAre(std::pair(0, "phone"), std::pair(1, "first_name"), std::pair(2, "city")));
  EXPECT_EQ(jobs_->preview(preview.upload_id)->rows, preview.rows);
}

TEST_P(ImportJobsTest, RowsBecomeLeads) {
  const auto preview = upload(
      "phone,first_name,status,comments,Plan\n"
      "(212) 555-0123,Ann,Ready,\"two\nlines\",Gold\n"
      "+442079460123,Ben,,,\n");
  auto how = spec(preview);
  how.mapping[4] = "custom:Plan";
  const auto ended = run(how);
  EXPECT_EQ(ended.state, ImportState::kDone) << ended.error;
  EXPECT_EQ(ended.accepted, 2);
  EXPECT_EQ(ended.bytes_done, ended.bytes_total);
  const auto all = leads();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].phone, "+12125550123");
  EXPECT_EQ(all[0].status, "Ready");
  EXPECT_EQ(all[0].comments, "two\nlines");
  EXPECT_EQ(all[0].custom, (std::map<std::string, std::string>{{"Plan", "Gold"}}));
  EXPECT_EQ(all[1].phone, "+442079460123");
  EXPECT_EQ(all[1].status, "New");
  const auto sets = read<std::vector<ZoneSet>>([](Reader& reader) { return reader.zone_sets(); });
  const auto zones = [&](const Lead& lead) {
    return std::ranges::find(sets, lead.zone_set, &ZoneSet::id)->zones;
  };
  EXPECT_THAT(zones(all[0]), ElementsAre("America/New_York"));
  EXPECT_THAT(zones(all[1]), ElementsAre("Europe/London"));
  EXPECT_THAT(claimable(), ElementsAre("+442079460123")) << "Ready is no source status";
  EXPECT_FALSE(jobs_->preview(preview.upload_id).ok()) << "the upload is gone when it is done";
}

TEST_P(ImportJobsTest, AZoneOfItsOwnBeatsThePrefix) {
  import_text("phone,timezone\n+12125550123,Pacific/Honolulu\n+12125550124,-5.00\n");
  const auto sets = read<std::vector<ZoneSet>>([](Reader& reader) { return reader.zone_sets(); });
  const auto all = leads();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(std::ranges::find(sets, all[0].zone_set, &ZoneSet::id)->zones,
              ElementsAre("Pacific/Honolulu"));
  EXPECT_THAT(std::ranges::find(sets, all[1].zone_set, &ZoneSet::id)->zones,
              ElementsAre("America/New_York"));
}

TEST_P(ImportJobsTest, RejectedRowsAreReportedWithLineAndReason) {
  const auto ended = import_text(
      "phone,first_name\n"
      "+12125550123,Ann\n"
      "\n"
      "n/a,=HYPERLINK(\"http://x\")\n"
      "+12125550123,Twice\n"
      "+19002345678,Dear\n"
      "\"open,Cut\n");
  EXPECT_EQ(ended.rows, 5);
  EXPECT_EQ(ended.accepted, 1);
  EXPECT_EQ(ended.duplicates, 1);
  EXPECT_EQ(ended.rejected, 3);
  const auto text = report(ended.id);
  EXPECT_THAT(text, StartsWith("line,reason,original row\r\n4,"));
  EXPECT_THAT(text,
              HasSubstr("4,this is not a phone number,n/a,\"'=HYPERLINK(\"\"http://x\"\")\""));
  EXPECT_THAT(text, HasSubstr("5,duplicate: the number is already in this leadset,\"'+1212"));
  EXPECT_THAT(text, HasSubstr("6,\"this is a premium-rate number, which charges"));
  EXPECT_THAT(text, HasSubstr("7,a quote that opens in line 7"));
}

TEST_P(ImportJobsTest, DuplicatesAreLookedForWhereTheSpecSays) {
  const auto other = add_leadset("Other", campaign_of(leadset_));
  const auto far = add_leadset("Far", add_campaign("Autumn"));
  const auto put = [&](LeadsetId leadset, const std::string& text) {
    auto how = spec(upload(text));
    how.leadset = leadset;
    EXPECT_EQ(run(how).accepted, 1);
  };
  put(leadset_, "phone\n" + phone(1) + "\n");
  put(other, "phone\n" + phone(2) + "\n");
  put(far, "phone\n" + phone(3) + "\n");

  const std::string text = "phone\n" + phone(1) + "\n" + phone(2) + "\n" + phone(3) + "\n" +
                           phone(4) + "\n" + phone(4) + "\n";
  const auto accepted = [&](Duplicates scope, ImportMode mode) {
    const auto target = add_leadset("Target", campaign_of(leadset_));
    put(target, "phone\n" + phone(5) + "\n");
    auto how = spec(upload(text + phone(5) + "\n"));
    how.leadset = target;
    how.duplicates = scope;
    how.mode = mode;
    const auto ended = run(how);
    EXPECT_EQ(ended.duplicates, 6 - ended.accepted);
    std::string numbers;
    for (const auto& lead : leads(target)) numbers += lead.phone.back();
    std::ranges::sort(numbers);
    changed<bool>([&](Writer& writer) -> Result<bool> {
      while (true) {
        const auto gone = writer.remove_leads(target, {}, 100);
        if (!gone) return gone.error();
        if (*gone == 0) break;
      }
      if (auto removed = writer.remove_leadset(target); !removed) return removed.error();
      return true;
    });
    return numbers;
  };
  EXPECT_EQ(accepted(Duplicates::kAllow, ImportMode::kAppend), "1234455");
  EXPECT_EQ(accepted(Duplicates::kLeadset, ImportMode::kAppend), "12345");
  EXPECT_EQ(accepted(Duplicates::kCampaign, ImportMode::kAppend), "345");
  EXPECT_EQ(accepted(Duplicates::kEverywhere, ImportMode::kAppend), "45");
  // Leads that are going to be replaced are nobody's duplicates.
  EXPECT_EQ(accepted(Duplicates::kAllow, ImportMode::kReplace), "123445");
  EXPECT_EQ(accepted(Duplicates::kLeadset, ImportMode::kReplace), "12345");
  EXPECT_EQ(accepted(Duplicates::kCampaign, ImportMode::kReplace), "345");
  EXPECT_EQ(accepted(Duplicates::kEverywhere, ImportMode::kReplace), "45");
}

TEST_P(ImportJobsTest, ReplaceLeavesOnlyTheNewLeads) {
  import_text("phone\n" + phone(1) + "\n" + phone(2) + "\n");
  auto how = spec(upload("phone\n" + phone(2) + "\n" + phone(3) + "\n"));
  how.mode = ImportMode::kReplace;
  EXPECT_EQ(run(how).accepted, 2);
  EXPECT_THAT(phones(), ElementsAre(phone(2), phone(3)));
  EXPECT_THAT(claimable(), ElementsAre(phone(2), phone(3)));
}

TEST_P(ImportJobsTest, ReplaceSparesALeadThatIsInACall) {
  import_text("phone\n" + phone(1) + "\n" + phone(2) + "\n");
  EXPECT_THAT(claimable(1), ElementsAre(phone(1)));
  const Lead called = leads().front();
  store_->store().send(
      CommitAttempt{testing::attempt_at(1, called, campaign_of(leadset_), machine_now().wall)});
  store_->expect<AttemptCommitted>();
  auto how = spec(upload("phone\n" + phone(3) + "\n"));
  how.mode = ImportMode::kReplace;
  run(how);
  EXPECT_THAT(phones(), ElementsAre(phone(1), phone(3)));
}

TEST_P(ImportJobsTest, ReplaceByNothingKeepsTheLeads) {
  import_text("phone\n" + phone(1) + "\n");
  auto how = spec(upload("phone\nnobody\n"));
  how.mapping = {{0, "phone"}};
  how.mode = ImportMode::kReplace;
  const auto ended = run(how);
  EXPECT_EQ(ended.state, ImportState::kFailed);
  EXPECT_THAT(ended.error, HasSubstr("were kept"));
  EXPECT_THAT(phones(), ElementsAre(phone(1)));
}

TEST_P(ImportJobsTest, DoNotCallNumbersAreRejectedOrKeptUndialed) {
  changed<bool>([&](Writer& writer) -> Result<bool> {
    DncEntry entry;
    entry.phone = phone(1);
    if (auto added = writer.add_dnc(entry); !added) return added.error();
    entry.phone = phone(2);
    entry.campaign = campaign_of(leadset_);
    if (auto added = writer.add_dnc(entry); !added) return added.error();
    return true;
  });
  const std::string text = file_of(4);
  const auto ended = import_text(text);
  EXPECT_EQ(ended.accepted, 2);
  EXPECT_EQ(ended.rejected, 2);
  EXPECT_THAT(report(ended.id), HasSubstr("do-not-call list"));
  auto how = spec(upload(text));
  how.keep_dnc = true;
  EXPECT_EQ(run(how).accepted, 2);
  EXPECT_EQ(phones().size(), 4u);
  EXPECT_THAT(claimable(), ElementsAre(phone(0), phone(3)));
}

TEST_P(ImportJobsTest, WrongSpecsSayWhichFieldIsWrong) {
  const auto preview = upload(file_of(1));
  const auto field = [&](const std::function<void(ImportSpec&)>& change) {
    auto how = spec(preview);
    change(how);
    const auto started = start(how);
    EXPECT_FALSE(started.ok());
    return started.ok() ? "" : started.error().field;
  };
  EXPECT_EQ(field([](ImportSpec& s) { s.mapping = {{1, "first_name"}}; }), "mapping");
  EXPECT_EQ(field([](ImportSpec& s) { s.mapping[1] = "shoe_size"; }), "mapping");
  EXPECT_EQ(field([](ImportSpec& s) { s.status_for_all = ""; }), "status_for_all");
  EXPECT_EQ(field([](ImportSpec& s) { s.country = "ZZ"; }), "country");
  EXPECT_EQ(field([](ImportSpec& s) { s.start_row = -1; }), "start_row");
  for (const char* id : {"", "../../etc/passwd", "0123456789abcdef0123456789abcdef"}) {
    EXPECT_EQ(field([&](ImportSpec& s) { s.upload_id = id; }), "upload_id");
  }
  auto nowhere = spec(preview);
  nowhere.leadset = LeadsetId{999};
  EXPECT_EQ(start(nowhere).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(run(spec(preview)).accepted, 1) << "a refused start leaves the upload usable";
}

TEST_P(ImportJobsTest, WhatIsNoCsvIsRefused) {
  const auto finish = [&](std::string_view bytes) {
    auto upload = jobs_->upload("x");
    EXPECT_TRUE((*upload)->write(bytes).ok());
    const auto preview = (*upload)->finish();
    EXPECT_FALSE(preview.ok());
    return preview.ok() ? "" : preview.error().message;
  };
  EXPECT_THAT(finish("PK\x03\x04rest"), HasSubstr("Excel"));
  EXPECT_THAT(finish(""), HasSubstr("no rows"));
  EXPECT_THAT(finish("\n\n\n"), HasSubstr("no rows"));
  EXPECT_TRUE(std::filesystem::is_empty(database_.folder() / "uploads"));
}

TEST_P(ImportJobsTest, FilesOverTheLimitAreRefused) {
  close();
  config_.max_file_bytes = 100;
  open();
  auto upload = jobs_->upload("x");
  EXPECT_TRUE((*upload)->write(std::string(60, 'x')).ok());
  EXPECT_EQ((*upload)->write(std::string(60, 'x')).error().code, ErrorCode::kTooLarge);
}

Result<void> stage(Writer& writer, ImportId import, const Lead& lead) {
  return writer.insert_leads(lead_rows(import, {{&lead, false}}, LeadState::kStaged, writer.now()));
}

TEST_P(ImportJobsTest, StagedLeadsAreNotDialed) {
  const auto import = changed<ImportId>([&](Writer& writer) {
    Import record;
    record.leadset = leadset_;
    record.options = options_json({}, "somebody else", false);
    return writer.add_import(record);
  });
  changed<bool>([&](Writer& writer) -> Result<bool> {
    Lead lead;
    lead.leadset = leadset_;
    lead.phone = phone(1);
    lead.zone_set = *writer.zone_set({"America/New_York"});
    if (auto staged = stage(writer, import, lead); !staged) return staged.error();
    return true;
  });
  EXPECT_THAT(claimable(), IsEmpty());
  changed<bool>([&](Writer& writer) -> Result<bool> {
    LeadId after;
    const auto released = writer.release_leads(import, after, 10);
    EXPECT_EQ(*released, 1);
    EXPECT_EQ(*writer.release_leads(import, after, 10), 0);
    return true;
  });
  EXPECT_THAT(claimable(), ElementsAre(phone(1)));
}

// Look-ups go before the write, on another thread: what others add in between must count.
TEST_P(ImportJobsTest, WhatOthersAddBetweenLookUpAndWriteCounts) {
  const auto lead = [&](int n) {
    Lead made;
    made.leadset = leadset_;
    made.phone = phone(n);
    made.status = "New";
    made.zone_set = ZoneSetId{
        read<std::vector<ZoneSet>>([](Reader& r) { return r.zone_sets(); }).front().id.value};
    return made;
  };
  changed<ZoneSetId>([](Writer& writer) { return writer.zone_set({"America/New_York"}); });
  const auto import = changed<ImportId>([&](Writer& writer) {
    Import record;
    record.leadset = leadset_;
    record.options = options_json({}, "somebody else", false);
    return writer.add_import(record);
  });
  for (const bool keep_dnc : {false, true}) {
    SCOPED_TRACE(keep_dnc);
    const int n = keep_dnc ? 10 : 0;
    ImportChunk chunk(4);
    for (int i = 0; i < 4; ++i) {
      CsvRow row;
      row.line = n + i + 1;
      const std::string cell = phone(n + i);
      row.fields = {cell};
      chunk.add(row, {.lead = lead(n + i)});
    }
    ImportWatch watch;
    watch.last_lead = read<ImportMarks>([](Reader& r) { return r.import_marks(); }).last_lead.value;
    const ImportChunk::Terms terms{.leadset = leadset_,
                                   .import = import,
                                   .duplicates = Duplicates::kLeadset,
                                   .check_dnc = !keep_dnc};
    PhoneSet met;
    chunk.judge(terms, read<ImportChunk::Findings>([&](Reader& reader) {
                  return chunk.look_up(reader, terms);
                }),
                met);
    chunk.set_report_room(100);
    changed<LeadId>([&](Writer& writer) { return writer.add_lead(lead(n + 1)); });
    changed<bool>([&](Writer& writer) -> Result<bool> {
      DncEntry entry;
      entry.phone = phone(n + 2);
      if (auto added = writer.add_dnc(entry); !added) return added.error();
      return true;
    });
    changed<bool>([&](Writer& writer) -> Result<bool> {
      if (auto written = chunk.write(writer, watch); !written) return written.error();
      return true;
    });
    EXPECT_EQ(chunk.written().accepted, keep_dnc ? 3 : 2);
    EXPECT_EQ(chunk.written().duplicates, 1);
    EXPECT_EQ(chunk.written().refused, keep_dnc ? 0 : 1);
  }
  std::vector<int64_t> lines;
  for (const auto& row : read<std::vector<RejectedRow>>(
           [&](Reader& reader) { return reader.rejected_rows(import, 0, 100); })) {
    lines.push_back(row.row);
  }
  EXPECT_THAT(lines, ElementsAre(2, 3, 12));
  EXPECT_EQ(phones(), (std::set<std::string>{phone(0), phone(1), phone(3), phone(10), phone(11),
                                             phone(12), phone(13)}));
}

TEST(ImportChunk, TakesFewerRowsWhenTheyAreLong) {
  const std::string long_cell(60'000, 'x'), short_cell = phone(1);
  const auto rows_of = [](const std::string& cell, bool good) {
    ImportChunk chunk(2'000);
    CsvRow row;
    row.fields = {cell};
    while (!chunk.is_full()) good ? chunk.add(row, {}) : chunk.reject(row, "why", true);
    return chunk.count();
  };
  for (const bool good : {true, false}) {
    EXPECT_EQ(rows_of(short_cell, good), 2'000);
    EXPECT_EQ(rows_of(long_cell, good), 70);
  }
}

TEST_P(ImportJobsTest, CancelLeavesNothingBehind) {
  close();
  config_.chunk_rows_max = 50;
  open();
  const auto started = start(spec(upload(file_of(50'000))));
  ASSERT_TRUE(started.ok());
  reports_->wait([](const Import& import) { return import.rows > 0; });
  EXPECT_TRUE(jobs_->running(started->id).has_value());
  EXPECT_TRUE(jobs_->cancel(started->id).ok());
  const auto ended = wait_for_end(started->id);
  EXPECT_EQ(ended.state, ImportState::kCancelled);
  EXPECT_EQ(ended.accepted, 0);
  EXPECT_THAT(leads(), IsEmpty());
  EXPECT_EQ(jobs_->cancel(started->id).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(std::filesystem::is_empty(database_.folder() / "uploads"));
}

/// An import that is under way, with its first rows written.
class LongImportTest : public ImportJobsTest {
 protected:
  ImportId begin_long_import() {
    close();
    config_.chunk_rows_max = 50;
    open();
    const auto started = start(spec(upload(file_of(20'000))));
    EXPECT_TRUE(started.ok());
    reports_->wait([](const Import& import) { return import.rows > 0; });
    return started->id;
  }
  void list(const std::string& phone, CampaignId campaign) {
    changed<bool>([&](Writer& writer) -> Result<bool> {
      DncEntry entry;
      entry.phone = phone;
      entry.campaign = campaign;
      if (auto added = writer.add_dnc(entry); !added) return added.error();
      return true;
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, LongImportTest,
                         ::testing::Values(DatabaseKind::kSqlite, DatabaseKind::kPostgresql),
                         [](const auto& database) {
                           return database.param == DatabaseKind::kSqlite ? "Sqlite" : "Postgresql";
                         });

TEST_P(LongImportTest, ANumberListedMeanwhileIsNotDialed) {
  const auto id = begin_long_import();
  list(phone(0), {});
  list(phone(1), campaign_of(leadset_));
  list(phone(2), add_campaign("Another"));
  EXPECT_THAT(claimable(), IsEmpty());
  EXPECT_EQ(wait_for_end(id).accepted, 20'000);
  const auto dialed = claimable(100);
  EXPECT_FALSE(dialed.contains(phone(0)));
  EXPECT_FALSE(dialed.contains(phone(1)));
  EXPECT_TRUE(dialed.contains(phone(2)));
}

TEST_P(LongImportTest, AnotherCampaignsListIsNotPassedOver) {
  const auto other = add_campaign("Another");
  list(phone(0), other);
  const auto id = begin_long_import();
  changed<bool>([&](Writer& writer) -> Result<bool> {
    auto leadset = writer.leadset(leadset_);
    leadset->campaign = other;
    if (auto saved = writer.save_leadset(*leadset); !saved) return saved.error();
    return true;
  });
  const auto ended = wait_for_end(id);
  EXPECT_FALSE(claimable(100).contains(phone(0)));
  if (GetParam() == DatabaseKind::kSqlite) {
    EXPECT_EQ(ended.state, ImportState::kDone);
  } else {
    EXPECT_EQ(ended.state, ImportState::kFailed);
    EXPECT_THAT(ended.error, HasSubstr("another campaign"));
    EXPECT_THAT(leads(), IsEmpty());
  }
}

// ------------------------------------------------------------------------------- two at once

TEST_P(ImportJobsTest, OfTwoImportsAtOnceOnlyOneBringsANumber) {
  auto first = spec(upload(file_of(3'000)));
  auto second = spec(upload(file_of(3'000, 1'000)));
  first.duplicates = Duplicates::kCampaign;
  second.duplicates = Duplicates::kEverywhere;
  second.leadset = add_leadset("More", campaign_of(leadset_));
  const auto a = start(first), b = start(second);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(wait_for_end(a->id).accepted, 3'000);
  const auto late = wait_for_end(b->id);
  EXPECT_EQ(late.accepted, 1'000);
  EXPECT_EQ(late.duplicates, 2'000);
}

/// A second server on the database of the first.
class TwoNodes : public ImportJobsTest {
 protected:
  void SetUp() override {
    ImportJobsTest::SetUp();
    other_store_ = std::make_unique<testing::TestStore>(
        database_.address(), [](StoreConfig& config) { config.node = "other"; });
  }
  /// What the other server does for an import that is under way.
  std::unique_ptr<LongChange> hold(DuplicateScope scope, LeadsetId leadset, CampaignId campaign) {
    auto change = std::move(*other_store_->store().begin_long_change({}));
    EXPECT_TRUE(ask(*change, scope, leadset, campaign));
    return change;
  }
  static bool ask(LongChange& change, DuplicateScope scope, LeadsetId leadset,
                  CampaignId campaign) {
    std::promise<bool> taken;
    change.run(
        [&](Writer& writer) -> Result<void> {
          const auto answer = writer.take_import_turn(scope, leadset, campaign);
          if (!answer) return answer.error();
          taken.set_value(*answer);
          return {};
        },
        [](const Result<void>& done) { EXPECT_TRUE(done.ok()); });
    return taken.get_future().get();
  }
  ImportId start_waiting(ImportSpec spec) {
    const auto started = start(spec);
    EXPECT_TRUE(started.ok());
    reports_->wait([id = started->id](const Import& import) {
      return import.id == id && import.error.starts_with("Another server is importing there.");
    });
    return started->id;
  }

  std::unique_ptr<testing::TestStore> other_store_;
};

INSTANTIATE_TEST_SUITE_P(Databases, TwoNodes, ::testing::Values(DatabaseKind::kPostgresql),
                         [](const auto&) { return "Postgresql"; });

TEST_P(TwoNodes, AnImportSeesWhatTheOneThatItWaitedForHasAdded) {
  for (const auto mode : {ImportMode::kAppend, ImportMode::kReplace}) {
    auto wanted = spec(upload(file_of(3)));
    wanted.mode = mode;
    wanted.duplicates = Duplicates::kCampaign;
    const auto campaign = campaign_of(leadset_);
    auto other = hold(DuplicateScope::kEverywhere, leadset_, campaign);
    const auto id = start_waiting(wanted);
    const auto elsewhere = add_leadset(mode == ImportMode::kAppend ? "A" : "B", campaign);
    changed<LeadId>([&](Writer& writer) {
      Lead lead;
      lead.leadset = elsewhere;
      lead.phone = phone(mode == ImportMode::kAppend ? 1 : 2);
      return writer.add_lead(lead);
    });
    other.reset();
    const auto ended = wait_for_end(id);
    EXPECT_EQ(ended.state, ImportState::kDone);
    EXPECT_EQ(ended.error, "");
    EXPECT_EQ(ended.accepted, mode == ImportMode::kAppend ? 2 : 1);
    EXPECT_EQ(ended.duplicates, mode == ImportMode::kAppend ? 1 : 2);
  }
}

TEST_P(TwoNodes, AWaitingImportCanBeCancelled) {
  const auto other = hold(DuplicateScope::kLeadset, leadset_, campaign_of(leadset_));
  for (const auto mode : {ImportMode::kAppend, ImportMode::kReplace}) {
    auto wanted = spec(upload(file_of(3)));
    wanted.mode = mode;
    const auto id = start_waiting(wanted);
    EXPECT_TRUE(jobs_->cancel(id).ok());
    const auto ended = wait_for_end(id);
    EXPECT_EQ(ended.state, ImportState::kCancelled);
    EXPECT_EQ(ended.error, "");
    EXPECT_THAT(leads(), IsEmpty());
  }
}

TEST_P(TwoNodes, ImportsThatCannotMeetDoNotWait) {
  const auto campaign = campaign_of(leadset_), other_campaign = add_campaign("Another");
  const auto beside = add_leadset("Beside", campaign);
  const auto far = add_leadset("Far", other_campaign);
  auto held = hold(DuplicateScope::kLeadset, leadset_, campaign);
  const auto may = [&](DuplicateScope scope, LeadsetId leadset, CampaignId of) {
    auto another = std::move(*store_->store().begin_long_change({}));
    return ask(*another, scope, leadset, of);
  };
  EXPECT_FALSE(may(DuplicateScope::kLeadset, leadset_, campaign));
  EXPECT_TRUE(may(DuplicateScope::kLeadset, beside, campaign));
  EXPECT_FALSE(may(DuplicateScope::kCampaign, beside, campaign));
  EXPECT_TRUE(may(DuplicateScope::kCampaign, far, other_campaign));
  EXPECT_FALSE(may(DuplicateScope::kEverywhere, far, other_campaign));
  held = hold(DuplicateScope::kCampaign, far, {});
  EXPECT_FALSE(may(DuplicateScope::kLeadset, far, {})) << "without a campaign: the leadset";
  EXPECT_TRUE(may(DuplicateScope::kLeadset, leadset_, campaign));
  auto wanted = spec(upload(file_of(3)));
  EXPECT_EQ(run(wanted).accepted, 3) << "beside one into another leadset";
}

TEST_P(TwoNodes, TwoServersImportOneFileAtOnce) {
  ImportConfig config = config_;
  config.uploads = database_.folder() / "other";
  config.node = "other";
  const auto other_reports = std::make_shared<Reports>();
  auto other_jobs = ImportJobs::start(other_store_->store(), config,
                                      [other_reports](const Import& i) { other_reports->add(i); });
  ASSERT_TRUE(other_jobs.ok());
  const auto mine = start(spec(upload(file_of(5'000))));
  ASSERT_TRUE(mine.ok());
  jobs_.swap(*other_jobs);
  const auto theirs = start(spec(upload(file_of(5'000))));
  ASSERT_TRUE(theirs.ok());
  jobs_.swap(*other_jobs);
  other_reports->wait([](const Import& import) { return import.state == ImportState::kDone; });
  const auto ended = wait_for_end(mine->id);
  EXPECT_EQ(leads().size(), 5'000U);
  EXPECT_EQ(phones().size(), 5'000U);
  const auto other = read<Import>([&](Reader& reader) { return reader.import(theirs->id); });
  EXPECT_EQ(ended.accepted + other.accepted, 5'000);
  EXPECT_EQ(ended.duplicates + other.duplicates, 5'000);
}

TEST_P(ImportJobsTest, OneUploadIsImportedOnce) {
  const auto how = spec(upload(file_of(3'000)));
  const auto first = start(how);
  ASSERT_TRUE(first.ok());
  const auto second = start(how);
  EXPECT_FALSE(second.ok());
  EXPECT_EQ(wait_for_end(first->id).accepted, 3'000);
}

TEST_P(ImportJobsTest, ACompleteImportIsFinishedAfterACrash) {
  const auto old = import_text(file_of(3, 100));
  const auto import = changed<ImportId>([&](Writer& writer) -> Result<ImportId> {
    ImportSpec how;
    how.mode = ImportMode::kReplace;
    Import record;
    record.leadset = leadset_;
    record.accepted = record.rows = 1;
    record.options = options_json(how, "main", true);
    const auto id = writer.add_import(record);
    Lead lead;
    lead.leadset = leadset_;
    lead.phone = phone(1);
    lead.zone_set = *writer.zone_set({"America/New_York"});
    if (auto staged = stage(writer, *id, lead); !staged) return staged.error();
    return id;
  });
  close();
  open();
  EXPECT_EQ(wait_for_end(import).state, ImportState::kDone);
  EXPECT_THAT(claimable(), ElementsAre(phone(1)));
  EXPECT_THAT(phones(), ElementsAre(phone(1)));
}

/// Runs `work` in another process until it has written a byte to its pipe, then kills that process.
void kill_while(const std::function<void(int pipe)>& work) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    work(pipe[1]);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  EXPECT_EQ(::read(pipe[0], &byte, 1), 1);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_P(ImportJobsTest, AfterKillAnUnfinishedImportIsGoneAndADoneOneIsThere) {
  const auto how_many = [](const Import& import) { return import.rows > 500; };
  close();
  config_.chunk_rows_max = 100;
  kill_while([&](int pipe) {
    open();
    const auto done = import_text(file_of(700, 500'000));
    EXPECT_EQ(done.accepted, 700);
    reports_ = std::make_shared<Reports>();
    close();
    open();
    static_cast<void>(start(spec(upload(file_of(200'000)))));
    reports_->wait(how_many);
    static_cast<void>(!::write(pipe, "x", 1));
  });
  open();
  const auto failed =
      reports_->wait([](const Import& import) { return import.state == ImportState::kFailed; });
  EXPECT_THAT(failed.error, HasSubstr("stopped during this import"));
  EXPECT_EQ(leads().size(), 700u);
  EXPECT_EQ(claimable().size(), 700u);
}

// Property: whatever the bytes, every row becomes a lead or gets a reason.
TEST(ImportPlan, TenThousandMutatedFiles) {
  const unsigned seed = 4711;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string original =
      "+12125550123,Ann,\"likes \"\"tea\"\"\nand cake\",5,2026-01-01,Europe/London\n"
      "020 7946 0123,Ben|x\t,,-1,,\r\n\r\n2125550199,Cleo,=1+1,high,tomorrow,here\n";
  ImportSpec spec;
  spec.mapping = {{0, "phone"},    {1, "first_name"},     {2, "comments"},
                  {3, "priority"}, {4, "not_call_until"}, {5, "time_zone"}};
  spec.status_for_all = "New";
  spec.country = "GB";
  const auto plan = ImportPlan::make(spec);
  ASSERT_TRUE(plan.ok());
  int accepted = 0, rejected = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string text = original;
    for (int changes = 1 + static_cast<int>(random() % 6); changes > 0; --changes) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.insert(at, 1, "\",\n\r\0;'+"[random() % 8]); break;
        case 2: text.erase(at, random() % 4); break;
      }
      if (text.empty()) text = "\n";
    }
    CsvReader reader(',', {}, [&](const CsvRow& row) {
      const auto lead =
          row.error.empty() ? plan->lead_of(row) : Error{ErrorCode::kInvalid, row.error, ""};
      EXPECT_TRUE(lead.ok() ? lead->lead.phone.starts_with('+') : !lead.error().message.empty());
      ++(lead.ok() ? accepted : rejected);
      return true;
    });
    reader.feed(text);
    reader.finish();
  }
  EXPECT_GT(accepted, 1'000);
  EXPECT_GT(rejected, 1'000);
}

TEST_P(ImportJobsTest, MutatedFilesGoTheWholeWay) {
  const unsigned seed = 815;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 10; ++round) {
    std::string text = file_of(60, round * 100);
    for (int i = 0; i < 40; ++i) {
      text[random() % text.size()] = static_cast<char>(random());
      text.insert(random() % text.size(), 1, "\",\n\0\xFF"[random() % 5]);
    }
    auto how = spec(upload(text));
    how.mapping = {{0, "phone"}, {1, "first_name"}};
    const auto before = leads().size();
    const auto ended = run(how);
    EXPECT_EQ(ended.state, ImportState::kDone) << ended.error;
    EXPECT_EQ(leads().size() - before, static_cast<size_t>(ended.accepted));
  }
}

}  // namespace
}  // namespace carillon::store
