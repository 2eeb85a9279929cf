// IpRange: a block of IP addresses, written as in 10.0.0.0/8 or fd00::/8.
//
// IPv4 is kept as IPv4-mapped IPv6, so a peer that a dual-stack socket reports as ::ffff:10.1.2.3
// is found in 10.0.0.0/8.
//
// Threads: immutable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace presences {

class IpRange {
 public:
  // An address alone is a range of one. Bits behind the prefix are cleared. nullopt: neither.
  static std::optional<IpRange> Parse(absl::string_view text);

  // False also when `address` is no IP address.
  bool Contains(absl::string_view address) const;
  std::string ToString() const;

  friend bool operator==(const IpRange&, const IpRange&) = default;

 private:
  using Bytes = std::array<std::uint8_t, 16>;

  static std::optional<Bytes> ParseAddress(absl::string_view text);

  Bytes base_{};
  int prefix_ = 128;  // in bits of the IPv6 form
};

}  // namespace presences
