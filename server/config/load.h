// Loading and printing of a Config: YAML in, YAML out.
//
// Strict: an unknown key, a wrong type, a duplicate or a missing file is an error. All errors come
// together, one a line, each with `file:line: path:`, because fixing one at a time is no fun.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/config/config.h"

namespace presences::config {

// INVALID_ARGUMENT with all errors as its message.
absl::StatusOr<Config> LoadConfig(const std::string& path);

// As LoadConfig, for text that is already read. `filename` begins each error; relative paths in
// the text are relative to `base_dir`.
absl::StatusOr<Config> ParseConfig(absl::string_view text, const std::string& filename,
                                   const std::string& base_dir);

// The effective configuration, defaults included, as a file that loads to the same Config; but
// inline secrets are written as kRedacted.
std::string PrintConfig(const Config& config);
inline constexpr char kRedacted[] = "(redacted)";

}  // namespace presences::config
