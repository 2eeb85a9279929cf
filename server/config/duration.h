// Durations as operators write them: 250ms, 90s, 5m, 1h, and a bare 0.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences::config {

// nullopt: not a whole number with one of the units.
std::optional<std::chrono::milliseconds> ParseDuration(absl::string_view text);
// In the largest unit that loses nothing; parses back to the same.
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace presences::config
