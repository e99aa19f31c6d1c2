#include "store/import/dnc_imports.h"

#include <condition_variable>
#include <future>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/import/import_jobs.h"
#include "store/testing/test_store.h"

namespace carillon::store {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string phone(int n) { return "+1212" + std::to_string(2'000'000 + n); }

class DncImportsTest : public ::testing::TestWithParam<DatabaseKind> {
 protected:
  void SetUp() override {
    store_ = std::make_unique<testing::TestStore>(database_.address());
    ImportConfig config;
    config.uploads = database_.folder() / "uploads";
    auto jobs = ImportJobs::start(store_->store(), config, [](const Import&) {});
    ASSERT_TRUE(jobs.ok()) << jobs.error().message;
    jobs_ = std::move(*jobs);
    imports_ = DncImports::start(store_->store(), config.uploads, [this](const DncImport& import) {
      if (import.state == ImportState::kRunning) return;
      std::lock_guard lock(mutex_);
      ended_.push_back(import);
      changed_.notify_all();
    });
    campaign_ = store_->make([](Writer& writer) {
      Campaign campaign;
      campaign.name = "Spring";
      campaign.source_statuses = {"New"};
      return writer.add_campaign(campaign);
    });
  }
  void TearDown() override {
    imports_.reset();
    jobs_.reset();
  }

  DncImportSpec spec_of(std::string_view text) {
    auto upload = jobs_->upload("numbers.csv");
    EXPECT_TRUE((*upload)->write(text).ok());
    const auto preview = (*upload)->finish();
    EXPECT_TRUE(preview.ok());
    DncImportSpec spec;
    spec.upload_id = preview->upload_id;
    spec.start_row = preview->guessed_start_row;
    spec.reason = "asked";
    return spec;
  }
  Result<DncImport> start(const DncImportSpec& spec) {
    const auto answer = std::make_shared<std::promise<Result<DncImport>>>();
    imports_->start_import(
        {}, spec, [answer](Result<DncImport> made) { answer->set_value(std::move(made)); });
    return answer->get_future().get();
  }
  DncImport ended(ImportId id) {
    std::unique_lock lock(mutex_);
    DncImport found;
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [&] {
      for (const auto& each : ended_) {
        if (each.id == id) found = each;
      }
      return found.id == id;
    }));
    return found;
  }
  DncImport run(const DncImportSpec& spec) {
    const auto started = start(spec);
    EXPECT_TRUE(started.ok()) << started.error().message;
    return started ? ended(started->id) : DncImport{};
  }

  testing::TestDatabase database_{GetParam()};
  std::unique_ptr<testing::TestStore> store_;
  std::unique_ptr<ImportJobs> jobs_;
  std::unique_ptr<DncImports> imports_;
  CampaignId campaign_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<DncImport> ended_;
};

TEST_P(DncImportsTest, ListsEveryNumberOnceAndReportsTheOthersWithTheirLine) {
  std::string text = "phone,note\n";
  for (int i = 0; i < 1'300; ++i) text += phone(i) + ",x\n";
  text += "nonsense,=1+1\n" + phone(0) + ",again\n,empty\n";
  const auto done = run(spec_of(text));
  EXPECT_EQ(done.state, ImportState::kDone);
  EXPECT_EQ(done.rows, 1'303);
  EXPECT_EQ(done.accepted, 1'300);
  EXPECT_EQ(done.duplicates, 1);
  EXPECT_EQ(done.rejected, 2);
  EXPECT_EQ(store_->ask([](Reader& reader) { return reader.dnc({}, CampaignId{}); }).total, 1'300);
  EXPECT_EQ(store_->ask([&](Reader& reader) { return reader.dnc({}, campaign_); }).total, 0);
  int64_t after = 0;
  const auto report =
      store_->ask([&](Reader& reader) { return dnc_rejected_csv(reader, done.id, after, 100); });
  EXPECT_THAT(report, HasSubstr("\r\n1302,"));
  EXPECT_THAT(report, HasSubstr("nonsense,\"'=1+1\"")) << "no formula in a spreadsheet";
  EXPECT_THAT(report, HasSubstr("\r\n1304,"));
}

TEST_P(DncImportsTest, ACampaignsListFlagsItsLeadsOnly) {
  const auto lead_of = [&](const std::string& name, CampaignId campaign) {
    return store_->make([&](Writer& writer) -> Result<LeadId> {
      Leadset leadset;
      leadset.name = name;
      leadset.campaign = campaign;
      const auto made = writer.add_leadset(leadset);
      if (!made) return made.error();
      Lead lead;
      lead.leadset = *made;
      lead.phone = phone(7);
      lead.status = "New";
      const auto zones = writer.zone_set({"America/New_York"});
      if (!zones) return zones.error();
      lead.zone_set = *zones;
      return writer.add_lead(lead);
    });
  };
  const auto mine = lead_of("mine", campaign_);
  const auto other = lead_of("other", {});
  auto spec = spec_of(phone(7) + "\n");
  spec.campaign = campaign_;
  EXPECT_EQ(run(spec).accepted, 1);
  const auto reason_of = [&](LeadId lead) {
    return store_->ask([&](Reader& r) { return r.why(lead, machine_now().wall, {}); }).reason;
  };
  EXPECT_EQ(reason_of(mine), "dnc");
  EXPECT_NE(reason_of(other), "dnc");
  DncEntry after;
  const auto csv = store_->ask([&](Reader& r) { return dnc_csv(r, campaign_, after, true, 10); });
  EXPECT_THAT(csv, HasSubstr(phone(7) + ","));
  EXPECT_EQ(store_->ask([&](Reader& r) { return dnc_csv(r, campaign_, after, false, 10); }), "");
}

TEST_P(DncImportsTest, WhatIsWrongWithAnUploadIsSaid) {
  DncImportSpec spec;
  spec.upload_id = "nothing";
  EXPECT_EQ(start(spec).error().field, "upload_id");
  spec = spec_of(phone(1) + "\n");
  spec.campaign = CampaignId{99};
  EXPECT_EQ(start(spec).error().field, "campaign_id");
  spec.campaign = {};
  spec.country = "ZZ";
  EXPECT_EQ(start(spec).error().field, "country");
}

TEST_P(DncImportsTest, AnUploadThatIsStoppedKeepsWhatItListed) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += phone(i) + "\n";
  const auto started = start(spec_of(text));
  ASSERT_TRUE(started) << started.error().message;
  ASSERT_TRUE(imports_->running(started->id));
  ASSERT_TRUE(imports_->cancel(started->id));
  const auto done = ended(started->id);
  EXPECT_EQ(done.state, ImportState::kCancelled);
  EXPECT_LT(done.rows, 60'000);
  EXPECT_EQ(store_->ask([](Reader& reader) { return reader.dnc({}); }).total, done.accepted);
}

TEST_P(DncImportsTest, NationalNumbersAreReadWithTheCountry) {
  auto spec = spec_of("020 7946 0123\n");
  EXPECT_EQ(run(spec).rejected, 1);
  spec = spec_of("020 7946 0123\n");
  spec.country = "GB";
  EXPECT_EQ(run(spec).accepted, 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, DncImportsTest,
                         ::testing::Values(DatabaseKind::kSqlite, DatabaseKind::kPostgresql),
                         [](const auto& each) {
                           return each.param == DatabaseKind::kSqlite ? "Sqlite" : "Postgresql";
                         });

}  // namespace
}  // namespace carillon::store
