// TokenVerifier: checks JWTs of one configured issuer.
//
// The algorithm is the configured key's, never the token's: a token whose header names another
// one, `none` included, is refused before any cryptography.
//
// Threads: immutable. New keys of an issuer make a new verifier (Authenticator::Reload).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"
#include "server/core/role.h"

namespace presences::auth {

enum class TokenAlgorithm { kHs256, kRs256, kEs256, kEdDsa };
// "HS256", "RS256", "ES256", "EdDSA": as in a token's header.
absl::string_view AlgorithmName(TokenAlgorithm algorithm);

struct TokenConfig {
  std::string id = {};  // also matched against the token's `kid`
  TokenAlgorithm algorithm = TokenAlgorithm::kHs256;
  std::string secret = {};  // HS256
  // RS256, ES256, EdDSA: the JWKS document's text. Empty: not fetched yet, every token is refused.
  std::string jwks = {};
  std::string issuer = {};    // empty: not checked
  std::string audience = {};  // empty: not checked
};

// What a verified token says (design 3.3).
struct TokenClaims {
  UserFacts user;
  std::string name;
  TimePoint expires_at;        // `exp`, without skew
  std::string project;         // empty: any
  std::string key_print = {};  // of the key that signed it, as in KeyPrints
};

inline constexpr std::chrono::seconds kClockSkew{30};  // design 3.3

class TokenVerifier {
 public:
  // GENERAL_ARGUMENT_INVALID names what is wrong with the configuration (unusable JWKS, empty
  // secret).
  static absl::StatusOr<std::shared_ptr<const TokenVerifier>> Make(TokenConfig config);
  virtual ~TokenVerifier() = default;

  virtual const TokenConfig& config() const = 0;
  // USER_JWT_INVALID says which check failed, never how a signature should have looked.
  virtual absl::StatusOr<TokenClaims> Verify(absl::string_view token, TimePoint now) const = 0;
  // One text for each key that it believes: a digest of the key and of whom it may speak for.
  virtual std::vector<std::string> KeyPrints() const = 0;
};

// Makes a token, naming the configured id as its `kid`: for `presencectl token mint`, --dev and
// tests. REQUIRES: HS256, and `claims_json` is a JSON object.
std::string MintToken(const TokenConfig& config, const std::string& claims_json);

}  // namespace presences::auth
