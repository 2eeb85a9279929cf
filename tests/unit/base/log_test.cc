#include "server/base/log.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "simdjson.h"

namespace presences {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override {
    SetLogFormat(LogFormat::kJson);
    SetLogLevel(LogLevel::kInfo);
  }

  // What `fn` writes on stderr.
  template <typename Fn>
  static std::string Written(const Fn& fn) {
    ::testing::internal::CaptureStderr();
    fn();
    return ::testing::internal::GetCapturedStderr();
  }

  static std::vector<std::string> Lines(const std::string& text) {
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  // The member `key` of one JSON line; fails when the line is no JSON.
  static std::string Member(const std::string& line, const std::string& key) {
    simdjson::dom::parser parser;
    std::string_view value;
    const auto error = parser.parse(line)[key].get(value);
    EXPECT_EQ(error, simdjson::SUCCESS) << simdjson::error_message(error) << ": " << line;
    return std::string(value);
  }
};

TEST_F(LogTest, JsonLineHasTimeLevelMessageAndFields) {
  const std::string line = Written([] {
    LogWarning("disk is slow", {{"path", "/data"}, {"ms", "17"}});
  });
  EXPECT_THAT(line, EndsWith("}\n"));
  ASSERT_EQ(Lines(line).size(), 1u);
  EXPECT_THAT(Member(line, "time"),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"));
  EXPECT_EQ(Member(line, "level"), "warning");
  EXPECT_EQ(Member(line, "message"), "disk is slow");
  EXPECT_EQ(Member(line, "path"), "/data");
  EXPECT_EQ(Member(line, "ms"), "17");
}

TEST_F(LogTest, JsonLineSurvivesAnyText) {
  std::string text = "a\"b\\c\nd\re\tf \xc3\xa4 \xf0\x9f\x98\x80";
  for (char c = 1; c < 0x20; ++c) text += c;
  text += '\0';
  text += '\x7f';
  const std::string line = Written([&] { LogInfo(text, {{text, text}}); });
  ASSERT_EQ(Lines(line).size(), 1u) << "a line break in the text must not make a second line";
  EXPECT_EQ(Member(line, "message"), text);
  EXPECT_EQ(Member(line, text), text);
}

TEST_F(LogTest, LevelsBelowTheChosenOneAreSilent) {
  const auto all = [] {
    LogDebug("d");
    LogInfo("i");
    LogWarning("w");
    LogError("e");
  };
  EXPECT_EQ(Lines(Written(all)).size(), 3u);
  SetLogLevel(LogLevel::kError);
  EXPECT_EQ(Lines(Written(all)).size(), 1u);
  SetLogLevel(LogLevel::kDebug);
  EXPECT_EQ(Lines(Written(all)).size(), 4u);
}

TEST_F(LogTest, TextFormatIsForPeople) {
  SetLogFormat(LogFormat::kText);
  const std::string line = Written([] { LogError("no space", {{"path", "/data"}}); });
  EXPECT_THAT(line, HasSubstr("error"));
  EXPECT_THAT(line, EndsWith("no space  path=/data\n"));
  EXPECT_THAT(line, Not(HasSubstr("{")));
}

TEST_F(LogTest, LinesOfThreadsDoNotMix) {
  const std::string written = Written([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 250; ++i)
          LogInfo(absl::StrCat("message ", i), {{"t", absl::StrCat(t)}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  const std::vector<std::string> lines = Lines(written);
  ASSERT_EQ(lines.size(), 1'000u);
  for (const std::string& line : lines) ASSERT_THAT(Member(line, "message"), HasSubstr("message "));
}

}  // namespace
}  // namespace presences
