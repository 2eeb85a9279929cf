// Checks: what a probe asks, and how /livez and /readyz answer it.
//
// Threads: any (pure functions).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ops/admin_server.h"

namespace presences::ops {

struct Check {
  std::string name;     // short, e.g. storage
  std::string problem;  // one line that begins with what is wrong; empty: passed
};
using Checks = std::vector<Check>;

bool AllPass(const Checks& checks);
// The problems in one line; empty: none.
std::string ProblemsOf(const Checks& checks);

// 200 and `ok`, or 503 and one problem a line. A query of `verbose` lists every check.
AdminResponse Answer(const Checks& checks, absl::string_view query);

}  // namespace presences::ops
