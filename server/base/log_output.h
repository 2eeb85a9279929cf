// LogOutput: a file descriptor for lines, which never makes its callers wait.
//
// A pipe whose reader stands still must not stop the server: a line that does not fit at once is
// lost, and counted. poll(2) says whether a line of at most PIPE_BUF bytes fits, and the mutex
// keeps it true until the line is written.
//
// Threads: any. Lock order: its mutex alone; held across poll(2) and write(2), which do not wait.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/mutex.h"

namespace presences {

class LogOutput {
 public:
  // Borrows `fd`.
  explicit LogOutput(int fd) : fd_(fd) {}
  ~LogOutput();

  // Appends to a file, which is made when it is missing. INVALID_ARGUMENT says why it cannot be.
  static absl::StatusOr<std::shared_ptr<LogOutput>> Open(const std::string& path);
  // Lives for ever.
  static LogOutput& Stderr();

  // Writes `line`, of at most kMaxLogLine bytes, in one piece. False: it is lost.
  bool Write(absl::string_view line);
  // How many lines were lost since this was last asked; who cannot tell gives them back.
  std::uint64_t TakeLost();
  void GiveBackLost(std::uint64_t lines);

 private:
  const int fd_;
  bool owned_ = false;
  Mutex mutex_;
  std::uint64_t lost_ GUARDED_BY(mutex_) = 0;
};

}  // namespace presences
