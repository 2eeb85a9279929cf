// Environment: what presencectl takes from outside, so that a test can be the outside.
//
// Threads: plain data.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connect.h"
#include "client/presence_client.h"
#include "server/base/clock.h"

namespace presences::cli {

struct Environment {
  std::function<absl::StatusOr<client::PresenceClient>(const client::ConnectOptions&)> connect;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // stdout is one: tables are the default, watch draws
  Clock& clock;
  int out_fd = -1;            // behind `out`; -1: none
  bool err_terminal = false;  // stderr is one: bench shows how far it is
  // A variable of the process; empty: not set.
  std::function<std::string(const char* name)> variable = [](const char*) { return ""; };
  // Why nothing can be reached at host:port, in words; empty: no idea.
  std::function<std::string(const std::string& endpoint)> diagnose = {};
};

// Runs one command line without the program's name and answers the exit code.
int Run(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace presences::cli
