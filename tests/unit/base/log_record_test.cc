// What a line may hold, and that writing one neither waits nor fails.
#include "server/base/log_record.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "server/base/log_output.h"
#include "simdjson.h"
#include "tests/support/temp_dir.h"

namespace presences {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class LogRecordTest : public ::testing::Test {
 protected:
  ~LogRecordTest() override { SetLogFormat(LogFormat::kJson); }

  static std::string Member(const std::string& line, const std::string& key) {
    simdjson::dom::parser parser;
    std::string_view value;
    const auto error = parser.parse(line)[key].get(value);
    EXPECT_EQ(error, simdjson::SUCCESS) << simdjson::error_message(error) << ": " << line;
    return std::string(value);
  }
};

// A pipe; both ends are closed at the end.
struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseReader();
    ::close(ends[1]);
  }
  void CloseReader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  int ends[2];
};

TEST_F(LogRecordTest, BytesThatAreNoUtf8AreReplaced) {
  const std::string line =
      LogRecord(LogLevel::kInfo, "m\xff").Add("k", "a\xc0\x80z\xed\xa0\x80").Text();
  EXPECT_EQ(Member(line, "message"), "m\xef\xbf\xbd");
  EXPECT_THAT(Member(line, "k"), HasSubstr("a\xef\xbf\xbd\xef\xbf\xbdz"));
}

TEST_F(LogRecordTest, NoValueForgesALineOrATerminal) {
  const std::string evil = "x\n2026 error forged  k=\"v\" \x1b[2J\xc2\x9b\x7f\r";
  for (const LogFormat format : {LogFormat::kJson, LogFormat::kText}) {
    SetLogFormat(format);
    std::string line = LogRecord(LogLevel::kInfo, evil).Add("who", evil).Add(evil, "x").Text();
    ASSERT_THAT(line, EndsWith("\n"));
    line.pop_back();
    for (const char c : line) EXPECT_TRUE(c < 0 || (c >= ' ' && c != 0x7f)) << line;
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b")));
  }
}

TEST_F(LogRecordTest, TextValuesEndWhereTheySeemTo) {
  SetLogFormat(LogFormat::kText);
  EXPECT_THAT(LogRecord(LogLevel::kInfo, "m").Add("a", "b  c=d").Add("e", "").Text(),
              EndsWith("m  a=\"b  c=d\"  e=\"\"\n"));
}

TEST_F(LogRecordTest, LongLinesAreCutAndStayValid) {
  LogRecord record(LogLevel::kInfo, std::string(5000, 'm'));
  for (int i = 0; i < 50; ++i) record.Add("key", std::string(5000, i % 2 == 0 ? 'x' : '\n'));
  record.AddNumber("n", 7);
  const std::string line = record.Text();
  EXPECT_LE(line.size(), kMaxLogLine);
  EXPECT_THAT(Member(line, "message"), EndsWith("..."));
}

TEST_F(LogRecordTest, SecretsAreMasked) {
  const std::string secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
  EXPECT_THAT(LogRecord(LogLevel::kInfo, secret).Add("k", "?jwt=" + secret).Text(),
              Not(HasSubstr("c2lnbmF0dXJl")));
}

TEST_F(LogRecordTest, NumbersAreNumbers) {
  const std::string line = LogRecord(LogLevel::kInfo, "m").AddNumber("ms", 17.25).Text();
  EXPECT_THAT(line, HasSubstr("\"ms\":17.25}"));
}

TEST_F(LogRecordTest, AFullPipeLosesLinesAndSaysSoLater) {
  Pipe pipe;
  LogOutput output(pipe.ends[1]);
  const std::string line = std::string(1000, 'x') + "\n";
  int written = 0;
  while (output.Write(line)) ++written;  // an end to this is the test: a write would wait
  EXPECT_GT(written, 4);
  EXPECT_FALSE(output.Write(line));
  std::string read(1 << 20, '\0');
  ASSERT_GT(::read(pipe.ends[0], read.data(), read.size()), 0);
  LogRecord(LogLevel::kInfo, "again").WriteTo(output);
  const ssize_t size = ::read(pipe.ends[0], read.data(), read.size());
  ASSERT_GT(size, 0);
  EXPECT_THAT(read.substr(0, static_cast<std::size_t>(size)), HasSubstr("\"lost_lines\":2}"));
}

TEST_F(LogRecordTest, ABrokenPipeAndAClosedFileAreNoMatter) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.CloseReader();
  LogOutput output(pipe.ends[1]);
  EXPECT_FALSE(output.Write("x\n"));
  LogOutput closed(::dup(pipe.ends[1]) + 1000);
  EXPECT_FALSE(closed.Write("x\n"));
  EXPECT_EQ(closed.TakeLost(), 1u);
}

TEST_F(LogRecordTest, AFileIsAppendedTo) {
  const testing::TempDir folder;
  const std::string path = folder.path() + "/audit.log";
  for (int i = 0; i < 2; ++i) {
    const auto output = LogOutput::Open(path);
    ASSERT_TRUE(output.ok()) << output.status();
    EXPECT_TRUE((*output)->Write("line\n"));
  }
  std::string text(100, '\0');
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(::read(fd, text.data(), text.size()), 10);
  ::close(fd);
  EXPECT_THAT(std::string(LogOutput::Open(folder.path() + "/none/x").status().message()),
              HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace presences
