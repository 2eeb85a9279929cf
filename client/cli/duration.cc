#include "client/cli/duration.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "proto/runtime/timestamp.h"

namespace presences::cli {

using std::chrono::milliseconds;

std::optional<milliseconds> ParseDuration(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration == absl::InfiniteDuration() ||
      duration < absl::Milliseconds(1)) {
    return std::nullopt;
  }
  return milliseconds(absl::ToInt64Milliseconds(duration));
}

std::optional<TimePoint> ParseMoment(absl::string_view text) {
  transcode::Moment moment;
  if (!transcode::ParseTimestamp(text, &moment)) return std::nullopt;
  return TimePoint(milliseconds(moment.seconds * 1000 + moment.nanos / 1'000'000));
}

std::string DurationError(const std::string& text) {
  if (ParseDuration(text)) return "";
  return absl::StrCat("'", text, "' is no duration; write e.g. 90s, 5m or 1h30m");
}

std::string MomentError(const std::string& text) {
  if (ParseMoment(text)) return "";
  return absl::StrCat("'", text, "' is no date; write e.g. 2030-01-31T12:00:00Z");
}

std::string ShortDuration(milliseconds duration) {
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(duration).count());
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrCat(seconds / 60, "m", seconds % 60, "s");
  if (seconds < 86400) return absl::StrCat(seconds / 3600, "h", seconds % 3600 / 60, "m");
  return absl::StrCat(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::string MomentText(TimePoint time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  char text[transcode::kTimestampSize];
  transcode::FormatTimestamp(
      {seconds.count(), static_cast<std::int32_t>((since - seconds).count() * 1'000'000)}, text);
  return std::string(text, transcode::kTimestampSize);
}

}  // namespace presences::cli
