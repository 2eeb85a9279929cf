#include "proto/runtime/timestamp.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace presences::transcode {
namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kSecondsPerDay = 86400;

void WriteDigits(int value, int count, char* out) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Takes pieces from the front of a text.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }

  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool TakeAnyOf(absl::string_view chars) {
    if (text_.empty() || !absl::StrContains(chars, text_.front())) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool TakeDigits(std::size_t count, int* value) {
    if (text_.size() < count) return false;
    *value = 0;
    for (const char c : text_.substr(0, count)) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
      *value = *value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return true;
  }

  // Takes one or more digits as a fraction of a second; those after the ninth are dropped.
  bool TakeFraction(int* nanos) {
    *nanos = 0;
    int scale = 100'000'000;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(peek()))) return false;
    while (absl::ascii_isdigit(static_cast<unsigned char>(peek()))) {
      *nanos += (text_.front() - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return true;
  }

  // Takes one of `words` and answers its index, or -1.
  template <std::size_t N>
  int TakeWord(const std::array<absl::string_view, N>& words) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!absl::StartsWithIgnoreCase(text_, words[i])) continue;
      text_.remove_prefix(words[i].size());
      return static_cast<int>(i);
    }
    return -1;
  }

 private:
  absl::string_view text_;
};

struct Civil {
  int year = 0, month = 0, day = 0;
  int hour = 0, minute = 0, second = 0, nanos = 0;
  int offset_minutes = 0;
};

bool TakeClock(Scanner& in, Civil* civil) {
  if (!in.TakeDigits(2, &civil->hour) || !in.Take(':') || !in.TakeDigits(2, &civil->minute)) {
    return false;
  }
  if (!in.Take(':')) return true;
  if (!in.TakeDigits(2, &civil->second)) return false;
  return !in.TakeAnyOf(".,") || in.TakeFraction(&civil->nanos);
}

// Takes `Z`, `+HH:MM`, `+HHMM` or `+HH`; nothing means UTC.
bool TakeOffset(Scanner& in, Civil* civil) {
  in.Take(' ');
  if (in.done() || in.TakeAnyOf("Zz")) return true;
  const bool west = in.peek() == '-';
  if (!in.TakeAnyOf("+-")) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.TakeDigits(2, &hours)) return false;
  if (in.Take(':') || !in.done()) {
    if (!in.TakeDigits(2, &minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  civil->offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

bool ParseIso(absl::string_view text, Civil* civil) {
  Scanner in(text);
  if (!in.TakeDigits(4, &civil->year)) return false;
  const char separator = in.peek();
  if (!in.TakeAnyOf("-/") || !in.TakeDigits(2, &civil->month) || !in.Take(separator) ||
      !in.TakeDigits(2, &civil->day)) {
    return false;
  }
  if (in.done()) return true;
  return in.TakeAnyOf("Tt ") && TakeClock(in, civil) && TakeOffset(in, civil) && in.done();
}

// Reads `Sun, 06 Nov 1994 08:49:37 GMT`; the name of the day is not compared with the date.
bool ParseHttpDate(absl::string_view text, Civil* civil) {
  static constexpr std::array<absl::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                             "Thu", "Fri", "Sat"};
  static constexpr std::array<absl::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static constexpr std::array<absl::string_view, 2> kZones = {"GMT", "UTC"};
  Scanner in(text);
  if (in.TakeWord(kDays) < 0 || !in.Take(',') || !in.Take(' ')) return false;
  if (!in.TakeDigits(2, &civil->day) || !in.Take(' ')) return false;
  civil->month = in.TakeWord(kMonths) + 1;
  if (!in.Take(' ') || !in.TakeDigits(4, &civil->year) || !in.Take(' ')) return false;
  return TakeClock(in, civil) && in.Take(' ') && in.TakeWord(kZones) >= 0 && in.done();
}

bool ToMoment(const Civil& civil, Moment* moment) {
  const std::chrono::year_month_day date{std::chrono::year(civil.year),
                                         std::chrono::month(static_cast<unsigned>(civil.month)),
                                         std::chrono::day(static_cast<unsigned>(civil.day))};
  // Second 60 is a leap second: it counts as the first second of the next minute.
  if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 60) return false;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t minutes = std::int64_t{civil.hour} * 60 + civil.minute - civil.offset_minutes;
  moment->seconds = days * kSecondsPerDay + minutes * 60 + civil.second;
  moment->nanos = civil.nanos;
  return moment->seconds >= kFirstSecond && moment->seconds <= kLastSecond;
}

}  // namespace

void FormatTimestamp(Moment moment, char (&out)[kTimestampSize]) {
  const std::int64_t seconds = std::clamp(moment.seconds, kFirstSecond, kLastSecond);
  const auto time = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  static constexpr absl::string_view kForm = "0000-00-00T00:00:00.000+00:00";
  std::copy(kForm.begin(), kForm.end(), out);
  WriteDigits(static_cast<int>(date.year()), 4, out);
  WriteDigits(static_cast<int>(static_cast<unsigned>(date.month())), 2, out + 5);
  WriteDigits(static_cast<int>(static_cast<unsigned>(date.day())), 2, out + 8);
  WriteDigits(static_cast<int>(clock.hours().count()), 2, out + 11);
  WriteDigits(static_cast<int>(clock.minutes().count()), 2, out + 14);
  WriteDigits(static_cast<int>(clock.seconds().count()), 2, out + 17);
  WriteDigits(std::clamp(moment.nanos, 0, 999'999'999) / 1'000'000, 3, out + 20);
}

bool ParseTimestamp(absl::string_view text, Moment* moment) {
  text = absl::StripAsciiWhitespace(text);
  Civil civil;
  if (ParseIso(text, &civil)) return ToMoment(civil, moment);
  civil = Civil();
  return ParseHttpDate(text, &civil) && ToMoment(civil, moment);
}

}  // namespace presences::transcode
