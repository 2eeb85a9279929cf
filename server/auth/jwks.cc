#include "server/auth/jwks.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/auth/json_object.h"
#include "server/auth/public_key.h"

namespace presences::auth {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

std::string Text(object key, absl::string_view name) {
  const auto value = FindIn(key, name);
  return value ? AsString(*value).value_or("") : "";
}

// True when `key_ops` is absent or lists "verify".
bool MayVerify(object key) {
  const auto value = FindIn(key, "key_ops");
  if (!value) return true;
  simdjson::dom::array operations;
  if (value->get(operations)) return false;
  for (const element operation : operations) {
    if (AsString(operation) == std::optional<std::string>("verify")) return true;
  }
  return false;
}

absl::Status Unusable(absl::string_view why) { return absl::InvalidArgumentError(why); }

absl::StatusOr<PublicKey> MakeKey(object key, TokenAlgorithm algorithm) {
  const std::string type = Text(key, "kty");
  const std::string curve = Text(key, "crv");
  switch (algorithm) {
    case TokenAlgorithm::kRs256:
      if (type != "RSA") return Unusable("RS256 needs kty RSA");
      return MakeRsaKey(Text(key, "n"), Text(key, "e"));
    case TokenAlgorithm::kEs256:
      if (type != "EC" || curve != "P-256") return Unusable("ES256 needs kty EC and crv P-256");
      return MakeP256Key(Text(key, "x"), Text(key, "y"));
    case TokenAlgorithm::kEdDsa:
      if (type != "OKP" || curve != "Ed25519") {
        return Unusable("EdDSA needs kty OKP and crv Ed25519");
      }
      return MakeEd25519Key(Text(key, "x"));
    case TokenAlgorithm::kHs256:
      break;
  }
  return Unusable("HS256 takes a secret, not a key set");
}

absl::StatusOr<NamedKey> ReadKey(element value, TokenAlgorithm algorithm) {
  object key;
  if (value.get(key)) return Unusable("it is not an object");
  if (absl::Status status = JsonObject::CheckNames(key); !status.ok()) return status;
  const std::string use = Text(key, "use");
  if (FindIn(key, "use") && use != "sig") return Unusable("its use is not sig");
  if (!MayVerify(key)) return Unusable("its key_ops lack verify");
  if (FindIn(key, "alg") && Text(key, "alg") != AlgorithmName(algorithm)) {
    return Unusable(absl::StrCat("its alg is not ", AlgorithmName(algorithm)));
  }
  absl::StatusOr<PublicKey> made = MakeKey(key, algorithm);
  if (!made.ok()) return made.status();
  return NamedKey{Text(key, "kid"), *std::move(made)};
}

}  // namespace

absl::StatusOr<std::vector<NamedKey>> ParseJwks(absl::string_view text, TokenAlgorithm algorithm) {
  absl::StatusOr<JsonObject> document = JsonObject::Parse(text);
  if (!document.ok()) {
    return Unusable(absl::StrCat("the key set ", document.status().message()));
  }
  const auto list = document->Find("keys");
  simdjson::dom::array values;
  if (!list || list->get(values)) return Unusable("the key set must have an array named keys");
  std::vector<NamedKey> keys;
  std::vector<std::string> passed_over;
  std::size_t index = 0;
  for (const element value : values) {
    absl::StatusOr<NamedKey> key = ReadKey(value, algorithm);
    if (key.ok()) {
      keys.push_back(*std::move(key));
    } else {
      passed_over.push_back(absl::StrCat("keys[", index, "]: ", key.status().message()));
    }
    ++index;
  }
  if (keys.empty()) {
    return Unusable(absl::StrCat("the key set has no usable ", AlgorithmName(algorithm), " key",
                                 passed_over.empty() ? "" : " (", absl::StrJoin(passed_over, "; "),
                                 passed_over.empty() ? "" : ")"));
  }
  return keys;
}

}  // namespace presences::auth
