// Warnings: what is allowed, but seldom meant.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "server/config/config.h"

namespace presences::config {

// One sentence each, beginning with the path in the file; never a secret.
std::vector<std::string> WarningsOf(const Config& config);

}  // namespace presences::config
