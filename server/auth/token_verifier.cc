#include "server/auth/token_verifier.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/auth/api_key.h"
#include "server/auth/claims.h"
#include "server/auth/json_object.h"
#include "server/auth/jwks.h"
#include "server/auth/jwt.h"
#include "server/auth/signature.h"
#include "server/base/reason.h"

namespace presences::auth {
namespace {

// What both kinds of verifier share: everything but the signature.
class BasicVerifier : public TokenVerifier {
 public:
  explicit BasicVerifier(TokenConfig config) : config_(std::move(config)) {}

  const TokenConfig& config() const final { return config_; }

  absl::StatusOr<TokenClaims> Verify(absl::string_view token, TimePoint now) const final {
    absl::StatusOr<Jwt> jwt = ParseJwt(token);
    if (!jwt.ok()) return jwt.status();
    if (jwt->algorithm != AlgorithmName(config_.algorithm)) {
      return TokenError(absl::StrCat("alg in its header must be ", AlgorithmName(config_.algorithm),
                                     ", as configured for '", config_.id, "'"));
    }
    absl::StatusOr<JsonObject> payload = JsonObject::Parse(jwt->payload);
    if (!payload.ok()) {
      return TokenError(absl::StrCat("its payload ", payload.status().message()));
    }
    // Not yet believed, but whoever is not addressed need not compute.
    if (absl::Status status = CheckAddressee(*payload, config_); !status.ok()) return status;
    absl::StatusOr<std::string> print = CheckSignature(*jwt);
    if (!print.ok()) return print.status();
    absl::StatusOr<TokenClaims> claims = ReadClaims(*payload, now);
    if (claims.ok()) claims->key_print = *std::move(print);
    return claims;
  }

 protected:
  // Answers the print of the key that signed it.
  virtual absl::StatusOr<std::string> CheckSignature(const Jwt& jwt) const = 0;

  std::string PrintOf(absl::string_view key) const {
    return Sha256(absl::StrCat(AlgorithmName(config_.algorithm), absl::string_view("\0", 1),
                               config_.issuer, absl::string_view("\0", 1), config_.audience,
                               absl::string_view("\0", 1), key));
  }

  absl::Status BadSignature() const {
    return TokenError(
        absl::StrCat("its signature does not match; sign it with the key of '", config_.id, "'"));
  }

 private:
  const TokenConfig config_;
};

class SecretVerifier final : public BasicVerifier {
 public:
  explicit SecretVerifier(TokenConfig config)
      : BasicVerifier(std::move(config)), print_(PrintOf(this->config().secret)) {}

  std::vector<std::string> KeyPrints() const override { return {print_}; }

 private:
  absl::StatusOr<std::string> CheckSignature(const Jwt& jwt) const override {
    if (!HmacMatches(config().secret, jwt.signed_part, jwt.signature)) return BadSignature();
    return print_;
  }

  const std::string print_;
};

class KeySetVerifier final : public BasicVerifier {
 public:
  KeySetVerifier(TokenConfig config, std::vector<NamedKey> keys)
      : BasicVerifier(std::move(config)), keys_(std::move(keys)) {
    for (const NamedKey& key : keys_) prints_.push_back(PrintOf(PublicKeyBytes(key.key)));
  }

  std::vector<std::string> KeyPrints() const override { return prints_; }

 private:
  // A key that has a name answers for tokens that carry it, or that carry no name of a key at all.
  bool MayHaveSigned(const NamedKey& key, absl::string_view key_id) const {
    return key.key_id.empty() || key_id.empty() || key.key_id == key_id || key_id == config().id;
  }

  absl::StatusOr<std::string> CheckSignature(const Jwt& jwt) const override {
    if (keys_.empty()) {
      return TokenError(absl::StrCat("the keys of '", config().id,
                                     "' have not been fetched yet; try again soon"));
    }
    bool tried = false;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const NamedKey& key = keys_[i];
      if (!MayHaveSigned(key, jwt.key_id)) continue;
      tried = true;
      if (KeyMatches(config().algorithm, key.key, jwt.signed_part, jwt.signature)) {
        return prints_[i];
      }
    }
    if (tried) return BadSignature();
    return TokenError(absl::StrCat("kid in its header names no key of '", config().id, "'"));
  }

  const std::vector<NamedKey> keys_;
  std::vector<std::string> prints_;  // parallel
};

absl::Status BadConfig(const TokenConfig& config, absl::string_view field, absl::string_view why) {
  return InvalidField(absl::StrCat("token '", config.id, "' ", field), why);
}

}  // namespace

absl::string_view AlgorithmName(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::kHs256:
      return "HS256";
    case TokenAlgorithm::kRs256:
      return "RS256";
    case TokenAlgorithm::kEs256:
      return "ES256";
    case TokenAlgorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

absl::StatusOr<std::shared_ptr<const TokenVerifier>> TokenVerifier::Make(TokenConfig config) {
  if (config.algorithm == TokenAlgorithm::kHs256) {
    if (config.secret.empty()) return BadConfig(config, "secret", "is empty; HS256 needs one");
    return std::make_shared<const SecretVerifier>(std::move(config));
  }
  std::vector<NamedKey> keys;
  if (!config.jwks.empty()) {
    absl::StatusOr<std::vector<NamedKey>> parsed = ParseJwks(config.jwks, config.algorithm);
    if (!parsed.ok()) return BadConfig(config, "jwks", parsed.status().message());
    keys = *std::move(parsed);
  }
  return std::make_shared<const KeySetVerifier>(std::move(config), std::move(keys));
}

}  // namespace presences::auth
