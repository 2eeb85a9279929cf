// Builders: what other folders need, made out of a Config.
//
// Threads: any (pure functions).
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/auth/authenticator.h"
#include "server/config/config.h"
#include "server/core/rules.h"

namespace presences::config {

ProjectRules BuildProjectRules(const ProjectConfig& project);

// Key sets that were fetched, by their jwks_url.
using FetchedKeySets = absl::flat_hash_map<std::string, std::string>;

// Tokens with a jwks_url take the key set in `fetched`, else the text of their jwks_file, else
// refuse every token until the next reload. GENERAL_ARGUMENT_INVALID: a fetched set is unusable.
absl::StatusOr<auth::ProjectAuth> BuildProjectAuth(const ProjectConfig& project,
                                                   const FetchedKeySets& fetched = {});

// One token's verifier, with `jwks` as its key set (unused for HS256).
absl::StatusOr<std::shared_ptr<const auth::TokenVerifier>> BuildVerifier(const TokenSource& token,
                                                                         absl::string_view jwks);

}  // namespace presences::config
