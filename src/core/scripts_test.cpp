// Every file of tests/scripts is a test of its own; and the runner's complaints are tested here.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/script_runner.h"

namespace carillon::core {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> script_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(CARILLON_SCRIPTS_DIR)) {
    if (entry.path().extension() == ".script") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Scripts : public ::testing::TestWithParam<std::string> {};

TEST_P(Scripts, Holds) {
  std::ifstream file(GetParam());
  ASSERT_TRUE(file) << GetParam();
  const auto complaint =
      run_script(file, "tests/scripts/" + fs::path(GetParam()).filename().string());
  EXPECT_FALSE(complaint) << *complaint;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Scripts, ::testing::ValuesIn(script_files()), test_name);

TEST(ScriptFiles, AreMany) { EXPECT_GE(script_files().size(), 25u); }

std::string run(const std::string& text) {
  std::istringstream script(text);
  return run_script(script, "x.script").value_or("");
}

constexpr const char* kOneCall =
    "given agent Anna\n"
    "given campaign \"Spring\" auto\n"
    "given lead +4930111\n"
    "at 0:00 when Anna is ready\n";

TEST(ScriptRunner, NamesTheLineOfAnUnknownPhrase) {
  EXPECT_THAT(run("# a comment\n\ngiven a purple cow\n"),
              ::testing::StartsWith("x.script:3: I do not understand \"given a purple cow\"."));
}

TEST(ScriptRunner, NamesTheLineOfAFailedExpectation) {
  EXPECT_THAT(run(std::string(kOneCall) + "at 0:01 expect no call\n"),
              ::testing::StartsWith("x.script:5: Called was: +4930111."));
}

TEST(ScriptRunner, CallsThatDoNotHappenAreMissed) {
  EXPECT_THAT(run(std::string(kOneCall) + "at 0:01 expect call to +4930222\n"),
              ::testing::StartsWith("x.script:5: Called so far: +4930111."));
}

TEST(ScriptRunner, RefusalsMustBeExpected) {
  EXPECT_THAT(run(std::string(kOneCall) + "at 0:01 when Anna hangs up\nwhen Anna pauses \"x\"\n"),
              ::testing::StartsWith("x.script:6: Anna was refused: You are not in a call."));
}

TEST(ScriptRunner, TimeDoesNotGoBack) {
  EXPECT_THAT(run(std::string(kOneCall) + "at 0:05 expect 1 call\nat 0:04 expect no call\n"),
              ::testing::StartsWith("x.script:6: Time does not go back."));
}

TEST(ScriptRunner, AGoodScriptHasNoComplaint) {
  EXPECT_EQ(run(std::string(kOneCall) + "at 0:01 expect call to +4930111\n"), "");
}

}  // namespace
}  // namespace carillon::core
