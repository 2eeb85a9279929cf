#include "client/cli/token_text.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/runtime/json_reader.h"
#include "proto/runtime/json_writer.h"
#include "server/auth/base64url.h"

namespace presences::cli {
namespace {

using transcode::JsonReader;
using transcode::JsonWriter;

void WriteText(JsonWriter& out, absl::string_view key, absl::string_view text) {
  if (text.empty()) return;
  out.Key(key);
  out.String(text);
}

std::int64_t Seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

void WriteTeam(JsonWriter& out, absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> team =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  out.BeginObject();
  WriteText(out, "id", team.first);
  out.Key("roles");
  out.BeginArray();
  for (const absl::string_view role : absl::StrSplit(team.second, ',', absl::SkipEmpty())) {
    out.String(role);
  }
  out.EndArray();
  out.EndObject();
}

// One part of a token: base64url of a JSON object.
absl::StatusOr<std::string> DecodePart(absl::string_view name, absl::string_view part) {
  std::optional<std::string> json = auth::DecodeBase64Url(part);
  if (!json) {
    return absl::InvalidArgumentError(
        absl::StrCat("token: its ", name, " is not base64url; was it copied whole?"));
  }
  const auto error = JsonReader::Read(*json, [](JsonReader& reader) {
    return reader.Object([&](absl::string_view) { return reader.Skip(); });
  });
  if (error || json->find('{') == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("token: its ", name, " is no JSON object"));
  }
  return *std::move(json);
}

std::optional<TimePoint> ExpiryOf(const std::string& claims) {
  std::optional<TimePoint> expires_at;
  const auto error = JsonReader::Read(claims, [&](JsonReader& reader) {
    return reader.Object([&](absl::string_view key) {
      if (key != "exp") return reader.Skip();
      double seconds = 0;
      if (!reader.Double(&seconds)) return false;
      if (seconds > -1e12 && seconds < 1e12) {
        expires_at = TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3)));
      }
      return true;
    });
  });
  return error ? std::nullopt : expires_at;
}

}  // namespace

std::string ClaimsJson(const TokenFacts& facts, TimePoint issued_at, TimePoint expires_at) {
  std::string json;
  JsonWriter out(&json);
  out.BeginObject();
  WriteText(out, "sub", facts.user);
  WriteText(out, "iss", facts.issuer);
  WriteText(out, "aud", facts.audience);
  WriteText(out, "project", facts.project);
  out.Key("iat");
  out.Int(Seconds(issued_at));
  out.Key("exp");
  out.Int(Seconds(expires_at));
  WriteText(out, "name", facts.name);
  if (facts.verified) {
    out.Key("verified");
    out.Bool(true);
  }
  if (!facts.teams.empty()) {
    out.Key("teams");
    out.BeginArray();
    for (const std::string& team : facts.teams) WriteTeam(out, team);
    out.EndArray();
  }
  if (!facts.labels.empty()) {
    out.Key("labels");
    out.BeginArray();
    for (const std::string& label : facts.labels) out.String(label);
    out.EndArray();
  }
  out.EndObject();
  return json;
}

absl::StatusOr<TokenParts> TakeApart(absl::string_view token) {
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() != 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("token: a JWT has three parts with dots between, this has ", parts.size()));
  }
  auto header = DecodePart("header", parts[0]);
  if (!header.ok()) return header.status();
  auto claims = DecodePart("payload", parts[1]);
  if (!claims.ok()) return claims.status();
  const auto expires_at = ExpiryOf(*claims);
  return TokenParts{*std::move(header), *std::move(claims), expires_at};
}

}  // namespace presences::cli
