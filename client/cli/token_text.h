// The claims of a user token as text (design 3.3), both ways.
//
// Threads: any (pure functions).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/clock.h"

namespace presences::cli {

struct TokenFacts {
  std::string user = {};
  std::string name = {};
  bool verified = false;
  std::vector<std::string> teams = {};  // TEAM or TEAM:ROLE,ROLE
  std::vector<std::string> labels = {};
  std::string issuer = {};
  std::string audience = {};
  std::string project = {};
};

std::string ClaimsJson(const TokenFacts& facts, TimePoint issued_at, TimePoint expires_at);

struct TokenParts {
  std::string header;  // JSON
  std::string claims;  // JSON
  std::optional<TimePoint> expires_at;
};
// Takes a token apart without believing it. INVALID_ARGUMENT: not a JWT.
absl::StatusOr<TokenParts> TakeApart(absl::string_view token);

}  // namespace presences::cli
