#include "server/config/origin.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/base/ip_range.h"

namespace presences::config {
namespace {

constexpr std::size_t kMaxHostSize = 253;  // longest DNS name

bool IsHost(absl::string_view text) {
  const bool known = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
  return known && !text.empty() && text.size() <= kMaxHostSize && text.front() != '.' &&
         text.back() != '.' && !absl::StrContains(text, "..");
}

bool IsBracketedIpv6(absl::string_view text) {
  return absl::ConsumePrefix(&text, "[") && absl::ConsumeSuffix(&text, "]") &&
         absl::StrContains(text, ':') && !absl::StrContains(text, '/') &&
         IpRange::Parse(text).has_value();
}

}  // namespace

absl::StatusOr<std::string> NormalizeOrigin(absl::string_view text) {
  if (text == "*") return std::string(text);
  if (absl::StrContains(text, "://")) {
    return absl::InvalidArgumentError(
        "must be the host alone, without scheme, port or path, such as app.example.com");
  }
  absl::string_view host = text;
  absl::ConsumePrefix(&host, "*.");
  if (!IsHost(host) && !IsBracketedIpv6(text)) {
    return absl::InvalidArgumentError(
        "must be a host such as app.example.com or [::1], *.example.com or *; ports do not count, "
        "and names beyond ASCII are written in their xn-- form");
  }
  return absl::AsciiStrToLower(text);
}

}  // namespace presences::config
