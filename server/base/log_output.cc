#include "server/base/log_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace presences {

LogOutput::~LogOutput() {
  if (owned_) ::close(fd_);
}

absl::StatusOr<std::shared_ptr<LogOutput>> LogOutput::Open(const std::string& path) {
  // O_NONBLOCK: a FIFO without a reader is an error, not a wait.
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (fd < 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot write to ", path, ": ",
                                                   std::strerror(errno),
                                                   "; check the folder and its permissions"));
  }
  auto output = std::make_shared<LogOutput>(fd);
  output->owned_ = true;
  return output;
}

LogOutput& LogOutput::Stderr() {
  static LogOutput* const output = new LogOutput(STDERR_FILENO);
  return *output;
}

bool LogOutput::Write(absl::string_view line) {
  MutexLock lock(mutex_);
  pollfd ready{fd_, POLLOUT, 0};
  // Closed, without a reader, or full.
  const bool fits = ::poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT;
  const bool written =
      fits && ::write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!written) ++lost_;
  return written;
}

std::uint64_t LogOutput::TakeLost() {
  MutexLock lock(mutex_);
  return std::exchange(lost_, 0);
}

void LogOutput::GiveBackLost(std::uint64_t lines) {
  MutexLock lock(mutex_);
  lost_ += lines;
}

}  // namespace presences
