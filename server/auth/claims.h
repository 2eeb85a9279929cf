// Claims: what a token says, read strictly (design 3.3).
//
// A claim of the wrong type refuses the token: guessing what an issuer meant is how a caller ends
// up with a role nobody gave it. Ids follow the UID rule because roles are made out of them, and
// an id such as "a/owner" would make another role.
//
// Threads: any (pure functions).
#pragma once

#include "absl/status/statusor.h"
#include "server/auth/json_object.h"
#include "server/auth/token_verifier.h"

namespace presences::auth {

// USER_JWT_INVALID unless `iss` and `aud` are what `config` asks for.
absl::Status CheckAddressee(const JsonObject& payload, const TokenConfig& config);

// USER_JWT_INVALID: expired, not yet valid, or a claim that is missing or malformed.
// REQUIRES: the signature was checked.
absl::StatusOr<TokenClaims> ReadClaims(const JsonObject& payload, TimePoint now);

}  // namespace presences::auth
