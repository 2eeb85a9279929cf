#include "server/config/duration.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace presences::config {
namespace {

struct Unit {
  absl::string_view name;
  std::int64_t milliseconds;
};
constexpr Unit kUnits[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr std::size_t kMaxDigits = 9;  // over 30 years of seconds; no unit overflows

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(absl::string_view text) {
  const auto digits = static_cast<std::size_t>(
      std::find_if_not(text.begin(), text.end(), absl::ascii_isdigit) - text.begin());
  std::int64_t count = 0;
  if (digits == 0 || digits > kMaxDigits || !absl::SimpleAtoi(text.substr(0, digits), &count)) {
    return std::nullopt;
  }
  if (text == "0") return std::chrono::milliseconds(0);
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) == unit.name) {
      return std::chrono::milliseconds(count * unit.milliseconds);
    }
  }
  return std::nullopt;
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  if (duration.count() == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.milliseconds == 0) {
      return absl::StrCat(duration.count() / unit.milliseconds, unit.name);
    }
  }
  return "";
}

}  // namespace presences::config
