// Durations and moments as people write and read them.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences::cli {

// "90s", "1m30s", "250ms". nullopt: not a duration longer than zero.
std::optional<std::chrono::milliseconds> ParseDuration(absl::string_view text);
// RFC 3339 and its relatives. nullopt: none of these.
std::optional<TimePoint> ParseMoment(absl::string_view text);

// Checks for command-line options: empty when fine, else what to write instead.
std::string DurationError(const std::string& text);
std::string MomentError(const std::string& text);

// "1m29s", "2h3m", "4d": two units at most. Never negative.
std::string ShortDuration(std::chrono::milliseconds duration);
// "2026-11-25T16:04:05.123+00:00".
std::string MomentText(TimePoint time);

}  // namespace presences::cli
