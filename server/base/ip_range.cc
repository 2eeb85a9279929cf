#include "server/base/ip_range.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace presences {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

// Clears what lies behind the first `prefix` bits.
void Mask(std::array<std::uint8_t, 16>& bytes, int prefix) {
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(prefix - i * 8, 0, 8);
    bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept);
  }
}

std::optional<int> ParsePrefix(absl::string_view text) {
  int value = 0;
  const bool digits = !text.empty() && text.size() <= 3 &&
                      std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<IpRange::Bytes> IpRange::ParseAddress(absl::string_view text) {
  if (text.find('\0') != absl::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  Bytes bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
  std::copy(kMapped.begin(), kMapped.end(), bytes.begin());
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data() + kMapped.size()) == 1) return bytes;
  return std::nullopt;
}

std::optional<IpRange> IpRange::Parse(absl::string_view text) {
  const std::size_t slash = text.find('/');
  const absl::string_view address = text.substr(0, slash);
  const std::optional<Bytes> bytes = ParseAddress(address);
  if (!bytes) return std::nullopt;
  const bool is_v4 = address.find(':') == absl::string_view::npos;
  IpRange range;
  range.base_ = *bytes;
  if (slash != absl::string_view::npos) {
    const std::optional<int> prefix = ParsePrefix(text.substr(slash + 1));
    if (!prefix || *prefix > (is_v4 ? 32 : 128)) return std::nullopt;
    range.prefix_ = is_v4 ? *prefix + kMappedBits : *prefix;
  }
  Mask(range.base_, range.prefix_);
  return range;
}

bool IpRange::Contains(absl::string_view address) const {
  std::optional<Bytes> bytes = ParseAddress(address);
  if (!bytes) return false;
  Mask(*bytes, prefix_);
  return *bytes == base_;
}

std::string IpRange::ToString() const {
  const bool is_v4 =
      prefix_ >= kMappedBits && std::equal(kMapped.begin(), kMapped.end(), base_.begin());
  char text[INET6_ADDRSTRLEN];
  if (is_v4) {
    inet_ntop(AF_INET, base_.data() + kMapped.size(), text, sizeof text);
    return absl::StrCat(text, "/", prefix_ - kMappedBits);
  }
  inet_ntop(AF_INET6, base_.data(), text, sizeof text);
  return absl::StrCat(text, "/", prefix_);
}

}  // namespace presences
