// Fuzzes what a caller shows: the input is a token, a session value, a key set, and the header and
// the claims of a token that is signed properly, so that the search gets behind the signature.
//
// Beyond "no crash": a refusal is USER_JWT_INVALID in valid UTF-8; what is accepted names ids that
// cannot be taken apart into other roles, and has not expired.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/auth/base64url.h"
#include "server/auth/jwks.h"
#include "server/auth/session_value.h"
#include "server/auth/signature.h"
#include "server/auth/token_verifier.h"
#include "server/base/reason.h"
#include "server/core/json.h"
#include "server/core/validate.h"
#include "tests/fuzz/fuzz.h"

namespace presences::auth {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(1'900'000'000)};

const TokenConfig& Config() {
  static const auto* config =
      new TokenConfig{.id = "main", .secret = "0123456789abcdef0123456789abcdef"};
  return *config;
}

void CheckClaims(const TokenClaims& claims) {
  PRESENCES_CHECK(IsUid(claims.user.user_id));
  PRESENCES_CHECK(IsUtf8(claims.name));
  PRESENCES_CHECK(kNow < claims.expires_at + kClockSkew);
  for (const TeamMembership& team : claims.user.teams) {
    PRESENCES_CHECK(IsUid(team.team));
    PRESENCES_CHECK(team.membership.empty() || IsUid(team.membership));
    for (const std::string& role : team.roles) {
      PRESENCES_CHECK(role.find_first_of("/:\"") == std::string::npos && !role.empty());
    }
  }
  for (const std::string& label : claims.user.labels) PRESENCES_CHECK(IsUid(label));
  UserRoles(claims.user);
}

void Check(const TokenVerifier& verifier, absl::string_view token) {
  const absl::StatusOr<TokenClaims> claims = verifier.Verify(token, kNow);
  if (claims.ok()) return CheckClaims(*claims);
  PRESENCES_CHECK(RowOf(claims.status()).reason == Reason::kUserJwtInvalid);
  PRESENCES_CHECK(IsUtf8(std::string(claims.status().message())));
}

std::string SignedHeader(absl::string_view header) {
  const std::string text =
      absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(R"({"sub":"a","exp":1.9e9})"));
  return absl::StrCat(text, ".", EncodeBase64Url(HmacSha256(Config().secret, text)));
}

void CheckKeySet(absl::string_view text) {
  for (const TokenAlgorithm algorithm :
       {TokenAlgorithm::kRs256, TokenAlgorithm::kEs256, TokenAlgorithm::kEdDsa}) {
    const auto keys = ParseJwks(text, algorithm);
    if (!keys.ok()) continue;
    PRESENCES_CHECK(!keys->empty());
    for (const NamedKey& key : *keys) {
      PRESENCES_CHECK(!KeyMatches(algorithm, key.key, "text", std::string(64, 'x')));
    }
  }
}

}  // namespace
}  // namespace presences::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences::auth;  // NOLINT: the entry point must be global
  static const auto* verifier =
      new std::shared_ptr<const TokenVerifier>(*TokenVerifier::Make(Config()));
  const absl::string_view text = presences::fuzz::Text(data, size);
  Check(**verifier, text);
  Check(**verifier, SignedHeader(text));
  Check(**verifier, MintToken(Config(), std::string(text)));
  if (const auto session = ParseSessionValue(text)) Check(**verifier, session->token);
  CheckKeySet(text);
  return 0;
}
