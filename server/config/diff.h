// What differs between two configurations, and whether a running server can take it over.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/config.h"

namespace presences::config {

// Keys as they are written in error messages, e.g. projects[0].limits.max_connections.
struct ConfigDiff {
  std::vector<std::string> reloadable;     // SIGHUP takes them over (design 3.1)
  std::vector<std::string> needs_restart;  // fixed for the life of the process
};

// The text of a secret, key or certificate file counts, not only its name.
ConfigDiff Diff(const Config& running, const Config& next);

// INVALID_ARGUMENT: names the keys that take a restart.
absl::Status CheckReloadable(const ConfigDiff& diff);

}  // namespace presences::config
