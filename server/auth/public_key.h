// Public keys from the base64url numbers of a JWK.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/auth/signature.h"

namespace presences::auth {

// INVALID_ARGUMENT says what is wrong: not base64url, a modulus outside 2048 to 16384 bits, a
// point that is not on the curve, a coordinate that is not 32 bytes.
absl::StatusOr<PublicKey> MakeRsaKey(absl::string_view n, absl::string_view e);
absl::StatusOr<PublicKey> MakeP256Key(absl::string_view x, absl::string_view y);
absl::StatusOr<PublicKey> MakeEd25519Key(absl::string_view x);

}  // namespace presences::auth
