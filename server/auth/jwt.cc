#include "server/auth/jwt.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "server/auth/base64url.h"
#include "server/auth/json_object.h"
#include "server/base/reason.h"

namespace presences::auth {
namespace {

absl::Status ReadHeader(absl::string_view text, Jwt& jwt) {
  absl::StatusOr<JsonObject> header = JsonObject::Parse(text);
  if (!header.ok()) return TokenError(absl::StrCat("its header ", header.status().message()));
  if (header->Find("crit")) {
    return TokenError("its header names critical extensions (crit); none is supported here");
  }
  const auto algorithm = header->Find("alg");
  const std::optional<std::string> name = algorithm ? AsString(*algorithm) : std::nullopt;
  if (!name) return TokenError("its header must name the algorithm in the string alg");
  jwt.algorithm = *name;
  if (const auto key_id = header->Find("kid")) {
    const std::optional<std::string> id = AsString(*key_id);
    if (!id) return TokenError("kid in its header must be a string");
    jwt.key_id = *id;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TokenError(absl::string_view what_and_fix) {
  return MakeError(Reason::kUserJwtInvalid, absl::StrCat("user token: ", what_and_fix));
}

absl::StatusOr<Jwt> ParseJwt(absl::string_view token) {
  if (token.size() > kMaxTokenSize) {
    return TokenError(
        absl::StrCat("it is longer than ", kMaxTokenSize, " bytes; mint one with fewer claims"));
  }
  const std::size_t first = token.find('.');
  const std::size_t second = first == absl::string_view::npos ? first : token.find('.', first + 1);
  if (second == absl::string_view::npos || token.find('.', second + 1) != absl::string_view::npos) {
    return TokenError("it is not a JWT; send header.payload.signature");
  }
  const std::optional<std::string> header = DecodeBase64Url(token.substr(0, first));
  std::optional<std::string> payload = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  std::optional<std::string> signature = DecodeBase64Url(token.substr(second + 1));
  if (!header || !payload || !signature) {
    return TokenError("its parts must be base64url without padding or white space");
  }
  Jwt jwt;
  if (absl::Status status = ReadHeader(*header, jwt); !status.ok()) return status;
  jwt.signed_part = token.substr(0, second);
  jwt.payload = *std::move(payload);
  jwt.signature = *std::move(signature);
  return jwt;
}

}  // namespace presences::auth
