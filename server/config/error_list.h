// ErrorList: every mistake in a file, in the order of its lines.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace presences::config {

class ErrorList {
 public:
  explicit ErrorList(std::string filename) : filename_(std::move(filename)) {}

  // `line` counts from 1; 0: the file as a whole. `path`: projects[0].limits; empty: none.
  void Add(int line, absl::string_view path, absl::string_view rule_and_fix);
  bool empty() const { return errors_.empty(); }
  // OK, or INVALID_ARGUMENT with one line for each error.
  absl::Status ToStatus() const;

 private:
  struct Error {
    int line;
    std::string text;
  };

  const std::string filename_;
  std::vector<Error> errors_;
};

// The candidate that `word` was most likely meant to be; empty when none is near.
std::string Nearest(absl::string_view word, absl::Span<const std::string> candidates);

}  // namespace presences::config
