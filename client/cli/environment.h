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
};

// Runs one command line without the program's name and answers the exit code.
int Run(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace presences::cli
