#include "server/configuration.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace carillon::server {
namespace {

class ConfigurationFile : public testing::Test {
 protected:
  Result<void> read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_file(configuration_, path_);
  }
  ~ConfigurationFile() override { std::filesystem::remove(path_); }

  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("carillon_configuration_" + std::to_string(::getpid()) + ".toml");
  Configuration configuration_;
};

TEST_F(ConfigurationFile, IsReadOverTheDefaults) {
  const auto result = read(
      "data = \"/srv/carillon\"\n[http]\nhttps_port = 443\ntrusted_proxies = [\"127.0.0.1\"]\n"
      "[telephony]\nphones = false\n");
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(configuration_.data, "/srv/carillon");
  EXPECT_EQ(configuration_.https_port, 443);
  EXPECT_EQ(configuration_.trusted_proxies, std::vector<std::string>{"127.0.0.1"});
  EXPECT_FALSE(configuration_.phones);
  EXPECT_EQ(configuration_.trunk_port, 5060);
}

TEST_F(ConfigurationFile, EveryMistakeNamesItsLineAndKey) {
  const std::pair<const char*, const char*> kMistakes[] = {
      {"\ndatabse = \"x\"\n", "line 2: databse is no setting"},
      {"[http]\nhttps_port = \"443\"\n", "line 2: http.https_port must be a whole number"},
      {"[http]\nhttps_port = 70000\n", "from -1 to 65535"},
      {"[telephony]\nphones = 1\n", "must be true or false"},
      {"[http]\ntrusted_proxies = \"127.0.0.1\"\n", "must be a list"},
      {"data = 5\n", "must be a path"},
      {"data = \n", "line 1"},
  };
  for (const auto& [text, expected] : kMistakes) {
    const auto result = read(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_NE(result.error().message.find(expected), std::string::npos) << result.error().message;
  }
}

TEST_F(ConfigurationFile, AMissingFileIsASentence) {
  const auto result = read_file(configuration_, "/nonexistent/carillon.toml");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find("/nonexistent/carillon.toml"), std::string::npos);
}

TEST(Configuration, WhatBelongsTogetherIsChecked) {
  EXPECT_TRUE(check(Configuration{}).ok());
  Configuration half;
  half.certificate = "/x.pem";
  EXPECT_FALSE(check(half).ok());
  Configuration deaf;
  deaf.https_port = -1;
  EXPECT_FALSE(check(deaf).ok());
  Configuration twice;
  twice.phone_port = twice.trunk_port;
  EXPECT_FALSE(check(twice).ok());
  Configuration ports;
  ports.rtp_port_max = ports.rtp_port_min;
  EXPECT_FALSE(check(ports).ok());
}

TEST(Configuration, PasswordsAreNotShown) {
  Configuration c;
  c.database = "postgresql://carillon:hunter2@db.example/carillon";
  const auto text = describe(c);
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  EXPECT_NE(text.find("postgresql://carillon:***@db.example/carillon"), std::string::npos);
}

}  // namespace
}  // namespace carillon::server
