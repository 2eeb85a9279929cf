// Jwks: the public keys of an issuer, read from a JSON Web Key Set (RFC 7517).
//
// Threads: any (pure functions); keys are immutable.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/auth/signature.h"

namespace presences::auth {

struct NamedKey {
  std::string key_id;  // `kid`, may be empty
  PublicKey key;
};

// The keys of the set that can check signatures of `algorithm`: RSA of 2048 to 16384 bits for
// RS256, EC on P-256 for ES256, OKP Ed25519 for EdDSA; `use`, `key_ops` and `alg` are respected.
// Other keys are passed over, as the RFC asks. INVALID_ARGUMENT when `text` is no key set or no
// key is usable; the message says why each was passed over.
absl::StatusOr<std::vector<NamedKey>> ParseJwks(absl::string_view text, TokenAlgorithm algorithm);

}  // namespace presences::auth
