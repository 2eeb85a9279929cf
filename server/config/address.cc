#include "server/config/address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/ip_range.h"

namespace presences::config {
namespace {

constexpr std::size_t kMaxHostSize = 253;  // longest DNS name

bool IsHost(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxHostSize &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

std::optional<std::uint16_t> ParsePort(absl::string_view text) {
  std::uint32_t port = 0;
  const bool digits = !text.empty() && text.size() <= 5 &&
                      std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(text, &port) || port > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::string Address::ToString() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

bool Address::is_loopback() const {
  static const IpRange v4 = *IpRange::Parse("127.0.0.0/8");
  static const IpRange v6 = *IpRange::Parse("::1");
  return absl::EqualsIgnoreCase(host, "localhost") || v4.Contains(host) || v6.Contains(host);
}

std::optional<Address> ParseAddress(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return std::nullopt;
  absl::string_view host = text.substr(0, colon);
  const std::optional<std::uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port) return std::nullopt;
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']') return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (!absl::StrContains(host, ':') || absl::StrContains(host, '/') || !IpRange::Parse(host)) {
      return std::nullopt;
    }
  } else if (!IsHost(host)) {
    return std::nullopt;
  }
  return Address{std::string(host), *port};
}

}  // namespace presences::config
