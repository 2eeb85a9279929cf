// Timestamp text: the one form that goes out, and the many that are understood.
//
// Threads: any (pure functions).
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace presences::transcode {

// A moment as google.protobuf.Timestamp has it: nanos count up, 0 to 999 999 999.
struct Moment {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};

inline constexpr std::size_t kTimestampSize = 29;

// Writes `YYYY-MM-DDTHH:MM:SS.mmm+00:00` into `out`; what is finer than a millisecond is cut off.
// A moment outside of the years 0001-9999 is written as the nearest one inside.
void FormatTimestamp(Moment moment, char (&out)[kTimestampSize]);

// Reads a date with a four-digit year: RFC 3339 with or without fraction and offset, with a space
// for the `T`, without seconds, a date alone, or an HTTP date. Without an offset it is UTC.
// False: it is none of these, or outside of the years 0001-9999.
bool ParseTimestamp(absl::string_view text, Moment* moment);

}  // namespace presences::transcode
