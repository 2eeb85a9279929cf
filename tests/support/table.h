// Table: data-driven tests from text files, one case a line.
//
//   # a comment
//   input | = what it becomes
//   input | ! general_argument_invalid text that the message contains
//
// Input and expectation are apart at the last " | ". In both, <hh> (two hexadecimal digits) is a
// byte and <N*text> is `text` N times.
//
// Threads: any.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::testing {

struct TableRow {
  int line = 0;
  std::string input;
  std::string expected;  // with its "= " or "! "
};

// The rows of a file; a file that cannot be read or a malformed line fails the test.
std::vector<TableRow> ReadTable(const std::string& path);

// Runs every row through `run` and compares. A table without rows fails.
void CheckTable(const std::string& path,
                const std::function<absl::StatusOr<std::string>(absl::string_view input)>& run);

}  // namespace presences::testing
