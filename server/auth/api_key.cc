#include "server/auth/api_key.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "server/auth/sha256.h"

namespace presences::auth {

std::string Sha256(absl::string_view text) {
  const Digest digest = DigestOf(text);
  return std::string(digest.begin(), digest.end());
}

std::optional<std::string> ParseSha256Hex(absl::string_view hex) {
  if (hex.size() != 64) return std::nullopt;
  if (!std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) return std::nullopt;
  return absl::HexStringToBytes(hex);
}

std::string Sha256Hex(absl::string_view text) { return absl::BytesToHexString(Sha256(text)); }

}  // namespace presences::auth
