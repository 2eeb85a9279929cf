#include "server/config/build.h"

#include <utility>

namespace presences::config {

ProjectRules BuildProjectRules(const ProjectConfig& project) {
  ProjectRules rules;
  rules.project_id = project.id;
  rules.identity = project.identity;
  rules.default_ttl = project.default_ttl;
  rules.indexed_metadata = project.indexed_metadata;
  rules.max_presences = project.limits.max_presences;
  return rules;
}

absl::StatusOr<std::shared_ptr<const auth::TokenVerifier>> BuildVerifier(const TokenSource& token,
                                                                         absl::string_view jwks) {
  auth::TokenConfig config;
  config.id = token.id;
  config.algorithm = token.algorithm;
  config.secret = token.secret;
  config.jwks = std::string(jwks);
  config.issuer = token.issuer;
  config.audience = token.audience;
  return auth::TokenVerifier::Make(std::move(config));
}

absl::StatusOr<auth::ProjectAuth> BuildProjectAuth(const ProjectConfig& project,
                                                   const FetchedKeySets& fetched) {
  auth::ProjectAuth auth;
  auth.project_id = project.id;
  auth.guest_access = project.guest_access;
  auth.api_keys = project.api_keys;
  for (const TokenSource& token : project.tokens) {
    const auto found = fetched.find(token.jwks_url);
    const bool is_fetched = !token.jwks_url.empty() && found != fetched.end();
    auto verifier = BuildVerifier(token, is_fetched ? found->second : token.jwks);
    if (!verifier.ok()) return verifier.status();
    auth.tokens.push_back(*std::move(verifier));
  }
  return auth;
}

}  // namespace presences::config
