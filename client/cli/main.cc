// presencectl: presences from the command line.
#include <unistd.h>

#include <iostream>

#include "absl/synchronization/mutex.h"
#include "client/cli/environment.h"

int main(int argc, char** argv) {
  // Debian's gRPC runs with Abseil's deadlock detector on, which aborts over harmless orders.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const presences::cli::Environment environment{.connect = presences::client::Connect,
                                                .in = std::cin,
                                                .out = std::cout,
                                                .err = std::cerr,
                                                .terminal = isatty(STDOUT_FILENO) == 1,
                                                .clock = presences::Clock::System()};
  return presences::cli::Run(std::vector<std::string>(argv + 1, argv + argc), environment);
}
