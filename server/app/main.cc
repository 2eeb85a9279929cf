// presenced: parses flags, starts the server, waits for signals. Exit codes are design 3.1's.
#include <absl/synchronization/mutex.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "server/app/command_line.h"
#include "server/app/run.h"

namespace {

// Where stderr is closed, the next file that is opened would get its number, and our lines.
void OccupyStandardFiles() {
  for (;;) {
    const int fd = ::open("/dev/null", O_RDWR);
    if (fd < 0) return;
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  OccupyStandardFiles();
  // Before any gRPC call: Debian's Abseil aborts on lock orders that it finds suspicious.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Before any thread: signals are taken by sigwait on this one.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const presences::app::CommandLine line = presences::app::ParseCommandLine(argc, argv);
  return presences::app::Run(line, signals);
}
