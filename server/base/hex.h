// Hex: 64-bit numbers as 16 lower-case hexadecimal digits.
//
// Threads: any (pure functions).
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace presences {

inline constexpr std::size_t kHexSize = 16;

// Writes kHexSize digits to `out`.
inline void WriteHex(std::uint64_t value, char* out) {
  for (std::size_t i = kHexSize; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

// Lower-case digits only, at most 16 of them.
inline std::optional<std::uint64_t> ParseHex(absl::string_view text) {
  if (text.empty() || text.size() > kHexSize) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(digit);
  }
  return value;
}

}  // namespace presences
