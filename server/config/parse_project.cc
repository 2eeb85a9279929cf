#include <algorithm>
#include <chrono>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/config/origin.h"
#include "server/config/parse.h"
#include "server/core/validate.h"

namespace presences::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxIndexedPaths = 16;  // each is an index that every write updates
constexpr std::size_t kMaxIndexedPath = 128;  // bytes
constexpr std::int64_t kMaxLimit = 1'000'000'000;

// Adds to a list whose elements must differ.
void AddDistinct(const YamlValue& element, std::string text, std::vector<std::string>& list) {
  if (std::find(list.begin(), list.end(), text) != list.end()) {
    return element.Fail("is listed twice; remove one");
  }
  list.push_back(std::move(text));
}

bool IsMetadataPath(absl::string_view path) {
  if (path.empty() || path.size() > kMaxIndexedPath) return false;
  const std::vector<absl::string_view> names = absl::StrSplit(path, '.');
  return std::none_of(names.begin(), names.end(),
                      [](absl::string_view name) { return name.empty(); });
}

void ParseIndexedMetadata(const YamlValue& value, std::vector<std::string>& paths) {
  for (const YamlValue& element : value.AsList()) {
    const std::optional<std::string> text = element.AsString();
    if (!text) continue;
    absl::string_view path = *text;
    absl::ConsumePrefix(&path, "metadata.");  // as queries write it
    if (!IsMetadataPath(path)) {
      element.Fail(
          "must be names inside metadata joined by dots, such as page or document.id, "
          "of at most 128 bytes");
      continue;
    }
    AddDistinct(element, std::string(path), paths);
  }
  if (paths.size() > kMaxIndexedPaths) {
    value.Fail("lists more than 16 paths; every one of them costs each write");
  }
}

void ParseOrigins(const YamlValue& value, std::vector<std::string>& origins) {
  for (const YamlValue& element : value.AsList()) {
    const std::optional<std::string> text = element.AsString();
    if (!text) continue;
    absl::StatusOr<std::string> origin = NormalizeOrigin(*text);
    if (!origin.ok()) {
      element.Fail(origin.status().message());
      continue;
    }
    AddDistinct(element, *std::move(origin), origins);
  }
}

void ParseLimits(const YamlValue& value, Limits& limits) {
  YamlMap map(value);
  const std::pair<const char*, std::int64_t*> fields[] = {
      {"max_connections", &limits.max_connections},
      {"max_subscriptions_per_connection", &limits.max_subscriptions_per_connection},
      {"max_channels_per_subscription", &limits.max_channels_per_subscription},
      {"messages_per_second", &limits.messages_per_second},
      {"message_burst", &limits.message_burst},
      {"connects_per_minute_per_ip", &limits.connects_per_minute_per_ip},
      {"max_presences", &limits.max_presences},
      {"writes_per_second", &limits.writes_per_second},
  };
  for (const auto& [name, field] : fields) map.ReadInteger(name, 0, kMaxLimit, *field);
  map.Finish();
}

void ParseTimes(YamlMap& map, ProjectConfig& project) {
  map.ReadDuration("default_ttl", seconds(1), kMaxTtl, project.default_ttl);
  map.ReadDuration("connection_grace", milliseconds(0), hours(1), project.connection_grace);
  map.ReadDuration("navigation_grace", milliseconds(0), hours(1), project.navigation_grace);
}

}  // namespace

std::string ParseId(YamlMap& map) {
  const auto value = map.Require("id", "give it a name of its own");
  const std::optional<std::string> id = value ? value->AsString() : std::nullopt;
  if (!id) return "";
  if (IsUid(*id)) return *id;
  value->Fail("must be 1-36 of A-Z a-z 0-9 . _ - and begin with a letter or digit");
  return "";
}

void ParseProject(const YamlValue& value, const ConfigFiles& files, ProjectConfig& project) {
  YamlMap map(value);
  project.id = ParseId(map);
  map.ReadChoice<Identity>(
      "identity", {{"per_presence_id", Identity::kPerPresenceId}, {"per_user", Identity::kPerUser}},
      project.identity);
  ParseTimes(map, project);
  map.ReadBool("guest_access", project.guest_access);
  if (const auto paths = map.Find("indexed_metadata")) {
    ParseIndexedMetadata(*paths, project.indexed_metadata);
  }
  if (const auto origins = map.Find("origins")) ParseOrigins(*origins, project.origins);
  if (const auto keys = map.Find("api_keys")) ParseApiKeys(*keys, project.api_keys);
  if (const auto tokens = map.Find("tokens")) ParseTokens(*tokens, files, project.tokens);
  if (const auto limits = map.Find("limits")) ParseLimits(*limits, project.limits);
  map.Finish();
}

}  // namespace presences::config
