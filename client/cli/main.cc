// presencectl: presences from the command line.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "client/cli/dial.h"
#include "client/cli/environment.h"
#include "client/cli/exit_codes.h"
#include "client/cli/reader_guard.h"

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's gRPC runs with Abseil's deadlock detector on, which aborts over harmless orders.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // what went wrong is told once, and by us
  signal(SIGPIPE, SIG_IGN);             // a reader that left shows as a failed write
  const presences::cli::Environment environment{.connect = presences::client::Connect,
                                                .in = std::cin,
                                                .out = std::cout,
                                                .err = std::cerr,
                                                .terminal = isatty(STDOUT_FILENO) == 1,
                                                .clock = presences::Clock::System(),
                                                .out_fd = STDOUT_FILENO,
                                                .err_terminal = isatty(STDERR_FILENO) == 1,
                                                .variable = Variable,
                                                .diagnose = presences::cli::Diagnose};
  const int code =
      presences::cli::Run(std::vector<std::string>(argv + 1, argv + argc), environment);
  if (std::cout.good() || presences::cli::ReaderGone(STDOUT_FILENO)) return code;
  std::cerr << "error: the answer could not be written; is the disk full?\n";
  return code == presences::cli::kOk ? presences::cli::kRefused : code;
}
