// UsageErrorText: what is wrong with a command line, with what was probably meant.
//
// Threads: any (pure functions).
#pragma once

#include <string>

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace presences::cli {

// REQUIRES: `app` has thrown `error` while it parsed.
std::string UsageErrorText(const CLI::App& app, const CLI::Error& error);

}  // namespace presences::cli
