// Fuzzes the configuration file.
//
// Beyond "no crash": every line of a refusal names the file, in valid UTF-8; what is accepted
// prints to a text that loads to the same Config.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "server/config/build.h"
#include "server/config/load.h"
#include "server/config/warnings.h"
#include "server/core/json.h"
#include "tests/fuzz/fuzz.h"

namespace presences::config {
namespace {

void CheckRefusal(const std::string& message) {
  PRESENCES_CHECK(IsUtf8(message));
  const std::vector<std::string> lines = absl::StrSplit(message, '\n');
  for (const std::string& line : lines) PRESENCES_CHECK(absl::StartsWith(line, "file:"));
}

void CheckRoundTrip(Config config) {
  const absl::StatusOr<Config> again = ParseConfig(PrintConfig(config), "again", "/");
  PRESENCES_CHECK(again.ok());
  for (ProjectConfig& project : config.projects) {
    for (TokenSource& token : project.tokens) {
      const bool is_inline = !token.secret.empty() && token.secret_file.empty();
      if (is_inline) token.secret = kRedacted;
    }
  }
  PRESENCES_CHECK(*again == config);
}

}  // namespace
}  // namespace presences::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace presences::config;  // NOLINT: the entry point must be global
  const auto config = ParseConfig(presences::fuzz::Text(data, size), "file", "/nonexistent");
  if (!config.ok()) {
    CheckRefusal(std::string(config.status().message()));
    return 0;
  }
  CheckRoundTrip(*config);
  WarningsOf(*config);
  for (const ProjectConfig& project : config->projects) {
    BuildProjectRules(project);
    PRESENCES_CHECK(BuildProjectAuth(project).ok());
  }
  return 0;
}
