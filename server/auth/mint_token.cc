#include "absl/strings/str_cat.h"
#include "server/auth/base64url.h"
#include "server/auth/signature.h"
#include "server/auth/token_verifier.h"
#include "server/base/check.h"
#include "server/base/log.h"

namespace presences::auth {

std::string MintToken(const TokenConfig& config, const std::string& claims_json) {
  PRESENCES_CHECK(config.algorithm == TokenAlgorithm::kHs256);
  std::string header = R"({"alg":"HS256","typ":"JWT")";
  if (!config.id.empty()) {
    header += R"(,"kid":)";
    AppendJsonString(header, config.id);
  }
  header += '}';
  const std::string signed_part =
      absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(claims_json));
  return absl::StrCat(signed_part, ".", EncodeBase64Url(HmacSha256(config.secret, signed_part)));
}

}  // namespace presences::auth
