// TokenReport: what a user token says, what the server would make of it, and why.
//
// Threads: plain data.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/token_text.h"
#include "server/base/clock.h"

namespace presences::cli {

struct TokenReport {
  TokenParts parts = {};
  bool expired = false;
  // Why the server would refuse the claims now; empty: it would not, if the signature is right.
  std::string refusal = {};
  // "not checked", "right", or what is wrong with it.
  std::string signature = {};
  std::string user = {};
  std::string project = {};  // empty: any
  // Each role with the claim that gives it; none when the claims cannot be read.
  std::vector<std::pair<std::string, std::string>> roles = {};
};

// INVALID_ARGUMENT: not a JWT. The secret never gets into the report.
absl::StatusOr<TokenReport> ReportOn(const std::string& token,
                                     const std::optional<std::string>& secret, TimePoint now);

// One line.
std::string TokenJson(const TokenReport& report);
std::string TokenTable(const TokenReport& report, TimePoint now);

}  // namespace presences::cli
