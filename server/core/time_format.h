// Time as text, in and out.
//
// Out is always YYYY-MM-DDTHH:MM:SS.mmm+00:00 (contract 1.4). In is lenient as the reference is:
// RFC 3339 with or without seconds, fraction and offset, a space for the T, or a date alone;
// without an offset it is UTC.
//
// Threads: any (pure functions).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences {

// The years that the format can hold: 0000-01-01T00:00:00.000 to 9999-12-31T23:59:59.999.
inline constexpr TimePoint kMinTime{std::chrono::milliseconds{-62'167'219'200'000}};
inline constexpr TimePoint kMaxTime{std::chrono::milliseconds{253'402'300'799'999}};

// A time outside [kMinTime, kMaxTime] is shown as the nearer of the two.
std::string FormatTime(TimePoint time);
// nullopt: not a date, or not an instant of the years 0000-9999. Fractions beyond milliseconds
// are cut.
std::optional<TimePoint> ParseTime(absl::string_view text);

}  // namespace presences
