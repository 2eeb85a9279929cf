#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/config/build.h"
#include "server/config/parse.h"
#include "server/core/time_format.h"

namespace presences::config {
namespace {

using auth::ApiKey;
using auth::TokenAlgorithm;

void ParseScopes(YamlMap& map, ApiKey& key) {
  const auto list = map.Require("scopes", "list presences.read, presences.write or both");
  if (!list) return;
  for (const YamlValue& element : list->AsList()) {
    const std::optional<std::string> scope = element.AsString();
    if (!scope) continue;
    bool* allowed = *scope == "presences.read"    ? &key.can_read
                    : *scope == "presences.write" ? &key.can_write
                                                  : nullptr;
    if (allowed == nullptr) {
      element.Fail("must be presences.read or presences.write");
    } else if (std::exchange(*allowed, true)) {
      element.Fail("is listed twice; remove one");
    }
  }
  if (list->node().IsSequence() && list->node().size() == 0) {
    list->Fail("must not be empty; list presences.read, presences.write or both");
  }
}

ApiKey ParseApiKey(const YamlValue& value) {
  YamlMap map(value);
  ApiKey key;
  key.id = ParseId(map);
  const auto hash = map.Require("sha256", "give the SHA-256 of the whole key as 64 hex digits");
  const std::optional<std::string> hex = hash ? hash->AsString() : std::nullopt;
  if (hex) {
    key.sha256 = auth::ParseSha256Hex(*hex).value_or("");
    if (key.sha256.empty()) {
      hash->Fail(
          "must be exactly 64 hex digits: the SHA-256 of the whole key, as printed by "
          "printf %s \"$KEY\" | sha256sum");
    }
  }
  ParseScopes(map, key);
  if (const auto expiry = map.Find("expires_at")) {
    const std::optional<std::string> text = expiry->AsString();
    if (text) key.expires_at = ParseTime(*text);
    if (text && !key.expires_at) expiry->Fail("must be a time such as 2027-01-01T00:00:00Z");
  }
  map.Finish();
  return key;
}

void ParseSecret(YamlMap& map, const ConfigFiles& files, TokenSource& token) {
  for (const char* name : {"jwks_file", "jwks_url"}) {
    if (const auto value = map.Find(name)) value->Fail("HS256 takes secret or secret_file instead");
  }
  const auto inline_secret = map.Find("secret");
  const auto file = map.Find("secret_file");
  if (inline_secret && file) return file->Fail("comes beside secret; remove one");
  if (!inline_secret && !file) {
    map.Require("secret_file", "HS256 needs secret_file or secret");
    return;
  }
  files.ReadSecret(map, "secret_file", token.secret_file, token.secret);
  map.ReadString("secret", token.secret);
  if (inline_secret && inline_secret->node().IsScalar() && inline_secret->node().Scalar().empty()) {
    inline_secret->Fail("is empty; give at least 32 random bytes");
  }
}

bool IsJwksUrl(absl::string_view url) {
  for (absl::string_view scheme : {"https://", "http://"}) {
    if (!absl::StartsWithIgnoreCase(url, scheme)) continue;
    const absl::string_view authority =
        url.substr(scheme.size(), url.find_first_of("/?#", scheme.size()) - scheme.size());
    return !authority.empty() && !absl::StrContains(authority, '@') && !absl::StrContains(url, ' ');
  }
  return false;
}

void ParseKeySet(YamlMap& map, const ConfigFiles& files, TokenSource& token) {
  for (const char* name : {"secret", "secret_file"}) {
    const auto value = map.Find(name);
    if (value) value->Fail("is for HS256; this algorithm takes jwks_file or jwks_url");
  }
  const auto file = map.Find("jwks_file");
  const auto url = map.Find("jwks_url");
  if (!file && !url) {
    map.Require("jwks_file", "this algorithm needs jwks_file or jwks_url");
    return;
  }
  files.ReadFile(map, "jwks_file", token.jwks_file, token.jwks);
  if (!token.jwks.empty()) {
    const auto verifier = BuildVerifier(token, token.jwks);
    if (!verifier.ok()) file->Fail(verifier.status().message());
  }
  map.ReadString("jwks_url", token.jwks_url);
  if (url && url->node().IsScalar() && !IsJwksUrl(token.jwks_url)) {
    url->Fail("must be an https:// or http:// URL without user name");
  }
}

TokenSource ParseToken(const YamlValue& value, const ConfigFiles& files) {
  YamlMap map(value);
  TokenSource token;
  token.id = ParseId(map);
  map.Require("algorithm", "name HS256, RS256, ES256 or EdDSA");
  std::optional<TokenAlgorithm> algorithm;
  map.ReadChoice<std::optional<TokenAlgorithm>>("algorithm",
                                                {{"HS256", TokenAlgorithm::kHs256},
                                                 {"RS256", TokenAlgorithm::kRs256},
                                                 {"ES256", TokenAlgorithm::kEs256},
                                                 {"EdDSA", TokenAlgorithm::kEdDsa}},
                                                algorithm);
  token.algorithm = algorithm.value_or(token.algorithm);
  if (algorithm == TokenAlgorithm::kHs256) ParseSecret(map, files, token);
  if (algorithm && algorithm != TokenAlgorithm::kHs256) ParseKeySet(map, files, token);
  for (const char* name : {"secret", "secret_file", "jwks_file", "jwks_url"}) map.Find(name);
  map.ReadString("issuer", token.issuer);
  map.ReadString("audience", token.audience);
  map.Finish();
  return token;
}

// Reports `id` when an earlier element has it.
template <typename Element>
void CheckNewId(const YamlValue& value, const std::string& id, const std::vector<Element>& list) {
  const bool taken = !id.empty() && std::any_of(list.begin(), list.end(),
                                                [&](const Element& e) { return e.id == id; });
  if (taken) value.errors().Add(value.line(), absl::StrCat(value.path(), ".id"), "is given twice");
}

}  // namespace

void ParseApiKeys(const YamlValue& value, std::vector<ApiKey>& keys) {
  for (const YamlValue& element : value.AsList()) {
    ApiKey key = ParseApiKey(element);
    CheckNewId(element, key.id, keys);
    for (const ApiKey& other : keys) {
      if (key.sha256.empty() || other.sha256 != key.sha256) continue;
      element.errors().Add(element.line(), absl::StrCat(element.path(), ".sha256"),
                           absl::StrCat("is the key of '", other.id, "' as well; remove one"));
    }
    keys.push_back(std::move(key));
  }
}

void ParseTokens(const YamlValue& value, const ConfigFiles& files,
                 std::vector<TokenSource>& tokens) {
  for (const YamlValue& element : value.AsList()) {
    TokenSource token = ParseToken(element, files);
    CheckNewId(element, token.id, tokens);
    tokens.push_back(std::move(token));
  }
}

}  // namespace presences::config
