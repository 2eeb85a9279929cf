#include "server/config/warnings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace presences::config {
namespace {

constexpr std::size_t kGoodSecretSize = 32;  // RFC 7518 3.2

}  // namespace

std::vector<std::string> WarningsOf(const Config& config) {
  std::vector<std::string> warnings;
  for (std::size_t p = 0; p < config.projects.size(); ++p) {
    const std::vector<TokenSource>& tokens = config.projects[p].tokens;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const std::string path = absl::StrCat("projects[", p, "].tokens[", t, "]");
      if (!tokens[t].secret.empty() && tokens[t].secret.size() < kGoodSecretSize) {
        warnings.push_back(absl::StrCat(
            path, ": the secret is shorter than 32 bytes; whoever guesses it can be any user"));
      }
      if (absl::StartsWithIgnoreCase(tokens[t].jwks_url, "http://")) {
        warnings.push_back(absl::StrCat(
            path, ".jwks_url: plain http lets anybody on the way put in keys; use https"));
      }
    }
  }
  return warnings;
}

}  // namespace presences::config
