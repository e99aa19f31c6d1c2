#include "server/data_folder.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace carillon::server {
namespace {

class DataFolderTest : public testing::Test {
 protected:
  ~DataFolderTest() override { std::filesystem::remove_all(path_); }
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("carillon_data_" + std::to_string(::getpid()));
};

TEST_F(DataFolderTest, IsPrivateAndHasItsFolders) {
  const auto folder = DataFolder::open(path_);
  ASSERT_TRUE(folder.ok()) << folder.error().message;
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  for (const auto* name : {"recordings", "prompts", "uploads", "tls"}) {
    EXPECT_TRUE(std::filesystem::is_directory(path_ / name)) << name;
  }
}

TEST_F(DataFolderTest, BelongsToOneProcessAtATime) {
  {
    const auto first = DataFolder::open(path_);
    ASSERT_TRUE(first.ok());
    const auto second = DataFolder::open(path_);
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().message.find("Another Carillon"), std::string::npos);
  }
  EXPECT_TRUE(DataFolder::open(path_).ok());
}

TEST_F(DataFolderTest, AMissingParentAndAFileInItsPlaceAreSentences) {
  const auto orphan = DataFolder::open(path_ / "a" / "b");
  ASSERT_FALSE(orphan.ok());
  EXPECT_NE(orphan.error().message.find("does not exist"), std::string::npos);
  std::ofstream(path_) << "a file";
  const auto file = DataFolder::open(path_);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("is a file"), std::string::npos);
}

}  // namespace
}  // namespace carillon::server
