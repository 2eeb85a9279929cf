// Run: the life of the process after flags: configuration, start, signals, drain.
//
// Threads: the main thread, with `signals` blocked in every thread.
#pragma once

#include <signal.h>

#include "server/app/command_line.h"

namespace presences::app {

// Answers the exit code: 0 ok, 2 bad configuration, 3 cannot listen, 4 storage cannot be opened.
int Run(const CommandLine& line, const sigset_t& signals);

}  // namespace presences::app
