// Every file of testdata/config/bad says itself what is wrong with it:
//
//   # expect: <line>: <path>: <beginning of the message>
//
// in the order of the lines; line 0 is the file as a whole, <base> the folder of ConfigFolder.
// There must be one error for each and no other.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/load.h"
#include "tests/support/paths.h"
#include "tests/unit/config/config_files.h"

namespace presences::config {
namespace {

using ::presences::testing::ConfigFolder;
using ::presences::testing::ReadTestFile;
using ::testing::HasSubstr;

std::vector<std::string> ExpectedErrors(const std::string& text, const std::string& base) {
  std::vector<std::string> expected;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "# expect: ")) continue;
    absl::ConsumePrefix(&line, "0: ");  // the file as a whole has no line
    const bool whole = line.empty() || line[0] < '0' || line[0] > '9';
    expected.push_back(
        absl::StrCat("bad.yaml:", whole ? " " : "", absl::StrReplaceAll(line, {{"<base>", base}})));
  }
  return expected;
}

std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(PRESENCES_TESTDATA "/config/bad")) {
    files.push_back(entry.path().stem().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BadConfigTest : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Files, BadConfigTest, ::testing::ValuesIn(Files()),
                         [](const auto& file) { return file.param; });

TEST_P(BadConfigTest, EveryMistakeIsNamedOnceWithLineAndPath) {
  ::unsetenv("PRESENCES_TEST_UNSET");
  ::setenv("PRESENCES_TEST_NUMBER", "5", 1);
  const ConfigFolder folder;
  const std::string text =
      ReadTestFile(absl::StrCat(PRESENCES_TESTDATA "/config/bad/", GetParam(), ".yaml"));
  const std::vector<std::string> expected = ExpectedErrors(text, folder.path());
  ASSERT_FALSE(expected.empty());
  const auto config = ParseConfig(text, "bad.yaml", folder.path());
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  const std::vector<std::string> errors = absl::StrSplit(message, '\n');
  EXPECT_EQ(errors.size(), expected.size()) << message;
  for (std::size_t i = 0; i < std::min(errors.size(), expected.size()); ++i) {
    EXPECT_EQ(errors[i].substr(0, expected[i].size()), expected[i]) << errors[i];
  }
}

TEST(LoadConfigTest, NamesAFileThatIsNotThere) {
  const auto config = LoadConfig("/nonexistent/presenced.yaml");
  EXPECT_THAT(std::string(config.status().message()),
              HasSubstr("cannot read /nonexistent/presenced.yaml: No such file or directory"));
}

TEST(LoadConfigTest, NeverShowsASecret) {
  ::setenv("PRESENCES_TEST_SECRET", "hunter2\x01", 1);
  for (const char* token : {R"({ id: a, algorithm: RS256, secret: hunter2, issuer: [] })",
                            R"({ id: a, algorithm: HS256, secret: "hunter2${", issuer: [] })",
                            R"({ id: a, algorithm: HS256, secret: "${PRESENCES_TEST_SECRET}" })",
                            R"({ id: a, algorithm: HS256, secret: [hunter2] })"}) {
    const auto config =
        ParseConfig(absl::StrCat("projects:\n  - id: demo\n    tokens: [", token, "]\n"), "f", "");
    ASSERT_FALSE(config.ok());
    EXPECT_THAT(std::string(config.status().message()), ::testing::Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace presences::config
