#include "server/certificate.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace carillon::server {
namespace {

class CertificateTest : public testing::Test {
 protected:
  CertificateTest() { std::filesystem::create_directories(folder_); }
  ~CertificateTest() override { std::filesystem::remove_all(folder_); }
  static std::string content(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("carillon_certificate_" + std::to_string(::getpid()));
  WallTime now_ = machine_now().wall;
};

TEST_F(CertificateTest, IsMadeOnceAndItsKeyIsPrivate) {
  const auto first = self_made_certificate(folder_, now_);
  ASSERT_TRUE(first.ok()) << first.error().message;
  struct stat status{};
  ASSERT_EQ(::stat(first->key.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto before = content(first->certificate);
  const auto second = self_made_certificate(folder_, now_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(content(second->certificate), before);
  EXPECT_TRUE(given_certificate(*second).ok());
}

TEST_F(CertificateTest, IsRenewedNearItsEndAndWhenBroken) {
  ASSERT_TRUE(self_made_certificate(folder_, now_).ok());
  const auto before = content(folder_ / "certificate.pem");
  ASSERT_TRUE(self_made_certificate(folder_, now_ + std::chrono::days(360)).ok());
  EXPECT_EQ(content(folder_ / "certificate.pem"), before);
  ASSERT_TRUE(self_made_certificate(folder_, now_ + std::chrono::days(370)).ok());
  EXPECT_NE(content(folder_ / "certificate.pem"), before);
  std::ofstream(folder_ / "key.pem") << "rubbish";
  const auto renewed = self_made_certificate(folder_, now_);
  ASSERT_TRUE(renewed.ok());
  EXPECT_TRUE(given_certificate(*renewed).ok());
}

TEST_F(CertificateTest, GivenFilesMustBelongTogether) {
  ASSERT_TRUE(self_made_certificate(folder_, now_).ok());
  const auto other = folder_ / "other";
  std::filesystem::create_directories(other);
  ASSERT_TRUE(self_made_certificate(other, now_).ok());
  const auto mixed = given_certificate({folder_ / "certificate.pem", other / "key.pem"});
  ASSERT_FALSE(mixed.ok());
  EXPECT_NE(mixed.error().message.find("not the key"), std::string::npos);
  EXPECT_FALSE(given_certificate({folder_ / "missing.pem", other / "key.pem"}).ok());
  EXPECT_FALSE(given_certificate({folder_ / "certificate.pem", folder_ / "missing.pem"}).ok());
}

TEST_F(CertificateTest, AFolderThatIsMissingIsASentence) {
  const auto result = self_made_certificate(folder_ / "missing", now_);
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("cannot be written"), std::string::npos);
}

}  // namespace
}  // namespace carillon::server
