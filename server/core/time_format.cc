#include "server/core/time_format.h"

#include <algorithm>
#include <cstdint>

namespace presences {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

void PutDigits(char* out, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads a date from left to right; every method answers false when the text does not go on so.
class DateReader {
 public:
  explicit DateReader(absl::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool Digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!IsDigit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }

  bool OneOf(absl::string_view characters, char* which = nullptr) {
    if (rest_.empty() || characters.find(rest_[0]) == absl::string_view::npos) return false;
    if (which != nullptr) *which = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }

  // Digits after the point, cut to milliseconds.
  bool Fraction(int& millis) {
    millis = 0;
    int scale = 100;
    std::size_t count = 0;
    for (; count < rest_.size() && IsDigit(rest_[count]); ++count, scale /= 10) {
      millis += (rest_[count] - '0') * scale;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

 private:
  absl::string_view rest_;
};

bool ReadDate(DateReader& reader, TimePoint& time) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!reader.Digits(4, year) || !reader.OneOf("-") || !reader.Digits(2, month) ||
      !reader.OneOf("-") || !reader.Digits(2, day)) {
    return false;
  }
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return false;
  time = std::chrono::sys_days(date);
  return true;
}

bool ReadTimeOfDay(DateReader& reader, TimePoint& time) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
  if (!reader.Digits(2, hour) || !reader.OneOf(":") || !reader.Digits(2, minute)) return false;
  if (reader.OneOf(":")) {
    if (!reader.Digits(2, second)) return false;
    if (reader.OneOf(".") && !reader.Fraction(millis)) return false;
  }
  // RFC 3339 knows second 60; like most clocks we count it as the next minute's first.
  if (hour > 23 || minute > 59 || second > 60) return false;
  time += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
          milliseconds(millis);
  return true;
}

// Z, +HH:MM, +HHMM or +HH; none is UTC.
bool ReadOffset(DateReader& reader, TimePoint& time) {
  char sign = 0;
  if (reader.done() || reader.OneOf("Zz")) return true;
  if (!reader.OneOf("+-", &sign)) return false;
  int hours = 0;
  int minutes = 0;
  if (!reader.Digits(2, hours)) return false;
  if (!reader.done()) {
    reader.OneOf(":");
    if (!reader.Digits(2, minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  const milliseconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  time += sign == '-' ? offset : -offset;
  return true;
}

}  // namespace

std::string FormatTime(TimePoint time) {
  time = std::clamp(time, kMinTime, kMaxTime);
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto millis = static_cast<unsigned>((time - day).count());

  char text[] = "YYYY-MM-DDTHH:MM:SS.mmm+00:00";
  PutDigits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  PutDigits(text + 5, static_cast<unsigned>(date.month()), 2);
  PutDigits(text + 8, static_cast<unsigned>(date.day()), 2);
  PutDigits(text + 11, millis / 3'600'000, 2);
  PutDigits(text + 14, millis / 60'000 % 60, 2);
  PutDigits(text + 17, millis / 1000 % 60, 2);
  PutDigits(text + 20, millis % 1000, 3);
  return std::string(text, sizeof(text) - 1);
}

std::optional<TimePoint> ParseTime(absl::string_view text) {
  DateReader reader(text);
  TimePoint time;
  if (!ReadDate(reader, time)) return std::nullopt;
  if (!reader.done() && (!reader.OneOf("Tt ") || !ReadTimeOfDay(reader, time) ||
                         !ReadOffset(reader, time) || !reader.done())) {
    return std::nullopt;
  }
  if (time < kMinTime || time > kMaxTime) return std::nullopt;
  return time;
}

}  // namespace presences
