// LogRecord: one line of the log, put together field by field.
//
//   LogRecord(LogLevel::kWarning, "slow request").Add("route", route).AddNumber("ms", 17).Write();
//
// Whatever the fields hold, the line stays one line of valid UTF-8 (and of valid JSON in that
// format): control characters are escaped, bytes that are no UTF-8 become U+FFFD, secrets are
// masked (redact.h), and what would make the line longer than kMaxLogLine is cut off.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/log.h"

namespace presences {

class LogOutput;

// With its line end; a pipe takes that much in one piece (PIPE_BUF).
inline constexpr std::size_t kMaxLogLine = 4096;

class LogRecord {
 public:
  LogRecord(LogLevel level, absl::string_view message);

  LogRecord& Add(absl::string_view key, absl::string_view value);
  LogRecord& AddNumber(absl::string_view key, double value);

  // To stderr, if the level is on.
  void Write();
  // To `output`, whatever the level is.
  void WriteTo(LogOutput& output);
  // The whole line.
  std::string Text() const;

 private:
  void AppendKey(absl::string_view key);

  const LogLevel level_;
  const bool json_;
  std::string line_;
};

}  // namespace presences
