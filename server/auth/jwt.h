// Jwt: a signed token taken apart, with nothing in it believed yet.
//
// Threads: immutable once parsed.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace presences::auth {

inline constexpr std::size_t kMaxTokenSize = 16 * 1024;  // bytes, as sent

struct Jwt {
  std::string algorithm;  // header `alg`; whether it is acceptable is the verifier's business
  std::string key_id;     // header `kid`, empty when absent
  absl::string_view signed_part;  // header.payload as sent; a view into the parsed token
  std::string payload;            // decoded, expected to be JSON
  std::string signature;          // decoded
};

// USER_JWT_INVALID: longer than kMaxTokenSize, not three parts of canonical base64url, a header
// that is no JSON object or names a critical extension (`crit`: we understand none).
// REQUIRES: `token` outlives the result.
absl::StatusOr<Jwt> ParseJwt(absl::string_view token);

// USER_JWT_INVALID with a message that names the user token.
absl::Status TokenError(absl::string_view what_and_fix);

}  // namespace presences::auth
