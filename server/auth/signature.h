// Signatures: the four algorithms, on OpenSSL.
//
// Threads: any. A PublicKey is immutable and shared.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/auth/token_verifier.h"

struct evp_pkey_st;

namespace presences::auth {

using PublicKey = std::shared_ptr<evp_pkey_st>;

// HMAC with SHA-256, 32 raw bytes.
std::string HmacSha256(absl::string_view secret, absl::string_view text);

// True when `signature` is HMAC-SHA256 of `text`; takes the same time for every wrong signature.
bool HmacMatches(absl::string_view secret, absl::string_view text, absl::string_view signature);

// True when `key` signed `text`. ES256 takes r and s as exactly 64 bytes (RFC 7518 3.4), not DER.
// REQUIRES: `algorithm` is not HS256 and `key` is of its kind (jwks.h sees to that).
bool KeyMatches(TokenAlgorithm algorithm, const PublicKey& key, absl::string_view text,
                absl::string_view signature);

// The key in its standard encoding (SubjectPublicKeyInfo, DER).
std::string PublicKeyBytes(const PublicKey& key);

}  // namespace presences::auth
